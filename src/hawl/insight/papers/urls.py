"""Addresses of the papers."""

from __future__ import annotations

from django.urls import path

from hawl.insight.papers import views

urlpatterns = [
    path("papers/", views.papers, name="papers"),
    path("papers/keep/", views.keep, name="paper_keep"),
    path("papers/<uuid:paper_id>/", views.paper, name="paper"),
]

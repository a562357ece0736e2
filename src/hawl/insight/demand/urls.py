"""Addresses of the pages on demand."""

from __future__ import annotations

from django.urls import path

from hawl.insight.demand import views

urlpatterns = [path("demand/", views.demand, name="demand")]

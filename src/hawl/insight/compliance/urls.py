"""Addresses of the pages on how the Code is kept."""

from __future__ import annotations

from django.urls import path

from hawl.insight.compliance import views

urlpatterns = [
    path("compliance/", views.compliance, name="compliance"),
    path("compliance/cases/", views.compliance_cases, name="compliance_cases"),
]

"""Addresses of the API. A change that breaks who uses one comes as another version beside it."""

from __future__ import annotations

from django.urls import path

from hawl.entrances.partner_api import views

urlpatterns = [
    path("", views.index, name="index"),
    path("v1/openapi.json", views.description, name="description"),
    path("v1/extracts/<slug:source>/deliveries", views.deliveries, name="deliveries"),
    path("v1/extracts/<slug:source>/deliveries/<uuid:delivery_id>", views.delivery, name="delivery"),
    path("v1/extracts/<slug:source>/check", views.check, name="check"),
]

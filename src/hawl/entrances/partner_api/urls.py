"""Addresses of the API. A change that breaks who uses one comes as another version beside it."""

from __future__ import annotations

from django.urls import path

from hawl.entrances.partner_api import views

urlpatterns = [
    path("", views.index, name="index"),
    path("v1/openapi.json", views.description, name="description"),
    path("v1/extracts/<slug:source>/letters", views.letters, name="letters"),
    path("v1/extracts/<slug:source>/letters/<uuid:letter_id>", views.letter, name="letter"),
    path("v1/extracts/<slug:source>/check", views.check, name="check"),
]

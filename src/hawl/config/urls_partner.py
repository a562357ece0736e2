"""Addresses of the partners' process."""

from __future__ import annotations

from django.urls import include, path

from hawl.config import health

urlpatterns = [
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("", include("hawl.entrances.partner_api.urls")),
]

handler400 = "hawl.entrances.partner_api.problems.not_understood"
handler403 = "hawl.entrances.partner_api.problems.not_found"
handler404 = "hawl.entrances.partner_api.problems.not_found"
handler500 = "hawl.entrances.partner_api.problems.failed"

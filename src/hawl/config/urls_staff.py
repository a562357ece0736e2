"""Addresses of the staff site."""

from __future__ import annotations

from django.urls import include, path

from hawl.config import health
from hawl.config.policy_reports import policy_report
from hawl.foundations.languages.addresses import in_both_languages

urlpatterns = [
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("reports/policy", policy_report, name="policy_report"),
    *in_both_languages(path("", include("hawl.entrances.staff_site.urls"))),
]

handler400 = "hawl.entrances.staff_site.errors.not_understood"
handler404 = "hawl.entrances.staff_site.errors.not_found"
handler403 = "hawl.entrances.staff_site.errors.not_found"
handler500 = "hawl.entrances.staff_site.errors.failed"

"""The staff site."""

from django.apps import AppConfig


class StaffSiteConfig(AppConfig):
    """Templates and addresses; no tables."""

    name = "hawl.entrances.staff_site"
    label = "staff_site"

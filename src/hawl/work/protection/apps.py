"""The protection app."""

from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    """To be written."""

    name = "hawl.work.protection"
    label = "protection"

"""The register of demand."""

from django.apps import AppConfig


class DemandConfig(AppConfig):
    """Published rows; written by importing files, read by staff."""

    name = "hawl.registers.demand"
    label = "demand"
    default_auto_field = "django.db.models.BigAutoField"

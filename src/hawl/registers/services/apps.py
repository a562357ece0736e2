"""The register of services."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Published facts; read by all, written by loading an area."""

    name = "hawl.registers.services"
    label = "services"
    default_auto_field = "django.db.models.BigAutoField"

"""The register of organisations."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """Published facts; read by all, written by loading an area."""

    name = "hawl.registers.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"

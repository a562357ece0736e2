"""The register of places."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Published facts; read by all, written by loading an area."""

    name = "hawl.registers.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"

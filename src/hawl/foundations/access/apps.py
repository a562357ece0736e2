"""The access app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Holds no table of its own: it gives the others their managers and the database its rules."""

    name = "hawl.foundations.access"
    label = "access"

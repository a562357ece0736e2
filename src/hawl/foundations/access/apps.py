"""The access app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Gives the others their managers and the database its rules; keeps what both need to know of bodies."""

    name = "hawl.foundations.access"
    label = "access"

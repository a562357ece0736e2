"""The uploads app."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """To be written."""

    name = "hawl.foundations.uploads"
    label = "uploads"

"""The uploads app; it has no tables. Who takes a file in keeps the harmless copy and seals the original."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """Files that somebody sends in."""

    name = "hawl.foundations.uploads"
    label = "uploads"

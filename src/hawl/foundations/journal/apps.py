"""The journal app."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """To be written."""

    name = "hawl.foundations.journal"
    label = "journal"

"""The journal app."""

from __future__ import annotations

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """What was decided for people's safety, in the order in which it was decided."""

    name = "hawl.foundations.journal"
    label = "journal"

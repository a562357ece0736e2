"""Papers of figures."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """What was put before a board, kept as it was."""

    name = "hawl.insight.papers"
    label = "papers"

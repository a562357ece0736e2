"""The finding app."""

from django.apps import AppConfig


class FindingConfig(AppConfig):
    """To be written."""

    name = "hawl.registers.finding"
    label = "finding"

"""The finding app."""

from django.apps import AppConfig


class FindingConfig(AppConfig):
    """Finds a person by what is known of them, with no name readable in the database."""

    name = "hawl.registers.finding"
    label = "finding"

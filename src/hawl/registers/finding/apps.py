"""The finding app."""

from django.apps import AppConfig


class FindingConfig(AppConfig):
    """Finds a person by what is known of them, with no name readable in the database."""

    name = "hawl.registers.finding"
    label = "finding"

    def ready(self) -> None:
        """Tokens follow each change of who may see a person."""
        from hawl.registers.finding import following  # noqa: F401 - registers by being imported

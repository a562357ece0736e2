"""The messages app."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """The outbox. The register of people stands above and fills the gate."""

    name = "hawl.foundations.messages"
    label = "messages"

    def ready(self) -> None:
        """Say what a restore does to the outbox."""
        from hawl.foundations.messages import replaying  # noqa: F401 - registers what it does

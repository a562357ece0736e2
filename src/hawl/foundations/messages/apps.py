"""The messages app."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """The outbox. The register of people stands above and fills the gate."""

    name = "hawl.foundations.messages"
    label = "messages"

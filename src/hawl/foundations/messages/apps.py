"""The messages app."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """To be written."""

    name = "hawl.foundations.messages"
    label = "messages"

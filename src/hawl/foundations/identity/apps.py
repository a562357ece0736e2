"""People who sign in."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """The user model."""

    name = "hawl.foundations.identity"
    label = "identity"

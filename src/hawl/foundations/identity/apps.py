"""People who sign in."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """The user model."""

    name = "hawl.foundations.identity"
    label = "identity"

    def ready(self) -> None:
        """What was taken from accounts is taken again after a restore."""
        import hawl.foundations.identity.replaying  # noqa: F401

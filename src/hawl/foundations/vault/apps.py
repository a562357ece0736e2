"""The vault app."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Keeps the keys under which all that is held of a person is sealed."""

    name = "hawl.foundations.vault"
    label = "vault"

    def ready(self) -> None:
        """Erasures are put back after a restore."""
        import hawl.foundations.vault.replaying  # noqa: F401

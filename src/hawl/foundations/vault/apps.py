"""The vault app."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Keeps the keys under which all that is held of a person is sealed."""

    name = "hawl.foundations.vault"
    label = "vault"

    def ready(self) -> None:
        """Keys follow each change of who may see a person."""
        import hawl.foundations.vault.following  # noqa: F401

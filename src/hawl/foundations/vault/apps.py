"""The vault app."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """To be written."""

    name = "hawl.foundations.vault"
    label = "vault"

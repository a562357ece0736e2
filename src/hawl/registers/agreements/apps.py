"""The agreements app."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """To be written."""

    name = "hawl.registers.agreements"
    label = "agreements"

"""The register of cases."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases, and what happened in them."""

    name = "hawl.registers.cases"
    label = "cases"

    def ready(self) -> None:
        """Say how entries of the safety journal are put back."""
        from hawl.registers.cases import replaying  # noqa: F401 - registers its handler

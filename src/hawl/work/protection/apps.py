"""The protection app."""

from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    """Who must not see a record, who opened it in danger, and who looked without a reason."""

    name = "hawl.work.protection"
    label = "protection"

    def ready(self) -> None:
        """Says how its entries in the safety journal are put back."""
        from hawl.work.protection import replaying  # noqa: F401 - registers by being imported

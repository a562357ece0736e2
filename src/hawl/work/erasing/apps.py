"""The erasing app."""

from django.apps import AppConfig


class ErasingConfig(AppConfig):
    """Erases people as the register of fields says."""

    name = "hawl.work.erasing"
    label = "erasing"

    def ready(self) -> None:
        """An erasure is done again after a restore."""
        from hawl.work.erasing import replaying  # noqa: F401 - registers by being imported

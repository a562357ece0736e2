"""The agreements app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AgreementsConfig(AppConfig):
    """What people agreed to, and why bodies may process."""

    name = "hawl.registers.agreements"
    label = "agreements"

    def ready(self) -> None:
        """Have the guards laid after each migration, and say how a withdrawal is put back after a restore."""
        from hawl.registers.agreements import (
            guards,
            replaying,  # noqa: F401 - imported to be registered
        )

        post_migrate.connect(guards.lay_down, sender=self, dispatch_uid="hawl.agreements.guards")

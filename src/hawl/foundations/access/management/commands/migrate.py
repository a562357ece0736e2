"""Django's `migrate`, followed by grants and row-level security, so that no table is ever without them."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import transaction

from hawl.foundations.access.database_rules import lay_down


class Command(DjangoMigrate):
    """Migrate, then lay down the rules of the database."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs as the owner."""
        super().handle(*args, **options)
        if not options["plan"] and not options["check_unapplied"]:
            with transaction.atomic():
                lay_down()

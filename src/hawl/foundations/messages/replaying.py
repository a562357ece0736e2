"""What a restore does to the outbox: whatever the copy says waits, or was going, may have gone since."""

from __future__ import annotations

from hawl.foundations.access.actor import current_actor
from hawl.foundations.journal.replaying import after_restore
from hawl.foundations.messages.actions.holding import hold_all


@after_restore
def _hold() -> None:
    hold_all(by=current_actor())

"""After a restore: whoever was erased since the backup is erased again."""

from __future__ import annotations

from hawl.foundations.access.actor import current_actor
from hawl.foundations.journal.kinds import Entry
from hawl.foundations.journal.replaying import replays
from hawl.work.erasing.actions import erase_again


@replays("erased")
def _erased(entry: Entry) -> bool:
    return erase_again(by=current_actor(), entry=entry)

"""An erasure is done again after a restore: a backup of yesterday still holds the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from hawl.foundations.journal.replaying import replays
from hawl.foundations.vault.models import DataKey
from hawl.foundations.vault.owners import owner_table

if TYPE_CHECKING:
    from hawl.foundations.journal.kinds import Entry


@replays("erased")
def _erase_again(entry: Entry) -> bool:
    """Under whichever key the backup holds the person."""
    found = owner_table()._base_manager.filter(pk=entry.subject).values_list("data_key", flat=True).first()
    if found is None:
        return False
    DataKey.objects.filter(Q(id=found) | Q(beside=found)).delete()
    return True

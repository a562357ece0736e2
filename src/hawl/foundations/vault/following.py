"""What tells where a person is goes under its own key and back, whoever changes the protection of the record.

`access.rescoping` calls this before each change. To whom the key is handed follows those named on the person by a
trigger of the database (registers/people/rules.sql), since who seals a restricted record may not hold it.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from hawl.foundations.access.actor import current_actor
from hawl.foundations.access.rescoping import before_moving
from hawl.foundations.vault.actions import NoKey, open_location, reseal_location
from hawl.foundations.vault.sealing import KeyGone


def follow(person_id: UUID, change: str, ids: Collection[int]) -> None:
    """Seal or open what tells a place. People without a key yet (release 0.1.0), or erased, have nothing to move."""
    if change == "restrict":
        with suppress(NoKey, KeyGone):
            reseal_location(by=current_actor(), person_id=person_id, named_users=ids)
    elif change in ("unrestrict", "unseal"):
        with suppress(NoKey):
            open_location(by=current_actor(), person_id=person_id)


before_moving("location_key", follow)

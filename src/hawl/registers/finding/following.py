"""Tokens go with a person's visibility, whoever changes it: `access.rescoping` calls this before each change."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from hawl.foundations.access.rescoping import before_moving
from hawl.registers.finding import laying
from hawl.registers.people.models import Visibility

_BECOMES = {
    "seal": Visibility.SEALED,
    "restrict": Visibility.RESTRICTED,
    "unseal": Visibility.OPEN,
    "unseal_restricted": Visibility.RESTRICTED,
    "unrestrict": Visibility.OPEN,
}


def follow(person_id: uuid.UUID, change: str, _ids: Collection[int]) -> None:
    """Lay the tokens for what the person is about to become; whom they are seen by, a trigger moves (`rules.sql`)."""
    if (level := _BECOMES.get(change)) is not None:
        laying.renew([person_id], level=level.value)


before_moving("tokens", follow)

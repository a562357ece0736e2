"""What the matrix asks: actors by role and standing, rows by who may see them, and every action. No database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hawl.foundations.access.actor import Role
from hawl.foundations.access.policy import Action

# Every role; an account without one; and who has not signed in.
NO_ROLE, SIGNED_OUT = "no_role", "signed_out"
ROLES: tuple[str, ...] = (*(role.value for role in Role), NO_ROLE, SIGNED_OUT)

# Bodies of the throw-away database by their ids: a force with its unit, the hub, another provider, one that ended.
FORCE, UNIT, HUB, ELSEWHERE, ENDED = 901, 902, 903, 904, 905


@dataclass(frozen=True, slots=True)
class Profile:
    """Where an account works, who pays it, and how it stands; days are counted from today."""

    name: str
    organisation: int = HUB
    employer: int | None = None
    active: bool = True
    vetting: int | None = 1
    training: int | None = 1


PROFILES = (
    Profile("of_the_hub"),
    Profile("of_the_police_unit", organisation=UNIT),
    Profile("of_another_body", organisation=ELSEWHERE),
    Profile("of_the_hub_paid_by_the_force", employer=FORCE),
    Profile("of_a_body_that_ended", organisation=ENDED),
    Profile("left", active=False),
    Profile("vetting_ends_today", vetting=0),
    Profile("vetting_ended_yesterday", vetting=-1),
    Profile("vetting_never_recorded", vetting=None),
    Profile("training_ended_yesterday", training=-1),
)


def day_of(days: int | None, today: date) -> date | None:
    """The day meant by a profile's number."""
    return None if days is None else today + timedelta(days=days)


class Rows(StrEnum):
    """Rows by who may see them. `named`, `denied` and `glass` hold every account of the matrix."""

    HUB_ONLY = "hub_only"
    UNIT_ONLY = "unit_only"
    BOTH = "both"
    ENDED_BODY = "ended_body"
    SEALED_TO_NOBODY_HERE = "sealed_to_nobody_here"
    SEALED_AND_NAMED = "sealed_and_named"
    RESTRICTED = "restricted"
    RESTRICTED_AND_NAMED = "restricted_and_named"
    NAMED_AT_ANOTHER_BODY = "named_at_another_body"
    DENIED_ACCOUNT = "denied_account"
    DENIED_AND_NAMED = "denied_and_named"
    DENIED_FORCE = "denied_force"
    DENIED_POLICE = "denied_police"
    DENIED_POLICE_AND_NAMED = "denied_police_and_named"
    GLASS = "glass"
    GLASS_RUN_OUT = "glass_run_out"
    GLASS_ON_SEALED = "glass_on_sealed"
    GLASS_ON_DENIED = "glass_on_denied"
    GLASS_OF_ANOTHER = "glass_of_another"


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope columns of a kind of row; `everyone` stands for every account of the matrix."""

    visible_to: tuple[int, ...] = ()
    # Named on it: nobody, somebody who is not of the matrix, or every account of it.
    named: str = ""
    denied: bool = False
    denied_bodies: tuple[int, ...] = ()

    @property
    def visibility(self) -> str:
        """The level, in the word that people's records carry."""
        return "sealed" if not self.visible_to else "restricted" if self.named else "open"


POLICE = 0
SCOPES: dict[Rows, Scope] = {
    Rows.HUB_ONLY: Scope((HUB,)),
    Rows.UNIT_ONLY: Scope((UNIT,)),
    Rows.BOTH: Scope((HUB, UNIT)),
    Rows.ENDED_BODY: Scope((ENDED,)),
    Rows.SEALED_TO_NOBODY_HERE: Scope(named="somebody"),
    Rows.SEALED_AND_NAMED: Scope(named="everyone"),
    Rows.RESTRICTED: Scope((HUB, UNIT), named="somebody"),
    Rows.RESTRICTED_AND_NAMED: Scope((HUB, UNIT), named="everyone"),
    Rows.NAMED_AT_ANOTHER_BODY: Scope((ELSEWHERE,), named="everyone"),
    Rows.DENIED_ACCOUNT: Scope((HUB, UNIT), denied=True),
    Rows.DENIED_AND_NAMED: Scope(named="everyone", denied=True),
    Rows.DENIED_FORCE: Scope((HUB, UNIT), denied_bodies=(FORCE,)),
    Rows.DENIED_POLICE: Scope((HUB, UNIT), denied_bodies=(POLICE,)),
    Rows.DENIED_POLICE_AND_NAMED: Scope((HUB,), named="everyone", denied_bodies=(POLICE,)),
    Rows.GLASS: Scope((99,)),
    Rows.GLASS_RUN_OUT: Scope((99,)),
    Rows.GLASS_ON_SEALED: Scope(named="somebody"),
    Rows.GLASS_ON_DENIED: Scope((99,), denied=True),
    Rows.GLASS_OF_ANOTHER: Scope((99,)),
}
# Kinds of rows for which every account of the matrix broke a glass, and whether it still holds. That for a row of
# `GLASS_OF_ANOTHER` holds too, and somebody broke it who is not of the matrix.
GLASSES = {Rows.GLASS: True, Rows.GLASS_RUN_OUT: False, Rows.GLASS_ON_SEALED: True, Rows.GLASS_ON_DENIED: True}
# Of these nothing but a glass makes the record anybody's business: they are read, and nobody decides over them.
BY_GLASS_ALONE = frozenset({Rows.GLASS})

# What each layer is asked by: reading covers all that only reads.
READING = (Action.SEARCH, Action.LIST, Action.READ, Action.EXPORT)
WRITING = (Action.RECORD, Action.CHANGE, Action.ERASE)

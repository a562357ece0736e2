"""What the safety journal may hold: the kinds of entry, which raise protection and which lower it. No Django.

A backup holds the protection of its own day. What was decided since is put back from this journal, so an entry says
just enough to do so: codes, ids and days, never what a person said, never a name, a number or a place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID


class NotForTheJournal(ValueError):
    """An entry of no known kind, or one that holds more than codes, ids and days."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry. `undoes` is the kind that it lowers again; empty for what raises protection.

    `about` are the facts that, with the subject, say what the entry is about: a denial of one user is not ended by the
    end of another's.
    """

    code: str
    undoes: str = ""
    about: tuple[str, ...] = ()
    # About the account of somebody who works here: where a restored database lacks it, it is lost, and told of.
    of_account: bool = False

    @property
    def lowers(self) -> bool:
        """Does it take protection away."""
        return bool(self.undoes)


_DENIED = ("user", "organisation")


def _of_account(code: str) -> Kind:
    return Kind(code, about=("account",), of_account=True)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            Kind("sealed"),
            Kind("unsealed", undoes="sealed"),
            Kind("restricted"),
            Kind("unrestricted", undoes="restricted"),
            Kind("denied", about=_DENIED),
            Kind("denial_ended", undoes="denied", about=_DENIED),
            Kind("contact_unsafe", about=("contact",)),
            Kind("contact_safe", undoes="contact_unsafe", about=("contact",)),
            Kind("never_reach"),
            Kind("no_first_call"),
            Kind("declined", about=("case",)),
            Kind("plan_changed", about=("version",)),
            Kind("agreement_withdrawn"),
            Kind("erased"),
            _of_account("account_made"),
            _of_account("account_ended"),
            _of_account("account_moved"),
            _of_account("account_clearance"),
            _of_account("account_password"),
            _of_account("account_factor"),
        )
    }
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Codes, ids, days and digests: nothing with a space, a capital letter, an @ or a letter that a code has not.
_CODE = re.compile(r"[a-z0-9][a-z0-9_.:+-]{0,79}")
# A telephone number is made of the same signs as a number of ours; ids of ours have no leading zero and no plus.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER_OF_A_PERSON = re.compile(r"\+?0?[0-9 ()-]{9,}")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST_FACTS = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `number` orders all about one subject; `at` is aware, in UTC; `by` is the label of an actor."""

    id: UUID
    number: int
    kind: str
    subject: UUID
    facts: Mapping[str, Any]
    at: datetime
    by: str

    def about(self) -> tuple[object, ...]:
        """What it is about: entries with the same raise and lower the same protection."""
        kind = KINDS[self.kind]
        return (kind.undoes or kind.code, self.subject, *(str(self.facts.get(name, "")) for name in kind.about))


def checked(kind: str, facts: Mapping[str, Any] | None) -> dict[str, Any]:
    """The facts as they are kept; `NotForTheJournal` for an unknown kind or for what may be content."""
    if kind not in KINDS:
        raise NotForTheJournal(f"The safety journal knows no entry {kind!r}.")
    kept = dict(facts or {})
    if len(kept) > _MOST_FACTS:
        raise NotForTheJournal(f"An entry of the safety journal has at most {_MOST_FACTS} facts.")
    for name, value in kept.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise NotForTheJournal("A fact of the safety journal is called by a code.")
        if not _is_code(value):
            # The value itself is not told: it may be what must not be written anywhere.
            raise NotForTheJournal(f"The fact {name!r} is no code, id, day or list of them.")
    missing = [name for name in KINDS[kind].about if name not in kept]
    if missing and len(missing) == len(KINDS[kind].about):
        raise NotForTheJournal(f"An entry {kind!r} says what it is about: {' or '.join(missing)}.")
    return kept


def source_of(entry: Entry) -> bytes | None:
    """The key by which the subject's sending body knows them, if the entry tells it.

    The database puts it into the fact `source` (`s` and hexadecimal), so that no writer forgets it. An erasure has
    none: who comes in again after it is somebody new.
    """
    told = entry.facts.get("source")
    if not isinstance(told, str) or not re.fullmatch(r"s(?:[0-9a-f]{2})+", told):
        return None
    return bytes.fromhex(told[1:])


def _is_code(value: object) -> bool:
    if value is None or isinstance(value, bool | int):
        return True
    if isinstance(value, str):
        number = _NUMBER_OF_A_PERSON.fullmatch(value) and not (_DAY.fullmatch(value) or _ID.fullmatch(value))
        return bool(_CODE.fullmatch(value)) and not number
    return isinstance(value, Sequence) and all(_is_code(each) and not isinstance(each, list) for each in value)

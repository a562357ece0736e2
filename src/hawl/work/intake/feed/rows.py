"""What one row of the police feed says, after checking: one person in one crime."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Crime:
    """The crime as the force recorded it. Dates are local (Europe/London)."""

    ref: str
    offence: str
    title: str | None
    flags: tuple[str, ...]
    occurred_from: date | None
    occurred_to: date | None
    reported_on: date
    place: str | None
    postcode: str | None
    lsoa: str | None
    council: str | None
    outcome: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """The person or organisation. `age` is in whole years on the day the crime was reported."""

    ref: str
    role: str
    kind: str
    given_name: str | None
    family_name: str | None
    known_as: str | None
    organisation_name: str | None
    named_contact: str | None
    born_on: date | None
    age: int | None
    gender: str | None
    ethnicity: str | None
    language: str | None
    interpreter: str | None
    access_needs: tuple[str, ...]
    # None is "not said", which undoes nothing that was said before.
    deceased: bool | None
    on_behalf_of: str | None
    risk: str
    agreement: str
    repeat: bool


@dataclass(frozen=True, slots=True)
class Suspect:
    """What the officer said of a suspect; None is "not said", which is not the same as no."""

    known: bool | None = None
    lives_here: bool | None = None
    police_employee: bool | None = None
    person_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach the person: a claim with its giver, and the officer's four answers."""

    kind: str
    value: str
    given_by: str | None
    given_on: date | None
    ring: str
    text: str
    message: str
    write: str


@dataclass(frozen=True, slots=True)
class ReportedEvent:
    """Something that the force says happened; `about` names the event that an act answers."""

    event_id: str
    event: str
    occurred_on: date | None
    received_on: date | None
    about: str | None
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One checked row. `row_number` is the line of the file where it starts; it is not content."""

    row_number: int = field(compare=False)
    source: str
    record_id: str
    version: int
    sent_at: datetime | None
    crime: Crime
    person: Person
    suspect: Suspect
    contacts: tuple[Contact, ...]
    events: tuple[ReportedEvent, ...]

    def all_events(self) -> tuple[ReportedEvent, ...]:
        """The report of the crime, made from the row itself, then the events the force sent.

        A `crime_reported` sent as an event is left out: the row's own date is the only one, so
        that no clock starts twice.
        """
        made = ReportedEvent(
            event_id=f"{self.record_id}-reported",
            event="crime_reported",
            occurred_on=self.crime.reported_on,
            received_on=None,
            about=None,
            attributes={},
        )
        sent = (event for event in self.events if event.event != "crime_reported")
        return (made, *sent)

    def canonical(self) -> bytes:
        """The row's content as bytes, equal for equal content whatever the file's form.

        Leaves out the row number and `sent_at`: a message stamped anew is the same message. It is
        personal data in the clear; store a keyed digest of it, never the bytes or a bare hash.
        Silence on a death reads here as it did in release 0.1.0, which did not tell it from a no: else what
        was taken in before would look like another content under the same version.
        """
        content = (
            self.source,
            self.record_id,
            self.version,
            _values(self.crime),
            _values(self.person, untold={"deceased": False}),
            _values(self.suspect),
            [_values(contact) for contact in self.contacts],
            [_values(event) for event in self.events],
        )
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_iso)
        return text.encode("utf-8")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken; `reason` is a code of docs/reference/police-feed.md, no content."""

    row_number: int
    reason: str


_NAMES = {kind: tuple(each.name for each in fields(kind)) for kind in (Crime, Person, Suspect, Contact, ReportedEvent)}


def _values(
    part: Crime | Person | Suspect | Contact | ReportedEvent, untold: Mapping[str, Any] = MappingProxyType({})
) -> list[Any]:
    values = {name: getattr(part, name) for name in _NAMES[type(part)]}
    values.update({name: value for name, value in untold.items() if values[name] is None})
    return list(values.values())


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")

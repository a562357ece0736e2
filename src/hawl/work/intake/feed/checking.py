"""One decoded row in, a `FeedRow` or the reason for refusing it out. Pure and quick.

Hand-written, since a schema library spends longer on one row than the whole import may; a test
holds it to the published JSON Schema on random rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hawl.work.intake.feed.fields import (
    CONTACT,
    CRIME,
    EVENT,
    MOST_CONTACTS,
    MOST_EVENTS,
    PERSON,
    ROW,
    SECTIONS,
    SUSPECT,
    Field,
)
from hawl.work.intake.feed.kinds import Attributes, Day, Moment, Wrong
from hawl.work.intake.feed.rows import Contact, Crime, FeedRow, Person, ReportedEvent, Suspect

LONDON = ZoneInfo("Europe/London")


class Refusal(Exception):
    """Why a row is not taken: a reason code with at most a field's name, never its value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Checker:
    """Checks rows against one day: `today` in Europe/London, after which no date may lie.

    `known_events`, when given, are the only event codes taken.
    """

    def __init__(self, today: date, known_events: Collection[str] | None = None) -> None:
        self._today = today
        self._known_events = None if known_events is None else frozenset(known_events)
        self._row = self._part("", ROW)
        self._crime = self._part("crime", CRIME)
        self._person = self._part("person", PERSON)
        self._suspect = self._part("suspect", SUSPECT)
        self._contact = self._part("contacts", CONTACT)
        self._event = self._part("events", EVENT)

    def check(self, row: Any, row_number: int) -> FeedRow:
        """The row as a `FeedRow`; raises Refusal with the first reason found."""
        if type(row) is not dict:
            raise Refusal("not_object")
        if not row.keys() <= _TOP:
            raise Refusal("wrong_columns")
        source, record_id, version, sent_at = self._row(row)
        crime = Crime(*self._crime(_object(row, "crime", required=True)))
        person = Person(*self._person(_object(row, "person", required=True)))
        suspect = Suspect(*self._suspect(_object(row, "suspect", required=False)))
        contacts = tuple(Contact(*self._contact(each)) for each in _objects(row, "contacts", MOST_CONTACTS))
        events = tuple(ReportedEvent(*self._event(each)) for each in _objects(row, "events", MOST_EVENTS))
        _check_name(person)
        _check_together(crime, person, suspect)
        self._check_events(events)
        return FeedRow(
            row_number, source, record_id, version, sent_at,
            crime, person, suspect, contacts, events,
        )  # fmt: skip

    def _part(self, section: str, table: Sequence[Field]) -> Callable[[dict[str, Any]], list[Any]]:
        """A function that reads one section's fields in the order of its table."""
        names = frozenset(field.name for field in table) | (_TOP if not section else frozenset())
        plan = tuple(
            (
                field.name,
                f"{section}.{field.name}" if section else field.name,
                self._parser(field),
                field.required,
                {} if isinstance(field.kind, Attributes) else field.absent,
            )
            for field in table
        )

        def read(part: dict[str, Any]) -> list[Any]:
            if not part.keys() <= names:
                raise Refusal("wrong_columns")
            values = []
            for name, path, parse, required, absent in plan:
                value = part.get(name)
                if value is not None:
                    try:
                        value = parse(value)
                    except Wrong as wrong:
                        raise Refusal(f"{wrong.code}:{path}") from None
                if value is None:
                    if required:
                        raise Refusal(f"missing:{path}")
                    value = absent
                values.append(value)
            return values

        return read

    def _parser(self, field: Field) -> Callable[[Any], Any]:
        if isinstance(field.kind, Day):
            return self._past_day
        if isinstance(field.kind, Moment):
            return self._past_moment
        return field.kind.parse

    def _past_day(self, value: Any) -> date:
        day = _DAY.parse(value)
        if day > self._today:
            raise Wrong("future_date")
        return day

    def _past_moment(self, value: Any) -> datetime:
        moment = _MOMENT.parse(value)
        try:
            local = moment.astimezone(LONDON).date()
        except OverflowError:
            raise Wrong("wrong_date") from None
        if local > self._today:
            raise Wrong("future_date")
        return moment

    def _check_events(self, events: tuple[ReportedEvent, ...]) -> None:
        if len({event.event_id for event in events}) < len(events):
            raise Refusal("wrong_value:events.event_id")
        if self._known_events is not None and any(event.event not in self._known_events for event in events):
            raise Refusal("wrong_value:events.event")


def _object(row: dict[str, Any], section: str, *, required: bool) -> dict[str, Any]:
    part = row.get(section)
    if part is None:
        if required:
            raise Refusal(f"missing:{section}")
        return {}
    if type(part) is not dict:
        raise Refusal(f"wrong_value:{section}")
    return part


def _objects(row: dict[str, Any], section: str, most: int) -> list[dict[str, Any]]:
    parts = row.get(section)
    if parts is None:
        return []
    if type(parts) is not list or any(type(part) is not dict for part in parts):
        raise Refusal(f"wrong_value:{section}")
    if len(parts) > most:
        raise Refusal(f"too_long:{section}")
    return parts


def _check_name(person: Person) -> None:
    """A person needs a family name, an organisation a name and someone who speaks for it."""
    if person.kind == "person":
        if person.family_name is None:
            raise Refusal("missing:person.family_name")
        return
    if person.organisation_name is None:
        raise Refusal("missing:person.organisation_name")
    if person.named_contact is None:
        raise Refusal("missing:person.named_contact")


def _check_together(crime: Crime, person: Person, suspect: Suspect) -> None:
    """What no single field can show; none of it can be said in the JSON Schema."""
    if crime.occurred_from and crime.occurred_to and crime.occurred_to < crime.occurred_from:
        raise Refusal("wrong_date:crime.occurred_to")
    if crime.occurred_from and crime.occurred_from > crime.reported_on:
        raise Refusal("wrong_date:crime.occurred_from")
    # Victim and suspect mixed up at the force: taking the row could tell the one of the other.
    if suspect.person_ref is not None and suspect.person_ref == person.ref:
        raise Refusal("wrong_value:suspect.person_ref")
    if person.on_behalf_of is not None and person.on_behalf_of == person.ref:
        raise Refusal("wrong_value:person.on_behalf_of")


_TOP = frozenset(field.name for field in ROW) | SECTIONS.keys()
_DAY = Day()
_MOMENT = Moment()

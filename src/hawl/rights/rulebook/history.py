"""One case's events as they were known on a day, sorted by what they do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from hawl.rights.rulebook.plan import Line, Plan
from hawl.rights.rulebook.records import Event


class Owed(NamedTuple):
    """A trigger of one duty; `missing` when what decides whether it is owed is not known."""

    trigger: Event
    missing: bool


class Mark(NamedTuple):
    """An event that ends or moves a clock: its place among the case's events by day and id, its day, and itself."""

    place: int
    day: dt.date
    event: Event


class History:
    """What had happened in the case by `as_of`; events after it do not exist.

    `owed` holds for each line its triggers, earliest first. `about` and `loose` hold the answering
    events by code, with and without a named trigger; `closings` those about a trigger, by its id; `marks` what ends or
    moves a clock, by code, with its place among the case's events. Only events with a day are in these four.
    """

    __slots__ = ("_deciding", "about", "closings", "loose", "marks", "owed")

    def __init__(self, events: Iterable[Event], plan: Plan, as_of: dt.date) -> None:
        """Sort the events, the order in which they are given being no matter.

        Raises ValueError for events of several cases and for two events with one id.
        """
        self.owed: dict[Line, list[Owed]] = {}
        self.about: dict[str, list[Event]] = {}
        self.loose: dict[str, list[Event]] = {}
        self.closings: dict[str, list[Event]] = {}
        self.marks: dict[str, list[Mark]] = {}
        self._deciding: list[tuple[dt.date, bool]] = []
        for place, event in enumerate(_known(events, as_of)):
            lines = plan.started_by.get(event.event)
            if lines:
                self._owe(event, lines, as_of)
            # An act, a closing or a decision without a day cannot be set beside any limit.
            if event.occurred_on is not None:
                self._sort_in(event, event.occurred_on, plan)
                if event.event in plan.marking:
                    self.marks.setdefault(event.event, []).append(Mark(place, event.occurred_on, event))

    def marked(self, codes: Iterable[str]) -> list[Mark]:
        """The events with these codes, earliest first."""
        found = [self.marks[code] for code in codes if code in self.marks]
        return found[0] if len(found) == 1 else sorted(mark for marks in found for mark in marks)

    def tier_on(self, day: dt.date | None) -> str:
        """The tier that the latest decision on or before the day gives; else undetermined."""
        tier = "undetermined"
        if day is not None:
            for decided_on, enhanced in self._deciding:
                if decided_on > day:
                    break
                tier = "enhanced" if enhanced else "standard"
        return tier

    def _owe(self, event: Event, lines: tuple[Line, ...], as_of: dt.date) -> None:
        # A trigger whose day nobody knows is judged by the rules of today, as data missing.
        day = event.occurred_on or as_of
        for line in lines:
            if not line.book.governs(day):
                continue
            missing = event.occurred_on is None
            if line.conditional:
                lacking = line.missing_from(event.attributes)
                if not lacking and not line.applies(event.attributes):
                    continue
                missing = missing or lacking
            self.owed.setdefault(line, []).append(Owed(event, missing))

    def _sort_in(self, event: Event, day: dt.date, plan: Plan) -> None:
        code = event.event
        if code in plan.answering:
            held = self.about if event.about else self.loose
            held.setdefault(code, []).append(event)
        if event.about and code in plan.closes_as:
            self.closings.setdefault(event.about, []).append(event)
        attribute = plan.decides_by.get(code)
        if attribute is not None:
            enhanced = event.attributes.get(attribute)
            # A decision that says neither yes nor no decides nothing.
            if isinstance(enhanced, bool):
                self._deciding.append((day, enhanced))


def _known(events: Iterable[Event], as_of: dt.date) -> list[Event]:
    known: list[tuple[dt.date, str, Event]] = []
    seen: set[str] = set()
    case_id: str | None = None
    for event in events:
        if case_id is None:
            case_id = event.case_id
        if event.case_id != case_id:
            raise ValueError("the events are of more than one case")
        if event.event_id in seen:
            raise ValueError(f"two events of one case have the id {event.event_id!r}")
        seen.add(event.event_id)
        day = event.occurred_on
        if day is None:
            known.append((as_of, event.event_id, event))
        elif day <= as_of:
            known.append((day, event.event_id, event))
    known.sort(key=_by_day_and_id)
    return [event for _, _, event in known]


def _by_day_and_id(entry: tuple[dt.date, str, Event]) -> tuple[dt.date, str]:
    return entry[0], entry[1]

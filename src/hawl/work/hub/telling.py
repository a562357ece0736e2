"""What of a case may be put before the person it is about. Pure; it errs on the side of silence.

A person must not learn from a printed page what nobody has told them yet, nor see that something was held back. Named
is what they did themselves, and what they were told by an act that is about that very event; whatever else was recorded
(a risk that was found, a release that is planned) is left out, and a withheld event with all that was said of it.
What the record calls excused, overdue or data missing is never told in those words (fact sheet victims-code, 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from hawl.rights.rulebook import Evaluated
from hawl.work.hub.rules import ABOUT_ANOTHER

Way = Literal["done", "late", "due", "was_due", "owed", "waiting", "not_known", "no", "reason", "safer", "ended"]
_WAYS: dict[str, Way] = {
    "met": "done", "met_late": "late", "pending": "due", "overdue": "was_due", "missed": "was_due", "no_limit": "owed",
    "continuing": "owed", "awaiting_upstream": "waiting", "data_missing": "not_known", "declined": "no",
    "excused": "reason", "safe_alternative": "safer", "ended": "ended",
}  # fmt: skip
# What the person did themselves: they know of it.
KNOWN_TO_THE_PERSON = frozenset({"crime_reported", "vrr_requested", "complaint_received", "expense_claim_received"})
_TOLD = frozenset({"met", "met_late", "declined", "safe_alternative", "excused"})


class Recorded(Protocol):
    """As much of a recorded event as is asked here."""

    @property
    def event_id(self) -> str:
        """The event's own id."""

    @property
    def event(self) -> str:
        """What it is, a code of the vocabulary."""


@dataclass(frozen=True, slots=True)
class ToTell:
    """One duty in the person's words: what is `owed` and which `way` it stands."""

    owed: Evaluated
    way: Way


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told: by event, in the order of the events; and the days by which something unnamed was owed."""

    events: tuple[tuple[Recorded, tuple[ToTell, ...]], ...]
    unnamed: tuple[Evaluated, ...]


def may_be_told(events: Sequence[Recorded], owed: Iterable[Evaluated], acts: dict[str, str | None]) -> Told:
    """What may be put before the person. `acts` gives for each duty id the act that answers it.

    Only what is certain is told. An event of which the person was to be told and was not, is not named: where the
    time has passed, only that they should have heard something by that day.
    """
    by_event: dict[str, list[Evaluated]] = {}
    for one in owed:
        if one.enforced:
            by_event.setdefault(one.trigger_event_id, []).append(one)
    shown, unnamed = [], []
    for event in events:
        rows = by_event.get(event.event_id, [])
        if not rows or any(row.state == "withheld" for row in rows):
            continue
        to_tell = [row for row in rows if acts.get(row.duty_id) in ABOUT_ANOTHER]
        if event.event not in KNOWN_TO_THE_PERSON and not any(_was_told(row) for row in to_tell):
            unnamed += [row for row in to_tell if row.state in ("overdue", "missed")]
            continue
        told = tuple(ToTell(row, _way(row)) for row in rows if row.state in _WAYS)
        if told:
            shown.append((event, told))
    return Told(tuple(shown), tuple(unnamed))


def _was_told(row: Evaluated) -> bool:
    """Whether the act is recorded, also where word between bodies is missing by which its clock would be judged."""
    return row.state in _TOLD or row.done_on is not None


def _way(row: Evaluated) -> Way:
    unjudged = row.state in ("awaiting_upstream", "data_missing") and row.done_on is not None
    return "done" if unjudged else _WAYS[row.state]


def may_be_reminded(reminders: Iterable[Evaluated], told: Told) -> tuple[Evaluated, ...]:
    """The reminders that come from what may be told, and whose time runs still."""
    named = {event.event_id for event, _rows in told.events}
    return tuple(one for one in reminders if one.trigger_event_id in named and one.state == "pending")

"""What goes into an evaluation and what comes out of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in or around one case. Days are local (Europe/London), never moments.

    `received_on` is when the body that owes the next step got to know. `about` is the event_id of
    the event that this one answers. `event` is a code of the vocabulary.
    """

    case_id: str
    event_id: str
    event: str
    occurred_on: dt.date | None
    received_on: dt.date | None = None
    about: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)


class Why(Mapping[str, Any]):
    """The explanation of one evaluated duty, worked out only when somebody reads it.

    Reads like a dict; `dict(why)` is one that `json` can write. Its keys are those `explain` gives.
    """

    __slots__ = ("_explain", "_known")

    def __init__(self, explain: Callable[[], dict[str, Any]]) -> None:
        """Keep the way to the explanation."""
        self._explain = explain
        self._known: dict[str, Any] | None = None

    def _read(self) -> dict[str, Any]:
        if self._known is None:
            self._known = self._explain()
        return self._known

    def __getitem__(self, key: str) -> Any:
        """One part of the explanation."""
        return self._read()[key]

    def __iter__(self) -> Iterator[str]:
        """The names of its parts."""
        return iter(self._read())

    def __len__(self) -> int:
        """How many parts it has."""
        return len(self._read())

    def __repr__(self) -> str:
        """As a dict."""
        return repr(self._read())


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One duty that one event of a case started, as it stood on the day of the evaluation.

    `state` is one of: met, met_late, pending, overdue, declined, excused, withheld, safe_alternative,
    awaiting_upstream, data_missing, no_limit; of a duty that goes on, continuing or ended; of a turn that an agreement
    or the end cut off, superseded, or missed where it was due by then; of a reminder, lapsed. `tier` is standard,
    enhanced or undetermined. `started_on` is day 0 of the clock; `target_on` the day by the enhanced limit, given only
    while the tier is undetermined. `enforced` is false for what is only advisory.
    """

    case_id: str
    duty_id: str
    trigger_event_id: str
    started_on: dt.date | None
    due_on: dt.date | None
    target_on: dt.date | None
    state: str
    done_on: dt.date | None
    tier: str
    enforced: bool
    bearer: str
    rulebook: str
    why: Mapping[str, Any] = field(hash=False)

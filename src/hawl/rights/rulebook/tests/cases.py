"""Short ways to write a case down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hawl.rights.rulebook import Evaluated, Event, Rulebook, applying, evaluate, load_rulebook

_HERE = Path(__file__).parent
SEAMS, CLOCKS, REMINDERS = (load_rulebook(_HERE / f"{name}.yaml") for name in ("seams", "clocks", "reminders"))
LATE = "2027-06-01"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def event(
    event_id: str,
    code: str,
    on: str | None,
    received: str | None = None,
    about: str | None = None,
    **attributes: Any,
) -> Event:
    return Event(
        "case",
        event_id,
        code,
        day(on) if on else None,
        day(received) if received else None,
        about,
        attributes,
    )


def rows(
    *events: Event, as_of: str = LATE, books: Sequence[Rulebook] | None = None
) -> dict[tuple[str, str], Evaluated]:
    found = evaluate(events, applying() if books is None else books, day(as_of))
    keyed = {(row.duty_id, row.trigger_event_id): row for row in found}
    assert len(keyed) == len(found)
    return keyed


def row(duty: str, *events: Event, as_of: str = LATE, seams: bool = False) -> Evaluated:
    found = rows(*events, as_of=as_of, books=[*applying(), SEAMS, CLOCKS, REMINDERS] if seams else None)
    matching = [one for (duty_id, _), one in found.items() if duty_id == duty]
    assert len(matching) == 1, found
    return matching[0]


def state(duty: str, *events: Event, as_of: str = LATE, seams: bool = False) -> str:
    return row(duty, *events, as_of=as_of, seams=seams).state

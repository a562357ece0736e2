"""The two engines called alike, and random cases for them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from random import Random
from typing import Any

import duckdb

from hawl.rights.evaluating.columnar import evaluate_columnar
from hawl.rights.evaluating.tables import lay_table
from hawl.rights.rulebook import Event, Rulebook, evaluate
from hawl.rights.rulebook.tests.attributes import FIRST
from hawl.rights.rulebook.tests.test_histories import ALWAYS, ASKED, BOOKS, CODES, CROWDS

Row = tuple[Any, ...]
AS_OF = dt.date(2026, 4, 20)
COLUMNS = {
    "case_id": "VARCHAR", "event_id": "VARCHAR", "event": "VARCHAR", "occurred_on": "DATE", "received_on": "DATE",
    "about": "VARCHAR", "attributes": "VARCHAR",
}  # fmt: skip


def taken(events: Iterable[Event]) -> duckdb.DuckDBPyConnection:
    """A connection whose table `taken` holds these events."""
    rows = [
        (e.case_id, e.event_id, e.event, e.occurred_on, e.received_on, e.about, json.dumps(dict(e.attributes)))
        for e in events
    ]
    connection = duckdb.connect()
    lay_table(connection, "taken", COLUMNS, rows)
    return connection


def columnar(events: Iterable[Event], as_of: dt.date = AS_OF, books: Sequence[Rulebook] = BOOKS) -> list[Row]:
    """The rows of all cases by the columnar engine, in its order."""
    with taken(events) as connection:
        evaluate_columnar(connection, books, as_of)
        return connection.execute("FROM evaluated").fetchall()


def one_case(events: Sequence[Event], as_of: dt.date = AS_OF, books: Sequence[Rulebook] = BOOKS) -> list[Row]:
    """The same by the engine of one case. Sorted here by case id."""
    rows = []
    for _, case in groupby(sorted(events, key=_case_id), key=_case_id):
        for r in evaluate(case, books, as_of):
            why = json.dumps(dict(r.why), ensure_ascii=False)
            days = (r.started_on, r.due_on, r.target_on, r.state, r.done_on)
            rows.append(
                (r.case_id, r.duty_id, r.trigger_event_id, *days, r.tier, r.enforced, r.bearer, r.rulebook, why)
            )
    return rows


def _case_id(event: Event) -> str:
    return event.case_id


def random_cases(chance: Random, cases: int, *, plain: bool = False) -> Iterator[list[Event]]:
    """Cases of up to nine events in five weeks around Easter; `plain` ones have all days and sound attributes."""
    for number in range(cases):
        # Of every second case all events are of a few codes, so that triggers and acts stand in a queue.
        codes = (
            CODES
            if number % 2
            else [*chance.choice(CROWDS), *chance.choice(CROWDS), chance.choice(CODES), chance.choice(ALWAYS)]
        )
        yield [_event(chance, f"C{number:07}", str(k + 5), codes, plain) for k in range(chance.randint(0, 9))]


def _event(chance: Random, case_id: str, event_id: str, codes: Sequence[str], plain: bool) -> Event:
    day: dt.date | None = FIRST + dt.timedelta(days=chance.randint(0, 32))
    code = chance.choice(codes)
    about = str(chance.randint(4, 14)) if chance.random() < (0.5 if codes is CODES else 0.2) else None
    received = None if chance.random() < 0.3 else FIRST + dt.timedelta(days=chance.randint(0, 44))
    if not plain and chance.random() < 0.05:
        day = None
    if not plain and chance.random() < 0.05:
        about = ""
    return Event(case_id, event_id, code, day, received, about, _attributes(chance, code, plain))


def _attributes(chance: Random, code: str, plain: bool) -> dict[str, Any]:
    found = {name: _value(chance, values, plain) for name, values in ASKED.get(code, {}).items()}
    if found and code != ALWAYS[0] and chance.random() < 0.1:
        found.pop(chance.choice(list(found)))
    return found


def _value(chance: Random, values: Sequence[Any], plain: bool) -> Any:
    """One of the values, or what only looks like one."""
    value = chance.choice(values)
    if plain or chance.random() < 0.6:
        return value
    odd = [
        None,
        "yes",
        1,
        1.5,
        "true",
        'á"',
        0,
        -2,
        10**7,
        10**30,
        f"{value}T00:00",
        f"{value}",
        "2026-02-30",
        "20260401",
    ]
    odd += ["2026-W14-3", "0000-01-01", *([] if isinstance(value, str) else [value + 0.0, value - 0.1])]
    return chance.choice(odd)

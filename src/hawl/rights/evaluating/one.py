"""The engine of one case over a whole table, case after case, in bounded memory."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from hawl.rights.evaluating.tables import Row, add_rows, lay_table
from hawl.rights.rulebook import Evaluated, Event, Rulebook, evaluate

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ROWS = 20_000
KINDS = {
    "case_id": "VARCHAR", "duty_id": "VARCHAR", "trigger_event_id": "VARCHAR", "started_on": "DATE", "due_on": "DATE",
    "target_on": "DATE", "state": "VARCHAR", "done_on": "DATE", "tier": "VARCHAR", "enforced": "BOOLEAN",
    "bearer": "VARCHAR", "rulebook": "VARCHAR", "why": "VARCHAR",
}  # fmt: skip


def evaluate_one_by_one(
    connection: DuckDBPyConnection,
    rulebooks: Sequence[Rulebook],
    as_of: dt.date,
    *,
    tell: Callable[[int], None] = lambda events: None,
) -> None:
    """Evaluate the cases of the table `taken`, one at a time, into the table `evaluated`, in the order to be written.

    `tell` is told how many events are done. Raises what `rulebook.evaluate` raises.
    """
    lay_table(connection, "evaluated", KINDS, [])
    waiting: list[Row] = []
    done = 0
    for _, case in groupby(_events(connection), key=lambda event: event.case_id):
        events = list(case)
        done += len(events)
        waiting.extend(_row(one) for one in evaluate(events, rulebooks, as_of))
        if len(waiting) >= _ROWS:
            add_rows(connection, "evaluated", KINDS, waiting)
            waiting.clear()
            tell(done)
    add_rows(connection, "evaluated", KINDS, waiting)


def _events(connection: DuckDBPyConnection) -> Iterator[Event]:
    reading = connection.cursor()
    reading.execute(
        "SELECT case_id, event_id, event, occurred_on, received_on, about, attributes FROM taken ORDER BY case_id"
    )
    while rows := reading.fetchmany(_ROWS):
        for case_id, event_id, event, occurred_on, received_on, about, attributes in rows:
            yield Event(case_id, event_id, event, occurred_on, received_on, about, json.loads(attributes))


def _row(one: Evaluated) -> Row:
    *told, why = (getattr(one, name) for name in KINDS)
    return *told, json.dumps(dict(why), ensure_ascii=False)

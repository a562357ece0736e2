"""Laying one part of an extract into the cases: COPY into staging, then a fixed number of statements for all rows."""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from hawl.foundations.vault.keys import KeyRing
from hawl.foundations.vault.sealing import seal
from hawl.rights.duties.columns import COLUMNS
from hawl.rights.duties.figures import DECLINED_STEP
from hawl.rights.rulebook import Event
from hawl.work.extracts import statements as sql
from hawl.work.extracts.keys import RowKeys
from hawl.work.intake.copy_text import lines
from hawl.work.intake.parts import Desk
from hawl.work.intake.working_out import duty_lines

_KEPT = ("extracts_keptrow", "told")


@dataclass(frozen=True, slots=True)
class Staged:
    """A row with its keys, ready to be laid. `n` is its number in the part; `run` and `row_number` say whence it is."""

    n: int
    keys: RowKeys
    event: str
    occurred_on: date | None
    received_on: date | None
    attributes: dict[str, Any]
    told_at: datetime
    run: uuid.UUID
    row_number: int

    def columns(self) -> tuple[Any, ...]:
        """The row in the order of `statements.STAGED`."""
        keys = self.keys
        return (
            self.n, keys.crime, keys.person, keys.record, keys.event_id, self.event, self.occurred_on,
            self.received_on, keys.about, json.dumps(self.attributes, sort_keys=True), self.told_at,
        )  # fmt: skip

    def told(self) -> dict[str, Any]:
        """What is sealed of it while it waits."""
        days = {"occurred_on": self.occurred_on, "received_on": self.received_on}
        said = {name: day and day.isoformat() for name, day in days.items()}
        return {"event": self.event, **said, "about": self.keys.about, "attributes": self.attributes}


@dataclass(frozen=True, slots=True)
class Former:
    """An event as it stood before a row corrected it, took it back or said that it is of another crime (`fate`)."""

    fate: str
    case_id: uuid.UUID
    event_id: str
    said: dict[str, Any]


@dataclass(slots=True)
class Laid:
    """What laying came to. `fates` counts events in cases by the row; `unplaced` is rows by "is the crime known"."""

    fates: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unplaced: dict[int, bool] = field(default_factory=dict)
    former: list[Former] = field(default_factory=list)
    # Cases in which a row said that the person does not want to be referred on.
    declined: list[uuid.UUID] = field(default_factory=list)
    cases: int = 0
    duties: int = 0


def make_stages() -> None:
    """Staging tables of this session, emptied at each commit."""
    with connection.cursor() as cursor:
        # As when a feed is laid (`intake.laying`): short statements over a few thousand rows that lie in memory.
        cursor.execute("SET jit = off; SET random_page_cost = 1.1")
        for statement in sql.STAGES:
            cursor.execute(statement)


def place(rows: Iterable[Staged]) -> Laid:
    """Stage the rows, find their cases and hold these to the end of the transaction; gives the rows without a case."""
    laid = Laid()
    with connection.cursor() as cursor:
        cursor.execute(sql.EMPTY)
        _copy(cursor, f"stage_extract ({sql.STAGED})", (row.columns() for row in rows))
        cursor.execute("ANALYZE stage_extract")
        cursor.execute(sql.FIND, {})
        # Without counts the planner would read whole tables to find a thousand rows.
        cursor.execute("ANALYZE stage_extract_found")
        cursor.execute(sql.HOLD, {})
        cursor.execute(sql.UNPLACED, {})
        laid.unplaced = dict(cursor.fetchall())
    return laid


def keep(rows: Sequence[Staged], *, source: str, until: date, ring: KeyRing) -> None:
    """Keep staged rows: those that wait, sealed, and of those that take an event back the mark alone."""
    told = [_sealed(row, ring) if row.event else None for row in rows]
    values: dict[str, Any] = {
        "source": source,
        "until": until,
        "ids": [row.keys.kept for row in rows],
        "rows": [row.n for row in rows],
        "told": told,
        "runs": [row.run for row in rows],
        "numbers": [row.row_number for row in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.KEPT_GONE, {})
        cursor.execute(sql.KEEP, values)


def lay(laid: Laid, *, run: uuid.UUID | None, label: str, desk: Desk, confirms: bool) -> Laid:
    """Bring events and duties of the found cases to what the rows say. `confirms`: rows say when they changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql.FATES, {"run": run})
        cursor.execute("ANALYZE stage_extract_fate")
        cursor.execute(sql.OF_ROWS, {})
        for n, fate, count in cursor.fetchall():
            laid.fates[n][fate] += count
        cursor.execute(sql.FORMER, {})
        laid.former = [_former(row) for row in cursor.fetchall()]
        for statement in sql.EVENTS:
            cursor.execute(statement, {"label": label})
        for statement in (sql.HOLD_PEOPLE, sql.SAID_NO):
            cursor.execute(statement, {"no": DECLINED_STEP})
        laid.declined = [row[0] for row in cursor.fetchall()]
        cursor.execute(sql.NO_CALLS, {"no": DECLINED_STEP})
        if confirms:
            cursor.execute(sql.CONFIRM, {})
        _duties(cursor, laid, desk)
    return laid


def _duties(cursor: Any, laid: Laid, desk: Desk) -> None:
    """The duties of every touched case anew, from all events of it; only those that stand otherwise are written."""
    cursor.execute(sql.OF_TOUCHED, {})
    events: dict[uuid.UUID, list[Event]] = defaultdict(list)
    for case_id, event_id, event, occurred, received, about, attributes in cursor.fetchall():
        told = Event(str(case_id), event_id, event, occurred, received, about or None, json.loads(attributes))
        events[case_id].append(told)
    laid.cases = len(events)
    owed = (f"{case_id}\t{duty}" for case_id, theirs in events.items() for duty in duty_lines(theirs, desk))
    _copy(cursor, f"stage_extract_duty (case_id, {', '.join(_quoted(COLUMNS))})", owed)
    cursor.execute("ANALYZE stage_extract_duty")
    cursor.execute(sql.DUTIES_GONE, {})
    cursor.execute(sql.DUTIES_NEW, {})
    laid.duties = cursor.rowcount


def takeable(source: str, most: int) -> list[uuid.UUID]:
    """Ids of rows of a source that wait and find a case by now; at most so many."""
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKEABLE, {"source": source, "most": most})
        return [row[0] for row in cursor.fetchall()]


def _former(row: Sequence[Any]) -> Former:
    fate, case_id, event_id, event, occurred, received, about, attributes = row
    days = {"occurred_on": occurred, "received_on": received}
    said = {"event": event, **{name: day.isoformat() for name, day in days.items() if day}}
    return Former(fate, case_id, event_id, {**said, "about": about, "attributes": json.loads(attributes)})


def _sealed(row: Staged, ring: KeyRing) -> bytes:
    text = json.dumps(row.told(), ensure_ascii=False, separators=(",", ":"))
    table, column = _KEPT
    return seal(text.encode(), table, str(row.keys.kept), column, ring)


def _copy(cursor: Any, table: str, rows: Iterable[tuple[Any, ...] | str]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        copy.write(lines(rows))


def _quoted(columns: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in columns]

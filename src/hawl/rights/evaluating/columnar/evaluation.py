"""All cases of a file at once: the rulebooks as tables, and statements of DuckDB over the events.

It gives the rows that `hawl.rights.rulebook.evaluate` gives case by case, down to the bytes of `why`. The statements
stand in the `.sql` files beside this one. Nothing here or there names a duty, an event code or a number of days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from hawl.foundations.clock import BeyondCalendar, WorkingCalendar, england_and_wales
from hawl.rights.evaluating.columnar.conditions import Parameters, holds, missing
from hawl.rights.evaluating.columnar.explanation import skipped_told
from hawl.rights.evaluating.columnar.rulebook_tables import Numbers, lay_rulebooks
from hawl.rights.evaluating.tables import lay_table, lay_type
from hawl.rights.rulebook.books import Rulebook
from hawl.rights.rulebook.limits import last_day
from hawl.rights.rulebook.plan import Line, plan_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SKIPPED = "columnar.skipped"
_SPANS = {"begins_on": "DATE", "limited": "SMALLINT", "ends_on": "DATE", "told": SKIPPED}
# So many events are worked on at once: what follows from them stays small beside the memory that is allowed.
_AT_ONCE = 1_000_000
_BEYOND = 2**31 - 1
_VERDICTS = {"n": "BIGINT", "line": "SMALLINT", "missing": "BOOLEAN", "holds": "BOOLEAN"}


def evaluate_columnar(
    connection: DuckDBPyConnection,
    rulebooks: Sequence[Rulebook],
    as_of: dt.date,
    *,
    calendar: WorkingCalendar | None = None,
    source: str = "taken",
    into: str = "evaluated",
) -> None:
    """Evaluate the events of the table `source` as they stood at the end of the day `as_of`; rows are read in `into`.

    `source` has case_id, event_id, event, occurred_on, received_on (DATE), about and attributes (JSON text); ids are
    unique in their case. `into` becomes a temporary view of the thirteen columns of an evaluated duty, whose rows come
    in the order in which they are written: case, due day (none last), duty, trigger, as text bytes. It reads tables of
    the schema `columnar`, which the next call makes anew. Days are local days of Europe/London.

    Raises ValueError for rulebooks that share a duty id; BeyondCalendar where a limit ends after the last published
    bank holidays. It sets variables of the connection and keeps the order of rows on it.
    """
    Evaluation(connection, rulebooks, as_of, calendar or england_and_wales()).run(source, into)


class Evaluation:
    """One run over all cases, on one connection."""

    def __init__(
        self, connection: DuckDBPyConnection, rulebooks: Sequence[Rulebook], as_of: dt.date, calendar: WorkingCalendar
    ) -> None:
        self._connection = connection
        self._numbers = Numbers(plan_of(tuple(rulebooks)))
        self._as_of = as_of
        self._calendar = calendar
        self._beyond: set[tuple[dt.date, int]] = set()

    def run(self, source: str, into: str) -> None:
        """Lay out the rules, run the statements in their order, and give the rows their view."""
        self._begin(source)
        self._step("history.sql")
        self._lay_spans()
        self._step("judged.sql")
        for first, following in self._parts():
            self._set("first_case", first)
            self._set("next_case", following)
            self._run_part()
        self._refuse_what_lies_beyond_the_calendar()
        self._step("told.sql")
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {_name(into)} AS FROM columnar.told")

    def _parts(self) -> list[tuple[int, int]]:
        """Ranges of whole cases by their numbers, in order, each from one to before the next."""
        begins = self._connection.execute(
            "SELECT DISTINCT case_no FROM columnar.happened WHERE rowid % $at_once = 0 ORDER BY case_no",
            {"at_once": _AT_ONCE},
        ).fetchall()
        return list(pairwise([*(first for (first,) in begins), _BEYOND]))

    def _run_part(self) -> None:
        """Add the rows of the events of a part to those of the parts before it."""
        self._step("part.sql")
        self._ask()
        self._step("owed.sql")
        self._step("clocks.sql")
        self._note_what_lies_beyond_the_calendar()
        self._step("answers.sql")
        self._step("rows.sql")

    def _begin(self, source: str) -> None:
        self._connection.execute("SET preserve_insertion_order = true")
        self._connection.execute("DROP SCHEMA IF EXISTS columnar CASCADE")
        self._connection.execute("CREATE SCHEMA columnar")
        self._connection.execute(f"CREATE VIEW columnar.given AS FROM {_name(source)}")
        self._set("as_of", self._as_of)
        self._set("last_day", dt.date.max)
        lay_rulebooks(self._connection, self._numbers, self._calendar)

    def _lay_spans(self) -> None:
        """When each clock that may run ends, NULL beyond the calendar, and how its days that do not count are told."""
        rows: list[tuple[dt.date | None, int | None, dt.date | None, str]] = [
            (None, None, None, skipped_told(None, None, self._calendar))
        ]
        for begins_on, limited in self._connection.execute("FROM columnar.wanted").fetchall():
            number, unit = self._numbers.limits[limited]
            ends_on = self._end(begins_on, number, unit)
            # Of a clock that does not count working days none is passed over.
            passed = ends_on if unit == "working_days" else None
            rows.append((begins_on, limited, ends_on, skipped_told(begins_on, passed, self._calendar)))
        lay_type(self._connection, SKIPPED, (row[-1] for row in rows))
        lay_table(self._connection, "columnar.spans", _SPANS, rows)

    def _end(self, begins_on: dt.date, number: int, unit: str) -> dt.date | None:
        try:
            return last_day(begins_on, number, unit, self._calendar)
        except BeyondCalendar:
            return None

    def _ask(self) -> None:
        """Whether the conditions of each duty hold for the events that would start it."""
        lay_table(self._connection, "columnar.verdicts", _VERDICTS, [])
        parameters = Parameters()
        asked = [_asked(number, line, parameters) for number, line in self._numbers.conditional()]
        if asked:
            self._connection.execute(f"INSERT INTO columnar.verdicts {' UNION ALL '.join(asked)}", parameters.values)

    def _note_what_lies_beyond_the_calendar(self) -> None:
        """Keep which clocks of a part cannot be told, so that of all parts the earliest is refused."""
        self._beyond |= set(
            self._connection.execute(
                """
                SELECT DISTINCT begins_on, limited
                FROM columnar.spans
                JOIN columnar.owed ON started_on = begins_on AND limited IN (due_limit, target_limit)
                WHERE ends_on IS NULL
                """
            ).fetchall()
        )

    def _refuse_what_lies_beyond_the_calendar(self) -> None:
        for begins_on, limited in sorted(self._beyond)[:1]:
            number, unit = self._numbers.limits[limited]
            last_day(begins_on, number, unit, self._calendar)

    def _set(self, name: str, value: dt.date | int) -> None:
        self._connection.execute(f"SET VARIABLE {name} = $value", {"value": value})

    def _step(self, file: str) -> None:
        self._connection.execute(_statements(file))


def _asked(number: int, line: Line, parameters: Parameters) -> str:
    wanted, barred = line.duty.applies_if, line.duty.not_if
    lacking = [missing(one, parameters) for one in (wanted, barred) if one is not None]
    holding = [] if wanted is None else [holds(wanted, parameters)]
    holding += [] if barred is None else [f"NOT {holds(barred, parameters)}"]
    named = parameters.name(number)
    return f"""
        SELECT n, {named}, {" OR ".join(lacking)}, {" AND ".join(holding)}
        FROM columnar.events
        WHERE code IN (SELECT code FROM columnar.starting WHERE line = {named})
        """  # noqa: S608 - expressions of `conditions`, whose values are parameters


@cache
def _statements(file: str) -> str:
    return (files("hawl.rights.evaluating.columnar") / file).read_text(encoding="utf-8")


def _name(table: str) -> str:
    quoted = table.replace('"', '""')
    return f'"{quoted}"'

"""Rulebooks laid out as tables, so that the statements hold no duty, no event code and no number of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hawl.foundations.clock import WorkingCalendar
from hawl.rights.evaluating.columnar.conditions import json_path
from hawl.rights.evaluating.columnar.explanation import rule_told
from hawl.rights.evaluating.tables import Row, lay_table, lay_type
from hawl.rights.rulebook.plan import Line, Plan

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Texts that many rows share are kept once, as types that list them: a row then holds a number.
WORD, RULE = "columnar.word", "columnar.rule"

# Each table with its columns. `code` numbers an event code that any rulebook knows, `line` a duty of one of them,
# `start` a line and one code that starts it; `told_` is what of an explanation follows from these and the tier.
_KINDS = {
    "code": "SMALLINT", "event": "VARCHAR", "starts": "BOOLEAN", "answers": "BOOLEAN", "closes_as": "VARCHAR",
    "decides_by": "VARCHAR", "asked": "BOOLEAN",
}  # fmt: skip
_LINES = {
    "line": "SMALLINT", "duty_id": WORD, "standard": "INTEGER", "enhanced": "INTEGER", "from_receipt": "BOOLEAN",
    "by_receipt": "BOOLEAN", "enforced": "BOOLEAN", "bearer": WORD, "rulebook": WORD,
}  # fmt: skip
_STARTING = {
    "start": "SMALLINT", "code": "SMALLINT", "line": "SMALLINT", "first_day": "DATE", "last_day": "DATE",
    "conditional": "BOOLEAN", "told_standard": RULE, "told_enhanced": RULE,
}  # fmt: skip
_ANSWERING = {"code": "SMALLINT", "line": "SMALLINT", "declines": "BOOLEAN"}


class Numbers:
    """The numbers by which the tables name the duties and the event codes of a plan.

    Lines are numbered in the order of their duties' ids, so that rows sorted by one are sorted by the other.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        found = {line for lines in plan.started_by.values() for line in lines}
        self.lines = {line: number for number, line in enumerate(sorted(found, key=_duty_id))}
        codes = {*plan.started_by, *plan.answering, *plan.closes_as, *plan.decides_by}
        self.codes = {code: number for number, code in enumerate(sorted(codes))}

    def conditional(self) -> Iterator[tuple[int, Line]]:
        """The lines that ask for attributes, with their numbers."""
        return ((number, line) for line, number in self.lines.items() if line.conditional)


def _duty_id(line: Line) -> str:
    return line.duty.id


def lay_rulebooks(connection: DuckDBPyConnection, numbers: Numbers, calendar: WorkingCalendar) -> None:
    """Make the tables `kinds`, `lines`, `starting` and `answering`, and the types of their texts."""
    lines, starting = list(_lines(numbers)), list(_starting(numbers, calendar))
    lay_type(
        connection, WORD, (row[place] for row in lines for place, kind in enumerate(_LINES.values()) if kind == WORD)
    )
    lay_type(connection, RULE, (text for row in starting for text in row[-2:]))
    lay_table(connection, "columnar.kinds", _KINDS, list(_kinds(numbers)))
    lay_table(connection, "columnar.lines", _LINES, lines)
    lay_table(connection, "columnar.starting", _STARTING, starting)
    lay_table(connection, "columnar.answering", _ANSWERING, list(_answering(numbers)))


def _kinds(numbers: Numbers) -> Iterator[Row]:
    plan = numbers.plan
    for code, number in numbers.codes.items():
        lines = plan.started_by.get(code, ())
        attribute = plan.decides_by.get(code)
        decides_by = None if attribute is None else json_path(attribute)
        asked = attribute is not None or any(line.conditional for line in lines)
        yield number, code, bool(lines), code in plan.answering, plan.closes_as.get(code), decides_by, asked


def _lines(numbers: Numbers) -> Iterator[Row]:
    for line, number in numbers.lines.items():
        duty = line.duty
        limits = duty.within or (None, None)
        how = (line.from_receipt, line.by_receipt, line.enforced)
        yield number, duty.id, *limits, *how, duty.bearer, line.book.id


def _starting(numbers: Numbers, calendar: WorkingCalendar) -> Iterator[Row]:
    pairs = [(code, line) for code, lines in numbers.plan.started_by.items() for line in lines]
    for start, (code, line) in enumerate(pairs):
        force = (line.book.in_force_from, line.book.in_force_to or dt.date.max)
        told = [rule_told(line, code, limit, calendar) for limit in line.duty.within or (None, None)]
        yield start, numbers.codes[code], numbers.lines[line], *force, line.conditional, *told


def _answering(numbers: Numbers) -> Iterator[Row]:
    for line, number in numbers.lines.items():
        if not line.by_receipt:
            for code in line.answers:
                yield numbers.codes[code], number, code != line.duty.act

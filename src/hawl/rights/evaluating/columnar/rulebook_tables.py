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
from hawl.rights.rulebook.standing import STATES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Texts that many rows share are kept once, as types that list them: a row then holds a number.
WORD, RULE, STATE = "columnar.word", "columnar.rule", "columnar.state"

# Each table with its columns. `code` numbers an event code that any rulebook knows, `line` a duty of one of them,
# `start` a line and one code that starts it, `standard` and `enhanced` a limit of a number of some unit; `told_` is
# what of an explanation follows from these and the tier. `marking` holds what ends or moves a clock: `how` is before,
# announced, until, agreed or act, and `path` leads to the attribute that is asked.
_KINDS = {
    "code": "SMALLINT", "event": "VARCHAR", "starts": "BOOLEAN", "answers": "BOOLEAN", "closes_as": STATE,
    "decides_by": "VARCHAR", "asked": "BOOLEAN",
}  # fmt: skip
_LINES = {
    "line": "SMALLINT", "duty_id": WORD, "standard": "SMALLINT", "enhanced": "SMALLINT", "from_receipt": "BOOLEAN",
    "by_receipt": "BOOLEAN", "bounded": "BOOLEAN", "recurs": "BOOLEAN", "goes_on": "BOOLEAN", "reminds": "BOOLEAN",
    "enforced": "BOOLEAN", "bearer": WORD, "rulebook": WORD,
}  # fmt: skip
_STARTING = {
    "start": "SMALLINT", "code": "SMALLINT", "line": "SMALLINT", "first_day": "DATE", "last_day": "DATE",
    "conditional": "BOOLEAN", "agrees": "BOOLEAN", "told_standard": RULE, "told_enhanced": RULE,
}  # fmt: skip
_ANSWERING = {"code": "SMALLINT", "line": "SMALLINT", "declines": "BOOLEAN"}
_MARKING = {"code": "SMALLINT", "line": "SMALLINT", "how": "VARCHAR", "path": "VARCHAR"}


class Numbers:
    """The numbers by which the tables name the duties and the event codes of a plan.

    Lines are numbered in the order of their duties' ids, so that rows sorted by one are sorted by the other.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        found = {line for lines in plan.started_by.values() for line in lines}
        self.lines = {line: number for number, line in enumerate(sorted(found, key=_duty_id))}
        codes = {*plan.started_by, *plan.answering, *plan.marking, *plan.closes_as, *plan.decides_by}
        self.codes = {code: number for number, code in enumerate(sorted(codes))}
        self.limits = list(dict.fromkeys(each for line in self.lines for each in _limits(line) if each is not None))

    def conditional(self) -> Iterator[tuple[int, Line]]:
        """The lines that ask for attributes, with their numbers."""
        return ((number, line) for line, number in self.lines.items() if line.conditional)


def _limits(line: Line) -> tuple[tuple[int, str] | None, tuple[int, str] | None]:
    """The limits of a line for a standard and for an enhanced victim, each a number and its unit."""
    within = line.duty.within
    return (None, None) if within is None else ((within.standard, within.unit), (within.enhanced, within.unit))


def _duty_id(line: Line) -> str:
    return line.duty.id


def lay_rulebooks(connection: DuckDBPyConnection, numbers: Numbers, calendar: WorkingCalendar) -> None:
    """Make the tables `kinds`, `lines`, `starting`, `answering` and `marking`, and the types of their texts."""
    lines, starting = list(_lines(numbers)), list(_starting(numbers, calendar))
    lay_type(
        connection, WORD, (row[place] for row in lines for place, kind in enumerate(_LINES.values()) if kind == WORD)
    )
    lay_type(connection, STATE, (*STATES, *numbers.plan.closes_as.values()))
    lay_type(connection, RULE, (text for row in starting for text in row[-2:]))
    lay_table(connection, "columnar.kinds", _KINDS, list(_kinds(numbers)))
    lay_table(connection, "columnar.lines", _LINES, lines)
    lay_table(connection, "columnar.starting", _STARTING, starting)
    lay_table(connection, "columnar.answering", _ANSWERING, list(_answering(numbers)))
    lay_table(connection, "columnar.marking", _MARKING, list(_marking(numbers)))


def _kinds(numbers: Numbers) -> Iterator[Row]:
    plan = numbers.plan
    asked_by_clocks = {code for line in numbers.lines for code, _, attribute in _marks(line) if attribute}
    for code, number in numbers.codes.items():
        lines = plan.started_by.get(code, ())
        attribute = plan.decides_by.get(code)
        decides_by = None if attribute is None else json_path(attribute)
        asked = code in asked_by_clocks or attribute is not None or any(line.conditional for line in lines)
        yield number, code, bool(lines), code in plan.answering, plan.closes_as.get(code), decides_by, asked


def _lines(numbers: Numbers) -> Iterator[Row]:
    for line, number in numbers.lines.items():
        duty = line.duty
        limits = [None if each is None else numbers.limits.index(each) for each in _limits(line)]
        clock = (duty.before is not None, duty.every is not None, line.goes_on, line.reminds)
        how = (line.from_receipt, line.by_receipt, *clock, line.enforced)
        yield number, duty.id, *limits, *how, duty.bearer, line.book.id


def _starting(numbers: Numbers, calendar: WorkingCalendar) -> Iterator[Row]:
    pairs = [(code, line) for code, lines in numbers.plan.started_by.items() for line in lines]
    for start, (code, line) in enumerate(pairs):
        force = (line.book.in_force_from, line.book.in_force_to or dt.date.max)
        told = [rule_told(line, code, each and each[0], calendar) for each in _limits(line)]
        agrees = line.duty.every is not None and code in line.duty.every.agreed_by
        yield start, numbers.codes[code], numbers.lines[line], *force, line.conditional, agrees, *told


def _answering(numbers: Numbers) -> Iterator[Row]:
    for line, number in numbers.lines.items():
        # What falls due again is answered by whatever comes next.
        if line.duty.every is None:
            for code in line.answers:
                yield numbers.codes[code], number, code != line.duty.act


def _marking(numbers: Numbers) -> Iterator[Row]:
    for line, number in numbers.lines.items():
        for code, how, attribute in _marks(line):
            yield numbers.codes[code], number, how, attribute and json_path(attribute)


def _marks(line: Line) -> Iterator[tuple[str, str, str | None]]:
    """The codes that end or move the clock of a line, each with how it does so and the attribute that is asked."""
    before, every = line.duty.before, line.duty.every
    if before is not None:
        yield from ((code, "before", None) for code in before.events)
        yield from ((code, "announced", before.day_in) for code in before.announced_by)
    if every is not None:
        yield from ((code, "agreed", every.days_in) for code in every.agreed_by)
        yield from ((code, "act", None) for code in line.answers)
    yield from ((code, "until", None) for code in line.duty.until)

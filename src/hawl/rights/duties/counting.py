"""Asking the counting functions of `figures.sql`. `whole` asks those that count every row, else the caller's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from hawl.foundations.measures.periods import period_of
from hawl.rights.rulebook import STATES, column_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: the state at the end of `as_of` of what began from `since` to `until`; empty texts ask all."""

    as_of: date
    since: date
    until: date
    council: str = ""
    tier: str = ""
    offence: str = ""

    @property
    def _days(self) -> list[Any]:
        return [self.as_of, self.since, self.until]

    @property
    def _narrowed(self) -> list[Any]:
        """The council and the offence, each twice, as the statements ask for them."""
        return [self.council, self.council, self.offence, self.offence]

    @property
    def _with_tier(self) -> list[Any]:
        return [*self._narrowed, self.tier, self.tier]


class NoSuchNumber(ValueError):
    """What was asked for is no number of the figures."""


@dataclass(frozen=True, slots=True)
class Number:
    """Which duties one number counts.

    `columns` are names of COUNTED_AS; none stands for all. `by` is the heading under which the number stands (body,
    right, duty, quarter, month, council, tier or offence; empty for the whole) and `row` the path of its row, as
    `figures.Kept` has it. With `told_by`, one of `recorded.TOLD_BY`, it is a number of records instead: of the whole,
    or by act, whose path is the code of the event.
    """

    columns: tuple[str, ...] = ()
    by: str = ""
    row: tuple[str, ...] = ()
    enforced: bool = True
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """Duties of one state under one heading: `by` duty (bearer, right, duty id), month, council, tier or offence."""

    by: str
    enforced: bool
    path: tuple[str, ...]
    timed: bool
    state: str
    n: int


_HEADINGS = ("duty", "month", "council", "tier", "offence")
# What grouping() of these says of a row of each: a bit is set where a column is not grouped by, the first is highest.
_BITS = {each: sum(1 << at for at, other in enumerate(_HEADINGS[::-1]) if other != each) for each in _HEADINGS}
_BY = {bits: each for each, bits in _BITS.items()}

# Counted once over all the quarters: those that the period holds under each heading, and each quarter by duty.
# `{all}`, `{narrowed}`, `{tier}`, `{quarter}` and `{bits}` are put in by `_put_in`.
_DUTIES = """
    WITH counted AS MATERIALIZED (
        SELECT *, {quarter} AS quarter, right_no::text AS right_told, month::text AS month_told
        FROM hawl_duty_counts{all}(%s, %s, %s) WHERE {narrowed} AND {tier}
    )
    SELECT '', grouping(duty, month_told, council, tier, offence), enforced, bearer, right_told, duty, month_told,
           council, tier, offence, timed, state, sum(n)::bigint
    FROM counted WHERE month >= %s
    GROUP BY GROUPING SETS ((enforced, bearer, right_told, duty, timed, state), (enforced, month_told, timed, state),
                            (enforced, council, timed, state), (enforced, tier, timed, state),
                            (enforced, offence, timed, state))
    UNION ALL
    SELECT quarter, {bits}, enforced, bearer, right_told, duty, NULL, NULL, NULL, NULL, timed, state, sum(n)::bigint
    FROM counted GROUP BY quarter, enforced, bearer, right_told, duty, timed, state
"""
_CASES = """
    SELECT month, sum(n)::bigint, sum(with_data)::bigint FROM hawl_case_counts{all}(%s, %s, %s)
    WHERE {narrowed} GROUP BY month
"""
_STEPS = """
    SELECT step, month, sum(n)::bigint FROM hawl_step_counts{all}(%s, %s, %s)
    WHERE {narrowed} GROUP BY step, month
"""
_RECORDS = """
    SELECT duty, source, sum(n)::bigint FROM hawl_record_counts{all}(%s, %s, %s, %s, %s)
    WHERE {narrowed} AND {tier} GROUP BY duty, source
"""
_NARROWED = "(%s = '' OR council = %s) AND (%s = '' OR offence = %s)"
_TIER = "(%s = '' OR tier = %s)"
_QUARTER = "to_char(month, 'YYYY\"-q\"Q')"

# The rows behind a number: of the same functions and under the same conditions as the counts above.
_DUTY_ROWS = "SELECT id FROM hawl_duty_rows(%s, %s, %s) WHERE {narrowed} AND {tier} AND enforced = %s"
_RECORD_ROWS = "SELECT id FROM hawl_record_rows(%s, %s, %s, %s, %s) WHERE {narrowed} AND {tier}"
# What names a row under each heading, in the order of its path.
_NAMED_BY: dict[str, tuple[str, ...]] = {
    "": (), "body": ("bearer",), "right": ("bearer", "right_no::text"), "duty": ("bearer", "right_no::text", "duty"),
    "quarter": (_QUARTER,), "month": ("month::text",), "council": ("council",), "tier": ("tier",),
    "offence": ("offence",),
}  # fmt: skip


def duty_counts(asked: Asked, *, before: date, whole: bool) -> tuple[list[Counted], dict[str, list[Counted]]]:
    """Duties by state, under each of the five headings, and by duty for each quarter from `before` on; one statement.

    `asked.since` and `before` are first days of months.
    """
    found: list[Counted] = []
    quarters: dict[str, list[Counted]] = {}
    days = [asked.as_of, min(before, asked.since), asked.until]
    given = [*days, *asked._with_tier, asked.since]
    for quarter, grouping, enforced, *path, timed, state, n in _rows(_DUTIES, whole, given):
        # A column that is not grouped by is null; a council that nobody named is empty.
        named = tuple(part for part in path if part is not None)
        held = quarters.setdefault(quarter, []) if quarter else found
        held.append(Counted(_BY[grouping], enforced, named, timed, state, n))
    return found, quarters


def case_counts(asked: Asked, *, whole: bool) -> dict[date, tuple[int, int]]:
    """By month of the report: cases, and those with anything recorded beside the report; one statement."""
    rows = _rows(_CASES, whole, [*asked._days, *asked._narrowed])
    return {month: (n, with_data) for month, n, with_data in rows}


def step_counts(asked: Asked, *, whole: bool) -> dict[str, dict[date, int]]:
    """Cases in which a step is recorded, by its event and the month of the report; one statement."""
    found: dict[str, dict[date, int]] = {}
    for step, month, n in _rows(_STEPS, whole, [*asked._days, *asked._narrowed]):
        found.setdefault(step, {})[month] = n
    return found


def record_counts(asked: Asked, answers: Sequence[tuple[str, str]], *, whole: bool) -> dict[tuple[str, str], int]:
    """Certain duties by (duty id, who told what became of it); one statement.

    `answers` are pairs of a duty's id and an event that answers or closes it. Who told is `feed`, `extract` or `user`;
    `none` where there is no record, `running` where its time has not come.
    """
    pairs = [[duty for duty, _act in answers], [act for _duty, act in answers]]
    given = [*asked._days, *pairs, *asked._with_tier]
    return {(duty, source): n for duty, source, n in _rows(_RECORDS, whole, given)}


def counted_duties(asked: Asked, number: Number) -> tuple[str, list[Any]]:
    """A statement that gives the ids of the duties that a number of `duty_counts` counts for who asks, and its values.

    Raises NoSuchNumber for a heading that is none, and for a row that none of that heading can be.
    """
    named_by = _NAMED_BY.get(number.by)
    if named_by is None or len(named_by) != len(number.row):
        raise NoSuchNumber(f"There are no numbers by {number.by!r} with a path of {len(number.row)}.")
    if number.by == "quarter":
        # The quarters of a trend lie before the period.
        quarter = period_of(number.row[0], asked.as_of)
        if quarter is None or not quarter.is_quarter:
            raise NoSuchNumber(f"{number.row[0]!r} is no quarter.")
        asked = replace(asked, since=min(quarter.since, asked.since))
    statement, given = _put_in(_DUTY_ROWS), [*asked._days, *asked._with_tier, number.enforced]
    conditions = [f"{name} = %s" for name in named_by]
    given += number.row
    if number.columns:
        conditions.append("(state, timed) IN (SELECT * FROM unnest(%s::text[], %s::boolean[]))")
        counted = [(state, timed) for timed in (True, False) for state in STATES
                   if column_of(state, timed=timed) in number.columns]  # fmt: skip
        given += [[state for state, _ in counted], [timed for _, timed in counted]]
    return " AND ".join([statement, *conditions]), given


def recorded_duties(
    asked: Asked, answers: Sequence[tuple[str, str]], told_by: Sequence[str], *, others: bool, duties: Sequence[str]
) -> tuple[str, list[Any]]:
    """The same of the duties that `record_counts` counts with these sources, or with any of the `others`.

    `duties` are the ids of those that are asked for.
    """
    pairs = [[duty for duty, _act in answers], [act for _duty, act in answers]]
    chosen = "source <> ALL (%s)" if others else "source = ANY (%s)"
    statement = f"{_put_in(_RECORD_ROWS)} AND {chosen} AND duty = ANY (%s)"
    return statement, [*asked._days, *pairs, *asked._with_tier, list(told_by), list(duties)]


def _put_in(statement: str, *, whole: bool = False) -> str:
    marks = {
        "{all}": "_all" if whole else "", "{narrowed}": _NARROWED, "{tier}": _TIER, "{quarter}": _QUARTER,
        "{bits}": str(_BITS["duty"]),
    }  # fmt: skip
    for mark, text in marks.items():
        statement = statement.replace(mark, text)
    return statement


def _rows(statement: str, whole: bool, given: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_put_in(statement, whole=whole), given)
        return list(cursor.fetchall())

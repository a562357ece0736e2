"""Asking the counting functions of `figures.sql`. `whole` asks those that count every row, else the caller's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection


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
# `{all}`, `{narrowed}` and `{bits}` are put in by `_rows`.
_DUTIES = """
    WITH counted AS MATERIALIZED (
        SELECT *, to_char(month, 'YYYY"-q"Q') AS quarter, right_no::text AS right_told, month::text AS month_told
        FROM hawl_duty_counts{all}(%s, %s, %s) WHERE {narrowed} AND (%s = '' OR tier = %s)
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
    WHERE {narrowed} AND (%s = '' OR tier = %s) GROUP BY duty, source
"""
_NARROWED = "(%s = '' OR council = %s) AND (%s = '' OR offence = %s)"


def duty_counts(asked: Asked, *, before: date, whole: bool) -> tuple[list[Counted], dict[str, list[Counted]]]:
    """Duties by state, under each of the five headings, and by duty for each quarter from `before` on; one statement.

    `asked.since` and `before` are first days of months.
    """
    found: list[Counted] = []
    quarters: dict[str, list[Counted]] = {}
    days = [asked.as_of, min(before, asked.since), asked.until]
    given = [*days, *asked._narrowed, asked.tier, asked.tier, asked.since]
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
    given = [*asked._days, *pairs, *asked._narrowed, asked.tier, asked.tier]
    return {(duty, source): n for duty, source, n in _rows(_RECORDS, whole, given)}


def _rows(statement: str, whole: bool, given: Sequence[Any]) -> list[Any]:
    marks = {"{all}": "_all" if whole else "", "{narrowed}": _NARROWED, "{bits}": str(_BITS["duty"])}
    for mark, text in marks.items():
        statement = statement.replace(mark, text)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())

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

    @property
    def _days(self) -> list[Any]:
        return [self.as_of, self.since, self.until]


@dataclass(frozen=True, slots=True)
class Counted:
    """Duties of one state under one heading: `by` duty (bearer, right, duty id), month, council or tier."""

    by: str
    enforced: bool
    path: tuple[str, ...]
    timed: bool
    state: str
    n: int


# The bits of grouping(duty, month, council, tier): set where a column is not grouped by.
_BY = {0b0111: "duty", 0b1011: "month", 0b1101: "council", 0b1110: "tier"}

_DUTIES = """
    SELECT grouping(duty, month, council, tier), enforced, bearer, right_no::text, duty, month::text, council, tier,
           timed, state, sum(n)::bigint
    FROM hawl_duty_counts{all}(%s, %s, %s)
    WHERE (%s = '' OR council = %s) AND (%s = '' OR tier = %s)
    GROUP BY GROUPING SETS ((enforced, bearer, right_no, duty, timed, state), (enforced, month, timed, state),
                            (enforced, council, timed, state), (enforced, tier, timed, state))
"""
_CASES = """
    SELECT month, sum(n)::bigint, sum(with_data)::bigint FROM hawl_case_counts{all}(%s, %s, %s)
    WHERE %s = '' OR council = %s GROUP BY month
"""
_STEPS = """
    SELECT step, month, sum(n)::bigint FROM hawl_step_counts{all}(%s, %s, %s)
    WHERE %s = '' OR council = %s GROUP BY step, month
"""


def duty_counts(asked: Asked, *, whole: bool) -> list[Counted]:
    """Duties by state, under each of the four headings; one statement."""
    found = []
    given = [asked.council, asked.council, asked.tier, asked.tier]
    for grouping, enforced, *path, timed, state, n in _rows(_DUTIES, whole, [*asked._days, *given]):
        by = _BY[grouping]
        # A column that is not grouped by is null; a council that nobody named is empty.
        found.append(Counted(by, enforced, tuple(part for part in path if part is not None), timed, state, n))
    return found


def case_counts(asked: Asked, *, whole: bool) -> dict[date, tuple[int, int]]:
    """By month of the report: cases, and those with anything recorded beside the report; one statement."""
    rows = _rows(_CASES, whole, [*asked._days, asked.council, asked.council])
    return {month: (n, with_data) for month, n, with_data in rows}


def step_counts(asked: Asked, *, whole: bool) -> dict[str, dict[date, int]]:
    """Cases in which a step is recorded, by its event and the month of the report; one statement."""
    found: dict[str, dict[date, int]] = {}
    for step, month, n in _rows(_STEPS, whole, [*asked._days, asked.council, asked.council]):
        found.setdefault(step, {})[month] = n
    return found


def _rows(statement: str, whole: bool, given: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{all}", "_all" if whole else ""), given)
        return list(cursor.fetchall())

"""A small calendar on which a reader can count for themselves from the first day of a clock to the day it is due.

Plain shapes, filled by whoever shows a clock. The macro ``small_calendar`` in ``design/parts.html`` draws them.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

# More than this is no picture to count on any more; the dates say it.
MOST_MONTHS = 3
Mark = Literal["", "start", "counted", "skipped", "due"]


@dataclass(frozen=True, slots=True)
class Day:
    """One cell. ``number`` is how many days of the limit have passed with it, ``why`` the name of a day not counted."""

    day: date
    mark: Mark = ""
    number: int | None = None
    why: str = ""
    done: bool = False
    today: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """One month: ``first`` is its first day, ``weeks`` run from Monday, with None before and after the month."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]


def months(
    start: date | None,
    due: date | None,
    *,
    skipped: Mapping[date, str],
    done: date | None,
    today: date,
) -> tuple[Month, ...]:
    """The months from the first day of a clock to the day it is due, at most three; none where it has no such days.

    ``skipped`` are the days between that do not count, each with its name; the first day is day 0.
    """
    if start is None or due is None or due < start:
        return ()
    span = (due.year - start.year) * 12 + due.month - start.month + 1
    if span > MOST_MONTHS:
        return ()
    cells = _cells(start, due, skipped, done, today)
    firsts = [_later(start.replace(day=1), by) for by in range(span)]
    return tuple(Month(first, _weeks(first, cells, done, today)) for first in firsts)


def _cells(start: date, due: date, skipped: Mapping[date, str], done: date | None, today: date) -> dict[date, Day]:
    found = {start: Day(start, "start" if start != due else "due", done=start == done, today=start == today)}
    day, number = start, 0
    while day < due:
        day += timedelta(1)
        counts = day not in skipped
        number += counts
        mark: Mark = "due" if day == due else "counted" if counts else "skipped"
        found[day] = Day(day, mark, number if counts else None, skipped.get(day, ""), day == done, day == today)
    return found


def _weeks(
    first: date, cells: Mapping[date, Day], done: date | None, today: date
) -> tuple[tuple[Day | None, ...], ...]:
    def cell(number: int) -> Day | None:
        if not number:
            return None
        day = first.replace(day=number)
        return cells.get(day) or Day(day, done=day == done, today=day == today)

    return tuple(tuple(map(cell, week)) for week in calendar.monthcalendar(first.year, first.month))


def _later(first: date, by: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + by, 12)
    return date(year, month + 1, 1)

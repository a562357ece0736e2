"""The hours in which a person may be reached, by the clock on their wall. Pure.

A window is told in Europe/London wall time. The hour that a spring night leaves out never comes; the hour that an
autumn night has twice is within a window both times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hawl.foundations.clock import BeyondCalendar, WorkingCalendar, england_and_wales
from hawl.foundations.clock.present import LONDON

# How far ahead the next hour is looked for; beyond it a person must look at the plan.
LOOK_AHEAD_DAYS = 15


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to but not including `end` on some weekdays (Monday is 0), all wall time."""

    days: frozenset[int]
    start: time
    end: time
    bank_holidays: bool = False


# Where nobody said when: working days in office hours.
OFFICE_HOURS = (Window(frozenset({0, 1, 2, 3, 4}), time(9), time(17)),)


def is_within(at: datetime, windows: Iterable[Window], calendar: WorkingCalendar | None = None) -> bool:
    """Whether the moment (aware) lies in one of the windows."""
    local = at.astimezone(LONDON)
    clock = local.time().replace(fold=0)
    return any(_open_on(local.date(), one, calendar) and one.start <= clock < one.end for one in windows)


def next_within(at: datetime, windows: Iterable[Window], calendar: WorkingCalendar | None = None) -> datetime | None:
    """The first moment at or after `at` that lies in a window, in UTC; None within the next 15 days."""
    windows = tuple(windows)
    if is_within(at, windows, calendar):
        return at.astimezone(UTC)
    today = at.astimezone(LONDON).date()
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        day = today + timedelta(days=ahead)
        moments = [m for one in windows if _open_on(day, one, calendar) for m in _starts(day, one)]
        later = [moment for moment in moments if moment >= at]
        if later:
            return min(later)
    return None


def _open_on(day: date, window: Window, calendar: WorkingCalendar | None) -> bool:
    if day.weekday() not in window.days:
        return False
    return window.bank_holidays or not _is_holiday(day, calendar or england_and_wales())


def _is_holiday(day: date, calendar: WorkingCalendar) -> bool:
    """A bank holiday; a day of which no list is published yet counts as one."""
    try:
        skipped = next(calendar.skipped_between(day - timedelta(days=1), day), None)
    except BeyondCalendar:
        return True
    return skipped is not None and skipped.reason == "holiday"


def _starts(day: date, window: Window) -> Iterator[datetime]:
    """The moments at which the window begins on that day: two on an autumn night, none in an hour left out."""
    for fold in (0, 1):
        moment = datetime.combine(day, window.start, LONDON).replace(fold=fold).astimezone(UTC)
        wall = moment.astimezone(LONDON)
        if wall.date() == day and wall.time().replace(fold=0) == window.start:
            yield moment
            continue
        # The start falls in the hour left out: the window begins when the clock has jumped, if it still holds then.
        jump = datetime.combine(day, time(1), UTC)
        landed = jump.astimezone(LONDON).time()
        if window.start < landed < window.end:
            yield jump


def windows_of(told: Iterable[Mapping[str, Any]]) -> tuple[Window, ...]:
    """Windows from their stored form: {"days": [0, 1], "start": "09:00", "end": "12:30", "bank_holidays": false}.

    Raises ValueError for one that never opens: no day, or an end that is not after its start.
    """
    made = tuple(
        Window(
            frozenset(int(day) for day in each["days"]),
            time.fromisoformat(each["start"]),
            time.fromisoformat(each["end"]),
            bool(each.get("bank_holidays", False)),
        )
        for each in told
    )
    for one in made:
        if not one.days or not one.days <= frozenset(range(7)) or one.end <= one.start:
            raise ValueError("a window needs a day of the week, and an end after its start")
    return made

"""The periods over which figures are counted. No Django; days are local (Europe/London).

Quarters are those of the financial year, which are those of the calendar too. They never overlap, so that figures of
two of them cannot be subtracted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_QUARTER = re.compile(r"([0-9]{4})-q([1-4])", re.ASCII)
LAST_TWELVE = "12-months"


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to `until`, both included. `key` is `2026-q4` (calendar) or `12-months`."""

    key: str
    since: date
    until: date

    @property
    def is_quarter(self) -> bool:
        """One of the quarters, which never overlap."""
        return _QUARTER.fullmatch(self.key) is not None


def quarter_of(day: date) -> Period:
    """The quarter in which the day lies."""
    number = (day.month - 1) // 3
    since = date(day.year, 3 * number + 1, 1)
    after = date(day.year + number // 3, 3 * (number + 1) % 12 + 1, 1)
    return Period(f"{day.year}-q{number + 1}", since, after - timedelta(days=1))


def quarters_to(day: date, how_many: int) -> tuple[Period, ...]:
    """The quarter of the day and those before it, the latest first."""
    found = [quarter_of(day)]
    while len(found) < how_many:
        found.append(quarter_of(found[-1].since - timedelta(days=1)))
    return tuple(found)


def twelve_months_to(day: date) -> Period:
    """The month of the day and the eleven before it, to the end of that month."""
    after = _next_month(day)
    return Period(LAST_TWELVE, date(after.year - 1, after.month, 1), after - timedelta(days=1))


def month_end_before(day: date) -> date:
    """The last day of the month before that of the day."""
    return day.replace(day=1) - timedelta(days=1)


def period_of(key: str, day: date) -> Period | None:
    """The period of a key, as seen on the day; None where the key names none."""
    if key == LAST_TWELVE:
        return twelve_months_to(day)
    found = _QUARTER.fullmatch(key)
    if found is None or not 1900 < int(found[1]) < 9999:
        return None
    return quarter_of(date(int(found[1]), 3 * int(found[2]), 1))


def months_of(period: Period, last: date) -> tuple[date, ...]:
    """First days of the period's months up to that of `last`."""
    found = []
    month = period.since
    while month <= min(period.until, last):
        found.append(month)
        month = _next_month(month)
    return tuple(found)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)

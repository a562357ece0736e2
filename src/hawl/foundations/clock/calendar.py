"""Working days of England and Wales.

A working day is any day but a Saturday, a Sunday, Christmas Day, Good Friday or a bank holiday.
That is the reading of the sister Code for the armed forces (SI 2015/1811), kept as the default
because the Victims' Code's own clause was not seen (fact sheet victims-code, section 4, certainty
B). The days come from the list that GOV.UK publishes, so one-off holidays are among them; a list,
since proclaimed days follow no formula.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

_ONE_DAY = dt.timedelta(days=1)
_SATURDAY = 5


class BeyondCalendar(ValueError):
    """A day was asked for that no published list of bank holidays covers yet, or any more."""


@dataclass(frozen=True, slots=True)
class SkippedDay:
    """A day that does not count: `reason` is `weekend` or `holiday`; a holiday has its names."""

    day: dt.date
    reason: str
    en: str
    cy: str


class WorkingCalendar:
    """Counts working days in constant time, between the first and the last day that is known.

    Every method takes and gives plain dates (local days, no zone) and raises BeyondCalendar for a
    day outside `first_known` to `last_known`.
    """

    __slots__ = (
        "_first",
        "_holidays",
        "_last",
        "_reached",
        "_working",
        "first_known",
        "last_known",
    )

    def __init__(self, holidays: Mapping[dt.date, tuple[str, str]], first: dt.date, last: dt.date):
        """Lay out the calendar from its holidays, each with its English and Welsh name."""
        self.first_known = first
        self.last_known = last
        self._first = first.toordinal()
        self._last = last.toordinal()
        self._holidays = dict(holidays)
        # _working lists the working days in order; _reached[i] is how many of them are on or
        # before day i, so that a count is one look-up and no search.
        self._working: list[dt.date] = []
        self._reached: list[int] = []
        for ordinal in range(self._first, self._last + 1):
            day = dt.date.fromordinal(ordinal)
            if day.weekday() < _SATURDAY and day not in holidays:
                self._working.append(day)
            self._reached.append(len(self._working))

    def is_working_day(self, day: dt.date) -> bool:
        """Whether the day counts."""
        self._count_to(day)
        return day.weekday() < _SATURDAY and day not in self._holidays

    def add_working_days(self, day: dt.date, n: int) -> dt.date:
        """The n-th working day after `day`, which is itself day 0 whether it counts or not.

        With n = 0 it is `day` itself. A negative n is a ValueError: no rule counts backwards.
        """
        if n <= 0:
            if n < 0:
                raise ValueError("working days are counted forwards only")
            self._count_to(day)
            return day
        place = self._count_to(day) + n - 1
        if place >= len(self._working):
            raise BeyondCalendar(
                f"{n} working days after {day} is beyond {self.last_known}, "
                "the last day for which bank holidays are known"
            )
        return self._working[place]

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """How many working days come after `start`, up to and with `end`; negative if end is first.

        It answers `add_working_days`: n working days after `start` there are n between.
        """
        return self._count_to(end) - self._count_to(start)

    def skipped_between(self, start: dt.date, end: dt.date) -> Iterator[SkippedDay]:
        """The days after `start`, up to and with `end`, that do not count, each with the reason.

        A bank holiday that falls on a weekend is told as the holiday.
        """
        day = start + _ONE_DAY
        while day <= end:
            if not self.is_working_day(day):
                yield self._skipped(day)
            day += _ONE_DAY

    def _skipped(self, day: dt.date) -> SkippedDay:
        names = self._holidays.get(day)
        if names is None:
            return SkippedDay(day, "weekend", "weekend", "penwythnos")
        return SkippedDay(day, "holiday", *names)

    def _count_to(self, day: dt.date) -> int:
        ordinal = day.toordinal()
        if ordinal < self._first or ordinal > self._last:
            raise BeyondCalendar(
                f"{day} is outside {self.first_known} to {self.last_known}, the days for which bank holidays are known"
            )
        return self._reached[ordinal - self._first]


@cache
def england_and_wales() -> WorkingCalendar:
    """The calendar of England and Wales from the list kept in the wheel `govuk-bank-holidays`.

    It never asks the network. It covers whole years, from the first to the last that the list
    names. St David's Day is no bank holiday, so Wales and England count alike.
    """
    # Imported here: it pulls in an HTTP client that nothing else on this path needs.
    from govuk_bank_holidays.bank_holidays import BankHolidays

    division = BankHolidays.ENGLAND_AND_WALES
    english = BankHolidays(locale="en", use_cached_holidays=True).get_holidays(division=division)
    welsh = BankHolidays(locale="cy", use_cached_holidays=True).get_holidays(division=division)
    names = {en["date"]: (str(en["title"]), str(cy["title"])) for en, cy in zip(english, welsh, strict=True)}
    first, last = min(names), max(names)
    return WorkingCalendar(names, dt.date(first.year, 1, 1), dt.date(last.year, 12, 31))

"""The last day of a limit, whatever its unit."""

from __future__ import annotations

import calendar as months
import datetime as dt

from hawl.foundations.clock import BeyondCalendar, WorkingCalendar

_MONTHS = {"months": 1, "years": 12}


def last_day(start: dt.date, number: int, unit: str, calendar: WorkingCalendar) -> dt.date:
    """The last day of a limit of `number` of `unit` (working_days, days, months or years), `start` being day 0.

    Months and years end on the day of the same number, or on the last of a month that has none such. Raises
    BeyondCalendar for working days that are not published yet, and for a day after the last that there is.
    """
    if unit == "working_days":
        return calendar.add_working_days(start, number)
    try:
        return start + dt.timedelta(days=number) if unit == "days" else _months_after(start, number * _MONTHS[unit])
    except (OverflowError, ValueError) as error:
        raise BeyondCalendar(f"{number} {unit} after {start} is beyond the last day that there is") from error


def _months_after(start: dt.date, number: int) -> dt.date:
    years, month = divmod(start.month - 1 + number, 12)
    year = start.year + years
    return dt.date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))

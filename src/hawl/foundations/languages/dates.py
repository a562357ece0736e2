"""Days, months and times as each language writes them. Times are shown as Europe/London reads them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from hawl.foundations.languages.texts import current

LONDON = ZoneInfo("Europe/London")


def local_day(moment: date | datetime) -> date:
    """Give the day in London of an aware moment; a date is given back. Raises ValueError for a naive moment."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(LONDON).date()


def day(value: date | datetime | None, language: str | None = None) -> str:
    """``22 November 2026`` or ``22 Tachwedd 2026``; empty for None."""
    return _written(value, "d MMMM y", language)


def short_day(value: date | datetime | None, language: str | None = None) -> str:
    """``22 Nov 2026`` or ``22 Tach 2026``, for tables; empty for None."""
    return _written(value, "d MMM y", language)


def weekday(value: date | datetime | None, language: str | None = None) -> str:
    """``Sunday 22 November 2026`` or ``Dydd Sul 22 Tachwedd 2026``; empty for None."""
    return _written(value, "EEEE d MMMM y", language)


def month(value: date | datetime | None, language: str | None = None) -> str:
    """``November 2026`` or ``Tachwedd 2026``; empty for None."""
    return _written(value, "MMMM y", language)


def weekdays(language: str | None = None) -> list[tuple[str, str]]:
    """The days of the week from Monday as the head of a calendar has them: narrow and in full."""
    monday = date(2024, 1, 1)
    days = [monday + timedelta(each) for each in range(7)]
    return [(_written(each, "EEEEE", language), _written(each, "EEEE", language)) for each in days]


def clock_time(value: datetime | None) -> str:
    """``14:05`` in London, the same in both languages; empty for None."""
    if value is None:
        return ""
    local_day(value)
    return value.astimezone(LONDON).strftime("%H:%M")


def _written(value: date | datetime | None, pattern: str, language: str | None) -> str:
    if value is None:
        return ""
    locale = "cy" if (language or current()) == "cy" else "en_GB"
    return str(format_date(local_day(value), pattern, locale=locale))

"""The present, and which day it is in London."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> dt.datetime:
    """This moment, aware, in UTC: the one place of Hawl that reads the machine's clock."""
    return dt.datetime.now(dt.UTC)


def today(at: dt.datetime | None = None) -> dt.date:
    """The day in Europe/London at the moment `at` (aware, any zone), or now.

    A time limit runs by local days: half past eleven at night UTC in summer is already tomorrow.
    Raises ValueError for a moment without a zone.
    """
    moment = now() if at is None else at
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone says no day; give an aware datetime")
    return moment.astimezone(LONDON).date()

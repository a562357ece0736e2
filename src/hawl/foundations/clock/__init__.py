"""What day it is in England and Wales, and how working days are counted there."""

from __future__ import annotations

from hawl.foundations.clock.calendar import (
    BeyondCalendar,
    SkippedDay,
    WorkingCalendar,
    england_and_wales,
)
from hawl.foundations.clock.present import LONDON, now, today

__all__ = [
    "LONDON",
    "BeyondCalendar",
    "SkippedDay",
    "WorkingCalendar",
    "england_and_wales",
    "now",
    "today",
]

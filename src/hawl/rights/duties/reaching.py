"""Whose rows a count is of: the caller's own, exactly, or all, guarded; and shares of counts that may not be shown."""

from __future__ import annotations

from datetime import date

from hawl.foundations.access.actor import Permission, current_actor
from hawl.foundations.disclosure import Count
from hawl.foundations.measures.periods import Period, month_end_before


class TooFine(ValueError):
    """Asked for figures so fine that they would tell of single people to who may see none."""


def sees_all() -> bool:
    """Whether the current actor counts all rows, protected, rather than their own scope, exactly."""
    actor = current_actor()
    return not (actor.machine or actor.may(Permission.SEE_PEOPLE))


def reach(period: Period, today: date, *, finer: bool) -> tuple[bool, date]:
    """Whether all rows are counted, and the day as of which; raises TooFine where these are asked for too finely."""
    if not sees_all():
        return False, today
    if finer or not period.is_quarter:
        raise TooFine("Figures of all cases are given for a quarter of the whole area.")
    return True, month_end_before(today)


def per_cent(part: Count | None, whole: Count | None) -> float | None:
    """How many of a hundred; None where one of the two is not shown, or there are none."""
    if not isinstance(part, int) or not isinstance(whole, int) or not whole:
        return None
    return 100 * part / whole

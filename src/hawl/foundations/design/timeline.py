"""What the person's timeline is made of: what happened, and beside it what was owed and whether it was kept.

Plain shapes, filled by whoever shows a case. The macro ``timeline`` in ``design/parts.html`` draws them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

LONGEST_STRIP = 15


@dataclass(frozen=True, slots=True)
class Owed:
    """One duty. ``limit`` and ``used`` are working days; ``used`` counts to the day it was done, else to today.

    ``doubted`` is what the person says of it, where it is not what the record says.
    """

    what: str
    bearer: str
    state: str
    due_on: date | None = None
    done_on: date | None = None
    source: str = ""
    note: str = ""
    href: str | None = None
    limit: int | None = None
    used: int | None = None
    doubted: str = ""

    @property
    def strip(self) -> tuple[str, ...]:
        """One mark for each working day: ``used``, ``free`` or ``over``; empty when there is no limit to draw.

        A strip longer than 15 days is not drawn: nobody counts so many marks, and the dates say it.
        """
        if self.limit is None or self.used is None or max(self.limit, self.used) > LONGEST_STRIP:
            return ()
        inside = min(self.used, self.limit)
        return ("used",) * inside + ("free",) * (self.limit - inside) + ("over",) * (self.used - inside)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event; ``source`` says who recorded it or where it came from."""

    what: str
    on: date | None = None
    source: str = ""
    note: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One row: an event, and the duties that it gave rise to."""

    happened: Happened
    owed: tuple[Owed, ...] = field(default=())


def in_order(moments: Iterable[Moment]) -> list[Moment]:
    """Oldest first, undated last; events of one day keep the order in which they were given."""
    return sorted(moments, key=lambda moment: moment.happened.on or date.max)


def still_to_come(moments: Iterable[Moment], today: date) -> list[Owed]:
    """Give the duties that are owed and not done, the most pressing first: overdue, then by date."""
    waiting = [
        duty
        for moment in moments
        for duty in moment.owed
        if duty.state in ("overdue", "pending") and duty.due_on is not None
    ]
    return sorted(waiting, key=lambda duty: (duty.due_on or today, duty.what))

"""Clocks that do not run for a number of days from their start: up to another event, again and again, until an end."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from hawl.rights.rulebook.books import Before
from hawl.rights.rulebook.history import History, Mark
from hawl.rights.rulebook.plan import Line
from hawl.rights.rulebook.records import Event

_ONE_DAY = dt.timedelta(days=1)


class Turn(NamedTuple):
    """One stretch of a duty that falls due again: the day it is due, None where that is not known, and what follows.

    What follows is its act, or a new agreement or the end, which takes the place of an act.
    """

    due: dt.date | None
    followed_by: Event | None


def turns_of(line: Line, history: History) -> dict[str, Turn]:
    """The turns of a line with `every`, by the id of the event that began each.

    An act before anything was agreed, or after an end, begins none.
    """
    every, ends = line.duty.every, line.duty.until
    if every is None:
        return {}
    found: dict[str, Turn] = {}
    chain = history.marked((*line.duty.triggers, *ends))
    days: Any = None
    agreed = False
    for mark, after in zip(chain, [*chain, None][1:], strict=True):
        if mark.event.event in ends:
            agreed = False
        elif mark.event.event in every.agreed_by:
            agreed, days = True, mark.event.attributes.get(every.days_in)
        if agreed:
            found[mark.event.event_id] = Turn(_days_after(mark.day, days), after.event if after else None)
    return found


def _days_after(day: dt.date, days: Any) -> dt.date | None:
    """None where `days` is no whole number from 1 on, or leads past the last day that there is."""
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= (dt.date.max - day).days:
        return None
    return day + days * _ONE_DAY


def day_before_which(before: Before, trigger: Event, history: History) -> tuple[dt.date | None, Event | None]:
    """The day up to which there is time, and the event that says so; neither while nothing does."""
    since = trigger.occurred_on
    if since is None:
        return None, None
    for mark in history.marked(before.events):
        if mark.day >= since:
            return mark.day, mark.event
    for mark in reversed(history.marked(before.announced_by)):
        day = _iso_day(mark.event.attributes.get(before.day_in or ""))
        if day is not None:
            return (day, mark.event) if day >= since else (None, None)
    return None, None


def _iso_day(value: Any) -> dt.date | None:
    # Written out in full, as everywhere in a file of events: `fromisoformat` alone takes weeks and short forms too.
    if not isinstance(value, str) or len(value) != len("YYYY-MM-DD"):
        return None
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.isoformat() == value else None


def ended_by(line: Line, trigger: Event, history: History) -> Event | None:
    """The event that ended a duty which goes on; None while it goes on."""
    since = trigger.occurred_on
    ends: list[Mark] = [] if since is None else history.marked(line.duty.until)
    return next((mark.event for mark in ends if since is not None and mark.day >= since), None)

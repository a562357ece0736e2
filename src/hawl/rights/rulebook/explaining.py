"""Why a duty stands as it does: the rule, the clock, the days that did not count, what answered."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hawl.foundations.clock import WorkingCalendar
from hawl.rights.rulebook.plan import Line
from hawl.rights.rulebook.records import Event
from hawl.rights.rulebook.vocabulary import vocabulary

# A limit of four weeks skips at most a dozen days; more than this is for no reader.
MOST_SKIPPED_TOLD = 60


def explain(
    line: Line,
    trigger: Event,
    limit: int | None,
    clock: tuple[dt.date | None, dt.date | None],
    answer: tuple[str | None, Event | None],
    bounded_by: Event | None,
    calendar: WorkingCalendar,
) -> dict[str, Any]:
    """The explanation as plain JSON types; days are ISO text.

    `clock` is the first day and the due day. `answer` is how it was answered (`act`, `decline`,
    `closing`, `receipt`, `end`, `replaced` or None) and by which event. `skipped` holds the days between that did not
    count, at most MOST_SKIPPED_TOLD, the rest as a number in `skipped_more`. `bounded_by`, the id of the event that
    set the due day, is told of duties alone that must be done before another event.
    """
    duty, book = line.duty, line.book
    started, due = clock
    how, by = answer
    counted = duty.within is not None and duty.within.unit == "working_days"
    told = vocabulary().clock(duty, limit, trigger.event)
    bound = {} if duty.before is None else {"bounded_by": None if bounded_by is None else bounded_by.event_id}
    return {
        "duty": duty.id,
        "right": duty.right,
        "rulebook": book.id,
        "paragraph": duty.paragraph,
        "paragraph_verified": duty.paragraph_verified,
        "source": duty.source,
        "certainty": duty.certainty,
        "wording": duty.wording,
        "trigger": trigger.event,
        "counts_from": duty.counts_from,
        "limit": limit,
        "clock": {"en": told.en, "cy": told.cy},
        **passed_over(started, due if counted else None, calendar),
        "answered": how,
        "answered_by": None if by is None else by.event_id,
        **bound,
    }


def passed_over(started: dt.date | None, due: dt.date | None, calendar: WorkingCalendar) -> dict[str, Any]:
    """The days from a first to a last that did not count, as `explain` tells them; none where one is None."""
    skipped = list(calendar.skipped_between(started, due)) if started and due else []
    return {
        "skipped": [
            {"day": one.day.isoformat(), "reason": one.reason, "en": one.en, "cy": one.cy}
            for one in skipped[:MOST_SKIPPED_TOLD]
        ],
        "skipped_more": max(0, len(skipped) - MOST_SKIPPED_TOLD),
    }

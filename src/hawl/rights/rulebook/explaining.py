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
    calendar: WorkingCalendar,
) -> dict[str, Any]:
    """The explanation as plain JSON types; days are ISO text.

    `clock` is the first day and the due day. `answer` is how it was answered (`act`, `decline`,
    `closing`, `receipt` or None) and by which event. `skipped` holds the days between that did not
    count, at most MOST_SKIPPED_TOLD, the rest as a number in `skipped_more`.
    """
    duty, book = line.duty, line.book
    started, due = clock
    how, by = answer
    skipped = list(calendar.skipped_between(started, due)) if started and due else []
    told = vocabulary().clock(limit, duty.counts_from, trigger.event)
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
        "skipped": [
            {"day": one.day.isoformat(), "reason": one.reason, "en": one.en, "cy": one.cy}
            for one in skipped[:MOST_SKIPPED_TOLD]
        ],
        "skipped_more": max(0, len(skipped) - MOST_SKIPPED_TOLD),
        "answered": how,
        "answered_by": None if by is None else by.event_id,
    }

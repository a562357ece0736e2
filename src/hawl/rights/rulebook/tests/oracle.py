# mypy: disable-error-code="operator,arg-type,type-var,union-attr,return-value"
"""A second, slow evaluation, written from the contract's words, with no code of the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from hawl.rights.rulebook import Duty, Event, Rulebook, vocabulary

HOLIDAYS = {"2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-12-25", "2026-12-28"}
CLOSINGS = {kind.code: kind.closes_as for kind in vocabulary().events.values() if kind.closes_as}
Row = tuple[Any, ...]


def counted(start: dt.date, days: int) -> dt.date:
    while days:
        start += dt.timedelta(days=1)
        days -= start.weekday() < 5 and start.isoformat() not in HOLIDAYS
    return start


def sentence_applies(event: Event) -> str:
    """The one conditional duty of the tests' rulebook, in the contract's own terms."""
    asked = [event.attributes.get(k) for k in ("custody_months", "hospital_order", "violent_or_sexual")]
    if None in asked:
        return "missing"
    months, order, violent = asked
    return "yes" if violent and (months >= 12 or order) else "no"


def tier_of(events: Sequence[Event], day: dt.date) -> str:
    decisions = [e for e in events if e.event == "enhanced_rights_decided" and e.occurred_on <= day]
    if not decisions:
        return "undetermined"
    last = max(decisions, key=lambda e: (e.occurred_on, e.event_id))
    return "enhanced" if last.attributes["enhanced"] else "standard"


def matched(duty: Duty, triggers: list[Event], events: Sequence[Event]) -> dict[str, Event]:
    found: dict[str, Event] = {}
    candidates = sorted(
        (e for e in events if e.event in (duty.act, duty.decline)),
        key=lambda e: (e.occurred_on, e.event_id),
    )
    for trigger in triggers:
        about = [e for e in candidates if e.about == trigger.event_id and e.occurred_on >= trigger.occurred_on]
        acts = [e for e in about if e.event == duty.act]
        if about:
            found[trigger.event_id] = (acts or about)[0]
    for act in candidates:
        if act.about is None:
            still = [t for t in triggers if t.event_id not in found and t.occurred_on <= act.occurred_on]
            if still:
                found[min(still, key=lambda t: (t.occurred_on, t.event_id)).event_id] = act
    return found


def judged(duty: Duty, trigger: Event, act: Event | None, events: Sequence[Event], as_of: dt.date) -> Row:
    received = trigger.received_on if trigger.received_on and trigger.received_on <= as_of else None
    by_receipt = duty.done_by == "receipt"
    done = received if by_receipt else act.occurred_on if act else None
    start = received if duty.counts_from == "received" else trigger.occurred_on
    tier = tier_of(events, trigger.occurred_on)
    due = target = None
    if duty.within and start:
        due = counted(start, duty.within[tier == "enhanced"])
        target = counted(start, duty.within.enhanced) if tier == "undetermined" else None
    closings = sorted(
        (e.occurred_on, e.event_id, e.event)
        for e in events
        if e.event in CLOSINGS
        and e.about == trigger.event_id
        and e.occurred_on >= trigger.occurred_on
        and not by_receipt
    )
    if duty.id == "11.1" and sentence_applies(trigger) == "missing":
        state = "data_missing"
    elif start is None:
        state = "awaiting_upstream"
    elif done and (by_receipt or (act and act.event == duty.act)):
        state = "met" if due is None or done <= due else "met_late"
    elif done:
        state = "declined"
    elif closings:
        state = str(CLOSINGS[closings[0][2]])
    elif due is None:
        state = "no_limit"
    else:
        state = "pending" if as_of <= due else "overdue"
    return (duty.id, trigger.event_id, start, due, target, state, done, tier)


def expected(events: Sequence[Event], books: Sequence[Rulebook], as_of: dt.date) -> list[Row]:
    known = [e for e in events if e.occurred_on is not None and e.occurred_on <= as_of]
    rows: list[Row] = []
    for book in books:
        for duty in book.duties:
            triggers = [
                e
                for e in known
                if e.event in duty.triggers
                and book.governs(e.occurred_on)
                and not (duty.id == "11.1" and sentence_applies(e) == "no")
            ]
            acts = {} if duty.done_by == "receipt" else matched(duty, triggers, known)
            rows += [judged(duty, t, acts.get(t.event_id), known, as_of) for t in triggers]
    return sorted(rows, key=lambda r: (r[3] is None, r[3] or as_of, r[0], r[1]))

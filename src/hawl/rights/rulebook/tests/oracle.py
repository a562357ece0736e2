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


def last_day(start: dt.date, days: int, unit: str) -> dt.date:
    if unit == "working_days":
        return counted(start, days)
    if unit == "days":
        return start + dt.timedelta(days=days)
    month = start.month - 1 + (days if unit == "months" else 12 * days)
    for day in (start.day, 30, 29, 28):
        try:
            return dt.date(start.year + month // 12, month % 12 + 1, day)
        except ValueError:
            continue
    raise AssertionError


def bound(duty: Duty, trigger: Event, events: Sequence[Event]) -> dt.date | None:
    in_order = sorted(events, key=lambda e: (e.occurred_on, e.event_id))
    come = [e.occurred_on for e in in_order if e.event in duty.before.events and e.occurred_on >= trigger.occurred_on]
    named = [e.attributes.get(duty.before.day_in) for e in in_order if e.event in duty.before.announced_by]
    days = [dt.date.fromisoformat(day) for day in named if day]
    return come[0] if come else next((day for day in days[-1:] if day >= trigger.occurred_on), None)


def turn(duty: Duty, events: Sequence[Event], n: int) -> tuple[int | None, Event | None] | None:
    """Of the n-th event in order: how many days its turn has, and what ends it; None where it begins none."""
    relevant = {*duty.triggers, *duty.until}
    before = [e for e in events[: n + 1] if e.event in (*duty.every.agreed_by, *duty.until)]
    if events[n].event not in duty.triggers or not before or before[-1].event in duty.until:
        return None
    return before[-1].attributes.get(duty.every.days_in), next(
        (e for e in events[n + 1 :] if e.event in relevant), None
    )


def in_turns(duty: Duty, events: Sequence[Event], as_of: dt.date) -> list[Row]:
    rows: list[Row] = []
    in_order = sorted(events, key=lambda e: (e.occurred_on, e.event_id))
    for n, e in enumerate(in_order):
        found = turn(duty, in_order, n)
        if found is None:
            continue
        days, following = found
        due = e.occurred_on + dt.timedelta(days=days) if days else None
        done = following.occurred_on if following and following.event == duty.act else None
        closed = closing(e, events)
        if due is None:
            state = "data_missing"
        elif done:
            state = "met" if done <= due else "met_late"
        elif closed:
            state = closed
        elif following:
            state = "superseded" if following.occurred_on <= due else "missed"
        else:
            state = "pending" if as_of <= due else "overdue"
        rows.append((duty.id, e.event_id, e.occurred_on, due, None, state, done, tier_of(events, e.occurred_on)))
    return rows


def closing(trigger: Event, events: Sequence[Event]) -> str | None:
    found = sorted(
        (e.occurred_on, e.event_id, e.event)
        for e in events
        if e.event in CLOSINGS and e.about == trigger.event_id and e.occurred_on >= trigger.occurred_on
    )
    return str(CLOSINGS[found[0][2]]) if found else None


def asked_of(condition: Any) -> set[str]:
    return (
        {a for part in condition.parts for a in asked_of(part)}
        if hasattr(condition, "parts")
        else {condition.attribute}
    )


def is_so(condition: Any, attributes: Any) -> bool:
    if hasattr(condition, "parts"):
        found = [is_so(part, attributes) for part in condition.parts]
        return all(found) if condition.kind == "all" else any(found)
    value = attributes[condition.attribute]
    compared = {"is": value == condition.value, "one_of": condition.kind == "one_of" and value in condition.value}
    if condition.kind in ("at_least", "at_most"):
        compared = {"at_least": value >= condition.value, "at_most": value <= condition.value}
    return bool(compared[condition.kind])


def applicable(duty: Duty, event: Event) -> str:
    """Anything asked and not there is missing, even if another part would decide."""
    conditions = [c for c in (duty.applies_if, duty.not_if) if c is not None]
    if any(event.attributes.get(name) is None for c in conditions for name in asked_of(c)):
        return "missing"
    wanted = duty.applies_if is None or is_so(duty.applies_if, event.attributes)
    return "yes" if wanted and not (duty.not_if and is_so(duty.not_if, event.attributes)) else "no"


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


def due_and_target(
    duty: Duty, trigger: Event, start: dt.date | None, tier: str, events: Sequence[Event]
) -> tuple[dt.date | None, dt.date | None]:
    if duty.before:
        return bound(duty, trigger, events), None
    if not duty.within or not start:
        return None, None
    unit = duty.within.unit
    due = last_day(start, duty.within[tier == "enhanced"], unit)
    return due, last_day(start, duty.within.enhanced, unit) if tier == "undetermined" else None


def judged(
    duty: Duty, trigger: Event, act: Event | None, events: Sequence[Event], as_of: dt.date, reminds: bool
) -> Row:
    received = trigger.received_on if trigger.received_on and trigger.received_on <= as_of else None
    by_receipt = duty.done_by == "receipt"
    done = received if by_receipt else act.occurred_on if act else None
    start = received if duty.counts_from == "received" else trigger.occurred_on
    tier = tier_of(events, trigger.occurred_on)
    due, target = due_and_target(duty, trigger, start, tier, events)
    ends = [e.occurred_on for e in events if e.event in duty.until and e.occurred_on >= trigger.occurred_on]
    closed = None if by_receipt else closing(trigger, events)
    if duty.done_by == "end":
        done = min(ends, default=None)
    by_act = by_receipt or (act is not None and act.event == duty.act)
    late = due is not None and done is not None and done > due
    open_state = "pending" if due and as_of <= due else "lapsed" if reminds else "overdue"
    rules = [
        (applicable(duty, trigger) == "missing", "data_missing"),
        (start is None, "awaiting_upstream"),
        (done and duty.done_by == "end", "ended"),
        (done and by_act, "met_late" if late else "met"),
        (done, "declined"),
        (closed, closed),
        (duty.done_by == "end", "continuing"),
        (due is None, "no_limit"),
        (True, open_state),
    ]
    state = next(name for holds, name in rules if holds)
    return (duty.id, trigger.event_id, start, due, target, state, done, tier)


def expected(events: Sequence[Event], books: Sequence[Rulebook], as_of: dt.date) -> list[Row]:
    known = [e for e in events if e.occurred_on is not None and e.occurred_on <= as_of]
    rows: list[Row] = []
    for book in books:
        for duty in book.duties:
            triggers = [
                e
                for e in known
                if e.event in duty.triggers and book.governs(e.occurred_on) and applicable(duty, e) != "no"
            ]
            if duty.every:
                rows += in_turns(duty, known, as_of)
                continue
            acts = {} if duty.done_by != "act" else matched(duty, triggers, known)
            rows += [judged(duty, t, acts.get(t.event_id), known, as_of, book.kind == "reminders") for t in triggers]
    return sorted(rows, key=lambda r: (r[3] is None, r[3] or as_of, r[0], r[1]))

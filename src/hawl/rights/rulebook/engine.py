"""One case, some rulebooks and a day in; what was owed and how it was kept out.

Pure: no database, no network, no clock of its own. The same events in any order give the same rows.

Which state a row has is decided in this order: a duty that does not apply gives no row; then
data_missing, awaiting_upstream, act done (met, met_late) or its time over (ended), declined, closed (excused, withheld,
safe_alternative), its turn over (superseded, missed), and only then continuing, no_limit, pending, overdue or lapsed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from hawl.foundations.clock import WorkingCalendar, england_and_wales
from hawl.rights.rulebook.books import Rulebook
from hawl.rights.rulebook.clocks import Turn, day_before_which, ended_by, turns_of
from hawl.rights.rulebook.explaining import explain
from hawl.rights.rulebook.history import History, Owed
from hawl.rights.rulebook.limits import last_day
from hawl.rights.rulebook.plan import Line, Plan, plan_of
from hawl.rights.rulebook.records import Evaluated, Event, Why


class _Answer(NamedTuple):
    """What answered a trigger: `how` is act, decline, closing, receipt, end, replaced or None."""

    how: str | None
    by: Event | None
    done_on: dt.date | None


_UNANSWERED = _Answer(None, None, None)


_CAN_BE_CLOSED = frozenset({None, "replaced"})
_ANSWERED_AS = {"decline": "declined", "end": "ended"}


class _Clock(NamedTuple):
    """The days of one trigger; `limit` is the number that counts, `bounded_by` the event that set the due day."""

    limit: int | None
    started: dt.date | None
    due: dt.date | None
    target: dt.date | None
    bounded_by: Event | None = None


class _Case(NamedTuple):
    """What every duty of one evaluation shares."""

    history: History
    plan: Plan
    as_of: dt.date
    calendar: WorkingCalendar


def evaluate(
    events: Iterable[Event],
    rulebooks: Sequence[Rulebook],
    as_of: dt.date,
    calendar: WorkingCalendar | None = None,
) -> list[Evaluated]:
    """Every duty that the events of ONE case started, as it stood at the end of the day `as_of`.

    Days are local days of Europe/London. All given rulebooks apply, each to the triggers that
    happened while it was in force. Rows come sorted by due day (none last), duty and trigger.
    Events with codes that no rulebook knows, acts without a day and acts about something that
    started no such duty answer nothing.

    Raises ValueError for events of several cases, for two events with one id and for rulebooks that
    share a duty id; BeyondCalendar where a limit ends after the last published bank holidays.
    """
    plan = plan_of(tuple(rulebooks))
    case = _Case(History(events, plan, as_of), plan, as_of, calendar or england_and_wales())
    rows: list[Evaluated] = []
    for line, owed in case.history.owed.items():
        if line.duty.every is not None:
            rows.extend(_evaluated_turns(line, owed, case))
            continue
        answers = _matched(line, owed, case.history) if line.answers else {}
        rows.extend(_evaluated(line, one, answers.get(one.trigger.event_id, _UNANSWERED), case) for one in owed)
    rows.sort(key=_order)
    return rows


def _order(row: Evaluated) -> tuple[dt.date, str, str]:
    return row.due_on or dt.date.max, row.duty_id, row.trigger_event_id


def _matched(line: Line, owed: list[Owed], history: History) -> dict[str, _Answer]:
    """Which act or decline answers which trigger, by trigger id.

    First those about a trigger, the earliest act before any decline. Then the rest by day and id,
    each to the earliest trigger still open that is not after it.
    """
    answers: dict[str, _Answer] = {}
    named = {code: history.about[code] for code in line.answers if code in history.about}
    if named:
        by_id = {one.trigger.event_id: one.trigger for one in owed}
        # `answers` holds the act's code first, so an act goes before a decline.
        for code, events in named.items():
            for event in events:
                about = by_id.get(event.about or "")
                if about is not None and not _before(event, about):
                    answers.setdefault(about.event_id, _answer(line, code, event))
    # What is answered stays answered, so the earliest open trigger only ever moves on.
    earliest = 0
    for event in _loose(line, history):
        while earliest < len(owed) and _is_taken(owed[earliest].trigger, answers):
            earliest += 1
        if earliest == len(owed):
            break
        trigger = owed[earliest].trigger
        if not _before(event, trigger):
            answers[trigger.event_id] = _answer(line, event.event, event)
    return answers


def _is_taken(trigger: Event, answers: dict[str, _Answer]) -> bool:
    """Whether no act without a name can go to it: it is answered, or its day is not known."""
    return trigger.event_id in answers or trigger.occurred_on is None


def _loose(line: Line, history: History) -> list[Event]:
    found = [history.loose[code] for code in line.answers if code in history.loose]
    if len(found) < 2:
        return found[0] if found else []
    return sorted((event for events in found for event in events), key=_by_day_and_id)


def _by_day_and_id(event: Event) -> tuple[dt.date, str]:
    return event.occurred_on or dt.date.max, event.event_id


def _before(event: Event, trigger: Event) -> bool:
    """Whether the event lies before the trigger; of a trigger without a day nobody can say so."""
    first, second = event.occurred_on, trigger.occurred_on
    return first is not None and second is not None and first < second


def _answer(line: Line, code: str, event: Event) -> _Answer:
    return _Answer("act" if code == line.duty.act else "decline", event, event.occurred_on)


def _evaluated_turns(line: Line, owed: list[Owed], case: _Case) -> Iterator[Evaluated]:
    turns = turns_of(line, case.history)
    for trigger, missing in owed:
        turn = turns.get(trigger.event_id)
        if turn is not None:
            tier = case.history.tier_on(trigger.occurred_on)
            clock = _Clock(None, trigger.occurred_on, turn.due, None)
            yield _judged(line, Owed(trigger, turn.due is None), clock, _in_turn(line, turn), tier, case)
        elif missing and line.duty.every and trigger.event in line.duty.every.agreed_by:
            yield _judged(line, Owed(trigger, True), _Clock(None, None, None, None), _UNANSWERED, "undetermined", case)


def _in_turn(line: Line, turn: Turn) -> _Answer:
    by = turn.followed_by
    if by is None:
        return _UNANSWERED
    return _answer(line, by.event, by) if by.event == line.duty.act else _Answer("replaced", by, None)


def _evaluated(line: Line, owed: Owed, answer: _Answer, case: _Case) -> Evaluated:
    trigger = owed.trigger
    received = trigger.received_on
    if received is not None and received > case.as_of:
        received = None
    if line.by_receipt and received is not None:
        answer = _Answer("receipt", trigger, received)
    if line.goes_on and (end := ended_by(line, trigger, case.history)) is not None:
        answer = _Answer("end", end, end.occurred_on)
    started = received if line.from_receipt else trigger.occurred_on
    tier = case.history.tier_on(trigger.occurred_on)
    return _judged(line, owed, _clock(line, trigger, started, tier, case), answer, tier, case)


def _judged(line: Line, owed: Owed, clock: _Clock, answer: _Answer, tier: str, case: _Case) -> Evaluated:
    """The row of one trigger, from its clock and what answered it."""
    duty, trigger = line.duty, owed.trigger
    if owed.missing:
        state = "data_missing"
    elif clock.started is None:
        state = "awaiting_upstream"
    elif not line.by_receipt and answer.how in _CAN_BE_CLOSED and (closed := _closing(trigger, case)) is not None:
        state = case.plan.closes_as[closed.event]
        answer = _Answer("closing", closed, None)
    else:
        state = _state(line, answer, clock.due, case.as_of)
    why = partial(
        explain, line, trigger, clock.limit, (clock.started, clock.due), answer[:2], clock.bounded_by, case.calendar
    )
    return Evaluated(
        trigger.case_id,
        duty.id,
        trigger.event_id,
        clock.started,
        clock.due,
        clock.target,
        state,
        answer.done_on,
        tier,
        line.enforced,
        duty.bearer,
        line.book.id,
        Why(why),
    )


def _closing(trigger: Event, case: _Case) -> Event | None:
    """The earliest closing about the trigger that is not before it."""
    for event in case.history.closings.get(trigger.event_id, ()):
        if not _before(event, trigger):
            return event
    return None


def _clock(line: Line, trigger: Event, started: dt.date | None, tier: str, case: _Case) -> _Clock:
    """The days of a trigger: the due day and, while the tier is undetermined, the target day."""
    within, before = line.duty.within, line.duty.before
    if before is not None:
        due, by = day_before_which(before, trigger, case.history)
        return _Clock(None, started, due, None, by)
    if within is None:
        return _Clock(None, started, None, None)
    limit = within.for_tier(tier)
    if started is None:
        return _Clock(limit, None, None, None)
    due = last_day(started, limit, within.unit, case.calendar)
    if tier != "undetermined":
        return _Clock(limit, started, due, None)
    if within.enhanced == limit:
        return _Clock(limit, started, due, due)
    return _Clock(limit, started, due, last_day(started, within.enhanced, within.unit, case.calendar))


def _state(line: Line, answer: _Answer, due: dt.date | None, as_of: dt.date) -> str:
    if answer.how in _ANSWERED_AS:
        return _ANSWERED_AS[answer.how]
    if answer.done_on is not None:
        return "met" if due is None or answer.done_on <= due else "met_late"
    if answer.by is not None and answer.by.occurred_on is not None and due is not None:
        return "superseded" if answer.by.occurred_on <= due else "missed"
    if line.goes_on:
        return "continuing"
    if due is None:
        return "no_limit"
    if as_of <= due:
        return "pending"
    return "lapsed" if line.reminds else "overdue"

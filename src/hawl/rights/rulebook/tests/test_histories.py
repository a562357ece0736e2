from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from hawl.rights.rulebook import Evaluated, Event, built_in, evaluate, standing, state_on
from hawl.rights.rulebook.tests.attributes import asked_by, crowds_of
from hawl.rights.rulebook.tests.cases import CLOCKS, REMINDERS, SEAMS
from hawl.rights.rulebook.tests.oracle import Row, expected

BOOKS = [*built_in(), SEAMS, CLOCKS, REMINDERS]
KEPT = [book for book in BOOKS if book.applies]
ALWAYS = ["enhanced_rights_decided", "reason_recorded", "information_withheld", "safe_alternative_used", "of_no_book"]
ASKED = asked_by(BOOKS)
CROWDS = crowds_of(BOOKS)
CODES = sorted({code for crowd in CROWDS for code in crowd} | set(ALWAYS))
# A short stretch around Easter, so that days coincide and holidays matter.
DAYS = st.dates(dt.date(2026, 3, 23), dt.date(2026, 4, 24))


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Up to nine events, most of them of the codes that one or two duties read."""
    crowd = draw(st.sampled_from(CROWDS)) + draw(st.sampled_from(CROWDS))
    codes = st.sampled_from(crowd) | st.sampled_from(crowd) | st.sampled_from(ALWAYS) | st.sampled_from(CODES)
    events = []
    for number in range(draw(st.integers(0, 9))):
        day, code = draw(DAYS), draw(codes)
        attributes = {name: draw(st.sampled_from(values)) for name, values in ASKED.get(code, {}).items()}
        # A tier is decided one way or the other; of all else one part may be lost.
        if attributes and code != ALWAYS[0]:
            attributes.pop(draw(st.sampled_from(["", *attributes])), None)
        received = draw(st.none() | st.integers(0, 12))
        events.append(
            Event(
                "case",
                str(number + 5),
                code,
                day,
                None if received is None else day + dt.timedelta(days=received),
                draw(st.none() | st.integers(4, 14).map(str)),
                attributes,
            )
        )
    return events


def told(row: Evaluated) -> Row:
    return (
        row.duty_id,
        row.trigger_event_id,
        row.started_on,
        row.due_on,
        row.target_on,
        row.state,
        row.done_on,
        row.tier,
    )


@settings(max_examples=400, deadline=None)
@given(histories(), DAYS)
def test_it_agrees_with_a_second_evaluation_written_from_the_contract(events: list[Event], as_of: dt.date) -> None:
    assert [told(row) for row in evaluate(events, BOOKS, as_of)] == expected(events, BOOKS, as_of)


@settings(max_examples=150, deadline=None)
@given(histories(), DAYS, st.randoms(use_true_random=False))
def test_the_order_of_the_events_changes_nothing(events: list[Event], as_of: dt.date, random: Random) -> None:
    mixed = list(events)
    random.shuffle(mixed)
    first, second = evaluate(events, BOOKS, as_of), evaluate(mixed, BOOKS, as_of)
    assert first == second
    assert [dict(row.why) for row in first] == [dict(row.why) for row in second]


@settings(max_examples=150, deadline=None)
@given(histories(), DAYS)
def test_what_happens_later_does_not_exist_yet(events: list[Event], as_of: dt.date) -> None:
    known = [
        replace(e, received_on=e.received_on if e.received_on and e.received_on <= as_of else None)
        for e in events
        if e.occurred_on and e.occurred_on <= as_of
    ]
    assert evaluate(events, BOOKS, as_of) == evaluate(known, BOOKS, as_of)


@settings(max_examples=150, deadline=None)
@given(histories(), DAYS)
def test_each_row_makes_sense_in_itself(events: list[Event], as_of: dt.date) -> None:
    for row in evaluate(events, BOOKS, as_of):
        if row.state in {"pending", "overdue", "no_limit"}:
            assert row.done_on is None
        if row.state in {"met", "met_late", "declined", "ended"}:
            assert row.done_on is not None
            assert row.done_on <= as_of
        if row.state in {"overdue", "lapsed"}:
            assert row.due_on is not None
            assert row.due_on < as_of
        if row.due_on is None:
            assert row.target_on is None
            assert row.state not in {"pending", "overdue", "met_late", "lapsed", "missed", "superseded"}
        elif row.target_on is not None:
            assert row.tier == "undetermined"
            assert row.target_on <= row.due_on


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(0, 30))
def test_what_is_open_follows_from_the_due_day_and_the_day_alone(events: list[Event], later: int) -> None:
    first_day = max([e.received_on or e.occurred_on for e in events if e.occurred_on] or [dt.date(2026, 4, 1)])
    first_day = max([first_day, *(e.occurred_on for e in events if e.occurred_on)])
    day = first_day + dt.timedelta(days=later)
    # Reminders are not kept.
    kept = evaluate(events, KEPT, first_day)
    again = evaluate(events, KEPT, day)
    assert [(r.duty_id, r.trigger_event_id, r.state) for r in again] == [
        (r.duty_id, r.trigger_event_id, state_on(standing(r), r.due_on, day)) for r in kept
    ]

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from hawl.rights.rulebook import Evaluated, Event, built_in, evaluate, standing, state_on
from hawl.rights.rulebook.tests.cases import SEAMS
from hawl.rights.rulebook.tests.oracle import Row, expected

# The tests' own rulebook with the shipped one, without the duties that the oracle does not know.
BOOKS = [
    *built_in(),
    replace(SEAMS, duties=tuple(d for d in SEAMS.duties if not d.id.startswith("x."))),
]
CODES = sorted(
    {code for book in BOOKS for duty in book.duties for code in duty.triggers}
    | {duty.act for book in BOOKS for duty in book.duties if duty.act}
    | {duty.decline for book in BOOKS for duty in book.duties if duty.decline}
    | {"enhanced_rights_decided", "reason_recorded", "information_withheld"}
    | {"safe_alternative_used", "of_no_book"}
)
# A short stretch around Easter, so that days coincide and holidays matter.
DAYS = st.dates(dt.date(2026, 3, 23), dt.date(2026, 4, 24))


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    events = []
    for number in range(draw(st.integers(0, 9))):
        day = draw(DAYS)
        code = draw(st.sampled_from(CODES))
        attributes: dict[str, object] = {}
        if code == "enhanced_rights_decided":
            attributes = {"enhanced": draw(st.booleans())}
        if code == "sentence_passed":
            full = {
                "custody_months": draw(st.integers(10, 14)),
                "hospital_order": draw(st.booleans()),
                "violent_or_sexual": draw(st.booleans()),
            }
            lost = draw(st.sampled_from(["", *full]))
            attributes = {key: value for key, value in full.items() if key != lost}
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
        if row.state in {"met", "met_late", "declined"}:
            assert row.done_on is not None
            assert row.done_on <= as_of
        if row.state == "overdue":
            assert row.due_on is not None
            assert row.due_on < as_of
        if row.due_on is None:
            assert row.target_on is None
            assert row.state not in {"pending", "overdue", "met_late"}
        elif row.target_on is not None:
            assert row.tier == "undetermined"
            assert row.target_on <= row.due_on


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(0, 30))
def test_what_is_open_follows_from_the_due_day_and_the_day_alone(events: list[Event], later: int) -> None:
    first_day = max([e.received_on or e.occurred_on for e in events if e.occurred_on] or [dt.date(2026, 4, 1)])
    first_day = max([first_day, *(e.occurred_on for e in events if e.occurred_on)])
    day = first_day + dt.timedelta(days=later)
    kept = evaluate(events, BOOKS, first_day)
    again = evaluate(events, BOOKS, day)
    assert [(r.duty_id, r.trigger_event_id, r.state) for r in again] == [
        (r.duty_id, r.trigger_event_id, state_on(standing(r), r.due_on, day)) for r in kept
    ]

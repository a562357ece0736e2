from __future__ import annotations

import json

import pytest

from hawl.foundations.clock import BeyondCalendar
from hawl.rights.rulebook import standing, state_on, vocabulary
from hawl.rights.rulebook.tests.cases import day, event, row, rows, state

# Event, its duty, tier, the day its limit ends: fact sheet victims-code, section 4.
ENDS = [
    ("crime_reported", "4.4", None, "2026-04-02", "2026-04-08"),
    ("suspect_arrested", "6.1a", True, "2026-04-02", "2026-04-07"),
    ("suspect_arrested", "6.1a", False, "2026-04-02", "2026-04-13"),
    ("suspect_arrested", "6.1a", True, "2026-04-04", "2026-04-07"),
    ("suspect_arrested", "6.1a", False, "2026-04-04", "2026-04-13"),
    ("suspect_charged", "6.8", False, "2026-05-01", "2026-05-11"),
    ("suspect_charged", "6.8", True, "2026-08-28", "2026-09-01"),
    ("complaint_received", "12.1", False, "2026-12-11", "2026-12-29"),
    ("crime_reported", "4.4", None, "2026-12-24", "2026-12-30"),
    ("suspect_charged", "6.8", False, "2026-12-24", "2027-01-05"),
    # One-off holidays: Thu 2 and Fri 3 June 2022, Mon 19 Sept 2022, Mon 8 May 2023.
    ("crime_reported", "4.4", None, "2022-06-01", "2022-06-07"),
    ("suspect_charged", "6.8", True, "2022-09-16", "2022-09-20"),
    ("suspect_charged", "6.8", True, "2023-05-05", "2023-05-09"),
    # The clocks change on Sunday 29 March and Sunday 25 October 2026.
    ("crime_reported", "4.4", None, "2026-03-27", "2026-03-31"),
    ("crime_reported", "4.4", None, "2026-10-25", "2026-10-27"),
]


@pytest.mark.parametrize(("code", "duty", "enhanced", "on", "due"), ENDS)
def test_a_limit_ends_on_its_day_around_weekends_holidays_and_clock_changes(
    code: str, duty: str, enhanced: bool | None, on: str, due: str
) -> None:
    case = [event("t", code, on)]
    if enhanced is not None:
        case.append(event("d", "enhanced_rights_decided", on, enhanced=enhanced))
    assert row(duty, *case).due_on == day(due)
    before, after = day(due).toordinal() - 1, day(due).toordinal() + 1
    for ordinal, wanted in ((before, "pending"), (before + 1, "pending"), (after, "overdue")):
        as_of = day(due).fromordinal(ordinal).isoformat()
        assert state(duty, *case, as_of=as_of) == wanted


def test_on_the_day_of_the_event_the_duty_is_there_and_the_day_before_it_is_not() -> None:
    trigger = event("t", "suspect_arrested", "2026-03-02")
    assert state("6.1a", trigger, as_of="2026-03-02") == "pending"
    assert rows(trigger, as_of="2026-03-01") == {}


def test_a_receipt_on_the_day_counts_and_one_of_tomorrow_does_not() -> None:
    trigger = event("t", "case_outcome", "2026-03-02", received="2026-03-04")
    assert rows(trigger, as_of="2026-03-03")["9.0", "t"].state == "pending"
    assert rows(trigger, as_of="2026-03-04")["9.0", "t"].state == "met"


def test_a_limit_beyond_the_known_holidays_is_refused_and_never_guessed() -> None:
    with pytest.raises(BeyondCalendar):
        rows(event("t", "crime_reported", "2028-12-31"), as_of="2028-12-31")


def test_why_tells_the_rule_the_clock_and_the_days_that_did_not_count() -> None:
    found = row(
        "4.4",
        event("t", "crime_reported", "2026-04-02"),
        event("a", "support_referral_made", "2026-04-08"),
    )
    why = dict(found.why)
    assert json.loads(json.dumps(why)) == why
    assert why["clock"]["en"] == "2 working days from the day it was reported"
    assert why["clock"]["cy"].startswith("2 ddiwrnod gwaith o'r diwrnod")
    assert [(s["day"], s["reason"], s["en"]) for s in why["skipped"]] == [
        ("2026-04-03", "holiday", "Good Friday"),
        ("2026-04-04", "weekend", "weekend"),
        ("2026-04-05", "weekend", "weekend"),
        ("2026-04-06", "holiday", "Easter Monday"),
    ]
    assert (why["answered"], why["answered_by"], why["certainty"]) == ("act", "a", "A")
    assert (why["rulebook"], why["paragraph"]) == ("victims-code-2021", None)
    assert len(found.why) == len(why)


def test_why_tells_which_closing_or_receipt_answered_and_where_no_limit_is_set() -> None:
    closed = row(
        "3.1",
        event("t", "crime_reported", "2026-03-02"),
        event("c", "safe_alternative_used", "2026-03-03", about="t"),
    )
    assert (closed.why["answered"], closed.why["answered_by"]) == ("closing", "c")
    assert closed.why["clock"]["en"] == "no number of days is set"
    got = rows(event("t", "case_outcome", "2026-03-02", received="2026-03-04"))
    assert got["9.0", "t"].why["answered"] == "receipt"
    assert got["9.1", "t"].why["clock"]["en"] == "1 working day from the day word of it was received"


def test_every_trigger_of_a_counted_duty_names_its_first_day() -> None:
    from hawl.rights.rulebook import built_in

    for book in built_in():
        for duty in book.duties:
            if duty.within and duty.counts_from == "occurred":
                for code in duty.triggers:
                    assert vocabulary().events[code].counted_from, code


@pytest.mark.parametrize(
    ("on", "wanted"),
    [("2026-03-03", "pending"), ("2026-03-04", "pending"), ("2026-03-05", "overdue")],
)
def test_an_open_row_needs_no_night_run(on: str, wanted: str) -> None:
    kept = row("4.4", event("t", "crime_reported", "2026-03-02"), as_of="2026-03-02")
    assert standing(kept) == "open"
    assert state_on("open", kept.due_on, day(on)) == wanted
    assert state_on("open", None, day(on)) == "no_limit"
    assert state_on("met_late", kept.due_on, day(on)) == "met_late"

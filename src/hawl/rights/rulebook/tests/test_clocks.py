"""Clocks that do not count working days: calendar units, up to another event, again and again, until an end."""

from __future__ import annotations

from typing import Any

import pytest

from hawl.foundations.clock import BeyondCalendar, england_and_wales
from hawl.rights.rulebook import Evaluated, Event
from hawl.rights.rulebook.limits import last_day
from hawl.rights.rulebook.tests.cases import CLOCKS, REMINDERS, day, event, row, rows, state

ARREST = event("t", "suspect_arrested", "2026-03-02")


def after(text: str, days: int = 1) -> str:
    return day(text).fromordinal(day(text).toordinal() + days).isoformat()


@pytest.mark.parametrize(
    ("start", "number", "unit", "end"),
    [
        ("2026-03-27", 28, "days", "2026-04-24"),
        # Neither Easter nor the change of the clocks on 29 March takes a day away or gives one.
        ("2026-03-28", 10, "days", "2026-04-07"),
        ("2026-01-31", 1, "months", "2026-02-28"),
        ("2028-01-31", 1, "months", "2028-02-29"),
        ("2026-11-30", 3, "months", "2027-02-28"),
        ("2026-10-15", 3, "months", "2027-01-15"),
        ("2026-12-01", 12, "months", "2027-12-01"),
        ("2024-02-29", 1, "years", "2025-02-28"),
        ("2024-02-29", 4, "years", "2028-02-29"),
        ("2026-12-25", 2, "years", "2028-12-25"),
    ],
)
def test_calendar_limits_end_on_the_day_of_the_same_number_or_the_last_of_the_month(
    start: str, number: int, unit: str, end: str
) -> None:
    assert last_day(day(start), number, unit, england_and_wales()) == day(end)


@pytest.mark.parametrize("unit", ["days", "months", "years"])
def test_a_limit_past_the_last_day_that_there_is_is_refused(unit: str) -> None:
    with pytest.raises(BeyondCalendar, match="beyond the last day"):
        last_day(day("9999-12-31"), 1, unit, england_and_wales())


@pytest.mark.parametrize(
    ("duty", "code", "due"),
    [("y.d", "investigation_declined", "2026-03-08"), ("y.m", "suspect_charged", "2026-04-02"),
     ("y.y", "suspect_bailed", "2028-03-02")],
)  # fmt: skip
def test_a_calendar_limit_is_open_on_its_day_and_over_on_the_next(duty: str, code: str, due: str) -> None:
    trigger = event("t", code, "2026-03-02")
    assert row(duty, trigger, seams=True).due_on == day(due)
    assert state(duty, trigger, as_of=due, seams=True) == "pending"
    assert state(duty, trigger, as_of=after(due), seams=True) == "overdue"
    assert row(duty, trigger, seams=True).why["skipped"] == []


def test_a_reminder_lapses_and_is_never_overdue_or_enforced() -> None:
    assert state("y.r", ARREST, as_of="2026-03-09", seams=True) == "pending"
    late = row("y.r", ARREST, as_of="2026-03-10", seams=True)
    assert (late.state, late.enforced) == ("lapsed", False)
    assert not REMINDERS.applies
    assert state("y.r", ARREST, event("a", "vrr_requested", "2026-03-10"), seams=True) == "met_late"


INTERVIEW = event("t", "suspect_interviewed", "2026-03-02")


def bounded(*others: Event, as_of: str = "2026-04-20") -> Evaluated:
    return row("y.b", INTERVIEW, *others, as_of=as_of, seams=True)


def test_before_another_event_there_is_time_up_to_its_day_itself() -> None:
    sentence = event("s", "sentence_passed", "2026-04-10")
    assert bounded(as_of="2026-04-20").state == "no_limit"
    found = bounded(sentence)
    assert (found.due_on, found.target_on, found.state) == (day("2026-04-10"), None, "overdue")
    assert bounded(sentence, as_of="2026-04-10").state == "pending"
    assert bounded(sentence, event("a", "vlo_contacted", "2026-04-10")).state == "met"
    assert bounded(sentence, event("a", "vlo_contacted", "2026-04-11")).state == "met_late"
    assert bounded(sentence, event("a", "vcs_opted_out", "2026-04-11")).state == "declined"
    assert found.why["bounded_by"] == "s"
    assert found.why["clock"]["en"] == "before the sentence, before the charge"


def test_what_came_before_the_trigger_bounds_nothing_and_the_first_after_it_does() -> None:
    early = event("0", "sentence_passed", "2026-03-01")
    assert bounded(early).due_on is None
    assert bounded(early, event("1", "suspect_charged", "2026-03-02")).due_on == day("2026-03-02")
    later = [event("2", "suspect_charged", "2026-03-09"), event("1", "sentence_passed", "2026-03-30")]
    assert bounded(*later).due_on == day("2026-03-09")


def test_a_coming_day_is_due_ahead_moves_with_its_announcements_and_yields_to_the_event() -> None:
    listed = event("l1", "hearing_listed", "2026-03-05", held_on="2026-05-01")
    found = bounded(listed)
    assert (found.due_on, found.state, found.why["bounded_by"]) == (day("2026-05-01"), "pending", "l1")
    moved = event("l2", "hearing_listed", "2026-03-06", held_on="2026-04-15")
    assert bounded(listed, moved).due_on == day("2026-04-15")
    assert bounded(listed, moved, as_of="2026-03-05").due_on == day("2026-05-01")
    assert bounded(listed, moved, event("s", "sentence_passed", "2026-04-18")).due_on == day("2026-04-18")
    announced_before = event("l0", "hearing_listed", "2026-02-01", held_on="2026-04-01")
    assert bounded(announced_before).due_on == day("2026-04-01")


@pytest.mark.parametrize(
    "written", [None, "", "2026-02-30", "20260401", "2026-W14-3", "2026-04-01T00:00", 20260401, True]
)
def test_a_coming_day_that_is_none_announces_nothing(written: Any) -> None:
    assert bounded(event("l", "hearing_listed", "2026-03-05", held_on=written)).due_on is None
    assert bounded(event("l", "hearing_listed", "2026-03-05", held_on="2026-03-01")).due_on is None


def test_a_duty_that_goes_on_goes_on_until_its_end() -> None:
    begun = event("t", "told_of_services", "2026-03-02", kind="a")
    end = event("e", "support_reached", "2026-04-01", about="x")
    found = row("y.c", begun, end, as_of="2026-03-31", seams=True)
    assert (found.state, found.started_on, found.due_on, found.done_on) == ("continuing", day("2026-03-02"), None, None)
    over = row("y.c", begun, end, as_of="2026-04-01", seams=True)
    assert (over.state, over.done_on, over.why["answered_by"]) == ("ended", day("2026-04-01"), "e")
    assert over.why["clock"] == {"en": "for as long as it is needed", "cy": "cyhyd ag y bo angen"}
    before = event("e", "support_reached", "2026-03-01")
    assert row("y.c", begun, before, seams=True).state == "continuing"
    reason = event("r", "reason_recorded", "2026-03-05", about="t")
    assert row("y.c", begun, reason, seams=True).state == "excused"
    assert row("y.c", begun, reason, end, seams=True).state == "ended"


def turns(*events: Event, as_of: str = "2026-06-01") -> list[tuple[str, str | None, str]]:
    found = rows(*events, as_of=as_of, books=[CLOCKS])
    return [
        (one.trigger_event_id, one.due_on and one.due_on.isoformat(), one.state)
        for one in found.values()
        if one.duty_id == "y.e"
    ]


AGREED = event("0", "referral_agreed", "2026-03-02", every_days=14)
FIRST = event("1", "services_offered", "2026-03-16")
SECOND = event("2", "services_offered", "2026-03-31")


def test_what_falls_due_again_is_counted_from_the_last_time_at_the_interval_the_victim_chose() -> None:
    assert turns(AGREED, as_of="2026-03-16") == [("0", "2026-03-16", "pending")]
    assert turns(AGREED, as_of="2026-03-17") == [("0", "2026-03-16", "overdue")]
    assert turns(AGREED, FIRST, SECOND) == [
        ("0", "2026-03-16", "met"), ("1", "2026-03-30", "met_late"), ("2", "2026-04-14", "overdue"),
    ]  # fmt: skip


def test_a_new_agreement_takes_the_place_of_a_turn_or_finds_it_missed() -> None:
    anew = event("3", "referral_agreed", "2026-04-10", every_days=28)
    assert turns(AGREED, FIRST, SECOND, anew)[2:] == [("2", "2026-04-14", "superseded"), ("3", "2026-05-08", "overdue")]
    late = event("3", "referral_agreed", "2026-04-15", every_days=28)
    assert turns(AGREED, FIRST, SECOND, late)[2] == ("2", "2026-04-14", "missed")
    excused = event("r", "reason_recorded", "2026-04-15", about="2")
    assert turns(AGREED, FIRST, SECOND, late, excused)[2] == ("2", "2026-04-14", "excused")


def test_nothing_falls_due_before_an_agreement_or_after_the_end() -> None:
    end = event("5", "suspect_charged", "2026-04-01")
    assert turns(FIRST, SECOND) == []
    assert turns(AGREED, FIRST, SECOND, end, event("6", "services_offered", "2026-04-02")) == [
        ("0", "2026-03-16", "met"), ("1", "2026-03-30", "met_late"), ("2", "2026-04-14", "superseded"),
    ]  # fmt: skip


@pytest.mark.parametrize("days", [None, 0, -1, 2.5, 14.0, "14", True, 10**12])
def test_an_interval_that_is_no_whole_number_of_days_is_data_missing(days: Any) -> None:
    broken = event("0", "referral_agreed", "2026-03-02", every_days=days)
    assert turns(broken, FIRST) == [("0", None, "data_missing"), ("1", None, "data_missing")]
    assert turns(event("0", "referral_agreed", None, every_days=14), FIRST) == [("0", None, "data_missing")]


def test_without_unjustified_delay_is_said_and_never_overdue() -> None:
    found = row("y.w", ARREST, as_of="2027-03-02", seams=True)
    assert (found.state, found.due_on) == ("no_limit", None)
    assert found.why["clock"]["en"].startswith("without unjustified delay")


def test_units_are_said_in_both_languages() -> None:
    said = {code: row(duty, event("t", code, "2026-03-02"), seams=True).why["clock"] for duty, code in
            (("y.d", "investigation_declined"), ("y.m", "suspect_charged"), ("y.y", "suspect_bailed"))}  # fmt: skip
    assert said["investigation_declined"]["en"].startswith("6 days from")
    assert said["suspect_charged"]["cy"].startswith("1 mis o")
    assert said["suspect_bailed"]["cy"].startswith("2 flynedd o")

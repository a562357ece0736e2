from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from hawl.demo.feed import make_feed
from hawl.demo.histories import Workdays
from hawl.foundations.clock import england_and_wales
from hawl.rights.rulebook import Event, built_in, evaluate, vocabulary

TODAY = date(2026, 11, 22)
BANDS = {
    "met": (0.62, 0.72),
    "met_late": (0.08, 0.14),
    "overdue": (0.05, 0.10),
    "pending": (0.02, 0.08),
    "declined": (0.002, 0.03),
    "withheld": (0.002, 0.03),
    "excused": (0.002, 0.03),
    "data_missing": (0.002, 0.03),
    "safe_alternative": (0.001, 0.03),
    "no_limit": (0.04, 0.12),
}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _events(row: dict[str, Any]) -> list[Event]:
    case = row["record_id"]
    reported = Event(case, f"{case}-reported", "crime_reported", _day(row["crime"]["reported_on"]))
    return [reported] + [
        Event(case, each["event_id"], each["event"], _day(each["occurred_on"]), None, each["about"], each["attributes"])
        for each in row["events"]
    ]


def _newest(people: int, seed: int, today: date) -> list[dict[str, Any]]:
    newest: dict[str, dict[str, Any]] = {}
    for row in make_feed(people, seed, today, broken_share=0):
        if isinstance(row, dict) and row["version"] >= newest.get(row["record_id"], row)["version"]:
            newest[row["record_id"]] = row
    return list(newest.values())


@pytest.mark.parametrize(("seed", "today"), [(7, TODAY), (1, date(2027, 1, 5))])
def test_about_seven_duties_in_ten_are_met_and_every_state_is_there(seed: int, today: date) -> None:
    books, states = built_in(), Counter()
    for row in _newest(3000, seed, today):
        states.update(one.state for one in evaluate(_events(row), books, today))
    shares = {state: count / states.total() for state, count in states.items()}
    assert set(shares) == set(BANDS)
    outside = {state: got for state, got in shares.items() if not BANDS[state][0] <= got <= BANDS[state][1]}
    assert outside == {}


def test_histories_speak_only_in_words_of_the_vocabulary() -> None:
    told = {event["event"] for row in _newest(2000, 7, TODAY) for event in row["events"]}
    assert told <= set(vocabulary().events)
    assert {"support_reached", "information_withheld", "complaint_acknowledged", "referral_agreed"} <= told


def test_nothing_is_referred_before_a_consent_first_victim_said_yes() -> None:
    sexual = [row for row in _newest(4000, 7, TODAY) if row["crime"]["offence"] in ("rape", "sexual_assault")]
    referred = 0
    for row in sexual:
        days = {event["event"]: event["occurred_on"] for event in row["events"]}
        if "support_referral_made" in days:
            referred += 1
            assert row["person"]["agreement"] == "yes"
            assert days["support_referral_made"] >= days["referral_agreed"]
    assert 0 < referred < len(sexual)


def test_whoever_declined_is_not_referred() -> None:
    for row in _newest(2000, 7, TODAY):
        if row["person"]["agreement"] == "no":
            assert "support_referral_made" not in {event["event"] for event in row["events"]}


def test_the_table_of_working_days_agrees_with_the_calendar() -> None:
    first = date(2025, 12, 1)
    table, kept = Workdays(first, date(2026, 6, 1)), england_and_wales()
    for n in range(120):
        day = first + timedelta(days=n)
        for count in (0, 1, 2, 5, 10):
            assert table.after(day, count) == kept.add_working_days(day, count)


def test_beyond_the_known_bank_holidays_monday_to_friday_count() -> None:
    table = Workdays(date(2090, 12, 20), date(2090, 12, 31))
    assert table.after(date(2090, 12, 22), 1) == date(2090, 12, 25)

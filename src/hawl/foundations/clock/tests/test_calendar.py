from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawl.foundations.clock import BeyondCalendar, WorkingCalendar, england_and_wales

CALENDAR = england_and_wales()
KNOWN = st.dates(CALENDAR.first_known, CALENDAR.last_known)
GOVUK_LIST = Path(__file__).parents[6] / "shared/data/bank-holidays/england-and-wales.from-alphagov.csv"

# Fact sheet victims-code, section 4: event, working days, the day the limit ends.
VECTORS = [
    ("2026-04-02", 1, "2026-04-07"),
    ("2026-04-02", 2, "2026-04-08"),
    ("2026-04-02", 5, "2026-04-13"),
    ("2026-04-04", 1, "2026-04-07"),
    ("2026-04-04", 5, "2026-04-13"),
    ("2026-05-01", 5, "2026-05-11"),
    ("2026-08-28", 1, "2026-09-01"),
    ("2026-12-11", 10, "2026-12-29"),
    ("2026-12-11", 20, "2027-01-13"),
    ("2026-12-24", 1, "2026-12-29"),
    ("2026-12-24", 2, "2026-12-30"),
    ("2026-12-24", 5, "2027-01-05"),
    ("2026-12-18", 5, "2026-12-29"),
    ("2026-12-29", 1, "2026-12-30"),
]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(("event", "limit", "due"), VECTORS)
def test_the_fact_sheets_vectors_hold(event: str, limit: int, due: str) -> None:
    assert CALENDAR.add_working_days(day(event), limit) == day(due)
    assert CALENDAR.working_days_between(day(event), day(due)) == limit
    assert CALENDAR.working_days_between(day(event), day(due) - dt.timedelta(days=1)) == limit - 1


@pytest.mark.parametrize(
    "holiday",
    ["2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08", "2020-05-08", "2026-12-28"],
)
def test_a_one_off_or_moved_holiday_does_not_count(holiday: str) -> None:
    assert not CALENDAR.is_working_day(day(holiday))
    assert CALENDAR.is_working_day(day(holiday) - dt.timedelta(days=14))


def test_saint_davids_day_counts() -> None:
    assert CALENDAR.is_working_day(day("2027-03-01"))


def test_the_moved_may_holiday_of_2020_left_its_monday_a_working_day() -> None:
    assert CALENDAR.is_working_day(day("2020-05-04"))


def test_no_working_days_after_a_day_is_that_day_even_on_a_sunday() -> None:
    assert CALENDAR.add_working_days(day("2026-11-22"), 0) == day("2026-11-22")


def test_days_are_never_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        CALENDAR.add_working_days(day("2026-11-20"), -1)
    assert CALENDAR.working_days_between(day("2026-11-23"), day("2026-11-20")) == -1


def test_a_day_beyond_the_list_is_refused_and_never_guessed() -> None:
    last = CALENDAR.last_known
    with pytest.raises(BeyondCalendar):
        CALENDAR.add_working_days(last, 1)
    for outside in (last + dt.timedelta(days=1), CALENDAR.first_known - dt.timedelta(days=1)):
        for ask in (CALENDAR.is_working_day, lambda d: CALENDAR.add_working_days(d, 0)):
            with pytest.raises(BeyondCalendar):
                ask(outside)
    assert CALENDAR.working_days_between(last, last) == 0


def test_the_first_and_last_day_known_are_whole_years_around_the_list() -> None:
    assert (CALENDAR.first_known.month, CALENDAR.first_known.day) == (1, 1)
    assert (CALENDAR.last_known.month, CALENDAR.last_known.day) == (12, 31)
    assert CALENDAR.last_known.year >= 2027


def test_a_skipped_day_tells_its_reason_in_both_languages() -> None:
    skipped = list(CALENDAR.skipped_between(day("2026-12-24"), day("2026-12-29")))
    assert [(s.day.day, s.reason) for s in skipped] == [
        (25, "holiday"),
        (26, "weekend"),
        (27, "weekend"),
        (28, "holiday"),
    ]
    assert skipped[0].en == "Christmas Day"
    assert skipped[0].cy == "Dydd Nadolig"
    assert skipped[1].cy == "penwythnos"


def test_every_holiday_has_a_welsh_name() -> None:
    skipped = CALENDAR.skipped_between(CALENDAR.first_known, CALENDAR.last_known)
    alike = {s.en for s in skipped if s.reason == "holiday" and s.en == s.cy}
    assert alike == set()


@given(KNOWN, st.integers(1, 60))
def test_the_quick_count_equals_walking_day_by_day(start: dt.date, limit: int) -> None:
    walked, left = start, limit
    while left and walked < CALENDAR.last_known:
        walked += dt.timedelta(days=1)
        left -= CALENDAR.is_working_day(walked)
    if left:
        with pytest.raises(BeyondCalendar):
            CALENDAR.add_working_days(start, limit)
    else:
        assert CALENDAR.add_working_days(start, limit) == walked


@given(KNOWN, KNOWN)
def test_days_between_are_those_not_skipped(one: dt.date, other: dt.date) -> None:
    start, end = sorted((one, other))
    skipped = sum(1 for _ in CALENDAR.skipped_between(start, end))
    assert CALENDAR.working_days_between(start, end) == (end - start).days - skipped


def test_a_calendar_of_ones_own_keeps_its_own_holidays() -> None:
    own = WorkingCalendar({day("2026-03-02"): ("Office day", "Diwrnod swyddfa")}, day("2026-01-01"), day("2026-12-31"))
    assert own.add_working_days(day("2026-02-27"), 1) == day("2026-03-03")
    assert own.is_working_day(day("2026-12-25"))


@pytest.mark.skipif(not GOVUK_LIST.exists(), reason="../shared/data/bank-holidays is not here")
def test_it_agrees_with_the_list_that_govuk_serves() -> None:
    with GOVUK_LIST.open(encoding="utf-8") as lines:
        served = {day(row["date"]) for row in csv.DictReader(lines)}
    assert served
    years = {date.year for date in served} & set(range(CALENDAR.first_known.year, CALENDAR.last_known.year + 1))
    assert len(years) >= 8
    skipped = CALENDAR.skipped_between(CALENDAR.first_known, CALENDAR.last_known)
    ours = {s.day for s in skipped if s.reason == "holiday"}
    assert {d for d in ours if d.year in years} == {d for d in served if d.year in years}


def test_it_agrees_with_a_second_opinion() -> None:
    holidays = pytest.importorskip("holidays", reason="the wheel `holidays` is not installed")
    years = range(CALENDAR.first_known.year, CALENDAR.last_known.year + 1)
    second = holidays.country_holidays("GB", subdiv="WLS", years=years)
    for ordinal in range(CALENDAR.first_known.toordinal(), CALENDAR.last_known.toordinal() + 1):
        one = dt.date.fromordinal(ordinal)
        assert CALENDAR.is_working_day(one) == (one.weekday() < 5 and one not in second), one

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

from hawl.foundations.measures.periods import (
    month_end_before,
    months_of,
    period_of,
    quarter_of,
    quarters_to,
    twelve_months_to,
)


@pytest.mark.parametrize(
    ("day", "key", "since", "until"),
    [
        (date(2026, 1, 1), "2026-q1", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 3, 31), "2026-q1", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), "2026-q2", date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 12, 31), "2026-q4", date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_a_quarter_holds_its_first_and_its_last_day(day: date, key: str, since: date, until: date) -> None:
    quarter = quarter_of(day)
    assert (quarter.key, quarter.since, quarter.until) == (key, since, until)
    assert period_of(key, date(2030, 1, 1)) == quarter
    assert quarter.is_quarter


def test_quarters_follow_each_other_without_gap_or_overlap() -> None:
    quarters = quarters_to(date(2026, 2, 14), 9)
    for later, earlier in itertools.pairwise(quarters):
        assert earlier.until + timedelta(days=1) == later.since
    assert len(quarters) == 9


def test_twelve_months_end_with_the_month_of_the_day() -> None:
    for day in (date(2026, 11, 1), date(2026, 11, 30)):
        period = twelve_months_to(day)
        assert (period.since, period.until) == (date(2025, 12, 1), date(2026, 11, 30))
        assert len(months_of(period, date(2026, 12, 1))) == 12
    assert twelve_months_to(date(2026, 12, 31)).since == date(2026, 1, 1)
    assert not period.is_quarter


def test_only_months_that_have_begun_are_listed() -> None:
    assert months_of(quarter_of(date(2026, 10, 1)), date(2026, 11, 1)) == (date(2026, 10, 1), date(2026, 11, 1))


@pytest.mark.parametrize("key", ["", "2026", "2026-q0", "2026-q5", "0001-q1", "2026-q1 ", "٢٠٢٦-q1", "9999-q4"])
def test_a_key_that_names_no_period_gives_none(key: str) -> None:
    assert period_of(key, date(2026, 11, 22)) is None


def test_the_month_before_ends_on_its_last_day() -> None:
    assert month_end_before(date(2026, 3, 1)) == date(2026, 2, 28)
    assert month_end_before(date(2026, 1, 31)) == date(2025, 12, 31)

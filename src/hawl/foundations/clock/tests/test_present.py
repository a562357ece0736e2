from __future__ import annotations

import datetime as dt

import pytest

from hawl.foundations.clock import LONDON, now, today


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        # Clocks go forward at 01:00 UTC on 29 March 2026, back at 01:00 UTC on 25 October 2026.
        ("2026-03-28T23:30:00+00:00", "2026-03-28"),
        ("2026-03-29T00:00:00+00:00", "2026-03-29"),
        ("2026-03-29T22:59:59+00:00", "2026-03-29"),
        ("2026-03-29T23:00:00+00:00", "2026-03-30"),
        ("2026-10-24T22:59:59+00:00", "2026-10-24"),
        ("2026-10-24T23:00:00+00:00", "2026-10-25"),
        ("2026-10-25T23:30:00+00:00", "2026-10-25"),
        ("2026-10-26T00:00:00+00:00", "2026-10-26"),
        ("2026-07-01T00:30:00+02:00", "2026-06-30"),
    ],
)
def test_the_day_is_that_of_london_whatever_the_clocks_do(moment: str, wanted: str) -> None:
    assert today(dt.datetime.fromisoformat(moment)).isoformat() == wanted


def test_the_first_and_last_hour_of_the_short_and_the_long_day_are_that_day() -> None:
    for change in (dt.date(2026, 3, 29), dt.date(2026, 10, 25)):
        for hour in range(24):
            at = dt.datetime(change.year, change.month, change.day, hour, tzinfo=LONDON)
            assert today(at) == change


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        today(dt.datetime(2026, 6, 1, 12, 0))  # noqa: DTZ001


def test_now_is_aware_and_in_utc() -> None:
    assert now().utcoffset() == dt.timedelta(0)
    assert today() in {today(now()), today(now() + dt.timedelta(seconds=5))}

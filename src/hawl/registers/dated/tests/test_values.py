from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawl.registers.dated.plain import entry, plain
from hawl.registers.dated.values import Dated, Name, PartDate, on, overlapping


def fact(since: str = "", until: str = "") -> Dated:
    return Dated(
        since=PartDate(since) if since else None,
        until=PartDate(until) if until else None,
        source=("G01",),
        certainty="read",
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", dt.date(2020, 1, 1), dt.date(2020, 12, 31)),
        ("2020-02", dt.date(2020, 2, 1), dt.date(2020, 2, 29)),
        ("2021-02", dt.date(2021, 2, 1), dt.date(2021, 2, 28)),
        ("2020-06-30", dt.date(2020, 6, 30), dt.date(2020, 6, 30)),
    ],
)
def test_a_year_or_month_stands_for_the_whole_of_it(text: str, first: dt.date, last: dt.date) -> None:
    assert (PartDate(text).first, PartDate(text).last) == (first, last)


@pytest.mark.parametrize("text", ["", "20", "2020-13", "2020-00-01", "2020-02-30", "June 2020", "2020-6"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        PartDate(text)


def test_a_fact_holds_on_its_first_and_last_day_and_not_beside_them() -> None:
    held = fact("2019-12", "2020-06")
    assert [held.held_on(dt.date(*day)) for day in ((2019, 11, 30), (2019, 12, 1), (2020, 6, 30), (2020, 7, 1))] == [
        False,
        True,
        True,
        False,
    ]


def test_a_fact_without_dates_always_held() -> None:
    assert fact().held_on(dt.date(1900, 1, 1))
    assert fact().held_on(dt.date(2100, 1, 1))


def test_of_several_the_latest_begun_is_the_one_that_held() -> None:
    early, late = fact("2015"), fact("2020")
    assert on([late, early], dt.date(2021, 1, 1)) is late
    assert on([late, early], dt.date(2016, 1, 1)) is early
    assert on([late, early], dt.date(2014, 12, 31)) is None


def test_facts_that_share_one_day_overlap_and_neighbours_do_not() -> None:
    assert overlapping([fact("2015", "2019-11"), fact("2019-12")]) is None
    assert overlapping([fact("2019-12"), fact("2015", "2019-12")]) == (0, 1)
    assert overlapping([fact(), fact("2020")]) == (0, 1)
    assert overlapping([]) is None


@given(st.dates(min_value=dt.date(1900, 1, 1)))
def test_a_day_is_the_same_after_writing_and_reading(day: dt.date) -> None:
    held = Dated(since=PartDate(day.isoformat()), source=("G01",), certainty="read")
    assert entry(Dated, plain(held)) == held


def test_what_equals_the_default_is_not_written() -> None:
    name = Name(en="A", cy="B", welsh="draft", since=PartDate("2015"), source=("G01",), certainty="read")
    assert plain(name) == {
        "en": "A",
        "cy": "B",
        "welsh": "draft",
        "since": 2015,
        "source": ["G01"],
        "certainty": "read",
    }
    assert entry(Name, plain(name)) == name

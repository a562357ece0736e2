"""The small calendar: each day in its place, what counts numbered, and nothing drawn that cannot be counted."""

from __future__ import annotations

from datetime import date

import pytest

from hawl.foundations.clock import england_and_wales
from hawl.foundations.design.small_calendar import Day, Month, months
from hawl.foundations.languages.dates import weekdays


def drawn(start: date, limit: int, *, done: date | None = None, today: date = date(2000, 1, 1)) -> tuple[Month, ...]:
    """The calendar of so many working days from a day."""
    calendar = england_and_wales()
    due = calendar.add_working_days(start, limit)
    skipped = {each.day: each.en for each in calendar.skipped_between(start, due)}
    return months(start, due, skipped=skipped, done=done, today=today)


def days_of(found: tuple[Month, ...]) -> dict[date, Day]:
    return {cell.day: cell for month in found for week in month.weeks for cell in week if cell}


def test_each_day_of_the_months_stands_once_in_its_week() -> None:
    [june] = drawn(date(2026, 6, 1), 5)
    cells = [cell for week in june.weeks for cell in week if cell]
    assert [cell.day.day for cell in cells] == list(range(1, 31))
    assert all(cell is None or cell.day.weekday() == place for week in june.weeks for place, cell in enumerate(week))


def test_the_first_day_is_day_nought_and_the_due_day_has_the_limit_for_its_number() -> None:
    cells = days_of(drawn(date(2026, 6, 5), 2))
    told = {day.day: (cell.mark, cell.number) for day, cell in cells.items() if cell.mark}
    assert told == {
        5: ("start", None), 6: ("skipped", None), 7: ("skipped", None), 8: ("counted", 1), 9: ("due", 2)
    }  # fmt: skip


def test_a_bank_holiday_is_passed_over_by_its_name_across_the_end_of_a_year() -> None:
    found = drawn(date(2026, 12, 24), 3)
    cells = days_of(found)
    assert [month.first for month in found] == [date(2026, 12, 1)]
    why = {day.day: cell.why for day, cell in cells.items() if cell.why}
    assert why == {25: "Christmas Day", 26: "weekend", 27: "weekend", 28: "Boxing Day"}
    assert cells[date(2026, 12, 31)].mark == "due"
    assert [month.first for month in drawn(date(2026, 12, 31), 2)] == [date(2026, 12, 1), date(2027, 1, 1)]


def test_done_and_today_are_marked_also_outside_the_clock() -> None:
    cells = days_of(drawn(date(2026, 6, 1), 2, done=date(2026, 6, 20), today=date(2026, 6, 21)))
    assert [day.day for day, cell in cells.items() if cell.done] == [20]
    assert [day.day for day, cell in cells.items() if cell.today] == [21]


@pytest.mark.parametrize(
    ("start", "due", "how_many"),
    [
        (date(2026, 1, 31), date(2026, 3, 1), 3),
        (date(2026, 1, 31), date(2026, 4, 1), 0),
        (date(2026, 1, 1), date(2026, 1, 1), 1),
        (date(2026, 1, 2), date(2026, 1, 1), 0),
        (None, date(2026, 1, 1), 0),
        (date(2026, 1, 1), None, 0),
    ],
)
def test_more_than_three_months_and_a_clock_without_days_are_not_drawn(
    start: date | None, due: date | None, how_many: int
) -> None:
    assert len(months(start, due, skipped={}, done=None, today=date(2026, 1, 1))) == how_many


def test_the_week_is_headed_from_monday_in_both_languages() -> None:
    assert [long for _short, long in weekdays("en")][::6] == ["Monday", "Sunday"]
    assert [long for _short, long in weekdays("cy")][::6] == ["Dydd Llun", "Dydd Sul"]

from __future__ import annotations

from datetime import date

import pytest

from hawl.foundations.design.states import STATES, shown
from hawl.foundations.design.timeline import Happened, Moment, Owed, in_order, still_to_come


@pytest.mark.parametrize(
    ("limit", "used", "strip"),
    [
        (2, 0, ("free", "free")),
        (2, 1, ("used", "free")),
        (2, 2, ("used", "used")),
        (2, 4, ("used", "used", "over", "over")),
        (None, 3, ()),
        (5, None, ()),
        (16, 1, ()),
        (1, 40, ()),
    ],
)
def test_a_strip_has_one_mark_for_each_working_day(limit: int | None, used: int | None, strip: tuple[str, ...]) -> None:
    assert Owed("x", "Police", "pending", limit=limit, used=used).strip == strip


def test_a_timeline_runs_from_the_oldest_and_keeps_the_order_of_one_day() -> None:
    days = [date(2026, 11, 2), None, date(2026, 11, 1), date(2026, 11, 2)]
    rows = [Moment(Happened(str(index), on)) for index, on in enumerate(days)]
    assert [row.happened.what for row in in_order(rows)] == ["2", "0", "3", "1"]


def test_what_is_still_to_come_starts_with_what_is_most_pressing() -> None:
    later = Owed("later", "Police", "pending", due_on=date(2026, 11, 30))
    late = Owed("late", "Police", "overdue", due_on=date(2026, 11, 1))
    done = Owed("done", "Police", "met", due_on=date(2026, 11, 1))
    assert still_to_come(
        [Moment(Happened("x"), (later, done)), Moment(Happened("y"), (late,))], date(2026, 11, 22)
    ) == [late, later]


def test_every_state_has_words_and_an_unknown_one_is_not_shown_as_kept() -> None:
    contract = [
        "met",
        "met_late",
        "pending",
        "overdue",
        "declined",
        "excused",
        "safe_alternative",
        "withheld",
        "awaiting_upstream",
        "no_limit",
        "data_missing",
        "not_applicable",
        # Of what falls due again, goes on or only reminds.
        *("continuing", "ended", "missed", "superseded", "lapsed"),
    ]
    assert sorted(STATES) == sorted(contract)
    assert shown("something new").words == "Not known"

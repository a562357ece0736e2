"""What the reading thread works out of a row is of the row alone, and what it does not know is added after."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from hawl.rights.rulebook import Event
from hawl.work.intake import actions
from hawl.work.intake.feed.checking import Checker
from hawl.work.intake.feed.rows import FeedRow, Refused
from hawl.work.intake.feed.tests.examples import TODAY, full_row, small_row
from hawl.work.intake.tests.importing import desk, take_in
from hawl.work.intake.working_out import WorkedOut, duty_lines, work_out

pytestmark = pytest.mark.django_db


def checked(**changes: Any) -> FeedRow:
    row = Checker(TODAY).check(full_row(**changes), 1)
    assert isinstance(row, FeedRow)
    return row


def test_it_asks_nothing_of_the_database(
    django_assert_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    where, _ = desk()
    row = checked()
    work_out(row, where)  # what is read once in a process is read
    with django_assert_num_queries(0):
        assert isinstance(work_out(row, where), WorkedOut)


def test_a_row_of_another_force_is_refused_and_a_refused_row_stays_as_it_is() -> None:
    where, _ = desk(source="another-force")
    assert work_out(checked(), where) == Refused(1, "wrong_value:source")
    refused = Refused(7, "not_json")
    assert work_out(refused, where) is refused


def test_each_row_draws_ids_of_its_own() -> None:
    where, _ = desk()
    found = [work_out(checked(), where) for _ in range(2)]
    ids = [each for one in found if isinstance(one, WorkedOut) for each in (e.row_id for e in one.events)]
    ids += [str(each) for one in found if isinstance(one, WorkedOut) for each in one.claim_ids]
    assert len(ids) > 2
    assert len(set(ids)) == len(ids)


def test_the_name_of_the_case_is_in_no_duty() -> None:
    where, _ = desk()
    found = work_out(checked(), where)
    assert isinstance(found, WorkedOut)
    named = [
        Event("case", e.event_id, e.event, e.occurred_on, e.received_on, e.about, e.attributes)
        for e in (each.event for each in found.events)
    ]
    assert found.duties
    assert tuple(duty_lines(named, where)) == found.duties


def test_the_threads_take_turns_as_before_once_an_import_ended() -> None:
    before = sys.getswitchinterval()
    take_in([small_row()])
    assert sys.getswitchinterval() == before
    with pytest.raises(ZeroDivisionError), actions._taking_turns():
        raise ZeroDivisionError
    assert sys.getswitchinterval() == before

"""Laying duties anew and listing what is owed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db.models import Q

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.counting import counts_apart
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.registers.cases.actions import open_to
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    ThreePeople,
    make_case,
    make_event,
    organisation_id,
    three_people,
)
from hawl.rights.duties.actions import recompute
from hawl.rights.duties.columns import COLUMNS, duty_values
from hawl.rights.duties.models import Duty
from hawl.rights.duties.queries import PAGE, DutiesAsked, due_list, duties_of_person, evaluated_now
from hawl.rights.rulebook import OPEN

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def people() -> ThreePeople:
    return three_people()


@pytest.fixture
def officer(people: ThreePeople) -> Iterator[Actor]:
    with acting_as(people.officer.actor()) as actor:
        yield actor


@pytest.fixture
def case(officer: Actor) -> Case:
    made = make_case(desk=organisation_id(DESK), reported=10, rank=1)
    recompute(case_id=made.pk, by=officer)
    return made


def test_what_is_stored_is_what_a_live_evaluation_says(officer: Actor, case: Case) -> None:
    make_event(case, "suspect_charged", today() - timedelta(3))
    make_event(case, "needs_assessed", today() - timedelta(2))
    recompute(case_id=case.pk, by=officer)
    live = {duty_values(one) for one in evaluated_now(case.pk, today())}
    assert set(Duty.objects.filter(case=case).values_list(*COLUMNS)) == live
    assert {row.duty_id for row in duties_of_person(case.person_id)} == {values[0] for values in live}


def test_recomputing_twice_gives_the_same_rows(officer: Actor, case: Case) -> None:
    before = sorted(Duty.objects.filter(case=case).values_list(*COLUMNS), key=str)
    assert recompute(case_id=case.pk, by=officer) == len(before)
    assert sorted(Duty.objects.filter(case=case).values_list(*COLUMNS), key=str) == before


def test_a_duty_is_seen_by_whom_its_case_is(officer: Actor, case: Case) -> None:
    case = open_to(by=officer, case=case, organisation_id=organisation_id("connect-gwent"), on=today())
    recompute(case_id=case.pk, by=officer)
    assert {tuple(row.visible_to) for row in Duty.objects.filter(case=case)} == {tuple(case.visible_to)}
    assert {row.rank for row in Duty.objects.filter(case=case)} == {1}


def test_the_duties_of_a_case_that_is_hidden_are_not_touched(people: ThreePeople, case: Case) -> None:
    before = set(Duty.objects.filter(case=case).values_list("pk", flat=True))
    with pytest.raises(Case.DoesNotExist):
        recompute(case_id=case.pk, by=people.stranger.actor())
    assert set(Duty.objects.filter(case=case).values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    ("days_from_due", "overdue", "on_the_day", "week"),
    [(-7, 0, 0, 0), (-6, 0, 0, 1), (-1, 0, 0, 1), (0, 0, 1, 1), (1, 1, 0, 0)],
)
def test_a_duty_is_due_to_the_end_of_its_day(
    case: Case, days_from_due: int, overdue: int, on_the_day: int, week: int
) -> None:
    due = Duty.objects.get(case=case, duty_id="4.4").due_on
    assert isinstance(due, date)
    counts = due_list(DutiesAsked(right=4), day=due + timedelta(days_from_due)).counts
    assert (counts["overdue"], counts["today"], counts["week"]) == (overdue, on_the_day, week)


def test_the_numbers_above_stay_whatever_window_is_looked_at(case: Case) -> None:
    asked = DutiesAsked(right=4)
    assert due_list(replace(asked, window="overdue")).counts == due_list(asked).counts


def test_the_list_goes_by_what_is_overdue_then_by_risk_then_by_day_over_all_its_pages(officer: Actor) -> None:
    chance, day = random.Random(5), today()
    cases = [make_case(desk=organisation_id(DESK), rank=rank) for rank in (0, 1, 2)]
    rows = []
    for number in range(2 * PAGE + 23):
        case = chance.choice(cases)
        due = None if number % 5 == 0 else day + timedelta(chance.randint(-9, 12))
        rows.append(
            Duty(case=case, duty_id=f"d{number}", right=4, trigger_event_id="e", started_on=day - timedelta(number % 3),
                 due_on=due, standing=OPEN, tier="standard", enforced=True, bearer="police", rulebook="r",
                 rank=case.rank, visible_to=case.visible_to)
        )  # fmt: skip
    made = Duty.objects.bulk_create(rows)

    def place(row: Duty) -> tuple[object, ...]:
        of_time = 2 if row.due_on is None else 0 if row.due_on < day else 1
        return of_time, row.rank, row.due_on or date.max, row.started_on, row.pk

    for window, wanted in {
        "": made,
        "overdue": [row for row in made if row.due_on and row.due_on < day],
        "today": [row for row in made if row.due_on == day],
        "week": [row for row in made if row.due_on and day <= row.due_on < day + timedelta(7)],
        "no_limit": [row for row in made if row.due_on is None],
    }.items():
        pages = [due_list(DutiesAsked(window=window), page=number) for number in range(1, -(-len(wanted) // PAGE) + 1)]
        assert [row.pk for each in pages for row in each.page] == [row.pk for row in sorted(wanted, key=place)]
        assert {each.counts[window] for each in pages} == {len(wanted)}


def test_what_is_done_or_declined_is_not_due(officer: Actor, case: Case) -> None:
    make_event(case, "support_referral_declined", today())
    recompute(case_id=case.pk, by=officer)
    assert "4.4" not in {row.duty_id for row in due_list(DutiesAsked()).page}


def test_others_see_nothing_due(people: ThreePeople, case: Case) -> None:
    for other in (people.hub_worker, people.stranger, people.board):
        with acting_as(other.actor()):
            found = due_list(DutiesAsked())
            assert (list(found.page), set(found.counts.values())) == ([], {0})
            assert duties_of_person(case.person_id) == []


def test_a_count_stops_where_it_is_told(officer: Actor, case: Case) -> None:
    rows = Duty.objects.filter(case=case)
    parts = {"fourth": Q(right=4), "others": ~Q(right=4), "none": Q(right=99)}
    fourth, others = rows.filter(right=4).count(), rows.exclude(right=4).count()
    assert (fourth, others) == (2, 2)
    assert counts_apart(rows, parts, most=100) == {"fourth": fourth, "others": others, "none": 0}
    for most, told in {2: (2, 2, 0), 1: (2, 2, 0)}.items():
        assert tuple(counts_apart(rows, parts, most=most).values()) == told


@pytest.mark.parametrize("most", [1, 2, 3, 5, 8])
def test_a_count_is_told_to_its_limit_whether_the_rows_are_read_once_or_twice(officer: Actor, most: int) -> None:
    case = make_case(desk=organisation_id(DESK))
    Duty.objects.bulk_create(
        Duty(case=case, duty_id=f"d{number}", right=1 + number // 5, trigger_event_id="e", standing=OPEN,
             tier="standard", enforced=True, bearer="police", rulebook="r", rank=0, visible_to=case.visible_to)
        for number in range(12)
    )  # fmt: skip
    found = counts_apart(Duty.objects.filter(case=case), {str(each): Q(right=each) for each in (1, 2, 3, 4)}, most=most)
    assert found == {"1": min(5, most + 1), "2": min(5, most + 1), "3": min(2, most + 1), "4": 0}

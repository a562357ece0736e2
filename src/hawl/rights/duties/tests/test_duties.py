"""Laying duties anew and listing what is owed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db.models import Q

from hawl.foundations.access import counting
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.counting import counts_apart
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.plans import keep_every_plan, kept_plans
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


def test_who_asks_is_heeded_by_lists_that_are_planned_once(people: ThreePeople, officer: Actor, case: Case) -> None:
    open_to_hub = make_case(desk=organisation_id(DESK), reported=10)
    open_to(by=officer, case=open_to_hub, organisation_id=organisation_id("connect-gwent"), on=today())
    recompute(case_id=open_to_hub.pk, by=officer)
    owed = {
        people.officer: set(Duty.objects.filter(standing=OPEN).values_list("pk", flat=True)),
        people.hub_worker: set(Duty.objects.filter(case=open_to_hub, standing=OPEN).values_list("pk", flat=True)),
        people.stranger: set(),
    }
    assert set() < owed[people.hub_worker] < owed[people.officer]
    chance = random.Random(3)
    keep_every_plan()
    for who in [people.officer, *chance.choices(list(owed), k=24)]:
        with acting_as(who.actor()):
            found = due_list(DutiesAsked())
            assert {row.pk for row in found.page} == owed[who]
            assert found.counts[""] == len(owed[who])
            assert all(row.case.person.names["given"] == "Siân" for row in found.page)
    assert kept_plans("%duties_duty%"), "no plan was kept: the test shows nothing"


@pytest.fixture
def many(officer: Actor) -> dict[str, Q]:
    """Twelve duties of a case, and their parts: five, five, two and none."""
    case = make_case(desk=organisation_id(DESK))
    add_duties(case, 12)
    return {str(each): Q(case=case, right=each) for each in (1, 2, 3, 4)}


def add_duties(case: Case, many: int, first: int = 0) -> None:
    Duty.objects.bulk_create(
        Duty(case=case, duty_id=f"d{number}", right=1 + number // 5, trigger_event_id="e", standing=OPEN,
             tier="standard", enforced=True, bearer="police", rulebook="r", rank=0, visible_to=case.visible_to)
        for number in range(first, first + many)
    )  # fmt: skip


@pytest.mark.parametrize("narrowed", [True, False])
@pytest.mark.parametrize("anew", [1, 2, 4, 5, 100])
@pytest.mark.parametrize("most", [1, 2, 3, 5, 8])
def test_a_count_is_told_to_its_limit_however_much_of_it_is_counted_anew(
    many: dict[str, Q], most: int, anew: int, *, narrowed: bool
) -> None:
    found = counts_apart(Duty.objects.all(), many, most=most, anew=anew, narrowed=narrowed)
    assert found == {"1": min(5, most + 1), "2": min(5, most + 1), "3": min(2, most + 1), "4": 0}


def test_a_large_count_is_told_again_for_a_minute_and_a_small_one_is_counted_anew(
    many: dict[str, Q], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(counting, "monotonic", lambda: clock[0])

    def told() -> dict[str, int]:
        return counts_apart(Duty.objects.all(), many, anew=3)

    assert told() == {"1": 5, "2": 5, "3": 2, "4": 0}
    Duty.objects.filter(many["2"] | many["3"]).delete()
    assert told() == {"1": 5, "2": 0, "3": 0, "4": 0}, "what is few is counted anew"
    add_duties(Case.objects.get(), 2, first=20)
    clock[0] += counting.KEPT_FOR - 1
    first = Duty.objects.get(duty_id="d0")
    Duty.objects.filter(pk=first.pk).delete()
    assert told()["1"] == 5, "what is many is told as it was"
    clock[0] += 2
    assert told()["1"] == 4, "for a minute"


def test_a_large_count_is_told_to_nobody_else(people: ThreePeople, many: dict[str, Q]) -> None:
    def told() -> dict[str, int]:
        return counts_apart(Duty.objects.all(), many, anew=3)

    assert told()["1"] == 5
    for other in (people.hub_worker, people.stranger, people.board):
        with acting_as(other.actor()):
            assert set(told().values()) == {0}
    lapsed = replace(people.officer.actor(), organisations=frozenset())
    with acting_as(lapsed):
        assert set(told().values()) == {0}, "the same account, as it may see now"


def test_what_is_kept_of_counts_is_bounded(many: dict[str, Q], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_MOST_KEPT", 6)
    for most in range(5, 25):
        counts_apart(Duty.objects.all(), many, most=most, anew=3)
        assert len(counting._kept) <= 6


def test_laying_duties_anew_touches_only_what_stands_otherwise(officer: Actor) -> None:
    case = make_case(desk=organisation_id(DESK), reported=10)
    recompute(case_id=case.pk, by=officer)
    before = dict(Duty.objects.filter(case=case).values_list("duty_id", "pk"))
    assert len(before) == 4
    recompute(case_id=case.pk, by=officer)
    assert dict(Duty.objects.filter(case=case).values_list("duty_id", "pk")) == before
    make_event(case, "written_confirmation_sent", today())
    make_event(case, "suspect_arrested", today())
    recompute(case_id=case.pk, by=officer)
    after = dict(Duty.objects.filter(case=case).values_list("duty_id", "pk"))
    assert {duty for duty, pk in after.items() if before.get(duty) == pk} == {"4.1", "4.4", "7.1"}
    assert set(after) == {*before, "6.1a"}


def test_a_duty_that_is_owed_no_longer_goes_and_one_seen_by_others_is_laid_for_them(officer: Actor) -> None:
    case = make_case(desk=organisation_id(DESK), reported=10)
    arrest = make_event(case, "suspect_arrested", today())
    recompute(case_id=case.pk, by=officer)
    arrest.event = "of_no_book"
    arrest.save()
    case.rank += 1
    case.save()
    recompute(case_id=case.pk, by=officer)
    rows = Duty.objects.filter(case=case)
    assert {row.duty_id for row in rows} == {"3.1", "4.1", "4.4", "7.1"}
    assert {row.rank for row in rows} == {case.rank}

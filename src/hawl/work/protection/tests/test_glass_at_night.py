"""Breaking the glass where nobody can review it yet, and where one person is held in many rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.models import BrokenGlass
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.clock import today
from hawl.foundations.identity.models import User
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import COMMISSIONER, DESK, account, make_case, make_contact, make_person
from hawl.registers.cases.tests.makers import organisation_id as body
from hawl.registers.finding.actions import index_person
from hawl.work.protection import actions, glass_keys, queries, rules
from hawl.work.protection.models import GlassIncident
from hawl.work.protection.refusals import Refused
from hawl.work.protection.tests.desks import Desks, again, desks, sees
from hawl.work.protection.tests.test_glass import NUMBER, a_known_case, broken
from hawl.work.protection.tests.test_glass_by_many import BORN, by_name, signed_in, typed, words_of

pytestmark = [pytest.mark.process("staff")]
MACHINE = Actor(label="system:protection", machine=True)


@pytest.fixture
def people(db: None) -> Desks:
    return desks()


def only(*users: User) -> None:
    """Nobody else is active."""
    User.objects.exclude(pk__in=[user.pk for user in users]).update(is_active=False)


def grave_acts(reader: User) -> str:
    """The page of grave acts."""
    return signed_in(reader).get("/audit/?class=grave").content.decode()


@pytest.mark.parametrize("second", [True, False])
def test_stewards_without_dates_are_drawn_and_review(people: Desks, second: bool) -> None:
    case = a_known_case(people)
    other = account(Role.STEWARD, COMMISSIONER) if second else people.lead
    only(people.hub_worker, people.steward, other)
    User.objects.filter(roles=[Role.STEWARD.value]).update(vetting_until=None, training_until=None)
    incident = broken(people)
    assert sees(people.hub_worker, case)
    assert set(incident.reviewers) == {people.steward.pk, other.pk}
    page = words_of(signed_in(people.steward), "/reviews/")
    assert "It was right" in page
    assert "You cannot review until" not in page
    sent = signed_in(people.steward).post(f"/reviews/opening/{incident.pk}/", {"answer": "yes"})
    assert sent.status_code == 302
    actions.review_glass(by=again(other), glass_id=incident.pk, upheld=True)
    with acting_as(again(other)):
        assert GlassIncident.objects.get(pk=incident.pk).upheld is True


@pytest.mark.parametrize("how", ["left", "body ended"])
def test_a_steward_who_is_none_any_more_reviews_nothing(people: Desks, how: str) -> None:
    only(people.hub_worker, people.steward, people.lead)
    incident = broken(people)
    assert people.steward.pk in incident.reviewers
    assert rules.lapsed_as_reviewer(frozenset({Role.STEWARD}), "not_active" if how == "left" else "organisation_ended")
    if how == "left":
        User.objects.filter(pk=people.steward.pk).update(is_active=False)
        with acting_as(again(people.steward)), connection.cursor() as cursor:
            cursor.execute("SELECT hawl_review_glass(%s, true)", [incident.pk])
            assert cursor.fetchone()[0] is False


@pytest.mark.parametrize("how_many", [0, 1])
def test_with_too_few_reviewers_it_opens_all_the_same_and_says_so_aloud(people: Desks, how_many: int) -> None:
    case = a_known_case(people)
    only(people.hub_worker, people.worker, *([people.steward] if how_many else []))
    client = signed_in(people.hub_worker)
    sent = client.post("/emergency/", typed(identifier=NUMBER))
    assert sees(people.hub_worker, case)
    assert "it waits for them" in words_of(client, sent["Location"])
    with acting_as(again(people.hub_worker)):
        incident = GlassIncident.objects.get()
    assert len(incident.reviewers) == how_many
    if how_many:
        page = words_of(signed_in(people.steward), f"/emergency/{incident.pk}/")
        assert "Waits for somebody who can review it" in page
    User.objects.filter(pk=people.steward.pk).update(is_active=True)
    assert "1 opening waits for somebody who can review it" in words_of(signed_in(people.steward), "/reviews/")
    assert "glass.without_reviewers" in grave_acts(people.steward)


def test_with_two_reviewers_nothing_is_said_of_too_few(people: Desks) -> None:
    broken(people)
    assert "glass.without_reviewers" not in grave_acts(people.steward)
    assert "who can review" not in words_of(signed_in(people.steward), "/reviews/")


@pytest.fixture
def committed(new_database: Callable[[], str]) -> Desks:
    """The same in a database in which commits stay: the jobs draw, and the site breaks and reviews."""
    new_database()
    return desks()


def draw() -> int:
    with as_process("jobs"):
        return actions.draw_reviewers(by=MACHINE)


@pytest.mark.parametrize("left", ["nobody was there", "both left"])
def test_the_review_catches_up_when_somebody_can(committed: Desks, left: str) -> None:
    people = committed
    with as_process("jobs"):
        both = () if left == "nobody was there" else (people.lead, people.other_lead)
        only(people.hub_worker, people.worker, *both)
    incident = broken(people)
    with as_process("jobs"):
        only(people.hub_worker, people.worker)
    assert draw() == 0
    with as_process("jobs"):
        User.objects.filter(pk__in=[people.steward.pk, people.hub_lead.pk]).update(is_active=True)
    assert (draw(), draw()) == (1, 0)
    for user in (people.steward, people.hub_lead):
        with acting_as(again(user)):
            assert [each.pk for each in queries.incidents_to_review(user.pk)] == [incident.pk]
    with acting_as(again(people.hub_lead)):
        assert queries.account_of(incident.pk) == "She rang; he is at the door."
    for user in (people.steward, people.hub_lead):
        actions.review_glass(by=again(user), glass_id=incident.pk, upheld=True)
    with acting_as(again(people.hub_lead)):
        assert GlassIncident.objects.get().reviewed_at is not None
        assert queries.openings_without_reviewers() == 0


def test_what_nobody_could_review_suspends_nobody_and_gives_the_reviewers_their_days(
    committed: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = committed
    with as_process("jobs"):
        only(people.hub_worker, people.worker)
    monkeypatch.setattr("hawl.work.protection.actions.glass.today", lambda: today() - timedelta(days=14))
    incident = broken(people)
    assert incident.review_due < today()
    monkeypatch.undo()
    broken(people)
    with as_process("jobs"):
        User.objects.filter(pk__in=[people.steward.pk, people.hub_lead.pk]).update(is_active=True)
    with pytest.raises(DatabaseError):
        actions.draw_reviewers(by=MACHINE)
    assert draw() == 2
    with acting_as(again(people.hub_worker)):
        assert GlassIncident.objects.get(pk=incident.pk).review_due > today()
    broken(people)


def rows_of(people: Desks, how_many: int, number: str = NUMBER, **changes: object) -> list[Case]:
    """So many rows of one person (name, day of birth, number), each with a case."""
    made = []
    with acting_as(again(people.worker)) as by:
        for _ in range(how_many):
            values: dict[str, object] = {"given": "Mair", "family": "Lewis", "born_on": BORN, **changes}
            case = make_case(desk=body(DESK), person=make_person(desk=body(DESK), **values))
            make_contact(case.person, number, value_key=glass_keys.phone(number))
            index_person(by=by, person_id=case.person_id)
            made.append(case)
    return made


@pytest.mark.parametrize("form", ["name", "phone"])
@pytest.mark.parametrize("how_many", [4, 20])
def test_one_person_held_in_many_rows_is_opened(people: Desks, form: str, how_many: int) -> None:
    cases = rows_of(people, how_many)
    by_name(people.hub_worker) if form == "name" else broken(people)
    assert all(sees(people.hub_worker, case) for case in cases)


@pytest.mark.parametrize(("others", "opens"), [(2, True), (3, False)])
def test_a_number_counts_people_and_not_rows(people: Desks, others: int, opens: bool) -> None:
    cases = rows_of(people, 4)
    for number in range(others):
        cases += rows_of(people, 1, given=f"{'ABC'[number]}nest")
    broken(people)
    assert {sees(people.hub_worker, case) for case in cases} == {opens}


@pytest.mark.parametrize("differ", [{"born_on": None}, "day"])
def test_rows_of_one_name_without_one_day_of_birth_are_several_people(people: Desks, differ: object) -> None:
    cases = []
    for number in range(4):
        changes = differ if isinstance(differ, dict) else {"born_on": date(1990, 5, 1 + number)}
        cases += rows_of(people, 1, **changes)
    broken(people)
    assert not any(sees(people.hub_worker, case) for case in cases)


@pytest.mark.parametrize("how", ["wide", "sealed", "absent"])
def test_after_a_number_that_opened_nobody_one_try_by_name_spends_nothing_whatever_it_was(
    people: Desks, how: str
) -> None:
    if how == "wide":
        for number in range(4):
            rows_of(people, 1, given=f"{'ABCD'[number]}nest")
    elif how == "sealed":
        (case,) = rows_of(people, 1)
        actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                        named=[people.lead.pk], emergency=True)  # fmt: skip
    for _ in range(3):
        broken(people)
    client = signed_in(people.hub_worker)
    assert "try their full name and date of birth" in words_of(client, "/emergency/opened/")
    for _ in range(3):
        by_name(people.hub_worker, "Nia Nobody")
    for last in (lambda: by_name(people.hub_worker, "Nia Nobody"), lambda: broken(people)):
        with pytest.raises(Refused, match="quota"):
            last()


def test_a_number_that_opened_somebody_is_owed_nothing(people: Desks) -> None:
    rows_of(people, 1)
    for _ in range(3):
        broken(people)
    with pytest.raises(Refused, match="quota"):
        by_name(people.hub_worker)
    assert "try their full name and date of birth" in words_of(signed_in(people.hub_worker), "/emergency/opened/")


def test_a_try_by_name_after_an_hour_is_counted(people: Desks) -> None:
    owed = rules.Opening(1, datetime(2026, 11, 22, 10, tzinfo=UTC), today(), opened_nobody=True)
    for minutes, free in ((59, True), (60, False)):
        assert rules.spends_nothing("name", [owed], owed.broken_at + timedelta(minutes=minutes)) is free
    assert not rules.spends_nothing("phone", [owed], owed.broken_at)


def test_the_page_of_what_stands_open_says_the_same_of_a_number_too_wide_and_of_nobody(people: Desks) -> None:
    for number in range(4):
        rows_of(people, 1, given=f"{'ABCD'[number]}nest")
    client: Client = signed_in(people.hub_worker)
    pages = [words_of(client, client.post("/emergency/", typed(identifier=sought))["Location"])
             for sought in (NUMBER, "01633 555999")]  # fmt: skip
    assert pages[0] == pages[1]
    assert BrokenGlass.objects.count() == 2

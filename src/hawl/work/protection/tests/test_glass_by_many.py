"""What the cold review tried with a broken glass: numbers that many share, names, and reviewers that tell of a seal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Role
from hawl.foundations.access.models import BrokenGlass
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.identity.models import User
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    account,
    make_case,
    make_contact,
    make_person,
    make_self_referred,
    organisation_id,
)
from hawl.registers.finding.actions import index_person
from hawl.registers.people.models import Person
from hawl.work.protection import actions, glass_keys, queries
from hawl.work.protection.models import GlassIncident
from hawl.work.protection.refusals import Refused
from hawl.work.protection.tests.desks import Desks, again, desks, sees
from hawl.work.protection.tests.test_glass import a_known_case, broken

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]
REFUGE = "01633 555010"
BORN = date(1990, 5, 17)


@pytest.fixture
def people() -> Desks:
    return desks()


def sharing(people: Desks, how_many: int) -> list[Case]:
    """People who all gave the number of one place."""
    with acting_as(again(people.worker)):
        cases = [make_case(desk=organisation_id(DESK)) for _ in range(how_many)]
        for case in cases:
            make_contact(case.person, REFUGE, value_key=glass_keys.phone(REFUGE))
    return cases


def named(people: Desks, **changes: Any) -> Case:
    """Mair Lewis of the desk, who is found by her name."""
    with acting_as(again(people.worker)) as by:
        values = {"given": "Mair", "family": "Lewis", "born_on": BORN, **changes}
        case = make_case(desk=organisation_id(DESK), person=make_person(desk=organisation_id(DESK), **values))
        index_person(by=by, person_id=case.person_id)
    return case


def by_name(user: User, name: str = "Mair Lewis", born_on: date = BORN) -> GlassIncident:
    made = actions.break_glass(by=again(user), sought=glass_keys.by_name(name, born_on), reason="missing",
                               account="Her sister rang.")  # fmt: skip
    with acting_as(again(user)):
        return queries.incident(made, user.pk)


def typed(**changes: str) -> dict[str, str]:
    return {"form": "phone", "identifier": REFUGE, "reason": "threat_to_life", "account": "She rang.", **changes}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words_of(client: Client, address: str) -> str:
    return " ".join(BeautifulSoup(client.get(address).content, "html.parser").get_text(" ").split())


@pytest.mark.parametrize(("how_many", "opened"), [(1, 1), (3, 3), (4, 0), (40, 0)])
def test_a_number_that_more_than_three_people_share_opens_none_of_them(
    people: Desks, how_many: int, opened: int
) -> None:
    cases = sharing(people, how_many)
    broken(people, REFUGE)
    assert sum(sees(people.hub_worker, case) for case in cases) == opened


def test_a_sealed_fourth_neither_opens_nor_closes_the_three(people: Desks) -> None:
    *three, hidden = sharing(people, 4)
    actions.tell_conflict(by=again(people.worker), person_id=hidden.person_id, user_id=people.hub_worker.pk)
    broken(people, REFUGE)
    assert [sees(people.hub_worker, case) for case in (*three, hidden)] == [True, True, True, False]


def test_too_many_are_answered_by_the_page_as_nobody_found(people: Desks) -> None:
    sharing(people, 4)
    client = signed_in(people.hub_worker)
    answers = []
    for number in (REFUGE, "01633 555999"):
        with CaptureQueriesContext(connection) as asked:
            sent = client.post("/emergency/", typed(identifier=number))
        answers.append((sent.status_code, sent["Location"], len(asked), words_of(client, sent["Location"])))
    assert answers[0] == answers[1]
    assert "No record stands open to you" in answers[0][3]


def test_too_many_is_told_to_the_audit_of_grave_acts_and_to_both_reviewers(people: Desks) -> None:
    sharing(people, 4)
    wide, nobody = broken(people, REFUGE), broken(people, "01633 555999")
    for incident, told in ((wide, True), (nobody, False)):
        for user in (each for each in reviewers_of(people) if each.pk in incident.reviewers):
            page = words_of(signed_in(user), f"/emergency/{incident.pk}/")
            assert ("fitted more than three people" in page) is told
    page = signed_in(people.steward).get("/audit/?class=grave")
    assert "glass.fitted_too_many" in page.content.decode()


def reviewers_of(people: Desks) -> list[User]:
    return [people.lead, people.other_lead, people.hub_lead, people.second_hub_lead, people.steward]


def test_what_is_audited_of_an_opening_holds_no_word_that_was_typed(
    people: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = named(people)
    told: list[dict[str, Any]] = []
    monkeypatch.setattr("hawl.work.protection.actions.glass.record", lambda **kept: told.append(kept))
    made = by_name(people.hub_worker)
    assert told == [{"action": "glass.broken", "object_kind": "glass", "object_id": str(made.pk), "grave": True,
                     "reason": "missing", "by_what": "name", "objects": [case.person_id]}]  # fmt: skip


@pytest.mark.parametrize(("name", "born_on", "opens"), [
    ("Mair Lewis", BORN, True), ("lewis, mair", BORN, True), ("MAIR  LEWIS", BORN, True),
    ("Mair Lewis", BORN + timedelta(1), False), ("Mair Lewis", BORN - timedelta(1), False),
    ("Lewis", BORN, False), ("Mair", BORN, False), ("Mari Lewin", BORN, False), ("M Lewis", BORN, False),
])  # fmt: skip
def test_a_whole_name_and_the_day_of_birth_open_and_neither_alone(
    people: Desks, name: str, born_on: date, opens: bool
) -> None:
    case = named(people)
    by_name(people.hub_worker, name, born_on)
    assert sees(people.hub_worker, case) is opens


@pytest.mark.parametrize("how", ["sealed", "denied", "body", "absent", "many"])
def test_by_name_nothing_hidden_is_opened_and_the_page_does_not_tell(people: Desks, how: str) -> None:
    case = named(people)
    if how == "sealed":
        row = actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                              named=[people.lead.pk])  # fmt: skip
        actions.confirm(by=again(people.lead), proposal_id=row.pk)
    elif how == "denied":
        actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.hub_worker.pk)
    elif how == "body":
        body = next(iter(again(people.hub_worker).organisations))
        actions.tell_conflict(by=again(people.worker), person_id=case.person_id, organisation_id=body)
    elif how == "many":
        for _ in range(50):
            named(people)
    client = signed_in(people.hub_worker)
    name = "Nia Nobody" if how == "absent" else "Mair Lewis"
    sent = client.post("/emergency/", typed(form="name", identifier=name, born_on="17/05/1990"))
    assert (sent.status_code, sent["Location"]) == (302, "/emergency/opened/?done=glass")
    assert "No record stands open to you" in words_of(client, sent["Location"])
    assert not sees(people.hub_worker, case)


@pytest.mark.parametrize(("changes", "says"), [
    ({"identifier": "Mair"}, "first name and the family name"), ({"born_on": ""}, "A name alone opens nothing"),
    ({"born_on": "17th of May"}, "as day, month and year"), ({"identifier": ""}, "whole number, reference or name"),
])  # fmt: skip
def test_the_page_asks_for_both_and_keeps_what_was_typed(people: Desks, changes: dict[str, str], says: str) -> None:
    case = named(people)
    client = signed_in(people.hub_worker)
    fields = {"form": "name", "identifier": "Mair Lewis", "born_on": "17/05/1990", **changes}
    sent = client.post("/emergency/", typed(**fields))
    assert sent.status_code == 422
    assert says in " ".join(BeautifulSoup(sent.content, "html.parser").get_text(" ").split())
    assert BrokenGlass.objects.count() == 0
    client.post("/emergency/", typed(form="name", identifier="Mair Lewis", born_on="17/05/1990"))
    assert f"/people/{case.person_id}/" in client.get("/emergency/opened/").content.decode()


@pytest.mark.parametrize("form", ["name", "phone"])
def test_who_came_without_the_police_opens_to_no_police_account(people: Desks, form: str) -> None:
    officer, other = account(Role.JUSTICE_PARTNER, "gwent-police"), account(Role.PROVIDER_WORKER, "hafan-cymru")
    with acting_as(again(people.hub_worker)) as by:
        case = make_self_referred(by)
        person = Person.objects.get(pk=case.person_id)
        make_contact(person, REFUGE, value_key=glass_keys.phone(REFUGE))
        index_person(by=by, person_id=person.pk)
    for user, opens in ((officer, False), (other, True)):
        sought = glass_keys.by_name("Mair Lewis", BORN) if form == "name" else glass_keys.by_phone(REFUGE)
        actions.break_glass(by=again(user), sought=sought, reason="missing", account="x")
        assert sees(user, case) is opens


def test_the_quota_counts_names_and_numbers_together(people: Desks) -> None:
    a_known_case(people)
    broken(people)
    by_name(people.hub_worker, "Nia Nobody")
    broken(people)
    for again_by in (broken, lambda people: by_name(people.hub_worker)):
        with pytest.raises(Refused, match="quota"):
            again_by(people)


@pytest.mark.parametrize("few", [False, True])
def test_the_reviewers_tell_nothing_of_whom_a_hidden_record_is_kept_from(people: Desks, few: bool) -> None:
    """Sealed and denied to two leads: those two are drawn as often as where there is no record, few or many."""
    case = a_known_case(people)
    kept_from = (people.lead, people.other_lead)
    for user in kept_from:
        actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=user.pk)
    actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                    named=[people.hub_lead.pk], emergency=True)  # fmt: skip
    if few:
        for user in (people.hub_lead, people.second_hub_lead, people.steward):
            user.is_active = False
            user.save()
    for number in ("07700 900321", "07700 900998"):
        incident = broken(people, number)
        drawn = {each.pk for each in kept_from}
        assert set(incident.reviewers) == drawn if few else len(set(incident.reviewers)) == 2


def test_a_reviewer_from_whom_it_is_kept_sees_no_subject_and_nothing_that_was_written(people: Desks) -> None:
    case = a_known_case(people)
    actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.lead.pk)
    for user in (people.hub_lead, people.second_hub_lead, people.steward):
        user.is_active = False
        user.save()
    opened = broken(people)
    nobody = broken(people, "07700 900998")
    address = f"/people/{case.person_id}/"
    for user, sees_it in ((people.lead, False), (people.other_lead, True)):
        client = signed_in(user)
        page = client.get(f"/emergency/{opened.pk}/").content.decode()
        assert (address in page, "he is at the door" in page) == (sees_it, sees_it)
        assert "None that is open to you" in words_of(client, f"/emergency/{nobody.pk}/")
        actions.review_glass(by=again(user), glass_id=opened.pk, upheld=True)


LAPSES = {
    "vetting": {"vetting_until": today() - timedelta(1)},
    "training": {"training_until": today() - timedelta(1)},
    "none recorded": {"vetting_until": None},
    "today": {"vetting_until": today(), "training_until": today()},
}


@pytest.mark.parametrize("lapse", LAPSES)
def test_a_reviewer_in_no_standing_is_not_drawn_and_reviews_nothing(people: Desks, lapse: str) -> None:
    User.objects.filter(pk=people.steward.pk).update(is_active=False)
    before = broken(people)
    users = [user for user in reviewers_of(people) if user.pk in before.reviewers]
    for user in users:
        User.objects.filter(pk=user.pk).update(**LAPSES[lapse])
    holds = lapse == "today"
    for user in users:
        page = words_of(signed_in(user), "/reviews/")
        assert ("It was right" in page) is holds
        assert ("You cannot review until" in page) is not holds
        with acting_as(again(user)), connection.cursor() as cursor:
            if not holds:
                cursor.execute("SELECT hawl_review_glass(%s, true)", [before.pk])
                assert cursor.fetchone()[0] is False
        sent = signed_in(user).post(f"/reviews/opening/{before.pk}/", {"answer": "yes"})
        assert sent.status_code == (302 if holds else 422)
    others = {user.pk for user in reviewers_of(people) if user != people.steward} - {user.pk for user in users}
    drawn = [set(broken(people, "07700 900998").reviewers) for _ in range(2)]
    if not holds:
        assert all(each <= others for each in drawn)


def test_a_lead_who_is_one_no_more_reviews_nothing(people: Desks) -> None:
    incident = broken(people)
    user = next(each for each in reviewers_of(people) if each.pk in incident.reviewers)
    User.objects.filter(pk=user.pk).update(roles=[Role.HUB_WORKER.value])
    with pytest.raises(Refused, match="not_allowed"):
        actions.review_glass(by=again(user), glass_id=incident.pk, upheld=True)
    with acting_as(again(user)), connection.cursor() as cursor:
        cursor.execute("SELECT hawl_review_glass(%s, true)", [incident.pk])
        assert cursor.fetchone()[0] is False

"""The steward's page of the audit: what it tells, to whom, and that it never tells what it must not."""

from __future__ import annotations

import os
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.entrances.staff_site.tests.test_browser import SITE, axe, browser, opened
from hawl.foundations.access.actor import POLICE, Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record, record_list
from hawl.foundations.audit.queries import EntriesAsked, entries, looks_at
from hawl.foundations.identity.models import User
from hawl.registers.cases.tests.makers import (
    COMMISSIONER,
    DESK,
    HUB,
    OTHER_PROVIDER,
    account,
    make_case,
    make_contact,
    make_person,
    organisation_id,
)

__all__ = ["browser"]
pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


def steward(organisation: str = COMMISSIONER) -> User:
    return account(Role.STEWARD, organisation, "Stewart Audit")


def page(user: User, query: str = "", root: str = "") -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"{root}/audit/{query}")


def looked_at(by: User, kind: str, number: Any, action: str = "person.read") -> None:
    with acting_as(by.actor()):
        record(action=action, object_kind=kind, object_id=str(number), rule="worker", purpose="support")


@pytest.fixture
def officer() -> User:
    return account(Role.VICTIM_CARE_OFFICER, DESK, "Olwen Price")


@pytest.fixture
def hub_worker() -> User:
    return account(Role.HUB_WORKER, HUB, "Hari Evans")


def seen(reader: User, **asked: Any) -> list[tuple[str, str]]:
    with acting_as(reader.actor()):
        return [(one.action, one.object_id) for one in entries(EntriesAsked(**asked))]


@pytest.mark.parametrize("root", ["", "/cy"])
def test_a_steward_finds_what_was_done_to_a_person_to_their_case_and_in_lists(officer: User, root: str) -> None:
    with acting_as(officer.actor()):
        case = make_case(desk=organisation_id(DESK))
        other = make_case(desk=organisation_id(DESK))
        contact = make_contact(case.person)
        record_list(by=officer.actor(), action="cases.listed", people=[case.person_id, other.person_id])
    looked_at(officer, "person", case.person_id)
    looked_at(officer, "case", case.pk, "case.taken")
    looked_at(officer, "contact", contact.pk, "contact.shown")
    looked_at(officer, "person", other.person_id, "person.merged")
    answer = page(steward(), f"?person={case.person_id}", root)
    told = answer.content.decode()
    assert answer.status_code == 200
    for action in ("cases.listed", "person.read", "case.taken", "contact.shown"):
        assert action in told
    assert "person.merged" not in told
    assert "Olwen Price" in told
    assert "Siân" not in told
    assert "ap Rhys" not in told


def test_it_can_be_asked_by_account_by_kind_by_action_and_by_day(officer: User, hub_worker: User) -> None:
    reader = steward()
    first, second = uuid4(), uuid4()
    looked_at(officer, "person", first)
    looked_at(hub_worker, "person", second, "person.exported")
    assert seen(reader, account=officer.pk, action="person.read") == [("person.read", str(first))]
    assert seen(reader, audit_class="export") == [("person.exported", str(second))]
    assert seen(reader, action="person.read") == [("person.read", str(first))]
    assert len(BeautifulSoup(page(reader, "?day=01/01/2020").content, "html.parser").select("tbody tr")) == 0


def test_looking_at_it_leaves_an_entry_with_what_was_asked_for() -> None:
    reader, who = steward(), uuid4()
    page(reader, f"?person={who}&kind=read")
    assert ("audit.read", str(who)) in seen(reader, account=reader.pk)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.STEWARD])
def test_it_is_there_for_stewards_alone(role: Role) -> None:
    assert page(account(role, HUB)).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "?person=x",
        "?day=tomorrow",
        "?account=0",
        "?action=%3Cb%3E",
        "?kind=x",
        "?person=%00",
        "?day=31/12/9999",
        "?day=01/01/0001",
    ],
)
def test_what_cannot_be_understood_is_said(query: str) -> None:
    answer = page(steward(), query)
    assert answer.status_code == 422
    assert (
        BeautifulSoup(answer.content, "html.parser").select_one(".govuk-error-summary a")["href"].startswith("#filter-")
    )


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999"])
def test_a_page_that_is_not_there_gives_the_nearest(number: str) -> None:
    assert page(steward(), f"?page={number}").status_code == 200


def test_it_costs_the_same_statements_for_few_and_for_many(officer: User) -> None:
    reader, client = steward(), Client()
    client.force_login(reader)
    client.get("/audit/")
    counts = []
    for many in (1, 80):
        for _ in range(many):
            looked_at(officer, "person", uuid4())
        with CaptureQueriesContext(connection) as taken:
            assert client.get("/audit/").status_code == 200
        counts.append(len(taken))
    assert counts[0] == counts[1] <= 20


# What the police, and bodies behind a wall, are never told.


@pytest.fixture
def self_referred(hub_worker: User) -> Any:
    """Somebody who came to the hub without the police."""
    with acting_as(hub_worker.actor()):
        return make_case(
            desk=organisation_id(HUB),
            person=make_person(desk=organisation_id(HUB), denied_organisations=[POLICE]),
            denied_organisations=[POLICE],
        )


def test_a_steward_of_the_police_is_told_nothing_of_who_came_without_them(hub_worker: User, self_referred: Any) -> None:
    person = self_referred.person_id
    looked_at(hub_worker, "person", person)
    looked_at(hub_worker, "case", self_referred.pk, "case.taken")
    looked_at(hub_worker, "message", uuid4(), "message.sent")
    with acting_as(hub_worker.actor()):
        record_list(by=hub_worker.actor(), action="cases.listed", people=[person])
        record(action="agreement.withdrawn", object_kind="agreement", object_id=str(uuid4()), objects=[person])
        known = make_person(desk=organisation_id(HUB), visible_to=[organisation_id(HUB), organisation_id(DESK)]).pk
        record(action="agreement.recorded", object_kind="agreement", object_id=str(uuid4()), objects=[known])
    theirs = seen(steward(DESK))
    assert not [one for one in theirs if one[0] in ("person.read", "case.taken", "message.sent", "cases.listed")]
    assert "agreement.withdrawn" not in dict(theirs)
    assert "agreement.recorded" in dict(theirs)
    assert seen(steward(DESK), about=person) == []
    assert len(seen(steward(HUB), about=person)) == 4


def test_of_a_list_the_police_see_only_those_whom_they_know(
    officer: User, hub_worker: User, self_referred: Any
) -> None:
    with acting_as(officer.actor()):
        known = make_person(desk=organisation_id(DESK)).pk
    with acting_as(hub_worker.actor()) as by:
        record_list(by=by, action="people.listed", people=[known, self_referred.person_id, uuid4()])
    with acting_as(steward(DESK).actor()):
        assert [one.people for one in entries(EntriesAsked(action="people.listed"))] == [(known,)]
    with acting_as(steward(HUB).actor()):
        assert [len(one.people) for one in entries(EntriesAsked(action="people.listed"))] == [3]


def test_an_entry_about_who_is_sealed_is_nothing_to_a_steward_of_the_police(officer: User) -> None:
    with acting_as(officer.actor()):
        person = make_person(desk=organisation_id(DESK), visibility="sealed", visible_to=[], named_users=[officer.pk])
    looked_at(officer, "person", person.pk)
    assert seen(steward(DESK), about=person.pk) == []
    assert seen(steward(DESK), action="person.read") == []
    assert len(seen(steward(COMMISSIONER), about=person.pk)) == 1


@pytest.mark.parametrize("wall", ["organisation", "user"])
def test_a_steward_behind_a_wall_is_told_nothing_of_whom_it_guards(officer: User, wall: str) -> None:
    reader = steward(OTHER_PROVIDER)
    denied = (
        {"denied_organisations": [organisation_id(OTHER_PROVIDER)]}
        if wall == "organisation"
        else {"denied_users": [reader.pk]}
    )
    with acting_as(officer.actor()):
        person = make_person(desk=organisation_id(DESK), **denied)
        record_list(by=officer.actor(), action="people.listed", people=[person.pk])
    looked_at(officer, "person", person.pk)
    assert seen(reader, about=person.pk) == []
    assert not {"person.read", "people.listed"} & set(dict(seen(reader)))
    assert len(seen(steward(COMMISSIONER), about=person.pk)) == 2


def test_a_refusal_on_who_is_hidden_looks_to_the_police_like_one_on_nobody(
    hub_worker: User, self_referred: Any
) -> None:
    for number in (self_referred.person_id, uuid4()):
        looked_at(hub_worker, "person", number, "page.refused")
    assert seen(steward(DESK), action="page.refused") == []


def test_a_worker_sees_who_looked_at_a_record_that_is_theirs_and_nothing_else(officer: User, hub_worker: User) -> None:
    with acting_as(officer.actor()):
        case = make_case(desk=organisation_id(DESK))
    looked_at(officer, "person", case.person_id)
    with acting_as(officer.actor()):
        assert [one.action for one in looks_at(case.person_id)] == ["person.read"]
        assert list(entries(EntriesAsked())) == []
    with acting_as(hub_worker.actor()):
        assert list(looks_at(case.person_id)) == []


def test_the_database_alone_refuses_who_is_no_steward_and_who_left(officer: User) -> None:
    looked_at(officer, "person", uuid4())
    reader = steward()
    assert seen(reader)
    User.objects.filter(pk=reader.pk).update(is_active=False)
    assert seen(reader) == []
    for other in (Actor(label="anyone"), Actor(label="user:1", user_id=10**9, roles=frozenset({Role.STEWARD}))):
        with acting_as(other):
            assert list(entries(EntriesAsked())) == []


def test_the_staff_role_cannot_read_the_table_itself() -> None:
    for table in ("audit_auditentry", "audit_gravelink"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table}")


@pytest.mark.browser
@pytest.mark.parametrize("root", ["", "/cy"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_accessible_and_fits(browser: Any, officer: User, width: int, root: str) -> None:
    with acting_as(officer.actor()):
        people = [make_person(desk=organisation_id(DESK)).pk for _ in range(3)]
        record_list(by=officer.actor(), action="cases.listed", people=people)
    looked_at(officer, "person", people[0])
    looked_at(officer, "person", uuid4(), "page.refused")
    client = Client()
    client.force_login(steward())
    shown = opened(browser, client, width)
    for query in ("", "?person=x&day=y", f"?person={people[0]}", "?day=01/01/2020"):
        shown.goto(f"{SITE}{root}/audit/{query}")
        if os.environ.get("SCREENSHOTS"):
            name = f"audit{root.replace('/', '-')}-{width}-{len(query)}.png"
            shown.screenshot(path=f"{os.environ['SCREENSHOTS']}/{name}", full_page=True)
        found = axe.Axe().run(shown).response["violations"]
        assert [(query, one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert shown.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    shown.close()

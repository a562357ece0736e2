"""The cases behind a number for who may see all of them, some, or none; and what the audit keeps of it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.identity.models import User
from hawl.insight.compliance.tests.pages import OVERDUE, clicked, listed, read
from hawl.registers.cases.tests.makers import (
    COMMISSIONER,
    DESK,
    HUB,
    ThreePeople,
    account,
    make_case,
    make_person,
    organisation_id,
)
from hawl.rights.duties.tests.test_figures import make_duty

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


def test_three_people_open_the_same_number(people: ThreePeople, client: Client) -> None:
    both = [organisation_id(DESK), organisation_id(HUB)]
    with acting_as(people.officer.actor()):
        for seen_by in (both[:1], both[:1], both):
            make_duty(make_case(desk=both[0], person=make_person(desk=both[0], visible_to=seen_by), reported=40))
    found = {}
    for user in (people.officer, people.hub_worker):
        client.force_login(user)
        number = dict(clicked(read(client, "/compliance/")))[OVERDUE]
        found[user.pk] = (number, listed(read(client, OVERDUE)))
    assert found == {people.officer.pk: (3, 3), people.hub_worker.pk: (1, 1)}
    client.force_login(people.stranger)
    assert client.get(OVERDUE).status_code == 404


def test_a_sealed_case_is_behind_no_number_but_of_those_named(people: ThreePeople, client: Client) -> None:
    lead = account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(lead.actor()):
        person = make_person(desk=0, visible_to=[], named_users=[lead.pk], visibility="sealed")
        case = make_case(desk=organisation_id(DESK), person=person, reported=40, visible_to=[], named_users=[lead.pk])
        make_duty(case)
    client.force_login(lead)
    assert (dict(clicked(read(client, "/compliance/")))[OVERDUE], listed(read(client, OVERDUE))) == (1, 1)
    for user in (people.officer, people.hub_worker):
        client.force_login(user)
        assert OVERDUE not in dict(clicked(read(client, "/compliance/")))
        soup = read(client, OVERDUE)
        assert listed(soup) == 0
        assert "No duty that you may see is counted by this number" in soup.text


def test_a_person_denied_to_somebody_is_in_neither_their_number_nor_their_list(
    people: ThreePeople, client: Client
) -> None:
    with acting_as(people.officer.actor()):
        colleague = account(Role.VICTIM_CARE_OFFICER, DESK)
        denied = {"denied_users": [colleague.pk]}
        person = make_person(desk=organisation_id(DESK), **denied)
        make_duty(make_case(desk=organisation_id(DESK), person=person, reported=40, **denied), **denied)
    seen = {}
    for user in (people.officer, colleague):
        client.force_login(user)
        number = dict(clicked(read(client, "/compliance/"))).get(OVERDUE, 0)
        seen[user.pk] = (number, listed(read(client, OVERDUE)))
    assert seen == {people.officer.pk: (1, 1), colleague.pk: (0, 0)}


@pytest.mark.parametrize("prefix", ["", "/cy"])
@pytest.mark.parametrize("role", [Role.BOARD, Role.COMMISSIONING_MANAGER, Role.ANALYST, Role.STEWARD])
def test_who_sees_no_person_finds_no_link_and_no_list(
    people: ThreePeople, client: Client, role: Role, prefix: str
) -> None:
    with acting_as(people.officer.actor()):
        for _ in range(30):
            make_duty(make_case(desk=organisation_id(DESK), reported=40))
    client.force_login(account(role, COMMISSIONER))
    for query in ("", "?period=12-months", "?council=newport", "?period=2026-q3"):
        assert "compliance/cases" not in str(read(client, f"{prefix}/compliance/{query}"))
    refused, absent = client.get(prefix + OVERDUE), client.get(f"{prefix}/compliance/none/")
    assert (refused.status_code, absent.status_code) == (404, 404)
    here = [BeautifulSoup(each.content, "html.parser").select_one("main") for each in (refused, absent)]
    assert str(here[0]) == str(here[1])


def test_a_refusal_is_kept(people: ThreePeople, client: Client) -> None:
    client.force_login(people.board)
    with CaptureQueriesContext(connection) as taken:
        assert client.get(OVERDUE).status_code == 404
    assert [each for each in taken if "page.refused" in each["sql"] and "compliance_cases" in each["sql"]]


def test_nobody_reads_it_before_signing_in_and_it_takes_no_form(people: ThreePeople, client: Client) -> None:
    assert client.get(OVERDUE).status_code == 302
    client.force_login(people.officer)
    assert client.post(OVERDUE).status_code == 405


def test_whose_vetting_lapsed_is_told_so_and_sees_no_row(client: Client) -> None:
    user = account(Role.VICTIM_CARE_OFFICER, DESK)
    User.objects.filter(pk=user.pk).update(vetting_until=today() - timedelta(days=1))
    client.force_login(user)
    assert client.get(OVERDUE).status_code == 403


def test_each_person_of_the_page_is_in_the_audit_and_nobody_else(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        first = [make_case(desk=organisation_id(DESK), reported=40) for _ in range(50)]
        last = make_case(desk=organisation_id(DESK), reported=40)
        make_case(desk=organisation_id(DESK), reported=40)
        for number, case in enumerate([*first, last]):
            make_duty(case, due_on=date(2026, 1, 1) + timedelta(days=number))
    client.force_login(people.officer)
    for page, shown in ((1, first), (2, [last])):
        with CaptureQueriesContext(connection) as taken:
            assert len(read(client, f"{OVERDUE}&page={page}").select("main tbody tr")) == len(shown)
        (entry,) = [each["sql"] for each in taken if 'INSERT INTO "audit_auditentry"' in each["sql"]]
        assert "figures.listed" in entry
        written = {UUID(each) for each in re.findall("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", entry)}
        assert {case.person_id for case in shown} == written & {case.person_id for case in (*first, last)}


def test_who_looks_at_a_record_finds_that_it_stood_in_the_list(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        case = make_case(desk=organisation_id(DESK), reported=40)
        make_duty(case)
    client.force_login(people.officer)
    read(client, OVERDUE)
    assert "Saw the case in a list behind a number" in read(client, f"/people/{case.person_id}/looks/").text

"""The desks' pages through the client: what they show, to whom, in both languages, and with how many statements."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.vault.owners import sealed_fields, sealed_tables
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    ThreePeople,
    account,
    make_case,
    make_contact,
    make_event,
    make_person,
    organisation_id,
)
from hawl.work.hub.actions import record_act, refer_to_hub
from hawl.work.hub.tests.pages import owed_case, signed_in, soup, statements, text

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

LANGUAGES = [("", "en"), ("/cy", "cy")]


@pytest.mark.parametrize(("prefix", "language"), LANGUAGES)
def test_what_is_due_names_the_person_the_duty_and_the_day(
    people: ThreePeople, client: Client, prefix: str, language: str
) -> None:
    case = owed_case(people, reported=30, risk="high", rank=0)
    page = client.get(f"{prefix}/due/")
    shown = soup(page)
    assert shown.html["lang"] == language
    row = next(row for row in shown.select("tbody tr") if row.select_one("time"))
    assert row.a.text == "Siân ap Rhys"
    assert row.a["href"] == f"{prefix}/people/{case.person_id}/?case={case.pk}"
    assert row.select_one(".hawl-state")
    if language == "en":
        assert "Refer to a support service" in row.text
        assert "days late" in row.text


def test_overdue_comes_before_risk_and_risk_before_the_day(people: ThreePeople, client: Client) -> None:
    desk = organisation_id(DESK)
    with acting_as(people.officer.actor()):
        for family, reported, rank in (
            ("Late-Low", 40, 3),
            ("Soon-High", 0, 0),
            ("Late-High", 20, 0),
            ("Soon-Low", 0, 3),
        ):
            person = make_person(desk=desk, given="X", family=family)
            owed_case(people, person=person, reported=reported, rank=rank)
    rows = soup(client.get("/due/?right=4&window=")).select("tbody tr")
    with_day = [row.a.text.removeprefix("X ") for row in rows if row.select_one("time")]
    assert with_day == ["Late-High", "Late-Low", "Soon-High", "Soon-Low"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 8),
        ("window=overdue", 1),
        ("window=week", 1),
        ("window=today", 0),
        ("window=no_limit", 6),
        ("mine=yes", 4),
        ("mine=nobody", 4),
        ("mine=99999999999999999999", 8),
        ("mine=²", 8),
        ("right=3", 2),
        ("route=consent_first", 4),
        ("council=torfaen", 4),
        ("bearer=police", 8),
        ("bearer=court", 0),
        ("bearer=%00&right=99999999999999999999&council=' OR 1=1&page=abc&window=%F0%9F%92%A9", 8),
    ],
)
def test_each_filter_narrows_the_list_and_nonsense_does_not(
    people: ThreePeople, client: Client, query: str, count: int
) -> None:
    owed_case(people, reported=30, route="consent_first", assigned_to=people.officer.pk)
    owed_case(people, reported=0, council="torfaen")
    page = client.get(f"/due/?{query}")
    assert page.status_code == 200
    assert len(soup(page).select("tbody tr")) == count
    if count == 0:
        assert "Show all that is owed" in text(page)


@pytest.mark.parametrize("address", ["/due/", "/cases/"])
def test_a_list_costs_the_same_statements_for_one_row_and_for_fifty(
    people: ThreePeople, client: Client, address: str
) -> None:
    owed_case(people)
    one = statements(client, address)
    for _more in range(49):
        owed_case(people)
    assert statements(client, address) == one <= 12


def test_the_persons_page_costs_the_same_whatever_happened(people: ThreePeople, client: Client) -> None:
    case = owed_case(people)
    with acting_as(people.officer.actor()):
        make_contact(case.person)
    address = f"/people/{case.person_id}/"
    one = statements(client, address)
    with acting_as(people.officer.actor()):
        for number in range(50):
            make_event(case, "suspect_arrested", today())
            make_contact(case.person, f"07700 900{number:03}")
            make_case(desk=organisation_id(DESK), person=case.person)
    assert statements(client, address) == one <= 15


@pytest.mark.parametrize("address", ["/due/", "/cases/"])
def test_of_what_is_sealed_a_list_reads_the_names_it_shows_and_nothing_else(
    people: ThreePeople, client: Client, address: str
) -> None:
    owed_case(people)
    with CaptureQueriesContext(connection) as made:
        assert "Siân" in text(client.get(address))
    told = " ".join(each["sql"] for each in made)
    columns = {
        f'"{model._meta.db_table}"."{field.column}"' for model in sealed_tables() for field in sealed_fields(model)
    }
    assert {each for each in columns if each in told} == {'"people_person"."names"'}


def test_a_long_list_has_pages(people: ThreePeople, client: Client) -> None:
    for _each in range(15):  # four duties begin with a report
        owed_case(people)
    assert len(soup(client.get("/due/")).select("tbody tr")) == 50
    last = client.get("/due/?page=2")
    assert len(soup(last).select("tbody tr")) == 10
    assert "51 to 60 of 60" in text(last)


@pytest.mark.parametrize(("prefix", "language"), LANGUAGES)
def test_cases_are_told_by_route_with_the_reason_and_what_to_do(
    people: ThreePeople, client: Client, prefix: str, language: str
) -> None:
    owed_case(people, route="consent_first", route_reason="sexual_offence", offence="rape")
    owed_case(people, route="automatic")
    page = client.get(f"{prefix}/cases/?route=consent_first")
    shown = soup(page)
    assert shown.html["lang"] == language
    assert len(shown.select("tbody tr")) == 1
    values = [each.text for each in shown.select(".hawl-numbers__value")]
    assert values[:2] == ["1", "1"]
    if language == "en":
        assert "After a sexual offence nothing leaves the police" in text(page)
        assert "Ask the person, then record the answer." in text(page)
    else:
        assert "Cydsyniad yn gyntaf" in text(page)


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("risk=high", 1), ("council=torfaen", 1), ("offence=arson", 1), ("days=7", 1), ("days=7&risk=high", 0)],
)
def test_the_list_of_cases_can_be_narrowed(people: ThreePeople, client: Client, query: str, count: int) -> None:
    owed_case(people, reported=30, risk="high", council="torfaen")
    owed_case(people, reported=1, offence="arson")
    assert len(soup(client.get(f"/cases/?{query}")).select("tbody tr")) == count


@pytest.mark.parametrize(("prefix", "language"), LANGUAGES)
def test_the_persons_page_shows_what_happened_beside_what_was_owed(
    people: ThreePeople, client: Client, prefix: str, language: str
) -> None:
    case = owed_case(people, reported=30, risk="high", rank=0)
    page = client.get(f"{prefix}/people/{case.person_id}/")
    shown = soup(page)
    assert shown.html["lang"] == language
    assert shown.h1.text == "Siân ap Rhys"
    assert len(shown.select(".hawl-moment")) == 1
    assert {"hawl-is-overdue", "hawl-is-no_limit"} <= {
        name for each in shown.select(".hawl-owed") for name in each["class"]
    }
    for link in shown.select(".hawl-owed__what a"):
        opened = client.get(link["href"])
        assert opened.status_code == 200
        assert soup(opened).h1.text == link.text
    if language == "en":
        assert "2 working days from the day it was reported" in text(page)
        assert "High risk" in text(page)


def test_reading_a_person_is_audited(people: ThreePeople, client: Client) -> None:
    case = owed_case(people)
    with CaptureQueriesContext(connection) as seen:
        client.get(f"/people/{case.person_id}/")
    written = [each["sql"] for each in seen if 'INSERT INTO "audit_auditentry"' in each["sql"]]
    assert len(written) == 1
    assert "person.read" in written[0]
    assert str(case.person_id) in written[0]
    assert "Rhys" not in written[0]


def test_a_number_is_hidden_until_it_is_asked_for_and_the_asking_is_audited(
    people: ThreePeople, client: Client
) -> None:
    case = owed_case(people)
    with acting_as(people.officer.actor()):
        contact = make_contact(case.person, "07700 900123")
    address = f"/people/{case.person_id}/"
    assert "900123" not in text(client.get(address))
    assert client.get(f"{address}show/").status_code == 405
    with CaptureQueriesContext(connection) as seen:
        shown = client.post(f"{address}show/", {"contact": str(contact.pk)})
    assert soup(shown).select_one("#uncovered").text == "07700 900123"
    written = [each["sql"] for each in seen if "contact.shown" in each["sql"]]
    assert len(written) == 1
    assert "900123" not in written[0]


@pytest.mark.parametrize("contact", ["", "x", "\x00", "00000000-0000-4000-8000-000000000000"])
def test_a_number_that_is_not_the_persons_is_not_found(people: ThreePeople, client: Client, contact: str) -> None:
    case = owed_case(people)
    assert client.post(f"/people/{case.person_id}/show/", {"contact": contact}).status_code == 404


def without_what_differs(response: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


@pytest.mark.parametrize("who", ["hub_worker", "stranger"])
def test_a_hidden_person_and_one_who_is_not_are_answered_alike(people: ThreePeople, who: str) -> None:
    case = owed_case(people)
    client = signed_in(getattr(people, who))
    for path in ("/due/", "/cases/"):
        assert "ap Rhys" not in text(client.get(path))
    pairs = [("", "get"), ("show/", "post"), (f"cases/{case.pk}/take/", "post"), (f"cases/{case.pk}/act/", "post")]
    for path, method in pairs:
        hidden = getattr(client, method)(f"/people/{case.person_id}/{path}")
        absent = getattr(client, method)(f"/people/{uuid.uuid4()}/{path}")
        assert hidden.status_code == absent.status_code == 404
        assert dict(hidden.headers).keys() == dict(absent.headers).keys()

        assert len(without_what_differs(hidden)) == len(without_what_differs(absent))


def test_the_board_reaches_no_person_and_no_list_of_people(people: ThreePeople) -> None:
    case = owed_case(people)
    client = signed_in(people.board)
    assert client.get("/cases/").status_code == client.get("/due/").status_code == 404
    assert client.get(f"/people/{case.person_id}/").status_code == 404
    first = client.get("/", follow=True)
    assert first.status_code == 200
    assert "ap Rhys" not in text(first)


def test_the_first_page_of_a_worker_is_what_is_due(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/due/"
    assert client.get("/cy/").headers["Location"] == "/cy/due/"


def test_nobody_sees_anything_before_signing_in(people: ThreePeople) -> None:
    case = owed_case(people)
    for path in ("/", "/due/", "/cases/", f"/people/{case.person_id}/"):
        answer = Client().get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/")


def test_a_colleagues_cases_can_be_asked_for_by_name_and_those_of_another_body_cannot(
    people: ThreePeople, client: Client
) -> None:
    case = owed_case(people)
    owed_case(people)
    with acting_as(people.officer.actor()):
        colleague = account(Role.VICTIM_CARE_OFFICER, DESK)
        Case.objects.filter(pk=case.pk).update(assigned_to=colleague.pk)
    page = soup(client.get(f"/due/?mine={colleague.pk}"))
    assert len(page.select("tbody tr")) == 4
    assert colleague.display_name in page.tbody.text
    offered = {each.text for each in page.select("#filter-mine option")}
    assert colleague.display_name in offered
    assert people.hub_worker.display_name not in offered
    assert len(soup(client.get(f"/due/?mine={people.hub_worker.pk}")).select("tbody tr")) == 8


def test_a_restricted_record_shows_no_place_and_does_not_say_so(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        person = make_person(desk=organisation_id(DESK), visibility="restricted")
        home = make_contact(person, "1 Stow Hill", kind="address")
        make_contact(person)
    owed_case(people, person=person)
    page = client.get(f"/people/{person.pk}/")
    assert len(soup(page).select(".hawl-ways li")) == 1
    assert "restricted" not in page.content.decode().lower()
    assert client.post(f"/people/{person.pk}/show/", {"contact": str(home.pk)}).status_code == 404


def test_the_hub_sees_the_case_that_was_referred_and_no_other(people: ThreePeople) -> None:
    desk = organisation_id(DESK)
    with acting_as(people.officer.actor()) as by:
        person = make_person(desk=desk)
        referred = make_case(desk=desk, person=person, reported=5)
        held = make_case(desk=desk, person=person, reported=1, offence="rape", route="consent_first")
        refer_to_hub(by=by, case=referred, on=today() - timedelta(1))
    page = signed_in(people.hub_worker).get(f"/people/{person.pk}/?case={held.pk}")
    assert page.status_code == 200
    assert "Rape" not in text(page)
    assert str(held.pk) not in page.content.decode()


def test_each_event_says_by_whose_body_it_was_recorded(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()) as by:
        case = make_case(desk=organisation_id(DESK), reported=5)
        refer_to_hub(by=by, case=case, on=today())
        make_event(case, "suspect_arrested", today(), asserted_by=f"user:{people.stranger.pk}")
        make_event(case, "suspect_charged", today(), asserted_by="user:999999999")
    with acting_as(people.hub_worker.actor()) as by:
        record_act(by=by, case=Case.objects.get(), event="support_reached", occurred_on=today())
    sources = [each.text for each in soup(client.get(f"/people/{case.person_id}/")).select(".hawl-moment__source")]
    assert sorted(sources) == [
        "from the police feed", "recorded at the desk", "recorded at the hub", "recorded by a worker",
        "recorded by a worker",
    ]  # fmt: skip


def test_an_age_told_with_the_report_is_said_to_be_of_that_day(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()):
        told = make_person(desk=organisation_id(DESK), born_on=None, facts={"age": 44})
    owed_case(people, person=told)
    assert "Age when reported 44" in text(client.get(f"/people/{told.pk}/"))
    born = owed_case(people)
    assert "Age when reported" not in text(client.get(f"/people/{born.person_id}/"))


def test_no_text_of_a_person_turns_round_what_stands_beside_it(people: ThreePeople, client: Client) -> None:
    turning = "\u202e"
    with acting_as(people.officer.actor()):
        person = make_person(desk=organisation_id(DESK), family=f"Rhys{turning}")
        person.names["known_as"] = f"Siani{turning}"
        person.save()
        contact = make_contact(person, f"07700 900123{turning}")
    owed_case(people, person=person)
    page = f"/people/{person.pk}/"
    shown = client.post(f"{page}show/", {"contact": str(contact.pk)})
    for answer in (client.get("/due/"), client.get("/cases/"), client.get(page), shown):
        found = soup(answer)
        assert turning not in found.title.text
        apart = [each.extract().text for each in found.select("bdi")]
        assert any(turning in each for each in apart)
        assert turning not in found.get_text()
    assert turning in soup(shown).select_one("#uncovered bdi").text

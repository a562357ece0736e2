"""The search page: by form, within scope, hidden as absent, its words in no address and no audit."""

from __future__ import annotations

import pytest
from django.test import Client

from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.tests.makers import DESK, ThreePeople, make_case, make_person, organisation_id, three_people
from hawl.registers.finding import laying
from hawl.registers.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]
PAGE, CYMRAEG = "/search/", "/cy/search/"


@pytest.fixture
def who() -> ThreePeople:
    return three_people()


@pytest.fixture
def person(who: ThreePeople) -> Person:
    with acting_as(who.officer.actor()):
        made = make_person(desk=organisation_id(DESK), given="Siân", family="ap Rhys")
        make_case(desk=organisation_id(DESK), person=made)
        laying.renew([made.pk])
    return made


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def test_a_person_is_found_by_an_english_spelling_and_leads_to_their_page(who: ThreePeople, person: Person) -> None:
    answer = signed_in(who.officer).post(PAGE, {"name": "Jane Price"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f"/people/{person.pk}/" in page
    assert "ap Rhys" in page


def test_the_page_is_there_in_welsh_and_in_the_navigation(who: ThreePeople) -> None:
    client = signed_in(who.officer)
    assert client.get(CYMRAEG).status_code == 200
    assert f'href="{PAGE}"' in client.get(PAGE).content.decode()
    assert signed_in(who.board).get(PAGE).status_code == 404


def test_hidden_is_the_same_as_absent(who: ThreePeople, person: Person) -> None:
    def answered(name: str) -> str:
        page = signed_in(who.stranger).post(PAGE, {"name": name})
        assert page.status_code == 200
        body = page.content.decode()
        return body[body.index('id="found"') : body.index("<form", body.index('id="found"'))]

    assert answered("Siân ap Rhys") == answered("Nobody Atall")


@pytest.mark.parametrize(
    "typed",
    [{}, {"name": "  "}, {"born_on": "31/02/1987"}, {"born_year": "87"}, {"born_year": "2999"}, {"name": "x" * 121}],
)
def test_what_cannot_be_searched_for_is_told_and_what_was_typed_stays(who: ThreePeople, typed: dict[str, str]) -> None:
    answer = signed_in(who.officer).post(PAGE, typed)
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.content.decode()
    for value in typed.values():
        assert value.strip() in answer.content.decode()


def test_words_sent_in_an_address_search_for_nothing(who: ThreePeople, person: Person) -> None:
    answer = signed_in(who.officer).get(PAGE, {"name": "Siân ap Rhys"})
    assert str(person.pk) not in answer.content.decode()


def test_what_is_typed_is_shown_as_text(who: ThreePeople) -> None:
    page = signed_in(who.officer).post(PAGE, {"name": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page

"""How a person may be reached, and that opening what is held is recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.tests.makers import (
    DESK,
    ThreePeople,
    make_contact,
    make_person,
    organisation_id,
    three_people,
)
from hawl.registers.people.actions import close_first_calls, open_person, show_contact
from hawl.registers.people.models import Contact, Person
from hawl.registers.people.queries import ways_to_reach
from hawl.registers.people.tests.deciding import decided

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def people() -> ThreePeople:
    return three_people()


@pytest.fixture
def officer(people: ThreePeople) -> Iterator[Actor]:
    with acting_as(people.officer.actor()) as actor:
        yield actor


@pytest.fixture
def person(officer: Actor) -> Person:
    return make_person(desk=organisation_id(DESK))


def test_of_several_claims_on_one_number_the_strictest_counts_for_each_use(person: Person) -> None:
    make_contact(person, ring="first_approach", text="unknown")
    make_contact(person, ring="unknown", text="unsafe")
    (way,) = ways_to_reach(person)
    assert (way.ring, way.text, way.message, way.claims) == ("unknown", "unsafe", "unknown", 2)
    assert not way.may_be_used


def test_a_decision_comes_before_every_claim_and_claims_count_for_what_is_not_decided(person: Person) -> None:
    decided(make_contact(person, ring="unsafe", text="unsafe", claims_no=["ring", "text"]), ring="safe")
    (way,) = ways_to_reach(person)
    assert (way.ring, way.text, way.message) == ("safe", "unsafe", "unknown")
    assert way.decided_at is not None


def test_each_number_stands_once_and_what_may_be_used_first(person: Person) -> None:
    make_contact(person, "07700 900001")
    make_contact(person, "01633 496 0001", kind="landline", ring="first_approach")
    make_contact(person, "07700 900001")
    assert [(way.kind, way.claims) for way in ways_to_reach(person)] == [("landline", 1), ("mobile", 2)]


def test_nobody_is_reached_without_a_claim(person: Person) -> None:
    assert ways_to_reach(person) == []


def test_the_value_is_read_only_by_being_shown(person: Person, officer: Actor) -> None:
    contact = make_contact(person, "07700 900321")
    assert "900321" not in repr(ways_to_reach(person))
    assert show_contact(by=officer, person_id=person.pk, contact_id=contact.pk) == "07700 900321"


def test_a_number_of_another_person_is_not_shown(person: Person, officer: Actor) -> None:
    other = make_contact(make_person(desk=organisation_id(DESK)))
    with pytest.raises(Contact.DoesNotExist):
        show_contact(by=officer, person_id=person.pk, contact_id=other.pk)


def test_a_stranger_opens_neither_person_nor_number(people: ThreePeople, person: Person) -> None:
    contact = make_contact(person)
    stranger = people.stranger.actor()
    with acting_as(stranger):
        with pytest.raises(Person.DoesNotExist):
            open_person(by=stranger, person_id=person.pk)
        with pytest.raises(Contact.DoesNotExist):
            show_contact(by=stranger, person_id=person.pk, contact_id=contact.pk)


def test_closing_first_calls_leaves_a_decision_alone(person: Person, officer: Actor) -> None:
    make_contact(person, ring="first_approach")
    decided(make_contact(person, "07700 900555"), ring="safe")
    assert close_first_calls(by=officer, person_id=person.pk) == 1
    assert close_first_calls(by=officer, person_id=person.pk) == 0
    assert {way.ring for way in ways_to_reach(person)} == {"unknown", "safe"}

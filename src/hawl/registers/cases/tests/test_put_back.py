"""What a restore would lose of safe contact, put back from the journal: a no, a changed plan, whose number it is."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.journal.kinds import Entry, checked
from hawl.foundations.journal.models import JournalEntry
from hawl.foundations.journal.replaying import handlers
from hawl.foundations.messages.gate import ask_gate
from hawl.registers.cases.actions import set_answer
from hawl.registers.cases.journal_facts import declined_facts
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import DESK, make_case, make_contact, make_person, organisation_id
from hawl.registers.people.journal_facts import not_theirs_facts
from hawl.registers.people.models import Contact, ContactPlan, Person

pytestmark = pytest.mark.django_db
MACHINE = Actor("system:test", machine=True)
NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


def put_back(kind: str, person: Person, facts: dict[str, Any]) -> bool | None:
    entry = Entry(uuid.uuid4(), 1, kind, person.pk, checked(kind, facts), NOON, "user:1")
    return handlers()[kind](entry)


def rule(contact: Contact) -> str:
    with time_machine.travel(NOON):
        return ask_gate(person_id=contact.person_id, contact_id=contact.pk, channel="call", now=NOON).decision.rule


@pytest.fixture
def contact() -> Contact:
    with acting_as(MACHINE):
        return make_contact(make_person(desk=organisation_id(DESK)), ring="first_approach", claims_call=True)


def test_a_no_is_noted_and_put_back(contact: Contact) -> None:
    with acting_as(MACHINE):
        case = make_case(desk=organisation_id(DESK), person=contact.person, crime_key=b"\x01" * 16)
        other = make_case(desk=organisation_id(DESK), person=contact.person)
        facts = declined_facts(case)
        assert rule(contact) == "go.first_call"
        for _ in range(2):
            assert put_back("declined", contact.person, facts)
        case.refresh_from_db()
        other.refresh_from_db()
        assert (case.agreement, case.route, case.no_first_call) == ("no", "declined", True)
        assert other.agreement != "no"
        assert rule(contact) == "stop.declined"
    set_answer(by=MACHINE, case=other, agreed=False, route="declined", reason="agreement_no")
    with acting_as(MACHINE):
        (entry,) = JournalEntry.objects.filter(kind="declined")
        assert entry.facts["case"] == str(other.pk)


def test_a_no_finds_its_case_again_under_another_id(contact: Contact) -> None:
    with acting_as(MACHINE):
        case = make_case(desk=organisation_id(DESK), person=contact.person, crime_key=b"\x02" * 16)
        assert put_back("declined", contact.person, {"case": None, "crime": "c" + "02" * 16})
        assert Case.objects.get(pk=case.pk).agreement == "no"


def test_where_the_case_of_a_no_is_not_here_nobody_is_reached(contact: Contact) -> None:
    with acting_as(MACHINE):
        assert not put_back("declined", contact.person, {"case": str(uuid.uuid4()), "crime": None})
        assert rule(contact) == "stop.plan_lost"


def test_a_plan_that_changed_after_the_backup_opens_nothing(contact: Contact) -> None:
    with acting_as(MACHINE):
        for version in (1, 2):
            assert put_back("plan_changed", contact.person, {"version": version})
        plan = ContactPlan.objects.get()
        assert (plan.unsure_since is not None, plan.version) == (True, 1)
        assert rule(contact) == "stop.plan_lost"


def test_whose_number_it_is_is_put_back(contact: Contact) -> None:
    with acting_as(MACHINE):
        assert put_back("contact_unsafe", contact.person, not_theirs_facts(bytes(contact.value_key)))
        assert rule(contact) == "stop.not_theirs"
        assert Contact.objects.get(decided_at__isnull=False).held_by == "other"

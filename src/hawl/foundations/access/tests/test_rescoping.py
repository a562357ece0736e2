"""Moving who may see a person: every table at once, by who sees them, and down again by two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import POLICE, Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.identity.models import User
from hawl.registers.cases.tests.makers import DESK, HUB, account, make_case, make_contact, make_person, organisation_id
from hawl.registers.people.models import Person

TABLES = ("people_person", "people_contact", "cases_case", "cases_caseevent")


@dataclass(frozen=True, slots=True)
class Laid:
    """A person of the desk with two cases, and accounts there and elsewhere."""

    person: UUID
    officer: User
    lead: User
    hub: User


@pytest.fixture
def laid(new_database: Callable[[], str]) -> Laid:
    new_database()
    officer, lead = account(Role.VICTIM_CARE_OFFICER, DESK), account(Role.SPECIALIST_LEAD, DESK)
    hub = account(Role.HUB_WORKER, HUB)
    with acting_as(Actor("system:tests", machine=True)):
        person = make_person(desk=organisation_id(DESK), visible_to=[organisation_id(DESK), organisation_id(HUB)])
        make_contact(person)
        for _ in range(2):
            make_case(desk=organisation_id(DESK), person=person)
    return Laid(person.pk, officer, lead, hub)


def rows(user: User) -> dict[str, int]:
    """What an account sees of each table, by SQL alone."""
    found = {}
    with acting_as(User.objects.get(pk=user.pk).actor()), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = int(cursor.fetchone()[0])
    return found


NOTHING = dict.fromkeys(TABLES, 0)
ALL = {"people_person": 1, "people_contact": 1, "cases_case": 2, "cases_caseevent": 2}


def test_sealing_leaves_every_table_to_the_named_alone(laid: Laid) -> None:
    with as_process("staff"):
        with acting_as(laid.officer.actor()):
            rescoping.seal(person_id=laid.person, named_users=[laid.lead.pk])
        assert [rows(each) for each in (laid.officer, laid.hub, laid.lead)] == [NOTHING, NOTHING, ALL]
        with acting_as(laid.lead.actor()):
            assert Person.objects.get().visibility == "sealed"


def test_nobody_moves_what_they_do_not_see(laid: Laid) -> None:
    stranger = account(Role.PROVIDER_WORKER, "hafan-cymru")
    board = account(Role.BOARD, HUB)
    with as_process("staff"):
        for each in (stranger, board):
            with pytest.raises(ProgrammingError, match="no such record"), acting_as(each.actor()):
                rescoping.deny(person_id=laid.person, user_id=laid.officer.pk)
        with pytest.raises(ProgrammingError, match="no such record"), acting_as(laid.officer.actor()):
            rescoping.seal(person_id=UUID(int=1), named_users=[laid.lead.pk])
        assert rows(laid.officer) == ALL


def test_the_staff_process_cannot_pass_itself_off_as_a_machine(laid: Laid) -> None:
    with as_process("staff"), acting_as(Actor("anyone")), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hawl.machine', 'on', true)")
        with pytest.raises(ProgrammingError, match="no such record"), transaction.atomic():
            rescoping.deny(person_id=laid.person, user_id=laid.officer.pk)


@pytest.mark.parametrize("other", ["nobody", "oneself", "one_who_left"])
def test_unsealing_takes_two_people(laid: Laid, other: str) -> None:
    left = account(Role.SPECIALIST_LEAD, DESK)
    User.objects.filter(pk=left.pk).update(is_active=False)
    proposer = {"nobody": 0, "oneself": laid.lead.pk, "one_who_left": left.pk}[other]
    with as_process("staff"):
        with acting_as(laid.officer.actor()):
            rescoping.seal(person_id=laid.person, named_users=[laid.lead.pk])
        with pytest.raises(ProgrammingError, match="two people"), acting_as(laid.lead.actor()):
            rescoping.unseal(person_id=laid.person, visible_to=[organisation_id(DESK)], proposed_by=proposer)
        assert rows(laid.officer) == NOTHING
        with acting_as(laid.lead.actor()):
            rescoping.unseal(person_id=laid.person, visible_to=[organisation_id(DESK)], proposed_by=laid.officer.pk)
        assert [rows(each) for each in (laid.officer, laid.hub)] == [ALL, NOTHING]


def test_two_who_do_not_see_a_record_lift_nothing(laid: Laid) -> None:
    with as_process("staff"):
        with acting_as(laid.officer.actor()):
            rescoping.seal(person_id=laid.person, named_users=[laid.lead.pk])
        with pytest.raises(ProgrammingError, match="no such record"), acting_as(laid.officer.actor()):
            rescoping.unseal(person_id=laid.person, visible_to=[organisation_id(HUB)], proposed_by=laid.hub.pk)
        assert rows(laid.hub) == NOTHING


def test_a_denial_hides_the_record_from_one_account_until_two_end_it(laid: Laid) -> None:
    with as_process("staff"):
        with acting_as(laid.officer.actor()):
            rescoping.deny(person_id=laid.person, user_id=laid.hub.pk)
            rescoping.deny(person_id=laid.person, user_id=laid.hub.pk)
        assert (rows(laid.hub), rows(laid.officer)) == (NOTHING, ALL)
        with acting_as(laid.officer.actor()):
            assert Person.objects.get().denied_users == [laid.hub.pk]
            rescoping.end_denial(person_id=laid.person, user_id=laid.hub.pk, proposed_by=laid.lead.pk)
            assert Person.objects.get().denied_users is None
        assert rows(laid.hub) == ALL


def test_all_police_can_be_denied_at_once_by_a_machine_and_the_hub_goes_on(laid: Laid) -> None:
    with as_process("staff"), pytest.raises(IntegrityError, match="must keep sight"), acting_as(laid.hub.actor()):
        # They are the desk of a case of theirs: not by one person.
        rescoping.deny(person_id=laid.person, organisation_id=POLICE)
    with acting_as(Actor("system:tests", machine=True)):
        rescoping.deny(person_id=laid.person, organisation_id=POLICE)
    with as_process("staff"):
        assert [rows(each) for each in (laid.officer, laid.lead, laid.hub)] == [NOTHING, NOTHING, ALL]


def test_an_organisation_loses_sight_at_once_and_the_last_one_keeps_it(laid: Laid) -> None:
    with as_process("staff"):
        with acting_as(laid.officer.actor()):
            rescoping.close_to(person_id=laid.person, organisation_id=organisation_id(HUB))
        assert (rows(laid.hub), rows(laid.officer)) == (NOTHING, ALL)
        with pytest.raises(IntegrityError, match="must keep sight"), acting_as(laid.officer.actor()):
            rescoping.close_to(person_id=laid.person, organisation_id=organisation_id(DESK))
        assert rows(laid.officer) == ALL


def test_a_record_is_sealed_or_restricted_to_somebody(laid: Laid) -> None:
    with as_process("staff"):
        for change in (rescoping.seal, rescoping.restrict):
            with pytest.raises(IntegrityError, match="must keep sight"), acting_as(laid.officer.actor()):
                change(person_id=laid.person, named_users=[])


def test_restricting_leaves_the_record_and_names_who_sees_the_place(laid: Laid) -> None:
    with as_process("staff"):
        with acting_as(laid.officer.actor()):
            rescoping.restrict(person_id=laid.person, named_users=[laid.lead.pk])
            held = Person.objects.get()
            assert (held.visibility, held.shows_place()) == ("restricted", False)
        with acting_as(laid.lead.actor()):
            assert Person.objects.get().shows_place()
        assert rows(laid.hub) == ALL

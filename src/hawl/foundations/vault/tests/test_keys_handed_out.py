"""Keys across transactions and processes: held no longer than one, handed by the database to whom they name."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.vault import hand
from hawl.foundations.vault.actions import destroy_key, open_location, reseal_location
from hawl.foundations.vault.models import DataKey
from hawl.foundations.vault.sealing import KeyGone, key_id_of
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import DESK, account, make_case, make_contact, make_person, organisation_id
from hawl.registers.people.models import Contact, Person

MACHINE = Actor(label="system:tests", machine=True)


def stored(table: str, column: str, row: uuid.UUID) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE id = %s', [row])
        return bytes(cursor.fetchone()[0])


def _next_transaction() -> None:
    """What the end of a transaction does to the keys in hand."""
    hand._hand().let_go()  # type: ignore[union-attr]


def test_keys_do_not_outlive_the_transaction(new_database: Callable[[], str]) -> None:
    new_database()
    with acting_as(MACHINE):
        person = make_person(desk=1)
        assert person.data_key.bytes in hand._hand().keys  # type: ignore[union-attr]
    with transaction.atomic():
        assert hand._hand().keys == {}  # type: ignore[union-attr]
    with acting_as(MACHINE):
        held = Person.objects.get()
        DataKey.objects.filter(pk=held.data_key).delete()  # as another process would
    with acting_as(MACHINE), pytest.raises(KeyGone):
        _ = Person.objects.get().names
    assert hand._hand() is None
    with pytest.raises(KeyGone):
        _ = held.names


def test_keys_of_a_transaction_that_was_rolled_back_are_not_held_either(new_database: Callable[[], str]) -> None:
    new_database()

    def fails() -> None:
        with acting_as(MACHINE):
            make_person(desk=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with transaction.atomic():
        assert hand._hand().keys == {}  # type: ignore[union-attr]


def test_the_staff_process_takes_no_key_of_a_person_away_and_changes_none(new_database: Callable[[], str]) -> None:
    new_database()
    officer = account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(officer.actor()):
        person = make_person(desk=organisation_id(DESK))
        assert DataKey.objects.filter(pk=person.data_key).delete()[0] == 0
        assert DataKey.objects.filter(pk=person.data_key).update(kek=9) == 0
        _next_transaction()
        assert Person.objects.get().names["given"] == "Siân"
    with as_process("jobs"), acting_as(MACHINE):
        assert destroy_key(by=MACHINE, person_id=person.pk)


def test_a_location_key_opens_to_the_users_it_names_alone_and_the_way_back_is_theirs(
    new_database: Callable[[], str],
) -> None:
    new_database()
    lead, other = account(Role.SPECIALIST_LEAD, DESK), account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(lead.actor()):
        case = make_case(desk=organisation_id(DESK), note="narrative")
        contact = make_contact(case.person)
    assert reseal_location(by=lead.actor(), person_id=case.person_id, named_users=[lead.pk]) == 2
    with acting_as(lead.actor()):
        assert Contact.objects.get().value == "07700 900123"
        assert Case.objects.get().location["postcode"] == "NP20 1AA"
        more = make_contact(Person.objects.get(), "07700 900777")
        assert key_id_of(stored("people_contact", "value", more.pk)) != case.person.data_key.bytes
    with acting_as(other.actor()):
        assert Case.objects.get().note == "narrative", "only what tells a place lies under the other key"
        for row in (Contact.objects.get(pk=contact.pk), Contact.objects.get(pk=more.pk)):
            with pytest.raises(KeyGone):
                _ = row.value
        with pytest.raises(KeyGone):
            _ = Case.objects.get().location
    with pytest.raises(KeyGone):
        open_location(by=other.actor(), person_id=case.person_id)
    assert open_location(by=lead.actor(), person_id=case.person_id) == 3
    with acting_as(other.actor()):
        assert {row.value for row in Contact.objects.all()} == {"07700 900123", "07700 900777"}
        # Handed to all rather than taken away: rows that the lead does not see may still lie under it.
        assert set(DataKey.objects.values_list("named_users", flat=True)) == {None}

"""Sealed columns on a real table: sealed in the database, plain in Python, bound to their row."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from hawl.foundations.access.scope import acting_as
from hawl.foundations.vault.sealing import CannotOpen
from hawl.registers.cases.tests.makers import DESK, make_person, organisation_id, three_people
from hawl.registers.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def person():  # type: ignore[no-untyped-def]
    with acting_as(three_people().officer.actor()):
        yield make_person(desk=organisation_id(DESK), given="Siân", family="ap Rhys")


def stored(person: Person, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from people_person where id = %s", [person.pk])
        return bytes(cursor.fetchone()[0])


@pytest.mark.parametrize("defer", [False, True])
def test_a_value_read_from_the_database_is_opened(person: Person, defer: bool) -> None:
    rows = Person.objects.defer("names") if defer else Person.objects.all()
    read = rows.get(pk=person.pk)
    assert read.names["given"] == "Siân"
    assert read.born_on == dt.date(1987, 3, 1)
    assert read.names is read.names


def test_the_database_holds_no_plain_value(person: Person) -> None:
    assert b"Rhys" not in stored(person, "names")
    assert b"1987" not in stored(person, "born_on")


def test_a_value_saved_unread_stays_as_it_was_and_one_that_is_set_is_sealed_anew(person: Person) -> None:
    before = stored(person, "names")
    read = Person.objects.get(pk=person.pk)
    read.save()
    assert stored(person, "names") == before
    read.names = {**read.names, "given": "Mair"}
    read.save()
    assert stored(person, "names") != before
    assert Person.objects.get(pk=person.pk).names["given"] == "Mair"


def test_a_value_moved_to_another_row_does_not_open(person: Person) -> None:
    other = make_person(desk=person.visible_to[0], given="Elin", family="Vaughan")
    with connection.cursor() as cursor:
        cursor.execute("update people_person set names = %s where id = %s", [stored(other, "names"), person.pk])
    with pytest.raises(CannotOpen):
        _ = Person.objects.get(pk=person.pk).names


def test_a_plain_value_is_neither_searched_for_nor_written_by_update(person: Person) -> None:
    with pytest.raises(FieldError):
        list(Person.objects.filter(names={"given": "Siân"}))
    with pytest.raises(FieldError):
        Person.objects.update(names={"given": "Siân"})

"""Sealed fields of a model: plain in Python, sealed in the database, and of no use for asking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import connection, transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.vault.fields import SealedField
from hawl.foundations.vault.sealing import CannotOpen
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import make_case, make_contact, make_person
from hawl.registers.people.models import Contact, Person

pytestmark = pytest.mark.django_db
DESK = 1001


@pytest.fixture(autouse=True)
def _at_the_desk() -> Iterator[None]:
    with acting_as(Actor(label="system:tests", machine=True)):
        yield


def stored(table: str, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}"')
        return bytes(cursor.fetchone()[0])


def test_a_sealed_value_is_plain_in_python_and_not_in_the_database() -> None:
    make_person(desk=DESK, given="Siân", family="Canary")
    person = Person.objects.get()
    assert person.names["family"] == "Canary"
    assert person.born_on == date(1987, 3, 1)
    assert b"Canary" not in stored("people_person", "names")
    assert b"1987" not in stored("people_person", "born_on")


def test_values_and_lists_give_no_plain_text() -> None:
    make_contact(make_person(desk=DESK, family="Canary"), "07700 900999")
    assert "Canary" not in repr(list(Person.objects.values()))
    assert "900999" not in repr(list(Contact.objects.values_list("value")))
    assert "900999" not in repr(list(Contact.objects.values("value").iterator()))


def test_a_sealed_field_can_be_neither_searched_sorted_by_value_nor_set_by_update() -> None:
    make_contact(make_person(desk=DESK), "07700 900999")
    with pytest.raises(FieldError, match="sealed to its row"):
        list(Contact.objects.filter(value="07700 900999"))
    with pytest.raises(FieldError, match="sealed to its row"):
        list(Contact.objects.filter(value__in=["07700 900999"]))
    with pytest.raises(FieldError, match="sealed to its row"), transaction.atomic():
        Contact.objects.update(value="07700 900999")
    opened = [(contact, contact.value)[0] for contact in Contact.objects.all()]
    with pytest.raises(FieldError, match="sealed to its row"), transaction.atomic():
        Contact.objects.bulk_update(opened, ["value"])
    assert Contact.objects.get().value == "07700 900999"


def test_saving_an_object_that_was_not_opened_keeps_the_value_as_it_stood() -> None:
    make_person(desk=DESK, family="Canary")
    before = stored("people_person", "names")
    person = Person.objects.get()
    person.deceased = True
    person.save()
    assert stored("people_person", "names") == before
    assert Person.objects.get().names["family"] == "Canary"


def test_saving_an_object_that_was_opened_or_changed_keeps_what_it_says() -> None:
    make_person(desk=DESK, family="Canary")
    person = Person.objects.get()
    person.names = {**person.names, "family": "Other"}
    person.save()
    assert Person.objects.get().names["family"] == "Other"
    person = Person.objects.defer("names").get()
    person.save()
    assert Person.objects.get().names["family"] == "Other"


def test_a_change_within_an_opened_value_is_saved() -> None:
    make_person(desk=DESK)
    person = Person.objects.get()
    person.names["family"] = "Changed"
    person.save()
    person.refresh_from_db()
    assert person.names["family"] == "Changed"


def test_none_stays_none() -> None:
    make_person(desk=DESK, born_on=None)
    assert Person.objects.get().born_on is None
    assert Person.objects.filter(born_on=None).count() == 1


@pytest.mark.parametrize(
    ("table", "one", "other"), [("people_person", "names", "facts"), ("cases_case", "reference", "location")]
)
def test_a_value_put_into_another_field_or_row_by_sql_does_not_open(table: str, one: str, other: str) -> None:
    make_case(desk=DESK, person=make_person(desk=DESK, family="First"))
    make_case(desk=DESK, person=make_person(desk=DESK, family="Second"))
    model = {"people_person": Person, "cases_case": Case}[table]
    first, second = model.objects.order_by("pk")[:2]
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET "{other}" = "{one}" WHERE id = %s', [first.pk])
        cursor.execute(
            f'UPDATE "{table}" SET "{one}" = (SELECT "{one}" FROM "{table}" WHERE id = %s) WHERE id = %s',
            [first.pk, second.pk],
        )
    with pytest.raises(CannotOpen):
        getattr(model.objects.get(pk=first.pk), other)
    with pytest.raises(CannotOpen):
        getattr(model.objects.get(pk=second.pk), one)
    assert getattr(model.objects.get(pk=first.pk), one), "what was left in its place opens"


def test_the_wrong_kind_of_value_is_refused_before_it_is_sealed() -> None:
    with pytest.raises(TypeError), transaction.atomic():
        make_person(desk=DESK, born_on="1987-03-01")
    with pytest.raises(TypeError), transaction.atomic():
        make_contact(make_person(desk=DESK), 7)  # type: ignore[arg-type]


def test_a_field_must_say_its_class() -> None:
    with pytest.raises(FieldError):
        SealedField(security_class="C1")


def test_every_sealed_column_holds_bytes_in_the_database() -> None:
    found = 0
    with connection.cursor() as cursor:
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, SealedField):
                    cursor.execute(
                        "SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
                        [model._meta.db_table, field.column],
                    )
                    assert cursor.fetchone() == ("bytea",)
                    found += 1
    assert found >= 8

"""What a feed brings lies under the key of the person it is about, whoever that becomes."""

from __future__ import annotations

import pytest
from django.db import connection

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.vault.actions import destroy_key, reseal_location
from hawl.foundations.vault.models import DataKey
from hawl.foundations.vault.sealing import KeyGone, key_id_of
from hawl.registers.cases.models import Case
from hawl.registers.people.models import Contact, Person
from hawl.work.intake.feed.tests.examples import full_row
from hawl.work.intake.tests.importing import case_of, take_in

pytestmark = pytest.mark.django_db
EVERYBODY = Actor(label="system:tests", machine=True)
SEALED = (
    ("people_person", "names", "id"), ("people_person", "facts", "id"), ("people_contact", "value", "person_id"),
    ("cases_case", "note", "person_id"), ("cases_case", "location", "person_id"),
)  # fmt: skip


def keys_used() -> dict[str, set[bytes | None]]:
    """By person, the keys under which their values lie."""
    found: dict[str, set[bytes | None]] = {}
    with connection.cursor() as cursor:
        for table, column, person in SEALED:
            cursor.execute(f'SELECT "{person}"::text, "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
            for who, value in cursor.fetchall():
                found.setdefault(who, set()).add(key_id_of(bytes(value)))
    return found


def test_each_person_of_a_feed_has_a_key_and_everything_of_theirs_lies_under_it() -> None:
    take_in([full_row(), full_row(record_id="R-2", person__ref="P-2"), full_row(record_id="R-3")])
    with acting_as(EVERYBODY):
        people = {str(each.pk): each.data_key.bytes for each in Person.objects.all()}
        assert len(people) == len(set(people.values())) == DataKey.objects.count() == 2
        assert keys_used() == {who: {key} for who, key in people.items()}
        assert {each.note for each in Case.objects.all()} == {full_row()["crime"]["note"]}


def test_a_later_feed_goes_on_under_the_same_key() -> None:
    take_in([full_row()])
    newer = {"person__family_name": "Newydd"}
    take_in([full_row(version=4, **newer), full_row(record_id="R-2", **newer)])
    with acting_as(EVERYBODY):
        person = Person.objects.get()
        assert DataKey.objects.count() == 1
        assert keys_used() == {str(person.pk): {person.data_key.bytes}}
        assert person.names["family"] == "Newydd"


@pytest.mark.parametrize("apart", [False, True])
def test_a_case_that_becomes_another_persons_lies_under_the_key_of_that_one(*, apart: bool) -> None:
    no = {"kind": "mobile", "value": "07700 900456", "given_by": "victim", "ring": "no"}
    first, then = full_row(version=5, contacts=[no]), full_row(version=6, person__ref="P-2")
    for file in [[first], [then]] if apart else [[first, then]]:
        take_in([full_row(record_id="R-9", version=1), *file] if file[0] is first else file)
    with acting_as(EVERYBODY):
        people = {str(each.pk): each.data_key.bytes for each in Person.objects.all()}
        assert len(people) == 2
        assert keys_used() == {who: {key} for who, key in people.items()}
        numbers = {each.value for each in Contact.objects.filter(person_id=case_of(first["record_id"]).person_id)}
        assert numbers == {"07700 900123"}, "the number of the one before is not laid with the other"


def test_a_person_whom_nothing_names_any_more_leaves_no_key_behind() -> None:
    take_in([full_row(version=1, contacts=[])])
    take_in([full_row(version=2, person__ref="P-2", contacts=[])])
    with acting_as(EVERYBODY):
        assert [each.data_key for each in Person.objects.all()] == list(DataKey.objects.values_list("id", flat=True))


def test_what_tells_a_place_of_a_restricted_person_lies_under_their_location_key() -> None:
    take_in([full_row()])
    with acting_as(EVERYBODY):
        person = Person.objects.get()
    reseal_location(by=EVERYBODY, person_id=person.pk, named_users=[7])
    take_in([full_row(record_id="R-2")])
    with acting_as(EVERYBODY):
        location = DataKey.objects.get(beside=person.data_key)
        with connection.cursor() as cursor:
            for sql in ("SELECT value FROM people_contact", "SELECT location FROM cases_case"):
                cursor.execute(sql)
                assert {key_id_of(bytes(row[0])) for row in cursor.fetchall()} == {location.pk.bytes}
        assert Contact.objects.first().value


def test_one_who_was_erased_and_is_told_of_anew_gets_a_new_key_and_nothing_old_opens() -> None:
    take_in([full_row(version=1)])
    with acting_as(EVERYBODY):
        person, case = Person.objects.get(), Case.objects.get()
    destroy_key(by=EVERYBODY, person_id=person.pk)
    take_in([full_row(record_id="R-2", version=1, sent_at="2020-01-01T00:00:00Z")])
    with acting_as(EVERYBODY):
        assert Case.objects.exclude(pk=case.pk).get().note
        with pytest.raises(KeyGone):
            _ = Case.objects.get(pk=case.pk).note


def test_one_whom_release_0_1_0_stored_is_taken_further_without_a_key() -> None:
    take_in([full_row(version=1)])
    with acting_as(EVERYBODY), connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET data_key = NULL")
    take_in([full_row(version=2, person__family_name="Newydd")])
    with acting_as(EVERYBODY):
        person = Person.objects.get()
        assert person.names["family"] == "Newydd"
        assert keys_used() == {str(person.pk): {None}}

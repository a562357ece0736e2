"""A key for each person: laid with the person, loaded once for many, gone with its row, handed to whom it names."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.journal.models import JournalEntry
from hawl.foundations.vault import hand
from hawl.foundations.vault.actions import destroy_key
from hawl.foundations.vault.keys import key_ring
from hawl.foundations.vault.models import DataKey
from hawl.foundations.vault.owners import path_to_key, sealed_tables
from hawl.foundations.vault.sealing import CannotOpen, KeyGone, key_id_of, new_key, unwrap, unwrapped
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import DESK, make_case, make_contact, make_person, organisation_id
from hawl.registers.people.models import Contact, Person

pytestmark = pytest.mark.django_db
MACHINE = Actor(label="system:tests", machine=True)


@pytest.fixture
def desk() -> Iterator[int]:
    with acting_as(MACHINE):
        yield organisation_id(DESK)


def stored(table: str, column: str, row: uuid.UUID) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE id = %s', [row])
        return bytes(cursor.fetchone()[0])


def test_every_value_of_a_person_lies_under_the_key_of_that_person(desk: int) -> None:
    case = make_case(desk=desk, note="what happened")
    contact = make_contact(case.person)
    key = case.person.data_key
    assert key is not None
    for table, column, row in (
        ("people_person", "names", case.person_id), ("people_person", "born_on", case.person_id),
        ("people_contact", "value", contact.pk), ("cases_case", "note", case.pk), ("cases_case", "location", case.pk),
    ):  # fmt: skip
        assert key_id_of(stored(table, column, row)) == key.bytes
    assert Case.objects.get().note == "what happened"
    assert Contact.objects.get().value == "07700 900123"


def test_two_people_have_two_keys_and_the_plain_key_is_nowhere_stored(desk: int) -> None:
    one, other = make_person(desk=desk), make_person(desk=desk)
    assert one.data_key != other.data_key
    row = DataKey.objects.get(pk=one.data_key)
    plain = unwrap(bytes(row.wrapped), row.pk, row.kek, key_ring())
    assert len(plain) == 32
    assert plain not in bytes(row.wrapped)


def test_a_wrapped_key_put_into_the_row_of_another_opens_nothing(desk: int) -> None:
    one, other = make_person(desk=desk), make_person(desk=desk)
    mine = DataKey.objects.get(pk=one.data_key)
    with pytest.raises(CannotOpen):
        unwrapped(other.data_key, mine.wrapped, mine.kek, key_ring())
    assert unwrapped(mine.pk, mine.wrapped, mine.kek, key_ring())


def test_a_value_of_another_person_put_into_the_same_row_and_field_does_not_open_under_their_key(desk: int) -> None:
    key, _, _ = new_key()
    forged = key.seal(b"x", "people_person", "r", "names")
    other, _, _ = new_key()
    with pytest.raises(CannotOpen):
        other.open(forged, "people_person", "r", "names")
    with pytest.raises(CannotOpen):  # not even with the id of the key written over
        other.open(forged[:1] + other.id.bytes + forged[17:], "people_person", "r", "names")
    assert key.open(forged, "people_person", "r", "names") == b"x"


def test_opening_fifty_people_takes_as_many_statements_as_opening_one(desk: int) -> None:
    for number in range(50):
        make_contact(make_person(desk=desk, family=f"Jones{number}"))

    def opened(most: int) -> int:
        _next_transaction()
        with CaptureQueriesContext(
            connection,
        ) as made:
            people = list(Person.objects.order_by("pk")[:most])
            contacts = list(Contact.objects.filter(person__in=[each.pk for each in people]))
            assert all(each.names["family"].startswith("Jones") for each in people)
            assert all(each.value for each in contacts)
            assert all(each.born_on for each in people)
        return len(made)

    assert opened(1) == opened(50) == 3


def _next_transaction() -> None:
    """What the end of a transaction does to the keys in hand."""
    hand._hand().let_go()  # type: ignore[union-attr]


def test_rows_that_are_not_opened_load_no_key(desk: int) -> None:
    make_person(desk=desk)
    _next_transaction()
    with CaptureQueriesContext(connection) as made:
        assert len(list(Person.objects.all())) == 1
    assert len(made) == 1


def test_a_long_reading_holds_a_bounded_number_of_keys(desk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand, "MOST_HELD", 10)
    for _ in range(40):
        make_person(desk=desk)
    _next_transaction()
    for person in Person.objects.iterator(chunk_size=7):
        assert person.names
        assert len(hand._hand().keys) + len(hand._hand().noted) <= 22  # type: ignore[union-attr]


def test_a_key_made_within_a_savepoint_that_was_rolled_back_seals_nothing_more(desk: int) -> None:
    person = make_person(desk=desk)
    kept = Person(names={"family": "Lost"}, created_at=person.created_at, visible_to=[desk])

    def fails() -> None:
        with transaction.atomic():
            kept.save()
            raise IntegrityError

    with pytest.raises(IntegrityError):
        fails()
    with pytest.raises(KeyGone):  # else its values would lie under a key that is nowhere
        kept.save(force_insert=True)


def test_erasing_destroys_the_key_and_is_audited_and_noted_for_a_restore(desk: int) -> None:
    person, other = make_person(desk=desk, family="Canary"), make_person(desk=desk, family="Kept")
    assert destroy_key(by=MACHINE, person_id=person.pk)
    with pytest.raises(KeyGone):
        _ = Person.objects.get(pk=person.pk).names
    with pytest.raises(KeyGone), transaction.atomic():
        make_contact(Person.objects.get(pk=person.pk))
    assert Person.objects.get(pk=other.pk).names["family"] == "Kept"
    assert AuditEntry.objects.filter(action="person.erased", object_id=str(person.pk)).count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM journal_journalentry WHERE subject = %s", [person.pk])
        assert cursor.fetchall() == [("erased",)]
    assert JournalEntry._meta.db_table == "journal_journalentry"
    assert not destroy_key(by=MACHINE, person_id=person.pk)


def test_an_erasure_is_done_again_after_a_restore(desk: int) -> None:
    from hawl.foundations.journal.replaying import handlers

    person = make_person(desk=desk)
    entry = type("Entry", (), {"subject": person.pk, "facts": {}})
    kept = person.data_key
    assert handlers()["erased"](entry) is True
    _next_transaction()
    assert not Person.objects.filter(pk=person.pk).exists()
    assert not DataKey.objects.filter(pk=kept).exists()
    entry.subject = uuid.uuid4()
    assert handlers()["erased"](entry) is False


@pytest.mark.process("staff")
@pytest.mark.process("staff")
def test_every_table_with_sealed_values_says_whose_they_are() -> None:
    found = {model._meta.label: path_to_key(model) for model in sealed_tables()}
    assert found["people.Person"] == "data_key"
    assert found["people.Contact"] == "person__data_key"
    assert found["cases.CaseEvent"] == "case__person__data_key"


def test_an_object_read_before_its_key_was_renewed_is_not_written_back_over_the_new_one(desk: int) -> None:
    person = make_person(desk=desk, family="Canary")
    stale = Person.objects.get()
    DataKey.objects.filter(pk=person.data_key).delete()
    _next_transaction()
    with pytest.raises(KeyGone):
        stale.save()


def test_values_of_release_0_1_0_stay_readable_and_their_people_without_a_key(desk: int) -> None:
    from hawl.foundations.vault.sealing import seal

    person = make_person(desk=desk)
    old = seal(b'{"family":"Old"}', "people_person", str(person.pk), "names")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET names = %s, data_key = NULL", [old])
    held = Person.objects.get()
    assert held.names == {"family": "Old"}
    held.names["family"] = "New"
    held.save(update_fields=["names"])
    assert Person.objects.get().names == {"family": "New"}
    assert Person.objects.get().data_key is None


def test_people_read_with_their_keys_are_opened_without_a_further_statement_one_or_fifty(desk: int) -> None:
    def taken(people: int) -> int:
        for _ in range(people):
            make_person(desk=desk)
        hand._hand().let_go()  # type: ignore[union-attr]
        with CaptureQueriesContext(connection) as made:
            read = hand.with_keys(Person.objects.all())
            assert all(person.names["given"] == "Siân" and person.born_on for person in read)
        return len(made)

    assert (taken(1), taken(50)) == (1, 1)


def test_a_key_that_is_gone_comes_along_with_nobody_and_one_of_release_0_1_0_is_not_missed(desk: int) -> None:
    erased, of_before = make_person(desk=desk), make_person(desk=desk)
    destroy_key(by=MACHINE, person_id=erased.pk)
    hand._hand().let_go()  # type: ignore[union-attr]
    Person.objects.filter(pk=of_before.pk).update(data_key=None)
    read = {person.pk: person for person in hand.with_keys(Person.objects.all())}
    with CaptureQueriesContext(connection) as made, pytest.raises(KeyGone):
        _ = read[erased.pk].names
    assert not any("vault_datakey" in each["sql"] for each in made)
    assert read[of_before.pk].names["given"] == "Siân"
    assert not any("key_along" in person.__dict__ for person in read.values())

"""A number is the number it was, whatever a spreadsheet or an older release made of it."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from django.db import connection

from hawl.foundations.access.scope import acting_as
from hawl.foundations.vault.keys import key_ring
from hawl.foundations.vault.sealing import blind_index
from hawl.registers.finding.words import phone
from hawl.registers.people.models import Contact
from hawl.work.intake import keys
from hawl.work.intake.models import FeedMessage
from hawl.work.intake.tests.importing import EVERYBODY, claims_on, for_nothing, held, take_in
from hawl.work.intake.tests.test_importing_versions import number, ring_of, version

SPELLED = ["07700900123", "7700900123", "447700900123", "+44 (0)7700 900123", "0044 7700 900 123"]
FRENCH = ["+33 6 39 98 00 00", "0033639980000", "33639980000"]


def row(value: str, record: str = "R1", n: int = 1, **answers: str) -> dict[str, Any]:
    return version(n, record_id=record, crime__ref=f"C-{record}", contacts=[number(value, **answers)])


@pytest.mark.parametrize("spelled", [SPELLED, FRENCH])
def test_there_is_one_key_of_a_number(spelled: list[str]) -> None:
    ring = key_ring()
    assert len({keys.value_key(kind, each, ring) for each in spelled for kind in ("mobile", "landline")}) == 1
    assert len({phone(each) for each in spelled}) == 1


def test_keys_of_numbers_written_in_full_are_those_that_release_0_1_0_stored() -> None:
    was = blind_index("people.contact", "telephone\x0007700900123", key_ring())
    assert keys.value_key("mobile", SPELLED[0], key_ring()) == was


@pytest.mark.django_db
@pytest.mark.parametrize("apart", [False, True])
def test_a_no_to_a_number_holds_for_the_number_without_its_zero_in_every_order(*, apart: bool) -> None:
    rows = [row(SPELLED[0], "R1", ring="no", text="no"), row(SPELLED[1], "R2"), row(SPELLED[2], "R3")]
    ends = []
    for order in permutations(rows):
        with for_nothing():
            for file in [[each] for each in order] if apart else [list(order)]:
                take_in(file)
            with acting_as(EVERYBODY):
                assert {(each.ring, each.text) for each in claims_on(SPELLED[0])} == {("unsafe", "unsafe")}
                assert Contact.objects.count() == 3
            ends.append(held())
    assert all(end == ends[0] for end in ends)


def as_release_0_1_0_stored() -> None:
    """Each number under the key that it had as it was written, and no message with the keys of its ways."""
    with acting_as(EVERYBODY), connection.cursor() as cursor:
        for claim in Contact.objects.all():
            plain = "".join(claim.value.split())
            was = blind_index("people.contact", f"telephone\x00{plain}", key_ring())
            cursor.execute("UPDATE people_contact SET value_key = %s WHERE id = %s", [was, claim.pk])
    FeedMessage.objects.update(ways=[], addresses=[])


@pytest.mark.django_db
def test_numbers_that_release_0_1_0_stored_without_their_zero_get_their_key_at_the_next_import() -> None:
    take_in([row(SPELLED[1], "R1", ring="no"), row(SPELLED[1], "R2", text="no")])
    as_release_0_1_0_stored()
    with acting_as(EVERYBODY):
        assert claims_on(SPELLED[0]) == []
    take_in([row(SPELLED[0], "R3")])
    assert ring_of(SPELLED[0]) == {"unsafe"}
    with acting_as(EVERYBODY):
        assert {(each.ring, each.text) for each in claims_on(SPELLED[0])} == {("unsafe", "unsafe")}
        assert Contact.objects.count() == 3
        assert all(each.ways for each in FeedMessage.objects.all())


@pytest.mark.django_db
def test_two_spellings_of_one_message_that_release_0_1_0_took_for_two_numbers_become_one() -> None:
    twice = [number(SPELLED[0]), number("07700900456", text="no"), number("07700900789", message="no")]
    take_in([version(1, contacts=twice)])
    with acting_as(EVERYBODY):
        for claim, spelled in zip(Contact.objects.all(), SPELLED, strict=False):
            claim.value, claim.value_key = spelled, blind_index("people.contact", f"telephone\x00{spelled}", key_ring())
            claim.save()
    FeedMessage.objects.update(ways=[], addresses=[])
    take_in([row(SPELLED[0], "R9")])
    with acting_as(EVERYBODY):
        assert {(each.text, each.message) for each in claims_on(SPELLED[0])} == {("unsafe", "unsafe")}
        assert Contact.objects.count() == 2


@pytest.mark.django_db
def test_the_keys_are_mended_once() -> None:
    take_in([row(SPELLED[1], "R1", ring="no")])
    as_release_0_1_0_stored()
    take_in([row(SPELLED[0], "R3")])
    before = held()
    take_in([row("07700900999", "R4")])
    assert [each for each in held()["Contact"] if each in before["Contact"]] == before["Contact"]

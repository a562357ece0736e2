"""Keys are changed, renewed, retired, escrowed and recovered with nothing lost and nothing old left behind."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit import seals
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.database.home import InstallationError
from hawl.foundations.journal import keys as journal_keys
from hawl.foundations.vault import actions, escrow, hand
from hawl.foundations.vault.actions import StillNeeded, destroy_key, reseal_location
from hawl.foundations.vault.commands import keys as command
from hawl.foundations.vault.keys import key_file, key_ring, make_key_file
from hawl.foundations.vault.models import DataKey, KeyWork
from hawl.foundations.vault.owners import sealed_fields
from hawl.foundations.vault.queries import standing
from hawl.foundations.vault.resealing import tables_of_people
from hawl.foundations.vault.sealing import CannotOpen, key_id_of, seal
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import make_case, make_contact, make_person
from hawl.registers.people.models import Contact, Person

MACHINE = Actor(label="system:tests", machine=True)


@pytest.fixture
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key file of the test's own, since it is changed."""
    file = tmp_path / "keys" / "vault.json"
    monkeypatch.setenv("HAWL_KEY_FILE", str(file))
    monkeypatch.setenv("HAWL_JOURNAL_KEY_FILE", str(file.with_name("journal.json")))
    monkeypatch.setenv("HAWL_JOURNAL_FOLDERS", str(tmp_path / "journal"))
    monkeypatch.setenv("HAWL_SEAL_KEY_FILE", str(file.with_name("audit-seal.pem")))
    make_key_file()
    journal_keys.make_key_file()
    seals.make_key_file()
    return file


@pytest.fixture
def people(db: None, own_keys: Path) -> Iterator[list[Person]]:
    with acting_as(MACHINE):
        made = [make_person(desk=1, family=f"Name{number}") for number in range(12)]
        for person in made:
            make_contact(person, f"07700 900{person.names['family'][4:]:>03}")
            make_case(desk=1, person=person, note=person.names["family"])
        yield made


def read_all() -> tuple[dict[uuid.UUID, Any], int]:
    """What each row says, and how many values do not open."""
    hand._hand().let_go()  # type: ignore[union-attr]
    said, unreadable = {}, 0
    for model, _ in tables_of_people():
        for row in model._base_manager.all():
            for field in sealed_fields(model):
                try:
                    said[row.pk, field.attname] = getattr(row, field.attname)
                except CannotOpen:
                    unreadable += 1
    return said, unreadable


class Cut(Exception):
    """What a kill is to a transaction."""


def cut_off_after(times: int) -> Any:
    seen = []

    def progress(done: int) -> None:
        seen.append(done)
        if len(seen) >= times:
            raise Cut

    return progress


def test_a_rotation_wraps_every_key_anew_and_alters_no_value(
    people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_WRAPPED_AT_ONCE", 3)
    before, old = read_all(), key_ring().kek
    stored = bytes(DataKey.objects.get(pk=people[0].data_key).wrapped)
    number, done = actions.rotate(by=MACHINE)
    assert (number, done) == (old + 1, 12)
    assert set(DataKey.objects.values_list("kek", flat=True)) == {number}
    assert bytes(DataKey.objects.get(pk=people[0].data_key).wrapped) != stored
    assert read_all() == before
    assert before[1] == 0


def test_a_rotation_that_is_cut_off_again_and_again_loses_nothing_and_ends(
    people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_WRAPPED_AT_ONCE", 2)
    before, first = read_all(), key_ring().kek
    for _ in range(4):
        with pytest.raises(Cut):
            actions.rotate(by=MACHINE, progress=cut_off_after(1))
        assert read_all() == before
    assert DataKey.objects.filter(kek=first).count() == 4
    actions.rotate(by=MACHINE)
    assert key_ring().kek == first + 1, "taken up again, not begun anew"
    actions.retire(by=MACHINE, number=first)
    assert list(key_ring().wrapping) == [first + 1]
    assert read_all() == before


def test_a_renewal_that_is_cut_off_again_and_again_leaves_everybody_with_one_new_key(
    people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_PEOPLE_AT_ONCE", 2)
    before, old = read_all(), {person.data_key for person in people}
    for _ in range(4):
        with pytest.raises(Cut):
            actions.renew(by=MACHINE, progress=cut_off_after(1))
        assert read_all() == before
    assert standing().renewal_unfinished
    assert actions.renew(by=MACHINE) == (12, 0)
    assert KeyWork.objects.count() == 1
    now = set(DataKey.objects.values_list("pk", flat=True))
    assert now == set(Person.objects.values_list("data_key", flat=True))
    assert not now & old
    assert read_all() == before


def test_what_release_0_1_0_stored_comes_under_a_key_of_the_person_and_the_old_key_can_go(people: list[Person]) -> None:
    old = key_ring().current
    with connection.cursor() as cursor:
        for model, _ in tables_of_people():
            for row in model._base_manager.all():
                for field in sealed_fields(model):
                    value = getattr(row, field.attname)
                    if value is not None:
                        table, column = model._meta.db_table, field.column
                        sealed = seal(field.to_plain(value).encode(), table, str(row.pk), column)
                        cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', [sealed, row.pk])
        cursor.execute("UPDATE people_person SET data_key = NULL")
        cursor.execute("DELETE FROM vault_datakey")
    before = read_all()
    assert before[1] == 0
    assert standing().people_without_key == 12
    with pytest.raises(StillNeeded):
        actions.retire(by=MACHINE, number=old)
    actions.renew(by=MACHINE)
    assert read_all() == before
    assert standing().people_without_key == 0
    assert old in standing().can_retire
    actions.retire(by=MACHINE, number=old)
    assert read_all() == before
    assert all(key_id_of(bytes(Person.objects.values_list("names", flat=True).get(pk=each.pk))) for each in people)


def test_a_key_in_use_or_unknown_is_not_retired(people: list[Person]) -> None:
    for number in (key_ring().kek, key_ring().current, 77):
        with pytest.raises(StillNeeded):
            actions.retire(by=MACHINE, number=number)
    assert read_all()[1] == 0


def test_a_renewal_keeps_location_keys_with_their_users_and_the_erased_erased(people: list[Person]) -> None:
    reseal_location(by=MACHINE, person_id=people[0].pk, named_users=[5, 6])
    destroy_key(by=MACHINE, person_id=people[1].pk)
    unreadable = read_all()[1]
    assert unreadable > 0
    done, failed = actions.renew(by=MACHINE)
    assert (done, failed) == (11, 0)
    location = DataKey.objects.get(named_users=[5, 6])
    assert location.beside == Person.objects.get(pk=people[0].pk).data_key
    assert key_id_of(bytes(Contact.objects.values_list("value", flat=True).get(person=people[0]))) == location.pk.bytes
    assert read_all()[1] == unreadable
    assert standing().people_erased == 1


def test_a_value_read_before_a_renewal_is_opened_after_it(people: list[Person]) -> None:
    held = Person.objects.get(pk=people[3].pk)
    actions.renew(by=MACHINE)
    hand._hand().let_go()  # type: ignore[union-attr]
    assert held.names["family"] == "Name3"


def test_an_object_read_before_a_renewal_and_changed_after_it_is_sealed_under_the_new_key(people: list[Person]) -> None:
    held = Case.objects.select_related("person").get(person=people[3])
    actions.renew(by=MACHINE)
    hand._hand().let_go()  # type: ignore[union-attr]
    held.note = "changed"
    held.save(update_fields=["note"])
    assert Case.objects.get(pk=held.pk).note == "changed"


@pytest.mark.parametrize("aad_taken_away", [False, True])
def test_swapped_and_damaged_values_are_refused_and_the_drill_sees_it_where_they_are_not(
    people: list[Person], monkeypatch: pytest.MonkeyPatch, *, aad_taken_away: bool
) -> None:
    from hawl.foundations.vault import sealing

    key, _, _ = sealing.new_key()
    if aad_taken_away:
        plain_cipher = key.cipher

        class Loose:
            def encrypt(self, nonce: bytes, data: bytes, _: bytes) -> bytes:
                return plain_cipher.encrypt(nonce, data, None)

            def decrypt(self, nonce: bytes, data: bytes, _: bytes) -> bytes:
                return plain_cipher.decrypt(nonce, data, None)

        key = sealing.Key(key.id, key.text, Loose())  # type: ignore[arg-type]
    places = [(table, row, field) for table in ("a", "b") for row in ("1", "2") for field in ("x", "y")]
    accepted = tried = 0
    for place in places:
        sealed = key.seal(b"07700 900123", *place)
        assert key.open(sealed, *place) == b"07700 900123"
        for other in places:
            if other != place:
                tried += 1
                try:
                    key.open(sealed, *other)
                    accepted += 1
                except CannotOpen:
                    pass
    assert tried == 56
    assert accepted == (56 if aad_taken_away else 0)


def test_a_new_key_is_recorded_and_no_key_is_printed(people: list[Person]) -> None:
    told = []
    for arguments in (["rotate", "--json"], ["renew", "--json"], ["status", "--json"]):
        done = CliRunner().invoke(command, arguments)
        assert done.exit_code == 0, done.output
        told.append(json.loads(done.stdout))
    assert told[0]["keys"] == told[1]["people"] == told[2]["people_keys"] == 12
    assert told[2]["escrowed"] is False
    held = json.loads(key_file().read_text())
    for secret in (*held["data"].values(), *held["wrapping"].values(), held["index"]):
        assert secret not in json.dumps(told)
    assert AuditEntry.objects.filter(action__in=["keys.rotated", "keys.renewed"]).count() == 2


def test_any_two_of_three_shares_bring_a_lost_key_file_back_and_one_does_not(own_keys: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["escrow", "--shares", "3", "--needed", "2", "--out", str(tmp_path / "out")])
    files = done.stdout.split()
    assert len(files) == 3
    text = own_keys.read_text()
    refused = CliRunner().invoke(command, ["recover", *files[:2]])
    assert refused.exit_code == 2, "a key file that is there is not written over"
    for two in (files[:2], files[1:], files[::2]):
        own_keys.unlink()
        alone = CliRunner().invoke(command, ["recover", two[0]])
        assert alone.exit_code == 2
        assert "2 different shares are needed" in alone.output
        assert not own_keys.exists()
        assert CliRunner().invoke(command, ["recover", *two]).exit_code == 0
        assert own_keys.read_text() == text
        assert own_keys.stat().st_mode & 0o777 == 0o600
    held = json.loads(text)
    for file in files:
        assert held["index"] not in Path(file).read_text()
        assert Path(file).stat().st_mode & 0o777 == 0o600


def test_shares_that_are_damaged_or_of_two_escrows_are_refused(own_keys: Path, tmp_path: Path) -> None:
    one = CliRunner().invoke(command, ["escrow", "--out", str(tmp_path / "one")]).stdout.split()
    two = CliRunner().invoke(command, ["escrow", "--out", str(tmp_path / "two")]).stdout.split()
    own_keys.unlink()
    told = json.loads(Path(one[0]).read_text())
    words = told["words"].split()
    words[7], words[8] = words[8], words[7]
    damaged = tmp_path / "damaged.json"
    damaged.write_text(json.dumps({**told, "words": " ".join(words)}))
    for files in ([one[0], two[1]], [str(damaged), one[1]], [str(own_keys.parent / "escrowed"), one[1]]):
        done = CliRunner().invoke(command, ["recover", *files])
        assert done.exit_code == 2
        assert not own_keys.exists()


def test_all_keys_come_back_from_the_shares_after_the_machine_is_lost(own_keys: Path, tmp_path: Path) -> None:
    files = CliRunner().invoke(command, ["escrow", "--out", str(tmp_path / "out")]).stdout.split()
    lost = {path: path.read_text() for path in (own_keys, journal_keys.key_file())}
    key, believed = journal_keys.journal_key(), seals.believed_keys()
    for path in (*lost, seals.key_file(), seals.public_key_file()):
        path.unlink()
    done = CliRunner().invoke(command, ["recover", *files[:2]])
    assert done.exit_code == 0, done.output
    assert {path: path.read_text() for path in lost} == lost
    journal_keys._read.cache_clear()
    assert journal_keys.journal_key() == key
    # What the lost key sealed is believed on; a new one seals from now on, and a new start makes no other.
    seals.make_key_file()
    assert believed.items() < seals.believed_keys().items()
    assert seals.key_id_of(seals.public_of(seals.signing_key())) in seals.believed_keys()
    for path in (*lost, seals.key_file(), seals.public_key_file()):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_there_and_is_another_is_not_written_over(own_keys: Path, tmp_path: Path) -> None:
    files = CliRunner().invoke(command, ["escrow", "--out", str(tmp_path / "out")]).stdout.split()
    own_keys.unlink()
    other = json.dumps({"version": 1, "key": "A" * 43 + "="})
    journal_keys.key_file().write_text(other)
    done = CliRunner().invoke(command, ["recover", *files[:2]])
    assert (done.exit_code, own_keys.exists(), journal_keys.key_file().read_text()) == (2, False, other)


def test_shares_without_the_key_of_the_journal_are_not_written(own_keys: Path, tmp_path: Path) -> None:
    journal_keys.key_file().unlink()
    with pytest.raises(InstallationError, match=r"journal\.json is missing"):
        escrow.write_shares(tmp_path / "out", shares=3, needed=2)
    assert not (tmp_path / "out").exists()


def test_an_escrow_counts_until_any_key_changes(own_keys: Path, tmp_path: Path) -> None:
    escrow.write_shares(tmp_path / "out", shares=3, needed=2)
    assert escrow.is_escrowed()
    seals.public_key_file().write_text(seals.public_key_file().read_text() + "00" * 32 + "\n")
    assert not escrow.is_escrowed()


def test_a_key_file_of_release_0_1_0_gets_its_wrapping_key_and_keeps_what_it_has(own_keys: Path) -> None:
    old = {
        name: value for name, value in json.loads(own_keys.read_text()).items() if name in ("current", "data", "index")
    }
    own_keys.write_text(json.dumps(old))
    make_key_file()
    held = json.loads(own_keys.read_text())
    assert {name: held[name] for name in old} == old
    assert set(key_ring().wrapping) == {2}
    make_key_file()
    assert json.loads(own_keys.read_text()) == held

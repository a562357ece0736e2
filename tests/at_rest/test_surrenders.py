"""What a compromise of each part surrenders: a test for each line of the page of that name in docs/data-protection.

Each line is tried with the role, the environment or the files that whoever took the part would hold, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from laying import canary
from searching import MARK, patterns, search
from test_canaries import _superuser, dump

from hawl.config.serving import Process, processes
from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.audit.actions import record
from hawl.foundations.database.connection import Address, credential_file, given_url
from hawl.foundations.database.home import InstallationError
from hawl.foundations.vault import letterbox
from hawl.foundations.vault.actions import destroy_key
from hawl.foundations.vault.keys import key_file
from hawl.foundations.vault.sealing import CannotOpen, Key, key_id_of
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    OTHER_PROVIDER,
    account,
    make_case,
    make_contact,
    make_person,
    organisation_id,
)
from hawl.registers.people.models import Contact, Person
from hawl.work.intake.tests.importing import EVERYBODY

pytestmark = [pytest.mark.process("jobs"), pytest.mark.slow, pytest.mark.timeout(200)]
PAGE = Path(__file__).resolve().parents[2] / "docs/data-protection/what-a-compromise-surrenders.md"
SCOPED = sorted(each._meta.db_table for each in apps.get_models() if issubclass(each, ScopedModel))
WHERE = Address("127.0.0.1", 5432, "hawl")


def process(name: str) -> Process:
    return next(each for each in processes(1, 2, 3) if each.name == name)


def rights_on(table: str) -> set[str]:
    """What the role of this connection may do with a table, in any column."""
    asked = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right_ FROM unnest(%s::text[]) AS right_ WHERE has_table_privilege(%s, right_)"
            " OR (right_ IN ('SELECT', 'INSERT', 'UPDATE') AND has_any_column_privilege(%s, right_))",
            [list(asked), table, table],
        )
        return {str(each) for (each,) in cursor.fetchall()}


@pytest.fixture
def held(new_database: Callable[[], str]) -> dict[str, Any]:
    """A person with a case and a number at the desk, committed in a database of the test's own."""
    name = new_database()
    desk = organisation_id(DESK)
    with acting_as(EVERYBODY):
        person = make_person(desk=desk, given=canary("given"), family=canary("family"))
        case = make_case(desk=desk, person=person, note=canary("note"))
        contact = make_contact(person, value=f"{canary('mail')}@example.org", kind="email")
    return {"database": name, "person": person.pk, "case": case.pk, "contact": contact.pk}


# --- public process


def test_public_process_has_no_right_on_any_table_about_a_person(held: dict[str, Any]) -> None:
    with as_process("public"):
        assert {table: rights_on(table) for table in SCOPED if rights_on(table)} == {}
        for table in SCOPED:
            with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
                cursor.execute(f"SELECT 1 FROM {table}")
            connection.rollback()
    assert len(SCOPED) >= 8


def test_public_process_is_told_no_key_and_no_credential_but_its_own() -> None:
    told = process("public").environment(WHERE)
    assert told["HAWL_KEY_FILE"] == "none"
    assert told["HAWL_CREDENTIAL_FILE"] == str(credential_file("public"))
    for name in ("staff", "jobs", "sealer", "owner"):
        assert str(credential_file(name)) not in told.values()
    assert not [name for name in told if "SEAL_KEY" in name or "JOURNAL" in name]


def test_partner_process_has_no_right_on_any_table_about_a_person(held: dict[str, Any]) -> None:
    with as_process("partner"):
        assert {table: rights_on(table) for table in SCOPED if rights_on(table)} == {}
        assert rights_on("partners_delivery") == {"SELECT", "INSERT"}
        assert rights_on("partners_partnerkey") == {"SELECT"}
        assert rights_on("audit_auditentry") == {"INSERT"}
        assert rights_on("identity_user") == set()


def test_partner_process_writes_to_the_audit_in_the_name_of_partners_alone(held: dict[str, Any]) -> None:
    with as_process("partner"):
        with acting_as(Actor(label="partner:k-1")):
            record(action="partner.delivery_received")
        with pytest.raises(IntegrityError, match="in the name of partners alone"), acting_as(Actor(label="user:1")):
            record(action="partner.delivery_received")


def test_partner_process_is_told_no_key_and_no_credential_but_its_own() -> None:
    told = process("partner").environment(WHERE)
    assert told["HAWL_KEY_FILE"] == "none"
    assert told["HAWL_LETTERBOX"].startswith("age1")
    for name in ("staff", "public", "jobs", "sealer", "owner"):
        assert str(credential_file(name)) not in told.values()
    assert "AGE-SECRET-KEY" not in " ".join(told.values())


def test_partner_process_cannot_open_what_it_took_in(monkeypatch: pytest.MonkeyPatch) -> None:
    told = process("partner").environment(WHERE)
    for name in ("HAWL_KEY_FILE", "HAWL_LETTERBOX"):
        monkeypatch.setenv(name, told[name])
    sealed = letterbox.seal(b"a victim's name")
    assert b"victim" not in sealed
    with pytest.raises(InstallationError):
        letterbox.open_sealed(sealed)
    monkeypatch.delenv("HAWL_KEY_FILE")
    assert letterbox.open_sealed(sealed) == b"a victim's name"
    with pytest.raises(CannotOpen):
        letterbox.open_sealed(sealed[:-1] + b"x")


def test_the_check_of_rights_finds_one_that_was_given(held: dict[str, Any]) -> None:
    with _superuser(held["database"]) as admin:
        admin.execute("GRANT SELECT (id) ON people_person TO hawl_public")
    with as_process("public"):
        assert rights_on("people_person") == {"SELECT"}


# --- one worker account


def rows_seen(user: Any) -> dict[str, int]:
    """Rows about people that the staff role gives to a user, asked of the database itself."""
    with as_process("staff"), acting_as(user.actor()), connection.cursor() as cursor:
        found = {}
        for table in SCOPED:
            if "SELECT" in rights_on(table):
                cursor.execute(f"SELECT count(*) FROM {table}")
                found[table] = int(cursor.fetchone()[0])
        return found


def test_one_worker_account_reaches_its_own_bodys_people_and_no_others(held: dict[str, Any]) -> None:
    officer = account(Role.VICTIM_CARE_OFFICER, DESK)
    others = (
        (Role.PROVIDER_WORKER, OTHER_PROVIDER),
        (Role.HUB_WORKER, HUB),
        (Role.BOARD, DESK),
        (Role.ANALYST, DESK),
    )
    for role, body in others:
        assert set(rows_seen(account(role, body)).values()) == {0}, role
    assert rows_seen(officer)["people_person"] == 1


def test_one_worker_account_does_not_reach_what_is_denied_or_sealed(held: dict[str, Any]) -> None:
    denied, sealed_out = account(Role.VICTIM_CARE_OFFICER, DESK), account(Role.VICTIM_CARE_OFFICER, DESK)
    with _superuser(held["database"]) as admin:
        admin.execute("UPDATE people_person SET denied_users = %s", [[denied.pk]])
    assert rows_seen(denied)["people_person"] == 0
    assert rows_seen(sealed_out)["people_person"] == 1
    with _superuser(held["database"]) as admin:
        admin.execute("UPDATE people_person SET denied_users = NULL, visibility = 'sealed', visible_to = '{}'")
    assert rows_seen(sealed_out)["people_person"] == 0


def test_a_staff_connection_that_names_nobody_sees_nobody(held: dict[str, Any]) -> None:
    with as_process("staff"), transaction.atomic(), connection.cursor() as cursor:
        for table in SCOPED:
            if "SELECT" in rights_on(table):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone()[0] == 0, table


# --- database dump or backup


@pytest.mark.skipif(bool(given_url()), reason="It dumps the test run's own server.")
def test_a_dump_holds_codes_and_days_and_no_words(held: dict[str, Any], tmp_path: Path) -> None:
    text = dump(held["database"], tmp_path).read_text()
    assert "burglary_dwelling" in text
    assert str(held["case"]) in text
    assert search([tmp_path], patterns([MARK]))[0] == []


def test_what_a_dump_holds_does_not_open_under_another_key(held: dict[str, Any]) -> None:
    """Who has the dump has no key file; a key of their own opens nothing."""
    with acting_as(EVERYBODY):
        stored = bytes(Person.objects.get(pk=held["person"]).__dict__["names"])
    id_ = UUID(bytes=key_id_of(stored))
    for secret in (bytes(32), b"\xff" * 32):
        with pytest.raises(CannotOpen):
            Key(id_, str(id_), AESGCM(secret)).open(stored, "people_person", str(held["person"]), "names")


# --- the database's superuser, live


@pytest.mark.skipif(bool(given_url()), reason="It needs the superuser of the test run's own server.")
def test_a_superuser_reads_no_words_and_cannot_move_them_to_another_row(held: dict[str, Any]) -> None:
    with acting_as(EVERYBODY):
        other = make_person(desk=organisation_id(DESK))
    with _superuser(held["database"]) as admin:
        rows = admin.execute("SELECT names, born_on, facts FROM people_person").fetchall()
        assert MARK not in repr(rows)
        # A safe address moved into a record that one may read.
        admin.execute(
            "UPDATE people_person SET names = (SELECT names FROM people_person WHERE id = %s), data_key ="
            " (SELECT data_key FROM people_person WHERE id = %s) WHERE id = %s",
            [held["person"], held["person"], other.pk],
        )
    with acting_as(EVERYBODY):
        moved = Person.objects.get(pk=other.pk)
        with pytest.raises(CannotOpen):
            assert moved.names


@pytest.mark.skipif(bool(given_url()), reason="It needs the superuser of the test run's own server.")
def test_a_superuser_can_take_rows_away(held: dict[str, Any]) -> None:
    """Surrendered, and said so: what is gone is noticed by the audit's seals and the backup, not prevented."""
    with _superuser(held["database"]) as admin:
        admin.execute("DELETE FROM people_contact")
    with acting_as(EVERYBODY):
        assert Contact.objects.count() == 0


# --- the app's host, and the jobs process


def test_whoever_holds_the_key_file_and_a_credential_opens_what_is_held(held: dict[str, Any]) -> None:
    """Surrendered, and said so: the jobs process and root on its machine read all that is not erased."""
    told = process("jobs").environment(WHERE)
    assert told["HAWL_KEY_FILE"] == str(key_file())
    with acting_as(EVERYBODY):
        assert MARK in str(Person.objects.get(pk=held["person"]).names)
        assert MARK in str(Case.objects.get(pk=held["case"]).note)


def test_with_all_keys_an_erased_person_stays_erased(held: dict[str, Any]) -> None:
    with as_process("jobs"), acting_as(EVERYBODY):
        kept = Person.objects.get(pk=held["person"])
        names = kept.__dict__["names"]
        assert destroy_key(by=EVERYBODY, person_id=held["person"])
    with as_process("jobs"), acting_as(EVERYBODY):
        gone = Person.objects.get(pk=held["person"])
        gone.__dict__["names"] = names  # as an older copy of the table would hold it
        with pytest.raises((CannotOpen, KeyError, LookupError, Exception), match=re.compile("key|erased|open", re.I)):
            assert gone.names


# --- the sealer


def test_the_sealer_reaches_no_table_about_a_person_and_no_vault_key(held: dict[str, Any]) -> None:
    with as_process("sealer"):
        assert {table: rights_on(table) for table in SCOPED if rights_on(table)} == {}
    told = process("sealer").environment(WHERE)
    assert told["HAWL_KEY_FILE"] == "none"
    assert str(key_file()) not in told.values()
    assert told["HAWL_CREDENTIAL_FILE"] == str(credential_file("sealer"))


# --- the page itself


def test_every_line_of_the_page_names_a_test_that_there_is() -> None:
    text = PAGE.read_text()
    named = set(re.findall(r"`(test_\w+)`", text))
    root = Path(__file__).resolve().parents[2]
    there = {name for file in [*root.glob("src/**/tests/**/*.py"), *root.glob("tests/**/*.py")]
             for name in re.findall(r"def (test_\w+)", file.read_text())}  # fmt: skip
    assert named - there == set()
    own = {name for name in re.findall(r"def (test_\w+)", Path(__file__).read_text()) if "page_names" not in name}
    assert own - named == {"test_the_check_of_rights_finds_one_that_was_given"}

"""`hawl doctor` finds each fault that is planted, and says what mends it. The test cluster's own are the control."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result
from django.db import connection

from hawl.config import commands, doctor
from hawl.config.doctor import Finding
from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.audit import seals
from hawl.foundations.audit.sealer import Sealer
from hawl.foundations.audit.tests.audits import connect
from hawl.foundations.clock import today
from hawl.foundations.database import embedded
from hawl.foundations.database.connection import Address, address, credential, given_url
from hawl.foundations.database.home import InstallationError, home
from hawl.foundations.database.roles import connect_as
from hawl.foundations.identity.actions import put_account
from hawl.foundations.identity.models import User
from hawl.foundations.vault.keys import key_file

BY = Actor(label="system:test")
# The cluster of a test run is thrown away, so it is told to be quick and not to be safe (conftest.py).
QUICK = {"durable-fsync", "durable-full_page_writes", "durable-synchronous_commit"}
embedded_only = pytest.mark.skipif(bool(given_url()), reason="It is about the embedded server.")


@pytest.fixture
def examine(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Callable[[], dict[str, Finding]]]:
    """Looks at a copy of this installation, its database the test's own; findings by code, a WRONG one first."""
    name, where, shared = new_database(), address(), home()
    own = tmp_path / "home"
    for folder in ("credentials", "keys"):
        shutil.copytree(shared / folder, own / folder)
    shutil.copy2(shared / "prepared.json", own)
    if not given_url():
        (own / "postgres" / "data").mkdir(parents=True)
        (own / "postgres" / "data" / "PG_VERSION").write_text(f"{embedded.MAJOR}\n")

    def look() -> dict[str, Finding]:
        found: dict[str, Finding] = {}
        for each in sorted(doctor.examine(), key=lambda one: one.well):
            found.setdefault(each.code, each)
        return found

    # Of its own, undone before the database is taken away.
    with pytest.MonkeyPatch.context() as here:
        here.setenv("HAWL_HOME", str(own))
        here.setenv("HAWL_DATABASE_ADDRESS", Address(where.host, where.port, name, where.sslmode).as_text())
        yield look


def wrong(found: dict[str, Finding]) -> set[str]:
    return {code for code, each in found.items() if not each.well and not each.warning} - QUICK


@contextmanager
def as_owner() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    where, who = address(), credential("owner")
    with psycopg.connect(
        host=where.host, port=where.port, dbname=where.name, user=who.user, password=who.password
    ) as owner:
        yield owner


def a_lead() -> None:
    from hawl.registers.organisations.queries import ids_by_key

    put_account(
        by=BY, email="lead@test.example", display_name="A Lead", roles=frozenset({Role.SPECIALIST_LEAD}),
        organisation_id=min(ids_by_key().values()), password="long-enough-words",
        vetting_until=today() + timedelta(days=90), training_until=today() + timedelta(days=90),
    )  # fmt: skip


@embedded_only
def test_a_sound_installation_is_well_but_for_the_quick_settings_of_a_test_cluster(
    examine: Callable[[], dict[str, Finding]],
) -> None:
    a_lead()
    found = examine()
    assert {code for code, each in found.items() if not each.well and not each.warning} == QUICK
    assert found["durable-data_checksums"].well
    assert {"python", "folder", "disk", "key", "postgresql", "clock", "release", "orphans", "row-security"} <= set(
        found
    )
    assert {f"{what}-{who}" for what in ("role", "credential") for who in ("staff", "public", "jobs")} <= set(found)
    for code in QUICK:
        assert "power cut" in found[code].mend


def test_nobody_being_specialist_lead_is_told(examine: Callable[[], dict[str, Finding]]) -> None:
    assert "specialist-lead" in wrong(examine())
    a_lead()
    assert "specialist-lead" not in wrong(examine())


def test_too_few_who_could_review_an_opening_is_warned_of(examine: Callable[[], dict[str, Finding]]) -> None:
    a_lead()
    one = examine()["reviewers"]
    assert (one.well, one.warning, one.what.startswith("1 people")) == (False, True, True)
    put_account(
        by=BY, email="steward@test.example", display_name="A Steward", roles=frozenset({Role.STEWARD}),
        organisation_id=User.objects.get().organisation_id, password="long-enough-words", vetting_until=None,
        training_until=None, approved_by="lead@test.example",
    )  # fmt: skip
    assert examine()["reviewers"].well


def test_a_missing_key_of_the_seals_is_wrong_and_a_strange_one_too(examine: Callable[[], dict[str, Finding]]) -> None:
    found = examine()
    assert found["seal-key"].well
    assert found["seal-key-believed"].well
    seals.public_key_file().write_text("00" * 32)
    assert "seal-key-believed" in wrong(examine())
    seals.key_file().unlink()
    told = examine()["seal-key"]
    assert not told.well
    assert not told.warning


def test_an_entry_that_waits_for_its_seal_for_more_than_a_minute_is_a_warning(
    examine: Callable[[], dict[str, Finding]],
) -> None:
    with connect_as("owner", credential("owner")) as owner:
        owner.execute("TRUNCATE audit_auditentry, audit_seal")
        assert examine()["audit-sealed"].well
        for seconds, well in ((50, True), (70, False)):
            owner.execute(
                "INSERT INTO audit_auditentry (id, at, actor, action, audit_class, object_kind, object_id, request_id,"
                " rule, purpose, detail) VALUES (gen_random_uuid(), clock_timestamp() - %s * interval '1 second',"
                " 'user:1', 'person.read', 'read', '', '', '', '', '', '{}')",
                [seconds],
            )
            told = examine()["audit-sealed"]
            assert (told.well, told.warning) == (well, not well)
        with connect("sealer") as writer, connect("sealer") as reader:
            Sealer(writer, reader).seal_new()
        assert examine()["audit-sealed"].well


def test_a_key_file_open_to_others_is_told(examine: Callable[[], dict[str, Finding]]) -> None:
    assert examine()["key"].well
    key_file().chmod(0o644)
    told = examine()["key"]
    assert not told.well
    assert "0644" in told.what
    assert f"chmod 600 {key_file()}" in told.mend


def test_a_lost_key_is_to_be_put_back_and_never_made_anew(examine: Callable[[], dict[str, Finding]]) -> None:
    key_file().unlink()
    told = examine()["key"]
    assert not told.well
    assert "escrow" in told.mend
    assert "hawl prepare" not in told.mend


@embedded_only
@pytest.mark.parametrize("name", ["staff", "public", "owner", "signing-staff"])
def test_a_credential_open_to_others_is_told(examine: Callable[[], dict[str, Finding]], name: str) -> None:
    path = home() / "credentials" / name
    assert f"credential-{name}" not in wrong(examine())
    path.chmod(0o640)
    assert f"credential-{name}" in wrong(examine())


def test_a_missing_credential_is_told_and_the_other_checks_go_on(examine: Callable[[], dict[str, Finding]]) -> None:
    path = home() / "credentials" / "public"
    path.unlink()
    found = examine()
    assert not found["credential-public"].well
    assert "hawl prepare" in found["credential-public"].mend
    assert found["row-security"].well


@pytest.mark.parametrize("undo", ["NO FORCE", "DISABLE"])
def test_a_table_about_people_without_its_guard_is_named(examine: Callable[[], dict[str, Finding]], undo: str) -> None:
    assert examine()["row-security"].well
    with as_owner() as owner:
        owner.execute(f"ALTER TABLE people_contact {undo} ROW LEVEL SECURITY")
    told = examine()["row-security"]
    assert not told.well
    assert "people_contact" in told.what


@pytest.mark.parametrize("kind", ["events", "duties", "contacts"])
def test_a_row_without_its_parent_is_counted(examine: Callable[[], dict[str, Finding]], kind: str) -> None:
    assert examine()["orphans"].well
    with as_owner() as owner:
        _plant(owner, {"events": "cases_caseevent", "duties": "duties_duty", "contacts": "people_contact"}[kind])
    told = examine()["orphans"]
    assert not told.well
    assert f"'{kind}': 1" in told.what


def _plant(owner: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    """One row with a parent that does not exist; what else it must hold is filled by the kind of its column."""
    columns = owner.execute(
        "select column_name, data_type from information_schema.columns where table_name = %s "
        "and is_nullable = 'NO' and column_default is null and is_identity = 'NO'", [table],
    ).fetchall()  # fmt: skip
    fill: dict[str, object] = {
        "uuid": uuid4(), "bytea": b"x", "boolean": False, "ARRAY": [], "date": "2026-01-01", "jsonb": "{}",
        "timestamp with time zone": "2026-01-01T00:00Z", "integer": 1, "bigint": 1, "smallint": 1,
    }  # fmt: skip
    names = ", ".join(f'"{name}"' for name, _ in columns)
    marks = ", ".join(["%s"] * len(columns))
    values = [fill.get(str(kind), "x") for _, kind in columns]
    owner.execute(f"insert into {table} ({names}) values ({marks})", values)  # type: ignore[arg-type]


def test_a_role_with_more_rights_than_its_own_is_told(
    examine: Callable[[], dict[str, Finding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert examine()["role-jobs"].well
    # Roles belong to the whole server, on which other tests run: the name is turned to one with more, and to none.
    more = "postgres" if not given_url() else credential("owner").user
    monkeypatch.setattr(
        doctor,
        "role_name",
        {
            "staff": more,
            "public": "nobody",
            **{name: credential(name).user for name in ("partner", "jobs", "sealer")},
        }.__getitem__,
    )
    assert {"role-staff", "role-public"} == {code for code in wrong(examine()) if code.startswith("role-")}


def test_a_full_disk_is_told(examine: Callable[[], dict[str, Finding]], monkeypatch: pytest.MonkeyPatch) -> None:
    for free, well in ((1024**3 - 1, False), (1024**3, True)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        assert examine()["disk"].well is well


@pytest.mark.parametrize("seconds", [-60, 60])
def test_clocks_apart_are_told(
    examine: Callable[[], dict[str, Finding]], monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    monkeypatch.setattr(doctor, "_now", lambda: time.time() + seconds)
    told = examine()["clock"]
    assert not told.well
    assert "60" in told.what or "59.9" in told.what


def test_tables_of_another_release_are_told(
    examine: Callable[[], dict[str, Finding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hawl.config.prepare.release_digest", lambda: "of another release")
    told = examine()["release"]
    assert not told.well
    assert "hawl upgrade" in told.mend


def test_a_folder_without_an_installation_is_told_and_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("HAWL_HOME", str(tmp_path / "absent" / "home"))
    found = doctor.examine()
    assert {"folder", "key", "database"} <= {each.code for each in found if not each.well}
    assert all(each.mend for each in found if not each.well)
    assert not (tmp_path / "absent").exists()


@embedded_only
def test_a_database_of_another_major_version_is_refused_with_its_mend(tmp_path: Path) -> None:
    data = tmp_path / "home" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(InstallationError) as refused:
        embedded.ensure_running(tmp_path / "home")
    embedded.stop_if_last(tmp_path / "home")
    assert "made by PostgreSQL 17" in refused.value.what
    assert "upgrade.md" in refused.value.mend
    assert [each.name for each in data.iterdir()] == ["PG_VERSION"]


@embedded_only
def test_a_server_is_not_started_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "home" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text(f"{embedded.MAJOR}\n")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=199 * 1024 * 1024))
    with pytest.raises(InstallationError, match="199 MB"):
        embedded.ensure_running(tmp_path / "home")
    embedded.stop_if_last(tmp_path / "home")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.doctor, list(arguments))


def test_the_command_says_one_line_of_json_and_ends_with_2_when_something_is_wrong(
    examine: Callable[[], dict[str, Finding]],
) -> None:
    told = run("--json")
    assert told.exit_code == 2
    assert told.stdout.count("\n") == 1
    said = json.loads(told.stdout)
    assert said["well"] is False
    assert {"code", "well", "warning", "what", "mend"} == set(said["findings"][0])
    assert "WRONG" in run().stdout


def test_the_command_ends_with_0_when_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: [Finding("disk", True, "5 GB are free.")])
    told = run("--json")
    assert (told.exit_code, json.loads(told.stdout)["well"]) == (0, True)
    assert run().stdout == "ok     5 GB are free.\n"


def test_no_finding_tells_a_password_or_a_key(examine: Callable[[], dict[str, Finding]]) -> None:
    told = run("--json").stdout
    for process in ("staff", "public", "jobs"):
        assert credential(process).password not in told
    assert json.loads(key_file().read_text())["index"] not in told
    assert connection.settings_dict["PASSWORD"] not in told

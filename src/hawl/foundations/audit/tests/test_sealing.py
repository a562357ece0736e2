"""The sealer: what it seals, when, and what it may; against a database of the test's own, in which commits stay."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from hawl.foundations.audit import anchors, sealer, seals
from hawl.foundations.audit.tests.audits import add_entries, connect, sealing
from hawl.foundations.audit.verifying import Report, verify
from hawl.foundations.database.home import InstallationError

pytestmark = pytest.mark.usefixtures("seal_folder")


@pytest.fixture
def own(new_database: Callable[[], str]) -> str:
    """A database without entries."""
    name = new_database()
    with connect("owner") as owner:
        owner.execute("TRUNCATE audit_auditentry, audit_seal, audit_gravelink")
    return name


def looked(process: str = "jobs") -> Report:
    with connect(process) as reader, reader.transaction():
        return verify(reader, anchors=anchors.read(), keys=seals.believed_keys())


def test_what_is_committed_is_sealed_and_is_whole(own: str) -> None:
    with connect("owner") as owner, sealing() as worker:
        add_entries(owner, 25)
        assert looked().unsealed == 25
        assert worker.seal_new() == 25
        assert worker.seal_new() == 0
    found = looked()
    assert (found.wrong, found.rows, found.seals, found.unsealed) == ([], 25, 1, 0)


def test_an_entry_committed_late_is_sealed_although_later_ones_were_before_it(own: str) -> None:
    with connect("owner") as slow, connect("owner") as quick, sealing() as worker:
        with slow.transaction():
            add_entries(slow, 1)
            for _ in range(3):
                add_entries(quick, 2)
                assert worker.seal_new() == 2
        assert worker.seal_new() == 1
        add_entries(quick, 1)
        assert worker.seal_new() == 1
        assert worker.seal_new() == 0
    found = looked()
    assert (found.wrong, found.rows, found.unsealed) == ([], 8, 0)


def test_overlapping_transactions_in_any_order_leave_nothing_out_and_nothing_twice(own: str) -> None:
    import random

    chance = random.Random(7)
    open_ones: list[psycopg.Connection] = []
    with connect("owner") as owner, sealing() as worker:
        sealed = 0
        for _ in range(60):
            if open_ones and chance.random() < 0.5:
                ending = open_ones.pop(chance.randrange(len(open_ones)))
                (ending.commit if chance.random() < 0.7 else ending.rollback)()
                ending.close()
            else:
                begun = connect("owner")
                begun.autocommit = False
                add_entries(begun, 1)
                open_ones.append(begun)
            if chance.random() < 0.6:
                sealed += worker.seal_new()
        for each in open_ones:
            each.commit()
            each.close()
        sealed += worker.seal_new()
        assert sealed == owner.execute("SELECT count(*) FROM audit_auditentry").fetchone()[0]
    found = looked()
    assert (found.wrong, found.rows, found.unsealed) == ([], sealed, 0)


def test_a_backlog_is_sealed_in_parts_and_a_second_start_goes_on(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "MOST_IN_A_SEAL", 64)
    with connect("owner") as owner:
        add_entries(owner, 1000)
        with sealing() as worker:
            assert worker.seal_new() == 1000
        add_entries(owner, 10)
        with sealing() as worker:
            assert worker.seal_new() == 10
    found = looked()
    assert (found.wrong, found.rows, found.seals) == ([], 1010, 17)


def test_one_sealer_at_a_time(own: str) -> None:
    with sealing(), connect("sealer") as second, pytest.raises(sealer.AnotherSealer):
        sealer.Sealer(second, second)


def test_the_sealers_role_reads_the_audit_adds_seals_and_does_nothing_else(own: str) -> None:
    with connect("sealer") as session:
        tables = session.execute(
            "SELECT c.relname, p.verb FROM pg_class c,"
            " (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'))"
            " AS p(verb) WHERE c.relkind IN ('r', 'v', 'p') AND c.relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(session_user, c.oid, p.verb) ORDER BY 1, 2"
        ).fetchall()
        assert tables == [
            ("audit_auditentry", "SELECT"), ("audit_gravelink", "SELECT"),
            ("audit_seal", "INSERT"), ("audit_seal", "SELECT"),
        ]  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("SELECT hawl_audit_chain(gen_random_uuid())")


@pytest.mark.parametrize("process", ["staff", "jobs", "public"])
@pytest.mark.parametrize("table", ["audit_auditentry", "audit_seal", "audit_gravelink"])
def test_no_serving_process_changes_or_takes_away_what_was_audited(own: str, process: str, table: str) -> None:
    column = {"audit_auditentry": "actor", "audit_seal": "key_id", "audit_gravelink": "hash"}[table]
    statements = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"]
    if table != "audit_auditentry" or process == "public":
        statements.append(f"INSERT INTO {table} DEFAULT VALUES")
    with connect(process) as session:
        for statement in statements:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(statement)


def test_the_key_is_its_owners_alone_and_a_lost_one_is_not_made_anew(tmp_path: Path) -> None:
    assert stat.S_IMODE(seals.key_file().stat().st_mode) == 0o600
    seals.key_file().unlink()
    with pytest.raises(InstallationError, match="is gone"):
        seals.make_key_file()
    with pytest.raises(InstallationError, match="missing"):
        seals.signing_key()


def test_a_chain_that_lost_its_kept_head_is_noted_for_good(own: str) -> None:
    with connect("owner") as owner:
        for _ in range(3):
            add_entries(owner, 5)
            with sealing() as worker:
                worker.seal_new()
        assert list(anchors.breaks()) == []
        owner.execute("DELETE FROM audit_seal WHERE seq = 3")
        add_entries(owner, 5)
        with sealing() as worker:
            worker.seal_new()
    assert [kept.seq for _, kept in anchors.breaks()] == [3]

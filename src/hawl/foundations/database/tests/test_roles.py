"""Who may speak to the database, from where, and with what in hand. Asked of the running server itself."""

from __future__ import annotations

import stat
from typing import Any

import psycopg
import pytest

from hawl.foundations.database import embedded, roles
from hawl.foundations.database.connection import Address, Credential, address, credential, given_url, this_process
from hawl.foundations.database.home import InstallationError, home, read_private, write_private

PROCESSES = ("owner", "staff", "public", "jobs", "sealer")
embedded_only = pytest.mark.skipif(bool(given_url()), reason="It is about the embedded server.")


def _as(process: str, **other: Any) -> psycopg.Connection[Any]:
    where, who = address(), credential(process)
    named = {"host": where.host, "port": where.port, "dbname": where.name, "user": who.user, "password": who.password}
    return psycopg.connect(**{**named, **other})


def _as_superuser() -> psycopg.Connection[Any]:
    return _as("jobs", user="postgres", password=embedded.ensure_running(home()).password, dbname="postgres")


@pytest.mark.parametrize("process", ["staff", "public", "jobs", "sealer"])
def test_a_process_is_no_superuser_and_cannot_pass_row_security(process: str) -> None:
    with _as(process) as session:
        assert session.execute("select session_user, current_user").fetchone() == (
            roles.role_name(process), roles.role_name(process),
        )  # fmt: skip
        told = session.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication "
            "from pg_roles where rolname = session_user"
        ).fetchone()
        assert told == (False, False, False, False, False)
        member_of = session.execute("select roleid from pg_auth_members where member = session_user::regrole")
        assert member_of.fetchall() == []
    with _as(process) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(f'set role "{credential("owner").user}"')
    with _as(process) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("create table mine (id int)")


@embedded_only
def test_the_owner_itself_is_no_superuser_and_cannot_pass_row_security() -> None:
    with _as("owner") as session:
        told = session.execute("select rolsuper, rolbypassrls from pg_roles where rolname = session_user").fetchone()
    assert told == (False, False)


def test_the_public_process_makes_nothing_not_even_a_passing_table() -> None:
    with _as("public") as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("create temporary table mine (id int)")


def test_nobody_signs_in_as_the_role_that_counts() -> None:
    with _as("jobs") as session:
        told = session.execute(
            "select rolcanlogin, rolsuper, rolbypassrls from pg_roles where rolname = %s",
            [roles.role_name(roles.FIGURES)],
        ).fetchone()
    assert told == (False, False, False)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_wrong_password_is_refused(process: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        _as(process, password="wrong")
    with pytest.raises(psycopg.OperationalError, match="password"):
        _as(process, password="")


def test_the_sentence_on_a_refused_password_does_not_hold_it() -> None:
    where = address()
    with pytest.raises(InstallationError) as refused:
        roles._connect(where, Credential(roles.role_name("staff"), "a-wrong-password"), where.name)
    assert "a-wrong-password" not in str(refused.value)
    assert "a-wrong-password" not in repr(Credential("x", "a-wrong-password"))


@embedded_only
def test_the_server_takes_scram_passwords_and_nothing_else() -> None:
    with _as_superuser() as admin:
        rules = admin.execute("select distinct auth_method from pg_hba_file_rules where error is null").fetchall()
        stored = admin.execute("select rolname, rolpassword from pg_authid where rolcanlogin").fetchall()
    assert rules == [("scram-sha-256",)]
    assert {"postgres", *(f"hawl_{process}" for process in PROCESSES)} <= {name for name, _ in stored}
    assert all(secret.startswith("SCRAM-SHA-256$") for _, secret in stored)


@embedded_only
def test_the_server_listens_on_loopback_alone_with_checksums_and_without_values_in_its_log() -> None:
    wanted = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "data_checksums": "on",
        "log_statement": "none",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    with _as_superuser() as admin:
        found = {name: admin.execute("select current_setting(%s)", [name]).fetchone()[0] for name in wanted}
    assert found == wanted


@embedded_only
@pytest.mark.parametrize("process", PROCESSES)
def test_a_credential_file_is_its_owners_alone(process: str) -> None:
    path = home() / "credentials" / process
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@embedded_only
def test_every_role_has_a_password_of_its_own() -> None:
    assert len({credential(process).password for process in PROCESSES}) == len(PROCESSES)
    assert stat.S_IMODE((embedded.folder_of(home()) / "superuser").stat().st_mode) == 0o600


def test_a_file_that_others_can_read_is_refused_with_its_mend(tmp_path: Any) -> None:
    path = tmp_path / "own" / "secret"
    write_private(path, "word")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_private(path) == "word"
    for mode in (0o640, 0o604):
        path.chmod(mode)
        with pytest.raises(InstallationError, match="chmod 600"):
            read_private(path)


def test_writing_again_leaves_no_draft_and_no_moment_open_to_others(tmp_path: Any) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert read_private(path) == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("postgresql://a:zq9@db.example:5433/hawl", (Address("db.example", 5433, "hawl"), "a", "zq9")),
        ("postgres://a%40x:p%2Fw@h/n?sslmode=verify-full", (Address("h", 5432, "n", "verify-full"), "a@x", "p/w")),
    ],
)
def test_a_given_address_is_read(monkeypatch: pytest.MonkeyPatch, url: str, wanted: tuple[Address, str, str]) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    given = given_url()
    assert given is not None
    assert (given[0], given[1].user, given[1].password) == wanted
    assert Address.from_text(given[0].as_text()) == given[0]
    assert given[1].password not in given[0].as_text()


@pytest.mark.parametrize("url", ["mysql://a:b@h/n", "postgresql://a:b@h", "postgresql://a:b@h/", "nonsense"])
def test_an_address_of_no_postgresql_database_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(InstallationError) as refused:
        given_url()
    assert url not in str(refused.value)


@pytest.mark.parametrize("url", ["postgresql://a:b@h:port/n", "postgresql://a:b@h:99999/n", "postgresql://a:b@[h/n"])
def test_an_address_with_an_impossible_port_or_host_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(InstallationError, match="DATABASE_URL"):
        given_url()


def test_a_process_of_no_known_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAWL_PROCESS", "superuser")
    with pytest.raises(InstallationError, match="staff, public, partner, jobs, sealer, owner"):
        this_process()

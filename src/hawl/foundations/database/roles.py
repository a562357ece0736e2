"""The database roles: made at the first start, each with a password of its own.

owner    owns every table; migrations only
staff    the staff site
public   the public site: published tables only
partner  the API of other bodies: adds deliveries that it cannot open, and reads what became of them
jobs     feeds, scheduled work and the command line
sealer   reads the audit and adds seals to it, nothing else
figures  nobody signs in as it; owns the functions that count over rows a reader may not see
keeper   nobody signs in as it; owns the one function that moves who may see a person

None but a server's administrator is superuser, and none may pass row-level security.
"""

from __future__ import annotations

import json
import secrets

import psycopg
from psycopg import sql

from hawl.foundations.database import embedded
from hawl.foundations.database.connection import Address, Credential, address, given_url
from hawl.foundations.database.home import InstallationError, home, write_private

SIGNING_IN = ("owner", "staff", "public", "partner", "jobs", "sealer")
FIGURES = "figures"
KEEPER = "keeper"
FOR_FUNCTIONS = (FIGURES, KEEPER)


def role_name(process: str) -> str:
    """Name of the database role of a process. Roles belong to a server, so a given database's name leads it."""
    given = given_url()
    return f"{given[0].name if given else 'hawl'}_{process}"


def make_roles() -> Address:
    """Make what is missing of roles, passwords and database; harmless when repeated."""
    given = given_url()
    if given:
        return _make_roles_by_owner(*given)
    server = embedded.ensure_running(home())
    where = Address("127.0.0.1", server.port, "hawl", "disable")
    superuser = Credential("postgres", server.password)
    with _connect(where, superuser, "postgres") as connection:
        for process in SIGNING_IN:
            _make_role(connection, process)
        _make_roles_of_functions(connection)
        _make_database(connection, where.name)
    with _connect(where, superuser, where.name) as connection:
        fit_database(connection)
    return where


def connect_as(process: str, credential: Credential) -> psycopg.Connection[tuple[object, ...]]:
    """A plain connection as `process`, in autocommit."""
    where = address()
    return _connect(where, credential, where.name)


def _make_roles_by_owner(where: Address, owner: Credential) -> Address:
    with _connect(where, owner, where.name) as connection:
        row = connection.execute(
            "select rolcreaterole or rolsuper from pg_roles where rolname = current_user"
        ).fetchone()
        missing = [name for name in (*SIGNING_IN[1:], *FOR_FUNCTIONS) if not _exists(connection, name)]
        if missing and not (row and row[0]):
            names = ", ".join(role_name(name) for name in missing)
            raise InstallationError(
                f"The roles {names} do not exist and {owner.user} may not make them.",
                f"As the server's administrator run: ALTER ROLE {owner.user} CREATEROLE; "
                "then run `hawl prepare` again.",
            )
        for process in SIGNING_IN[1:]:
            _make_role(connection, process)
        _make_roles_of_functions(connection)
        fit_database(connection)
    return where


def _connect(where: Address, who: Credential, name: str) -> psycopg.Connection[tuple[object, ...]]:
    try:
        return psycopg.connect(
            host=where.host,
            port=where.port,
            dbname=name,
            user=who.user,
            password=who.password,
            sslmode=where.sslmode,
            autocommit=True,
            connect_timeout=10,
        )
    except psycopg.OperationalError as reason:
        raise InstallationError(
            f"PostgreSQL at {where.host}:{where.port} does not answer as {who.user} "
            f"({str(reason).strip().splitlines()[-1]}).",
            "Check that the server runs and that DATABASE_URL is right.",
        ) from reason


def _exists(connection: psycopg.Connection[tuple[object, ...]], process: str) -> bool:
    found = connection.execute("select 1 from pg_roles where rolname = %s", [role_name(process)])
    return found.fetchone() is not None


def _make_role(connection: psycopg.Connection[tuple[object, ...]], process: str) -> None:
    """The role with a fresh password where either the role or its file is missing."""
    path = home() / "credentials" / process
    exists = _exists(connection, process)
    if exists and path.exists():
        return
    password = secrets.token_urlsafe(24)
    verb = sql.SQL("ALTER" if exists else "CREATE")
    connection.execute(
        sql.SQL(
            "{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {}"
            if not exists
            else "{} ROLE {} LOGIN PASSWORD {}"
        ).format(verb, sql.Identifier(role_name(process)), sql.Literal(password))
    )
    write_private(path, json.dumps([role_name(process), password]))


def _make_roles_of_functions(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    given = given_url()
    owner = given[1].user if given else role_name("owner")
    for each in FOR_FUNCTIONS:
        role = sql.Identifier(role_name(each))
        if not _exists(connection, each):
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS").format(role))
        # The owner hands functions to it while migrating.
        connection.execute(sql.SQL("GRANT {} TO {}").format(role, sql.Identifier(owner)))


def _make_database(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    found = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
    if not found:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(role_name("owner")))
        )


def fit_database(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Nobody enters by default; each role enters the database by name.

    Only jobs makes tables of its own, in which an import lays its rows: to others they would be a place for things
    that a function of the owner takes for the house's.
    """
    name = sql.Identifier(connection.info.dbname)
    roles = sql.SQL(", ").join(sql.Identifier(role_name(each)) for each in SIGNING_IN[1:])
    for_functions = sql.SQL(", ").join(sql.Identifier(role_name(each)) for each in FOR_FUNCTIONS)
    others = sql.SQL(", ").join(sql.Identifier(role_name(each)) for each in SIGNING_IN[1:] if each != "jobs")
    for statement in (
        "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {name} TO {roles}",
        "REVOKE TEMPORARY ON DATABASE {name} FROM {others}, {for_functions}",
        "GRANT TEMPORARY ON DATABASE {name} TO {jobs}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {roles}, {for_functions}",
    ):
        connection.execute(
            sql.SQL(statement).format(
                name=name,
                roles=roles,
                others=others,
                for_functions=for_functions,
                jobs=sql.Identifier(role_name("jobs")),
            )
        )
    given = given_url()
    if not given:
        connection.execute(
            sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(sql.Identifier(role_name("owner")))
        )

"""The database server as backup and restore see it: who may make databases there, and PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

import psycopg
from psycopg import sql

from hawl.config.backups.counting import LEFT_OUT, Connection
from hawl.foundations.database import embedded
from hawl.foundations.database.connection import Address, Credential, given_url
from hawl.foundations.database.home import InstallationError, home

_WORDS = 400


@dataclass(frozen=True, slots=True)
class Server:
    """Where the database is and who may copy and make one: the embedded server's administrator, or the given owner."""

    where: Address
    who: Credential

    def connect(self, name: str | None = None) -> Connection:
        """A plain connection in autocommit, to the installation's database or another."""
        try:
            return psycopg.connect(
                host=self.where.host, port=self.where.port, dbname=name or self.where.name, user=self.who.user,
                password=self.who.password, sslmode=self.where.sslmode, autocommit=True, connect_timeout=10,
            )  # fmt: skip
        except psycopg.OperationalError as reason:
            raise InstallationError(
                f"PostgreSQL at {self.where.host}:{self.where.port} does not answer as {self.who.user}.",
                "Check that it runs and that DATABASE_URL is right.",
            ) from reason

    def called(self, name: str) -> Address:
        """The address of another database of this server."""
        return Address(self.where.host, self.where.port, name, self.where.sslmode)

    def _program(self, name: str, *arguments: str) -> list[str]:
        where = self.where
        return [str(embedded.PROGRAMS / name), "-h", where.host, "-p", str(where.port), "-U", self.who.user, *arguments]

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "PGPASSWORD": self.who.password, "PGSSLMODE": self.where.sslmode,
                "LC_ALL": "C"}  # fmt: skip

    @contextmanager
    def dumping(self, snapshot: str, errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        """pg_dump of that snapshot, in the custom format, to its standard output."""
        left_out = [f"--exclude-table-data=public.{name}" for name in LEFT_OUT]
        command = self._program(
            "pg_dump", "--format=custom", "--compress=gzip:1", "--enable-row-security", f"--snapshot={snapshot}",
            *left_out, "--no-password", "-d", self.where.name,
        )  # fmt: skip
        yield from _running(command, self._environment(), stdout=subprocess.PIPE, stderr=errors)

    @contextmanager
    def restoring(self, name: str, errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        """pg_restore from its standard input into the empty database `name`."""
        command = self._program("pg_restore", "--format=custom", "--no-password", "-d", name)
        yield from _running(command, self._environment(), stdin=subprocess.PIPE, stderr=errors)

    def make(self, kind: str) -> str:
        """A new empty database; leftovers of the same kind, of runs that were killed, go first."""
        name = f"{self.where.name}_{kind}_{secrets.token_hex(4)}"
        with self.connect("postgres") as connection:
            for (left,) in connection.execute(
                "SELECT datname FROM pg_database WHERE datname ~ %s AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a "
                "WHERE a.datname = pg_database.datname)",
                [f"^{self.where.name}_{kind}_[0-9a-f]{{8}}$"],
            ).fetchall():
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(left)))
            try:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' OWNER {}").format(
                        sql.Identifier(name), sql.Identifier(self._owner())
                    )
                )
            except psycopg.errors.InsufficientPrivilege as reason:
                raise InstallationError(
                    f"{self.who.user} may not make a database, and a restore is made beside the old one.",
                    f"As the server's administrator: ALTER ROLE {self.who.user} CREATEDB;",
                ) from reason
        return name

    def _owner(self) -> str:
        from hawl.foundations.database.roles import role_name

        return self.who.user if given_url() else role_name("owner")

    def copies(self) -> list[str]:
        """Databases of before a restore, the oldest first: `<name>_before_<time>`."""
        with self.connect("postgres") as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY 1",
                [rf"^{re.escape(self.where.name)}_before_[0-9]{{14}}$"],
            ).fetchall()
        return [str(name) for (name,) in rows]

    def drop(self, name: str) -> None:
        """Take a database away; one that is gone already is no failure."""
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def server() -> Server:
    """The installation's server, started if it is the embedded one."""
    given = given_url()
    if given:
        return Server(*given)
    running = embedded.ensure_running(home())
    return Server(Address("127.0.0.1", running.port, "hawl", "disable"), Credential("postgres", running.password))


def _running(command: list[str], environment: dict[str, str], **pipes: object) -> Iterator[subprocess.Popen[bytes]]:
    # A session of its own would outlive us; in ours it gets the signals that we get.
    program = subprocess.Popen(command, env=environment, cwd="/", **pipes)  # type: ignore[call-overload]
    try:
        yield program
    finally:
        for pipe in (program.stdin, program.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()
        if program.poll() is None:
            program.terminate()
        program.wait()


def words_of(errors: IO[bytes]) -> str:
    """The last words of a program, shortened; names of tables and columns at most, never rows."""
    errors.seek(0)
    lines = [line for line in errors.read().decode("utf-8", "replace").splitlines() if "error" in line.lower()]
    return " / ".join(line.split("DETAIL")[0].strip() for line in lines)[-_WORDS:]

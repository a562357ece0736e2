"""`hawl restore`: beside the old database, compared, the journal put back, and only then in the old one's place.

Until the last step nothing of the installation is touched: a restore that is killed, refused or fails leaves what was.
The last step renames two databases in one transaction.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from hawl.config.backups import sealed_file
from hawl.config.backups.copying import FORMAT, SUFFIX
from hawl.config.backups.counting import Connection, count, differences, migrations
from hawl.config.backups.replaying import Told, nothing_told
from hawl.config.backups.sealed_file import BackupUnusable
from hawl.config.backups.server import Server, server, words_of
from hawl.foundations.audit.restores import state
from hawl.foundations.clock import now
from hawl.foundations.commands import Progress
from hawl.foundations.database.connection import Address
from hawl.foundations.database.home import InstallationError
from hawl.foundations.database.roles import FOR_FUNCTIONS, SIGNING_IN, fit_database, role_name
from hawl.foundations.journal.keys import journal_key

# A server older than the programs does not know this setting of theirs; nothing depends on it.
_HARMLESS = ("transaction_timeout",)
_PEOPLE = ("people_person", "cases_case", "identity_user", "journal_journalentry")


@dataclass(slots=True)
class Restored:
    """What a restore or a trial of one found and did."""

    made_at: str
    tables: int
    rows: int
    differences: list[str] = field(default_factory=list)
    replayed: Told = field(default_factory=nothing_told)
    old_database: str = ""
    # Why no statement of it could be signed; empty where it was.
    not_stated: str = ""


def newest(path: Path) -> Path:
    """The file itself, or the newest backup of a folder, by the time in its name."""
    if path.is_dir():
        found = sorted(path.glob(f"*{SUFFIX}"))
        if not found:
            raise InstallationError(f"There is no backup in {path}.", f"Backups end in {SUFFIX}.")
        return found[-1]
    return path


def verify(file: Path, secret_key: Path) -> Restored:
    """Restore into a throw-away database, compare everything, and take it away again. Raises `BackupUnusable`."""
    to = server()
    secret, manifest = _open(file, secret_key)
    name = to.make("trial")
    try:
        return _load(file, secret, manifest, to, name)
    finally:
        to.drop(name)


def drop_copies() -> list[str]:
    """Take away what restores left of before them, for good; gives the names. Raises `InstallationError`.

    A copy holds whom people erased since, with their keys: only the key file and the owner's credential stand before
    it.
    """
    to = server()
    found = to.copies()
    for name in found:
        to.drop(name)
    return found


def restore(file: Path, secret_key: Path, *, replace: bool) -> Restored:
    """Put the backup in the place of this installation's database. Raises `InstallationError`; then all is as it was.

    `replace` lets it take the place of a database that holds people, accounts or a journal; that one is kept under
    another name.
    """
    to = server()
    secret, manifest = _open(file, secret_key)
    if manifest["roles"] != role_name(""):
        raise InstallationError(
            f"The backup is of a database called {manifest['database']}, and roles are called after it.",
            "Restore into a database of that name.",
        )
    full = _refuse_full(to, replace=replace)
    _refuse_in_use(to)
    name = to.make("restored")
    try:
        done = _load(file, secret, manifest, to, name)
        _upgrade(to, name)
        done.replayed = _replay(to.called(name))
        _give_standing(to, name, done.replayed)
        head = _head(to, name)
        done.old_database = _swap(to, name, keep=full)
    except BaseException:
        to.drop(name)
        raise
    try:
        state(backup_of=done.made_at, now=head)
    except (InstallationError, OSError) as reason:
        # In place it is all the same; `hawl audit verify` then calls it a cut.
        done.not_stated = str(reason)
    return done


def _head(to: Server, name: str) -> tuple[int, str]:
    """The last seal of the copy and its link."""
    from hawl.foundations.audit.queries import links_of_seals

    with to.connect(name) as connection:
        row = connection.execute("SELECT coalesce(max(seq), 0) FROM audit_seal").fetchone()
        seq = int(row[0]) if row else 0
        return seq, links_of_seals(connection, [seq]).get(seq, "")


def _open(file: Path, secret_key: Path) -> tuple[Any, dict[str, Any]]:
    """The whole file, read and proven before anything is done with it."""
    if not file.is_file():
        raise InstallationError(f"There is no file {file}.", "Name a backup, or a folder that holds backups.")
    secret = sealed_file.identity(secret_key)
    manifest = sealed_file.read(file, secret, journal_key())
    if manifest["format"] != FORMAT:
        raise BackupUnusable("This backup was made by a newer Hawl.", "Restore it with that release.")
    unknown = sorted(set(manifest["migrations"]) - _known_migrations())
    if unknown:
        raise BackupUnusable(
            f"This backup is of a newer release ({unknown[-1]} is unknown here).", "Restore it with that release."
        )
    return secret, manifest


def _known_migrations() -> set[str]:
    from django.db.migrations.loader import MigrationLoader

    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations or ()}


def _refuse_full(to: Server, *, replace: bool) -> bool:
    """Does the installation hold people, accounts or a journal."""
    with to.connect() as connection:
        held = {}
        for table in _PEOPLE:
            there = connection.execute("SELECT to_regclass(%s)", [f"public.{table}"]).fetchone()
            if there and there[0]:
                row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
                held[table] = int(row[0]) if row else 0
    full = any(held.values())
    if full and not replace:
        raise InstallationError(
            f"This installation is not empty: {', '.join(f'{name} {n:,}' for name, n in held.items() if n)}.",
            "Give --replace; the database of now is then kept under another name.",
        )
    return full


def _refuse_in_use(to: Server) -> None:
    """`InstallationError` while others use the database; one that just ended has two seconds to be gone."""
    using = 0
    with to.connect("postgres") as connection:
        for wait in (0.1, 0.4, 1.5, 0):
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'",
                [to.where.name],
            ).fetchone()
            using = row[0] if row else 0
            if not using:
                return
            time.sleep(wait)
    raise InstallationError(f"{using} processes use the database.", "End `hawl serve` and every other first.")


def _load(file: Path, secret: Any, manifest: dict[str, Any], to: Server, name: str) -> Restored:
    with _functions_may_be_given(to, name), tempfile.TemporaryFile() as errors, to.restoring(name, errors) as program:
        again = sealed_file.read(file, secret, journal_key(), _feeding(program, errors))
        if again != manifest:
            raise BackupUnusable("The backup was changed while it was read.", "Begin again.")
        program.stdin.close()  # type: ignore[union-attr]
        code = program.wait()
        wrong = words_of(errors)
    if code != 0 and not _harmless(wrong):
        raise BackupUnusable(f"pg_restore failed: {wrong}.", "Nothing of the installation was touched.")
    with to.connect(name) as connection:
        connection.execute("ANALYZE")
        progress = Progress("Tables compared", len(manifest["tables"]))
        found = differences(manifest["tables"], count(connection, progress.at))
        if migrations(connection) != manifest["migrations"]:
            found.append("other migrations than the backup says")
    if found:
        raise BackupUnusable(f"What was restored is not what was backed up: {'; '.join(found[:5])}.", "Take another.")
    rows = sum(int(one.get("rows", 0)) for one in manifest["tables"].values())
    return Restored(manifest["made_at"], len(manifest["tables"]), rows)


def _harmless(words: str) -> bool:
    lines = [line for line in words.split(" / ") if line.strip()]
    return bool(lines) and all(
        any(each in line for each in _HARMLESS) or "ignored on restore" in line for line in lines
    )


def _feeding(program: subprocess.Popen[bytes], errors: Any) -> Callable[[bytes], None]:
    progress, done = Progress("Kilobytes restored"), 0

    def feed(chunk: bytes) -> None:
        nonlocal done
        done += len(chunk)
        progress.at(done // 1024)
        try:
            program.stdin.write(chunk)  # type: ignore[union-attr]
        except BrokenPipeError as reason:
            program.wait()
            raise BackupUnusable(f"pg_restore ended: {words_of(errors)}.", "See docs/operate/backup.md.") from reason

    return feed


@contextmanager
def _functions_may_be_given(to: Server, name: str) -> Iterator[None]:
    """Roles that own functions need a right on the schema while the functions are handed to them."""
    roles = sql.SQL(", ").join(sql.Identifier(role_name(each)) for each in FOR_FUNCTIONS)
    with to.connect(name) as connection:
        connection.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(roles))
    yield
    with to.connect(name) as connection:
        connection.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}").format(roles))


def _upgrade(to: Server, name: str) -> None:
    """The tables of this release, and the rights and row security that they declare, laid down anew."""
    with to.connect(name) as connection:
        fit_database(connection)
    _in_process("owner", to.called(name), "django", "migrate", "--no-input", "--verbosity", "0")


def _replay(where: Address) -> Told:
    done = _in_process("jobs", where, "hawl.config.backups.replaying")
    found: Told = json.loads(done)
    return found


def _in_process(process: str, where: Address, module: str, *arguments: str) -> str:
    environment = {
        **os.environ,
        "HAWL_PROCESS": process,
        "HAWL_DATABASE_ADDRESS": where.as_text(),
        "DJANGO_SETTINGS_MODULE": "hawl.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 2 and done.stdout.startswith("{"):
        wrong = json.loads(done.stdout)
        raise InstallationError(wrong["what"], wrong["mend"])
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise InstallationError(
            f"`{module}` failed on the restored copy: {said[-1][:300] if said else 'no words'}.",
            "Nothing of the installation was touched.",
        )
    return done.stdout


def _give_standing(to: Server, name: str, replayed: Told) -> None:
    with to.connect(name) as connection:
        give_standing(connection, replayed)


def give_standing(connection: Connection, replayed: Told) -> None:
    """Say in the database, as its owner, that the journal was put back; new entries are numbered after the old.

    So are new accounts: to whom a lost one was named, or from whom denied, no other account may take its number.
    """
    with connection.transaction():
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('journal_journalentry', 'number'), greatest(%s, "
            "(SELECT coalesce(max(number), 0) FROM journal_journalentry), 1))",
            [replayed["newest_number"]],
        )
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('identity_user', 'id'), greatest(%s, (SELECT coalesce(max(id), 0) "
            "FROM identity_user), (SELECT last_value FROM pg_sequences WHERE schemaname = 'public' AND sequencename = "
            "split_part(pg_get_serial_sequence('identity_user', 'id'), '.', 2)), 1))",
            [replayed.get("newest_account", 0)],
        )
        connection.execute("DELETE FROM journal_journalstanding")
        connection.execute(
            "INSERT INTO journal_journalstanding (id, cluster, database, since, found, put_back, unplaced) "
            "SELECT 1, (SELECT system_identifier::text FROM pg_control_system()), oid, now(), %s, %s, %s::uuid[] "
            "FROM pg_database WHERE datname = current_database()",
            [replayed["outside"], sum(replayed["put_back"].values()), replayed["unplaced"]],
        )


def _swap(to: Server, name: str, *, keep: bool) -> str:
    old = f"{to.where.name}_before_{now():%Y%m%d%H%M%S}"
    was, is_, before = (sql.Identifier(each) for each in (to.where.name, name, old))
    with to.connect("postgres") as connection:
        try:
            with connection.transaction():
                connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(was, before))
                connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(is_, was))
        except psycopg.errors.ObjectInUse as reason:
            raise InstallationError(
                "The database came into use while it was being restored.", "End every process, then restore again."
            ) from reason
        except psycopg.errors.InsufficientPrivilege as reason:
            raise InstallationError(
                f"{to.who.user} may not rename the database.", "Its owner with CREATEDB may: ask the administrator."
            ) from reason
    if not keep:
        to.drop(old)
        return ""
    with to.connect("postgres") as connection:
        # What was before may hold people who were erased since: nobody but the owner enters it.
        roles = sql.SQL(", ").join(sql.Identifier(role_name(each)) for each in SIGNING_IN[1:])
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC, {}").format(sql.Identifier(old), roles))
    return old

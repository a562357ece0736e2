"""`hawl backup`: one consistent copy, told table by table, sealed to a key that this machine does not have."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import hawl
from hawl.config.backups import sealed_file
from hawl.config.backups.counting import Connection, count, migrations, refuse_partial_sight
from hawl.config.backups.server import Server, server, words_of
from hawl.foundations.clock import now
from hawl.foundations.commands import Progress
from hawl.foundations.database.home import InstallationError, private_folder
from hawl.foundations.database.roles import role_name
from hawl.foundations.journal import shipping
from hawl.foundations.journal.keys import journal_key

FORMAT = 1
SUFFIX = ".hawl-backup.age"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Copied:
    """What was written, and where."""

    file: Path
    bytes: int
    tables: int
    rows: int
    journal: int


def back_up(out: Path, to: Sequence[str]) -> Copied:
    """Write a backup of this installation into the folder `out`, under a name of its own.

    Raises `InstallationError`. Nothing of a backup that did not come to its end stays under its name.
    """
    if not to:
        raise InstallationError(
            "No key was given to which the backup is sealed.",
            "Give --to age1…, or set HAWL_BACKUP_TO; `hawl backup key` makes one on a machine that is not this one.",
        )
    recipients = [sealed_file.recipient(each) for each in to]
    key, from_, at = journal_key(), server(), now()
    private_folder(out)
    # What the copy holds must lie outside before the copy is made, or its journal would look cut off.
    files = shipping.files()
    shipping.catch_up(files)
    with from_.connect() as connection:
        refuse_partial_sight(connection)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = str((connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",))[0])
        manifest = _manifest(connection, at, from_)
        manifest["journal"]["outside"] = [file.head().entries for file in files]
        file, size = _write(out, at, recipients, key, manifest, from_, snapshot)
    shipping.ship(files)
    rows = sum(int(one.get("rows", 0)) for one in manifest["tables"].values())
    return Copied(file, size, len(manifest["tables"]), rows, manifest["journal"]["entries"])


def _manifest(connection: Connection, at: datetime, from_: Server) -> dict[str, Any]:
    progress = Progress("Tables counted")
    tables = count(connection, progress.at)
    entries = tables.get("journal_journalentry", {})
    return {
        "format": FORMAT,
        "made_at": at.isoformat(),
        "release": _release(),
        "database": from_.where.name,
        "roles": role_name(""),
        "postgresql": connection.info.server_version,
        "migrations": migrations(connection),
        "tables": tables,
        "journal": {"entries": entries.get("rows", 0), "content": entries.get("content", "")},
        "audit": _audit_head(connection, tables),
    }


def _release() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("hawl")
    except PackageNotFoundError:
        return Path(hawl.__file__).parent.name


def _audit_head(connection: Connection, tables: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """How far the audit had come; its own roots are among the tables and are proven by `hawl audit verify`."""
    if "audit_auditentry" not in tables:
        return {}
    row = connection.execute("SELECT max(at) FROM audit_auditentry").fetchone()
    newest = row[0] if row else None
    return {"entries": tables["audit_auditentry"]["rows"], "newest": newest.isoformat() if newest else None}


def _write(
    out: Path, at: datetime, recipients: list[Any], key: bytes, manifest: dict[str, Any], from_: Server, snapshot: str
) -> tuple[Path, int]:
    final = out / f"hawl-{at:%Y%m%dT%H%M%SZ}{SUFFIX}"
    draft = out / f".{final.name}.{secrets.token_hex(4)}.part"
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            sealed_file.write(file, recipients, key, manifest, _dump(from_, snapshot))
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        try:
            os.link(draft, final)
        except FileExistsError as reason:
            raise InstallationError(f"{final} is there already.", "A backup is never written over.") from reason
    except OSError as reason:
        raise InstallationError(
            f"The backup could not be written to {out} ({reason.strerror}).",
            "Free space there, or choose another folder.",
        ) from reason
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(out, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return final, size


def _dump(from_: Server, snapshot: str) -> Iterator[bytes]:
    progress, done = Progress("Kilobytes copied"), 0
    with tempfile.TemporaryFile() as errors, from_.dumping(snapshot, errors) as program:
        source: IO[bytes] = program.stdout  # type: ignore[assignment]
        while chunk := source.read(_CHUNK):
            done += len(chunk)
            progress.at(done // 1024)
            yield chunk
        if program.wait() != 0:
            raise InstallationError(f"pg_dump failed: {words_of(errors)}.", "Nothing was written. Run `hawl doctor`.")
    progress.done(done // 1024)

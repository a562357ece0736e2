"""The journal outside the database: a file that only grows, one sealed line for each entry. No Django.

Each line holds its place, the sealed entry (AES-256-GCM) and a digest over the line before and itself; the digest of
the line before is bound into the sealing. A line that was changed, moved, put in or taken out of the middle is found by
whoever has the key. Lines taken off the end are found by comparing with the database and the second folder.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hawl.foundations.database.home import private_folder
from hawl.foundations.journal.keys import FILE
from hawl.foundations.journal.kinds import Entry

_MAGIC = b"hawl safety journal 1 "


class JournalDamaged(Exception):
    """A line of a journal file does not follow from the one before: changed, moved, taken out, or of another key."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path}, line {line}: {what}")
        self.path, self.line = path, line


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries the file holds and the digest of its last line; `torn` counts half-written lines."""

    entries: int
    digest: str
    torn: int = 0


@dataclass(slots=True)
class _Read:
    """How far a file was read."""

    size: int = 0
    line: int = 0
    entries: int = 0
    torn: int = 0
    digest: bytes = b""
    ids: set[UUID] = field(default_factory=set)


class JournalFile:
    """One journal file. Any number of processes may append, one at a time; what was read is read once."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self.path = folder / FILE
        self._cipher = AESGCM(key)
        self._read = _Read()

    def exists(self) -> bool:
        """Is there a file."""
        return self.path.exists()

    def entries(self) -> list[Entry]:
        """All entries from the first line on, proven. Raises `JournalDamaged`."""
        self._read = _Read()
        return list(self._news())

    def holds(self) -> frozenset[UUID]:
        """Ids of all entries in the file as it is now."""
        for _ in self._news():
            pass
        return frozenset(self._read.ids)

    def head(self) -> Head:
        """How far the file has come."""
        self.holds()
        return Head(self._read.entries, self._read.digest.hex(), self._read.torn)

    def append(self, entries: Sequence[Entry]) -> int:
        """Add those that the file does not hold yet; durable when this returns. Gives back how many."""
        private_folder(self.path.parent)
        with self._locked() as handle:
            if self._torn_end():
                _write_all(handle, b"\n")
            held = self.holds()
            new = [each for each in entries if each.id not in held]
            if new:
                _write_all(handle, b"".join(self._lines(new)))
                os.fsync(handle)
            self.holds()
        return len(new)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        if not self.path.exists():
            self._begin()
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)

    def _begin(self) -> None:
        """The first line, whole or not at all, whoever else begins the same file."""
        draft = self.path.with_name(f".{FILE}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write_all(handle, _MAGIC + secrets.token_hex(16).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        with suppress(FileExistsError):
            os.link(draft, self.path)
        draft.unlink()
        _sync_folder(self.path.parent)

    def _torn_end(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"

    def _lines(self, entries: Sequence[Entry]) -> Iterator[bytes]:
        before, place = self._read.digest, self._read.entries
        for entry in entries:
            place += 1
            nonce = secrets.token_bytes(12)
            sealed = nonce + self._cipher.encrypt(nonce, _to_bytes(entry), _bound(place, before))
            before = _next(before, place, sealed)
            yield b"%d %s %s\n" % (place, base64.b64encode(sealed), before.hex().encode())

    def _news(self) -> Iterator[Entry]:
        """Entries that were added since the last reading."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            if file.seek(0, os.SEEK_END) < self._read.size:
                raise JournalDamaged(self.path, self._read.line, "The file has become shorter.")
            file.seek(self._read.size)
            for line in file:
                if not line.endswith(b"\n"):
                    # Cut off while it was written, or being written now: never told as shipped, read anew next time.
                    return
                self._read.size += len(line)
                self._read.line += 1
                entry = self._one(line.rstrip(b"\n"))
                if entry is not None:
                    yield entry

    def _one(self, line: bytes) -> Entry | None:
        read = self._read
        if read.line == 1:
            if not line.startswith(_MAGIC):
                raise JournalDamaged(self.path, 1, "This is no safety journal.")
            read.digest = hashlib.sha256(line).digest()
            return None
        parts = line.split(b" ")
        if len(parts) != 3 or parts[0] != b"%d" % (read.entries + 1):
            # A line cut off by a crash stays where it is; what follows goes on from the last whole line.
            if parts[0].isdigit() and len(parts) == 3:
                raise JournalDamaged(self.path, read.line, "Entries before it are missing or repeated.")
            read.torn += 1
            return None
        try:
            sealed = base64.b64decode(parts[1], validate=True)
            digest = bytes.fromhex(parts[2].decode("ascii"))
        except ValueError:
            read.torn += 1
            return None
        if digest != _next(read.digest, read.entries + 1, sealed):
            if len(parts[2]) < 64:
                read.torn += 1
                return None
            raise JournalDamaged(self.path, read.line, "It does not follow from the line before.")
        try:
            plain = self._cipher.decrypt(sealed[:12], sealed[12:], _bound(read.entries + 1, read.digest))
        except (InvalidTag, ValueError) as reason:
            raise JournalDamaged(self.path, read.line, "It was not sealed here, or by another key.") from reason
        entry = _from_bytes(plain)
        read.entries += 1
        read.digest = digest
        read.ids.add(entry.id)
        return entry


def _bound(place: int, before: bytes) -> bytes:
    return b"hawl journal|%d|%s" % (place, before)


def _next(before: bytes, place: int, sealed: bytes) -> bytes:
    return hashlib.sha256(before + b"%d" % place + sealed).digest()


def _to_bytes(entry: Entry) -> bytes:
    return json.dumps(
        {
            "id": str(entry.id), "number": entry.number, "kind": entry.kind, "subject": str(entry.subject),
            "facts": dict(entry.facts), "at": entry.at.isoformat(), "by": entry.by,
        },
        separators=(",", ":"),
    ).encode()  # fmt: skip


def _from_bytes(plain: bytes) -> Entry:
    raw = json.loads(plain)
    return Entry(
        id=UUID(raw["id"]),
        number=int(raw["number"]),
        kind=raw["kind"],
        subject=UUID(raw["subject"]),
        facts=raw["facts"],
        at=datetime.fromisoformat(raw["at"]),
        by=raw["by"],
    )


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

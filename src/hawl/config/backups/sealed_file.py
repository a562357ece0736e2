"""The file of a backup: age encryption to public keys, and inside it the manifest, the dump and a seal. No Django.

age binds each part of 64 KiB to its place and marks the last, so a cut, changed or reordered file does not open.
Anybody can encrypt to a public key; that a backup was made by this installation is told by the seal, a keyed digest
over manifest and dump. Inside: parts of a kind, a length and that many bytes; the manifest first, the seal last.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pyrage
from pyrage import x25519

from hawl.foundations.database.home import InstallationError, private_folder, read_private

_HEAD = struct.Struct(">cI")
_MANIFEST, _DUMP, _SEAL = b"M", b"D", b"S"
_MOST = 1 << 26


class BackupUnusable(InstallationError):
    """The file does not open, is not whole, or was not made by this installation."""


def recipient(text: str) -> x25519.Recipient:
    """A public key (`age1…`); `InstallationError` for anything else."""
    try:
        return x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as reason:
        raise InstallationError(
            f"{text.strip()[:12]!r}… is no public key of a backup.", "It begins with age1; `hawl backup key` makes one."
        ) from reason


def identity(path: Path) -> x25519.Identity:
    """The secret key in a file that only its owner may read."""
    try:
        lines = read_private(path).splitlines()
        secret = next(line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-"))
        return x25519.Identity.from_str(secret)
    except (OSError, StopIteration, pyrage.IdentityError) as reason:
        raise InstallationError(
            f"{path} holds no secret key of a backup.", "Bring the file from where it is kept."
        ) from reason


def write(
    to: IO[bytes], recipients: Iterable[Any], key: bytes, manifest: Mapping[str, Any], dump: Iterable[bytes]
) -> int:
    """Write a whole backup; gives back how many bytes the dump has. What `dump` raises is raised again."""
    source = _Source(_parts(key, json.dumps(manifest, sort_keys=True).encode(), dump))
    try:
        pyrage.encrypt_io(source, to, list(recipients))
    except pyrage.EncryptError as reason:
        raise (source.failed or reason) from reason
    return source.given


def _parts(key: bytes, manifest: bytes, dump: Iterable[bytes]) -> Iterator[bytes]:
    digest = hashlib.sha256()
    yield _HEAD.pack(_MANIFEST, len(manifest)) + manifest
    size = 0
    for chunk in dump:
        digest.update(chunk)
        size += len(chunk)
        yield _HEAD.pack(_DUMP, len(chunk)) + chunk
    seal = {"bytes": size, "sha256": digest.hexdigest(), "made_by": _made_by(key, manifest, digest.digest())}
    text = json.dumps(seal).encode()
    yield _HEAD.pack(_SEAL, len(text)) + text


def _made_by(key: bytes, manifest: bytes, dump: bytes) -> str:
    own = hmac.digest(key, b"hawl backup 1", hashlib.sha256)
    return hmac.new(own, hashlib.sha256(manifest).digest() + dump, hashlib.sha256).hexdigest()


class _Source:
    """What age reads from: the parts, one after the other, in the sizes that it asks for."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._rest = parts, b""
        self.given = 0
        self.failed: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._rest:
                part = next(self._parts, None)
                if part is None:
                    return b""
                self._rest = part
        except Exception as failed:
            self.failed = failed
            raise
        size = len(self._rest) if size < 0 else size
        now, self._rest = self._rest[:size], self._rest[size:]
        self.given += len(now)
        return now


class Reading:
    """Takes what age gives out, part by part; the dump goes on to `dump` as it comes."""

    def __init__(self, dump: Callable[[bytes], object]) -> None:
        self._dump, self._rest, self._digest = dump, b"", hashlib.sha256()
        self._manifest: bytes | None = None
        self._seal: dict[str, Any] | None = None
        self.size = 0
        self.failed: Exception | None = None

    def write(self, data: bytes) -> int:
        """As a file is written to."""
        try:
            self._take(data)
        except Exception as failed:
            self.failed = failed
            raise
        return len(data)

    def flush(self) -> None:
        """As a file is."""

    def _take(self, data: bytes) -> None:
        self._rest += data
        while len(self._rest) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._rest)
            if length > _MOST or self._seal is not None or (kind == _MANIFEST) == (self._manifest is not None):
                raise BackupUnusable("This is no backup of Hawl.", "Take another.")
            if len(self._rest) < _HEAD.size + length:
                return
            part = self._rest[_HEAD.size : _HEAD.size + length]
            self._rest = self._rest[_HEAD.size + length :]
            self._part(kind, part)

    def _part(self, kind: bytes, part: bytes) -> None:
        if kind == _MANIFEST:
            self._manifest = part
        elif kind == _DUMP:
            self._digest.update(part)
            self.size += len(part)
            self._dump(part)
        elif kind == _SEAL:
            self._seal = json.loads(part)
        else:
            raise BackupUnusable("This backup was made by a newer Hawl.", "Restore it with that release.")

    def manifest(self, key: bytes) -> dict[str, Any]:
        """The manifest, once all was read and the seal is this installation's. Raises `BackupUnusable`."""
        if self._manifest is None or self._seal is None or self._rest:
            raise BackupUnusable("The backup is not whole.", "Take another.")
        expected = _made_by(key, self._manifest, self._digest.digest())
        if self._seal["bytes"] != self.size or not hmac.compare_digest(expected, self._seal["made_by"]):
            raise BackupUnusable(
                "The backup was not made by this installation.",
                "Put back the installation's own keys/journal.json; a backup made by others must not be restored.",
            )
        found: dict[str, Any] = json.loads(self._manifest)
        return found


def read(path: Path, secret: Any, key: bytes, dump: Callable[[bytes], object] = lambda _: None) -> dict[str, Any]:
    """Open a whole backup, hand its dump to `dump` piece by piece and give back the manifest. Raises `BackupUnusable`.

    What `dump` was handed is proven only when this returns: whoever acts on it before must be able to undo.
    """
    reading = Reading(dump)
    try:
        with path.open("rb") as file:
            pyrage.decrypt_io(file, reading, [secret])
    except pyrage.DecryptError as reason:
        if reading.failed:
            raise reading.failed from reason
        raise BackupUnusable(f"{path.name} does not open with this key.", "Bring the key it was made to.") from reason
    except OSError as reason:
        if reading.failed:
            raise reading.failed from reason
        raise BackupUnusable(f"{path.name} is damaged or was cut off.", "Take another backup.") from reason
    return reading.manifest(key)


def make_key(out: Path) -> str:
    """A new secret key in the file `out`, which must not exist; gives back the public key, which may be known."""
    secret = x25519.Identity.generate()
    private_folder(out.parent)
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as reason:
        raise InstallationError(f"{out} is there already.", "A key is never written over.") from reason
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"# public key: {secret.to_public()}\n{secret}\n")
        file.flush()
        os.fsync(file.fileno())
    return str(secret.to_public())

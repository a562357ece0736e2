"""The key file of an installation.

One file, mode 0600, in one number space: keys that wrap the keys of people (`wrapping`), keys of values that are
no person's and of all that release 0.1.0 sealed (`data`), the key of the blind index, and the key that opens deliveries
(`letterbox`). New values take the
current numbers; older ones stay until `hawl keys retire`, so that keys change without a gap.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyrage import x25519

from hawl.foundations.database.home import InstallationError, home, read_private, write_private


@dataclass(frozen=True)
class KeyRing:
    """Data keys by number, the number in use, and the index key; wrapping keys and the number in use."""

    current: int
    ciphers: dict[int, AESGCM]
    index: bytes
    wrapping: dict[int, AESGCM] = field(default_factory=dict)
    kek: int = 0

    def __repr__(self) -> str:
        return f"KeyRing(current={self.current}, kek={self.kek})"


def key_file() -> Path:
    """Path of the key file; a process that is handed none (`HAWL_KEY_FILE=none`) has no keys at all."""
    handed = os.environ.get("HAWL_KEY_FILE")
    return Path(handed) if handed else home() / "keys" / "vault.json"


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _fresh_letterbox() -> str:
    return str(x25519.Identity.generate())


def make_key_file() -> None:
    """Make the key file at the first start; give one of an earlier release what it lacks; else leave it as it is."""
    path = key_file()
    if not path.exists():
        raw: dict[str, Any] = {"current": 1, "data": {"1": _fresh()}, "index": _fresh()}
        raw |= {"kek": 2, "wrapping": {"2": _fresh()}, "letterbox": _fresh_letterbox()}
        write_private(path, json.dumps(raw))
        return
    raw, missing = _raw(path), {}
    if "wrapping" not in raw:
        number = next_number(raw)
        missing = {"kek": number, "wrapping": {str(number): _fresh()}}
    if "letterbox" not in raw:
        missing["letterbox"] = _fresh_letterbox()
    if missing:
        write_private(path, json.dumps({**raw, **missing}))


def _raw(path: Path) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(read_private(path))
    return raw


def next_number(raw: dict[str, Any]) -> int:
    """The first number above all that the file holds or ever held."""
    used = [*raw["data"], *raw.get("wrapping", {}), raw.get("highest", 0)]
    return max(int(each) for each in used) + 1


def add_key(kind: str) -> int:
    """Add a key of `kind` ("wrapping" or "data") and make it the current one; gives its number."""
    raw = _raw(key_file())
    number = next_number(raw)
    current = {"wrapping": "kek", "data": "current"}[kind]
    held = {**raw, kind: {**raw[kind], str(number): _fresh()}, current: number, "highest": number}
    write_private(key_file(), json.dumps(held))
    return number


def drop_key(number: int) -> None:
    """Take a key out of the file for good. The caller knows that nothing needs it."""
    raw = _raw(key_file())
    for kind in ("wrapping", "data"):
        raw[kind] = {n: key for n, key in raw[kind].items() if n != str(number)}
    write_private(key_file(), json.dumps({**raw, "highest": max(number, int(raw.get("highest", 0)))}))


@lru_cache(maxsize=4)
def _parsed(path: Path, written: tuple[int, int, int]) -> KeyRing:
    try:
        return _ring(_raw(path))
    except (KeyError, ValueError, TypeError, AttributeError) as reason:
        raise InstallationError(f"The key file {path} is damaged.", "Put back the escrowed key file.") from reason


def letterbox_key() -> str:
    """The private key, as age writes it, that opens deliveries. `InstallationError` where this process has no keys."""
    key_ring()
    try:
        return str(_raw(key_file())["letterbox"])
    except KeyError as reason:
        raise InstallationError(
            f"The key file {key_file()} has no key of the letterbox.", "Run `hawl prepare`."
        ) from reason


def check_key_file(text: str) -> None:
    """Raises `ValueError`, `KeyError` or `TypeError` for what is no key file."""
    _ring(json.loads(text))


def _ring(raw: dict[str, Any]) -> KeyRing:
    ciphers = {int(n): AESGCM(base64.b64decode(key)) for n, key in raw["data"].items()}
    wrapping = {int(n): AESGCM(base64.b64decode(key)) for n, key in raw.get("wrapping", {}).items()}
    return KeyRing(int(raw["current"]), ciphers, base64.b64decode(raw["index"]), wrapping, int(raw.get("kek", 0)))


def _read(path: Path) -> KeyRing:
    try:
        # A rotation in another process writes the file anew: what it holds now is what counts.
        found = path.stat()
        return _parsed(path, (found.st_mtime_ns, found.st_ino, found.st_mode))
    except FileNotFoundError as reason:
        raise InstallationError(
            f"There is no key file at {path}.",
            "Put back the escrowed key file (`hawl keys recover`), or run `hawl prepare` on a new installation. "
            "Without the key nothing that was stored about people can be read.",
        ) from reason


def key_ring() -> KeyRing:
    """The keys of this process; `InstallationError` where it has none."""
    return _read(key_file())

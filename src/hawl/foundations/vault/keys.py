"""The key file of an installation.

One file, mode 0600, holds every data key by its number and the key of the blind index. New values are sealed
under the current number; older numbers stay readable, so that keys can be rotated without a gap.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hawl.foundations.database.home import InstallationError, home, read_private, write_private


@dataclass(frozen=True)
class KeyRing:
    """Data keys by number, the number in use, and the index key."""

    current: int
    ciphers: dict[int, AESGCM]
    index: bytes

    def __repr__(self) -> str:
        return f"KeyRing(current={self.current})"


def key_file() -> Path:
    """Path of the key file; a process that is handed none (`HAWL_KEY_FILE=none`) has no keys at all."""
    handed = os.environ.get("HAWL_KEY_FILE")
    return Path(handed) if handed else home() / "keys" / "vault.json"


def make_key_file() -> None:
    """Make the key file at the first start; an existing one is left as it is."""
    path = key_file()
    if path.exists():
        return
    write_private(
        path,
        json.dumps(
            {
                "current": 1,
                "data": {"1": base64.b64encode(AESGCM.generate_key(256)).decode()},
                "index": base64.b64encode(secrets.token_bytes(32)).decode(),
            }
        ),
    )


@lru_cache(maxsize=4)
def _read(path: Path) -> KeyRing:
    try:
        raw = json.loads(read_private(path))
        ciphers = {int(n): AESGCM(base64.b64decode(key)) for n, key in raw["data"].items()}
        return KeyRing(int(raw["current"]), ciphers, base64.b64decode(raw["index"]))
    except FileNotFoundError as reason:
        raise InstallationError(
            f"There is no key file at {path}.",
            "Put back the escrowed key file, or run `hawl prepare` on a new installation. "
            "Without the key nothing that was stored about people can be read.",
        ) from reason
    except (KeyError, ValueError) as reason:
        raise InstallationError(f"The key file {path} is damaged.", "Put back the escrowed key file.") from reason


def key_ring() -> KeyRing:
    """The keys of this process; `InstallationError` where it has none."""
    return _read(key_file())

"""The key of the safety journal: one file, mode 0600, made once. No Django.

It is not the vault's: the journal outlives a rotation of those keys, and opens where a key of a person is destroyed.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from hawl.foundations.database.home import InstallationError, home, read_private, write_private

FILE = "safety.journal"


def key_file() -> Path:
    """Path of the key file: handed by `hawl serve`, else in the installation's folder."""
    handed = os.environ.get("HAWL_JOURNAL_KEY_FILE")
    return Path(handed) if handed else home() / "keys" / "journal.json"


def folders() -> tuple[Path, ...]:
    """Where the journal lies outside the database: in the installation's folder, and in `HAWL_JOURNAL` where set."""
    handed = os.environ.get("HAWL_JOURNAL_FOLDERS")
    if handed:
        return tuple(Path(each) for each in handed.split(os.pathsep))
    second = os.environ.get("HAWL_JOURNAL")
    return (home() / "journal", *([Path(second).expanduser().resolve()] if second else []))


def make_key_file() -> None:
    """Make the key at the first start. A journal whose key is gone is never given another beside it."""
    if key_file().exists():
        return
    if any((folder / FILE).exists() for folder in folders()):
        raise InstallationError(
            f"The key of the safety journal, {key_file()}, is gone, and there is a journal that only it opens.",
            "Put back the escrowed key file.",
        )
    write_private(key_file(), json.dumps({"version": 1, "key": base64.b64encode(secrets.token_bytes(32)).decode()}))


def check_key_file(text: str) -> bytes:
    """The 32 bytes in it. Raises `ValueError`, `KeyError` or `TypeError` for what is no key file."""
    key = base64.b64decode(json.loads(text)["key"], validate=True)
    if len(key) != 32:
        raise ValueError
    return key


@lru_cache(maxsize=4)
def _read(path: Path) -> bytes:
    try:
        key = check_key_file(read_private(path))
    except FileNotFoundError as reason:
        raise InstallationError(
            f"There is no key of the safety journal at {path}.",
            "Put back the escrowed key file, or run `hawl prepare`.",
        ) from reason
    except (KeyError, TypeError, ValueError) as reason:
        raise InstallationError(f"The key file {path} is damaged.", "Put back the escrowed key file.") from reason
    return key


def journal_key() -> bytes:
    """The 32 bytes; `InstallationError` where this process has none."""
    return _read(key_file())

"""The folder of one installation: database, credentials, keys."""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from pathlib import Path


class InstallationError(Exception):
    """Something about this installation is wrong; `mend` says what to do about it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what} {mend}")
        self.what = what
        self.mend = mend


def home() -> Path:
    """The installation's folder: `HAWL_HOME`, else `hawl` in the user's data folder."""
    named = os.environ.get("HAWL_HOME")
    if named:
        return _resolved(named)
    return _resolved(os.path.join(os.environ.get("XDG_DATA_HOME") or "~/.local/share", "hawl"))


@lru_cache(maxsize=8)
def _resolved(named: str) -> Path:
    # Asked for wherever a key is needed; following links each time costs more than opening what the key seals.
    return Path(named).expanduser().resolve()


def private_folder(path: Path) -> Path:
    """Make the folder if it is absent, open to its owner only, and give it back."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as reason:
        raise InstallationError(
            f"The folder {path} cannot be made ({reason.strerror}).",
            "Set HAWL_HOME to a folder that you may write to.",
        ) from reason
    return path


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` so that no moment exists in which others can read it (mode 0600)."""
    private_folder(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def read_private(path: Path) -> str:
    """Text of a file that only its owner may read; `InstallationError` where others may."""
    if path.stat().st_mode & 0o077:
        raise InstallationError(f"{path} can be read by others than its owner.", f"Run: chmod 600 {path}")
    return path.read_text(encoding="utf-8")

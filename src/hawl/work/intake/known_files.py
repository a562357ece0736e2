"""How a file that came in is known again and called: by a keyed digest, and by its name as far as that can be shown."""

from __future__ import annotations

import hmac
from pathlib import Path

from hawl.foundations.vault.keys import key_ring


def shown_name(name: str) -> str:
    """A file's name as it can be kept and shown: names of files may hold what is no text."""
    return "".join(each if each.isprintable() else "\ufffd" for each in name)[:120]


def file_digest(path: Path) -> bytes:
    """A keyed digest: a file's content cannot be guessed from what is stored of it."""
    mac = hmac.new(key_ring().index, b"intake.file", "sha256")
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            mac.update(block)
    return mac.digest()

"""Feed files that could not be used, kept sealed until somebody has seen why.

A file is sealed in pieces under the key file, each bound to its name and place, so that no piece can be left out in the
middle or put elsewhere. `hawl feed reopen` writes one out again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from hawl.foundations.vault.sealing import CannotOpen, seal, unseal

SUFFIX = ".sealed"
_PIECE = 1 << 20
_LENGTH = 4


def keep_sealed(file: Path, folder: Path) -> Path:
    """Keep a file sealed in `folder` and take the plain one away; gives the sealed one."""
    folder.mkdir(mode=0o700, exist_ok=True)
    sealed = folder / (file.name + SUFFIX)
    begun = folder / (file.name + ".part")
    with file.open("rb") as plain, open(os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        number = 0
        while True:
            piece = plain.read(_PIECE)
            packed = seal(piece, "inbox", f"{file.name}|{number}", "piece" if piece else "end")
            out.write(len(packed).to_bytes(_LENGTH, "big") + packed)
            if not piece:
                break
            number += 1
        out.flush()
        os.fsync(out.fileno())
    begun.replace(sealed)
    file.unlink()
    return sealed


def reopened(sealed: Path) -> Iterator[bytes]:
    """Give the pieces of a kept file. Raises `CannotOpen` where it was cut, changed, or bears another's name."""
    name, number = sealed.name.removesuffix(SUFFIX), 0
    with sealed.open("rb") as kept:
        while head := kept.read(_LENGTH):
            packed = kept.read(int.from_bytes(head, "big"))
            try:
                yield unseal(packed, "inbox", f"{name}|{number}", "piece")
            except CannotOpen:
                unseal(packed, "inbox", f"{name}|{number}", "end")
                return
            number += 1
    raise CannotOpen("The kept file was cut off.")

"""Looking for canaries in files, however they may be written there."""

from __future__ import annotations

import base64
import mmap
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# In every canary; in no word of any language, so that finding it means finding one.
MARK = "qzxhawl"


@dataclass(frozen=True, slots=True)
class Found:
    """Where a canary lies, and in which writing."""

    file: str
    written: str


def writings(word: str) -> dict[str, bytes]:
    """The word as it may stand in a file: each encoding, and each of the three places of base64."""
    plain = word.encode()
    found = {
        "utf-8": plain,
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "percent": "".join(f"%{each:02X}" for each in plain).encode(),
        "escapes": "".join(f"\\u{ord(each):04x}" for each in word).encode(),
    }
    for shift in range(3):
        # Only those letters that no neighbour changes.
        packed = base64.b64encode(bytes(shift) + plain)
        first, last = (0, 2, 3)[shift], len(packed) - (4 if (shift + len(plain)) % 3 else 0)
        found[f"base64+{shift}"] = packed[first:last]
    return found


def patterns(words: Iterable[str]) -> dict[str, bytes]:
    """All writings of all words, each word also as a name begins and in capitals."""
    return {
        f"{shape} {written}": pattern
        for word in words
        for shape in dict.fromkeys((word, word.capitalize(), word.upper()))
        for written, pattern in writings(shape).items()
    }


def search(folders: Iterable[Path], wanted: dict[str, bytes]) -> tuple[list[Found], int, int]:
    """What was found in all files below, how many files were read, and how many bytes."""
    found: list[Found] = []
    files = size = 0
    for file in _files(folders):
        try:
            with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
                files, size = files + 1, size + len(content)
                found += [Found(str(file), name) for name, pattern in wanted.items() if content.find(pattern) >= 0]
        except (ValueError, OSError):
            continue  # empty, a socket, or taken away meanwhile
    return found, files, size


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        # A folder that another worker takes away meanwhile is passed over.
        there = sorted(Path(place, name) for place, _, names in os.walk(folder) for name in names)
        yield from (each for each in there if each.is_file() and not each.is_symlink())

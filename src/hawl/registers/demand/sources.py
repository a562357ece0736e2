"""Which street files the given paths hold: files, folders, and the ZIP as downloaded. No Django."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_TABLES = (".csv", ".csv.gz")
Bytes = io.BufferedReader | zipfile.ZipExtFile
Table = Bytes | gzip.GzipFile
# Every way in which the bytes of a file may turn out broken.
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


class UnusableFile(Exception):
    """A file from which nothing can be taken: what is wrong with it, and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what} {mend}")
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or a member of a ZIP file. `named` when the user named it rather than its folder."""

    path: Path
    member: str = ""
    named: bool = True

    def __str__(self) -> str:
        return f"{self.path}:{self.member}" if self.member else str(self.path)

    @property
    def name(self) -> str:
        """The file's own name, without its folders."""
        return Path(self.member or self.path).name

    @contextmanager
    def opened(self) -> Iterator[Bytes]:
        """The bytes as they lie there; raises UnusableFile where there are none to be had."""
        try:
            if self.member:
                with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as member:
                    yield cast("zipfile.ZipExtFile", member)
            else:
                with self.path.open("rb") as file:
                    yield file
        except BROKEN as reason:
            raise UnusableFile(f"{self} is damaged or cut short ({reason}).", FETCH_AGAIN) from reason
        except (NotImplementedError, RuntimeError) as reason:
            # zipfile's words for encryption and packing it does not know.
            raise UnusableFile(
                f"{self} cannot be unpacked here ({reason}).", "Unpack it and give the folder."
            ) from reason
        except OSError as reason:
            raise UnusableFile(
                f"{self} cannot be read ({reason.strerror or reason}).", "Check its name and rights."
            ) from reason

    @contextmanager
    def unpacked(self) -> Iterator[Table]:
        """The bytes of the table, out of gzip if that is what they are in."""
        with self.opened() as raw:
            if raw.peek(2)[:2] != _GZIP:
                yield raw
                return
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield unpacked

    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        with self.opened() as raw:
            digest = hashlib.sha256()
            while chunk := raw.read(1 << 20):
                digest.update(chunk)
            return digest.hexdigest()


FETCH_AGAIN = "Fetch it again from data.police.uk."


def candidates(paths: Iterable[Path]) -> Iterator[Source]:
    """Every table the paths hold: folders with all below them, ZIP files with all inside; each only once.

    Raises UnusableFile for a path that is missing or neither file nor folder.
    """
    seen: set[tuple[Path, str]] = set()
    for path in paths:
        for source in _of(path):
            mark = (source.path.resolve(), source.member)
            if mark not in seen:
                seen.add(mark)
                yield source


def _of(path: Path) -> Iterator[Source]:
    if path.is_dir():
        for folder, inner, names in os.walk(path, onerror=_refuse):
            inner.sort()
            for name in sorted(names):
                if name.lower().endswith(_TABLES):
                    yield Source(Path(folder, name), named=False)
    elif path.is_file():
        yield from _in_file(path)
    elif path.exists():
        raise UnusableFile(f"{path} is neither a file nor a folder.", "Name a street file or a folder of them.")
    else:
        raise UnusableFile(f"There is no file or folder {path}.", "Check the path.")


def _refuse(reason: OSError) -> None:
    raise UnusableFile(
        f"{reason.filename} cannot be read ({reason.strerror}).", "Check the folder's rights."
    ) from reason


def _in_file(path: Path) -> Iterator[Source]:
    with Source(path).opened() as raw:
        start = raw.read(4)
    if start != _ZIP:
        yield Source(path)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(archive.namelist())
    except (zipfile.BadZipFile, OSError) as reason:
        raise UnusableFile(f"{path} is damaged or cut short ({reason}).", FETCH_AGAIN) from reason
    for name in names:
        if name.lower().endswith(_TABLES):
            yield Source(path, name, named=False)

"""A file that somebody sends in, made harmless.

The harmless copy is what anybody looks at. The original is the caller's to seal where it may be evidence, and is never
shown. Nothing is written to a disk on the way: the file passes through memory only.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hawl.foundations.uploads.child import MOST_WRITTEN
from hawl.foundations.uploads.kinds import MEDIA_TYPES, MOST_BYTES, MOST_FILES, Kind, Refused, kind_of

WALL_SECONDS = 20
# However many send at once, so many files are opened at a time.
_AT_A_TIME = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Harmless:
    """What became of a file: the copy to show, under a name of nobody's choosing, and codes of what was left behind."""

    content: bytes
    kind: Kind
    name: str
    left_behind: tuple[str, ...]

    @property
    def media_type(self) -> str:
        """The type under which the copy is served, as an attachment."""
        return MEDIA_TYPES[self.kind]


def make_harmless(content: bytes, name: str) -> Harmless:
    """Make one file harmless. `name` is the sender's own and is kept nowhere. Raises `Refused` with its code."""
    kind = kind_of(name, content)
    with _AT_A_TIME:
        told, made = _from_child(kind, content)
    if "refused" in told:
        raise Refused(str(told["refused"]))
    # The process that read a hostile file is not believed either.
    try:
        believed = kind_of(f"copy.{kind}", made[:MOST_BYTES]) is kind
    except Refused:
        believed = False
    if not believed:
        raise Refused("broken")
    behind: Any = told.get("left_behind", ())
    left = tuple(str(each) for each in behind)
    return Harmless(made, kind, f"{secrets.token_hex(16)}.{kind}", left)


def make_all_harmless(files: Sequence[tuple[bytes, str]]) -> list[Harmless | Refused]:
    """Make the files of one form harmless, each by itself; all are refused where there are too many."""
    if len(files) > MOST_FILES:
        return [Refused("too_many") for _ in files]
    return [_or_refused(content, name) for content, name in files]


def _or_refused(content: bytes, name: str) -> Harmless | Refused:
    try:
        return make_harmless(content, name)
    except Refused as refused:
        return refused


def _from_child(kind: Kind, content: bytes) -> tuple[dict[str, object], bytes]:
    """What the child told and made; it is ended when it takes too long."""
    # In memory, so that no copy of what a person sent is left on a disk.
    given, made = os.memfd_create("given"), os.memfd_create("made")
    try:
        with os.fdopen(os.dup(given), "wb") as to_child:
            to_child.write(content)
        os.lseek(given, 0, os.SEEK_SET)
        try:
            ended = subprocess.run(
                [sys.executable, "-I", "-m", "hawl.foundations.uploads.child", kind.value],
                stdin=given, stdout=made, stderr=subprocess.DEVNULL, env={}, cwd="/", timeout=WALL_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"refused": "too_long"}, b""
        if ended.returncode != 0:
            return {"refused": "too_much_inside" if ended.returncode < 0 else "broken"}, b""
        return _read(made)
    finally:
        os.close(given)
        os.close(made)


def _read(made: int) -> tuple[dict[str, object], bytes]:
    if os.fstat(made).st_size > MOST_WRITTEN:
        return {"refused": "too_much_inside"}, b""
    with os.fdopen(os.dup(made), "rb") as answer:
        answer.seek(0)
        first, _, rest = answer.read().partition(b"\n")
    try:
        told = json.loads(first)
    except ValueError:
        told = None
    return (told, rest) if isinstance(told, dict) else ({"refused": "broken"}, b"")

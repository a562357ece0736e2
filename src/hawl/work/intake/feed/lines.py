"""The lines of a byte stream with their numbers, none held in memory beyond the limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MOST_BYTES = 1024 * 1024
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end, or (`text` None) why it cannot be read: too_big, not_utf8 or bad_text."""

    number: int
    text: str | None
    trouble: str = ""


def lines_of(stream: IO[bytes], most: int = MOST_BYTES, encoding: str = "utf-8") -> Iterator[Line]:
    """Every line from the stream's place on, numbered from 1, decoded as UTF-8 or another `encoding` that holds ASCII.

    A line of more than `most` bytes is passed over piece by piece and reported as too_big. The
    line break stays off; a text that ends without one is a line too.
    """
    number = 0
    while raw := stream.readline(most + 2):
        number += 1
        body = raw.rstrip(b"\r\n")
        if len(body) > most:
            if not raw.endswith(b"\n"):
                _pass_over(stream)
            yield Line(number, None, "too_big")
            continue
        try:
            yield Line(number, body.decode(encoding))
        except UnicodeDecodeError:
            yield Line(number, None, "not_utf8" if encoding == "utf-8" else "bad_text")


def _pass_over(stream: IO[bytes]) -> None:
    while piece := stream.readline(_PIECE):
        if piece.endswith(b"\n"):
            return

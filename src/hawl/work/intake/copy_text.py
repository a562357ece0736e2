r"""Rows as PostgreSQL's COPY reads them in text form: tabs between values, `\N` for none, backslashes escaped.

Written out here since a feed of a year is a million rows: a general adapter costs five times the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID


def _text(value: str) -> str:
    if "\\" in value or "\n" in value or "\t" in value or "\r" in value:
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return value


def _truth(value: bool) -> str:
    return "t" if value else "f"


def _bytes(value: bytes) -> str:
    return "\\\\x" + value.hex()


NONE = "\\N"


def _nothing(_: None) -> str:
    return NONE


_WRITTEN: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    bool: _truth,
    bytes: _bytes,
    UUID: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
    type(None): _nothing,
}


def line(*values: Any) -> str:
    """Values as one line of COPY text, or a part of one. Moments must be aware; KeyError for a type not known here."""
    return "\t".join([_WRITTEN[type(value)](value) for value in values])


def lines(rows: Iterable[tuple[Any, ...] | str]) -> bytes:
    """All rows as one block of COPY text in UTF-8; a row that is text is a line already."""
    made = [row if isinstance(row, str) else line(*row) for row in rows]
    return ("\n".join(made) + "\n").encode() if made else b""

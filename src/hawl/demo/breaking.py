"""Rows broken in the ways in which real feeds are broken."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

from hawl.demo.writing import cells_line, csv_cells, json_line, line_of

Row = dict[str, Any]
# a giant beyond what Python's own csv reader takes in one cell (131,072)
GIANT = 140_000
REPEATED = "repeated"
OLDER_VERSION = "older_version"


def _impossible_date(row: Row, today: date) -> Row:
    row["crime"]["reported_on"] = f"31/02/{today.year}"
    return row


def _slashed_date(row: Row, today: date) -> Row:
    row["crime"]["reported_on"] = f"20/11/{today.year - 1}"
    return row


def _future_date(row: Row, today: date) -> Row:
    # the year's last figures changed over: 2062 for 2026
    row["crime"]["reported_on"] = f"{today.year + 36}-06-01"
    return row


def _missing_family_name(row: Row, today: date) -> Row:
    row["person"].update(kind="person", family_name=None, organisation_name=None)
    return row


def _unknown_offence(row: Row, today: date) -> Row:
    row["crime"]["offence"] = "105A"
    return row


def _nul(row: Row, today: date) -> Row:
    row["person"]["given_name"] = "Rh\0ys"
    return row


def _giant_field(row: Row, today: date) -> Row:
    row["crime"]["note"] = "x" * GIANT
    return row


_FIELDS: dict[str, Callable[[Row, date], Row]] = {
    "impossible_date": _impossible_date,
    "slashed_date": _slashed_date,
    "future_date": _future_date,
    "missing_family_name": _missing_family_name,
    "unknown_offence": _unknown_offence,
    "nul": _nul,
    "giant_field": _giant_field,
}


def _truncated(row: Row, form: str) -> bytes:
    if form == "csv":
        # cut between two cells: half a quoted cell would swallow the rows after it
        return cells_line(csv_cells(row)[:9])
    line = json_line(row)
    return line[: len(line) // 2].decode(errors="ignore").encode() + b"\n"


def _mojibake(row: Row, form: str) -> bytes:
    row["person"]["given_name"] = "Si\u00e2n"
    # one name in Latin-1 amid UTF-8
    return line_of(row, form).replace("Si\u00e2n".encode(), "Si\u00e2n".encode("latin-1"))


def _column_shift(row: Row, form: str) -> bytes:
    if form == "csv":
        cells = csv_cells(row)
        return cells_line([*cells[:4], "", *cells[4:]])
    keys = list(row)
    return json_line(dict(zip(keys, [*list(row.values())[1:], None], strict=True)))


def _not_object(row: Row, form: str) -> bytes:
    return b"[" + json_line(row).rstrip() + b"]\n"


def _lone_surrogate(row: Row, form: str) -> bytes:
    row["person"]["given_name"] = "@half@"
    return json_line(row).replace(b"@half@", b"\\ud83d")


_LINES: dict[str, Callable[[Row, str], bytes]] = {
    "truncated": _truncated,
    "mojibake": _mojibake,
    "column_shift": _column_shift,
    "not_object": _not_object,
    "lone_surrogate": _lone_surrogate,
}
_ONLY_JSON = frozenset({"not_object", "lone_surrogate"})


def kinds_for(form: str) -> tuple[str, ...]:
    """The ways of breaking that a feed of this form has, the repeated message among them."""
    lines = [kind for kind in _LINES if form == "jsonl" or kind not in _ONLY_JSON]
    return (*_FIELDS, *lines, REPEATED)


class Breaker:
    """Breaks copies of rows, every kind in its turn."""

    def __init__(self, rng: Random, form: str, today: date, share: float) -> None:
        self._rng, self._form, self._today, self._share = rng, form, today, share
        self._turn: list[str] = []
        self._broken = 0

    @property
    def lines_before(self) -> int:
        """Lines of the file before its first row: the header of a CSV."""
        return 1 if self._form == "csv" else 0

    def strikes(self) -> bool:
        """Whether something goes wrong after this row."""
        return self._rng.random() < self._share

    def next(self, row: Row) -> tuple[str, Row | bytes]:
        """The kind, and the row to send: the same again, or a spoilt copy with an id of its own."""
        if not self._turn:
            self._turn = list(kinds_for(self._form))
            self._rng.shuffle(self._turn)
        kind = self._turn.pop()
        if kind == REPEATED:
            return kind, row
        self._broken += 1
        spoilt = copy.deepcopy(row)
        spoilt["record_id"] = f"GWP-B{self._broken:05d}-V1"
        if kind in _FIELDS:
            return kind, _FIELDS[kind](spoilt, self._today)
        return kind, _LINES[kind](spoilt, self._form)

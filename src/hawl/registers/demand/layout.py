"""The street file of data.police.uk: its columns, what a row may hold, whose areas its codes are. No Django."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

# The longest text taken of each column, in the order of the file as published.
LIMITS = {
    "Crime ID": 100,
    "Month": 7,
    "Reported by": 100,
    "Falls within": 100,
    "Longitude": 20,
    "Latitude": 20,
    "Location": 300,
    "LSOA code": 20,
    "LSOA name": 120,
    "Crime type": 100,
    "Last outcome category": 200,
    "Context": 1000,
}
COLUMNS = tuple(LIMITS)

# A column that only this other kind of file has.
_OTHER_KINDS = {"Outcome type": "outcomes", "Object of search": "stop and search"}

# The last codes given out for the 2011 census; the areas redrawn for the 2021 census carry on from there.
_LAST_OF_2011 = {"E01": "E01033768", "W01": "W01001958"}
_LSOA = re.compile(r"[EW]01[0-9]{6}")

_FIRST_PUBLISHED = date(2010, 12, 1)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?")
_USUALLY_SHORTER = 64


class StreetLine(NamedTuple):
    """A row as published. `month` is its first day; `council` is empty where the row names no area."""

    number: int
    force: str
    month: date
    crime_id: str | None
    reported_by: str
    falls_within: str
    longitude: float | None
    latitude: float | None
    location: str
    lsoa_code: str
    lsoa_name: str
    council: str
    crime_type: str
    outcome: str
    context: str


class BadLine(NamedTuple):
    """A row that cannot be taken, with the reason; a reason holds nothing of the row."""

    number: int
    reason: str


class _Wrong(Exception):
    """What is wrong with one row."""


def missing_columns(header: Sequence[str]) -> list[str]:
    """The columns of a street file that the header lacks, in their usual order."""
    return [name for name in COLUMNS if name not in header]


def other_kind(header: Sequence[str]) -> str:
    """Which other file of data.police.uk the header is of, in words; empty if none known."""
    return next((kind for column, kind in _OTHER_KINDS.items() if column in header), "")


def vintage_of(codes: Sequence[str]) -> str:
    """Which census's LSOAs the codes are: `2011`, `2021` or `unknown`.

    One code beyond the last of 2011 proves the 2021 set. With none, every code is one of the 2011 set, so
    2011 is safe to join with, whoever drew the map. No code of England or Wales at all: unknown. For a long
    list its greatest code of each country is enough.
    """
    known = [code for code in codes if _LSOA.fullmatch(code)]
    if not known:
        return "unknown"
    return "2021" if any(code > _LAST_OF_2011[code[:3]] for code in known) else "2011"


@lru_cache(maxsize=1024)
def force_key(name: str) -> str:
    """The key of a force by its published name: `Gwent Police` becomes `gwent-police`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def council_of(lsoa_name: str) -> str:
    """The council in the name of an LSOA: `Blaenau Gwent 001A` lies in `Blaenau Gwent`."""
    return lsoa_name.rpartition(" ")[0]


class RowReader:
    """Turns the fields of a row into a `StreetLine`, or says why not.

    `header` must hold every column, in any order and with others among them; `this_month` is the first day of
    the last month that can have been published.
    """

    def __init__(self, header: Sequence[str], this_month: date) -> None:
        self._width = len(header)
        self._pick = itemgetter(*[header.index(name) for name in COLUMNS])
        self._this_month = this_month
        self._month = lru_cache(maxsize=512)(self._read_month)

    def read(self, number: int, fields: Sequence[str]) -> StreetLine | BadLine:
        """The row of that number. One wrong value refuses the row, never the file."""
        try:
            return self._line(number, fields)
        except _Wrong as wrong:
            return BadLine(number, str(wrong))

    def _line(self, number: int, fields: Sequence[str]) -> StreetLine:
        if len(fields) != self._width:
            raise _Wrong(f"{len(fields)} columns where the header has {self._width}")
        values = self._pick(fields)
        if max(map(len, values)) > _USUALLY_SHORTER:
            _refuse_long(values)
        crime_id, month, by, within, east, north, place, code, area, kind, outcome, context = values
        by = by.strip() or within.strip()
        force = force_key(by)
        if not force:
            raise _Wrong("no force is named (Reported by)")
        if not kind.strip():
            raise _Wrong("Crime type is empty")
        longitude, latitude = _point(east.strip(), north.strip())
        area = area.strip()
        return StreetLine(
            number,
            force,
            self._month(month.strip()),
            crime_id.strip() or None,
            by,
            within.strip(),
            longitude,
            latitude,
            place,
            code.strip(),
            area,
            council_of(area),
            kind.strip(),
            outcome,
            context,
        )

    def _read_month(self, text: str) -> date:
        if not _MONTH.fullmatch(text):
            raise _Wrong("Month is not written as 2024-01")
        month = date.fromisoformat(f"{text}-01") if text >= "0001" else date.min
        if month < _FIRST_PUBLISHED:
            raise _Wrong("Month lies before December 2010, the first ever published")
        if month > self._this_month:
            raise _Wrong("Month has not begun yet")
        return month


def _refuse_long(values: Sequence[str]) -> None:
    for (name, limit), value in zip(LIMITS.items(), values, strict=True):
        if len(value) > limit:
            raise _Wrong(f"{name} is longer than {limit} characters")


def _point(east: str, north: str) -> tuple[float | None, float | None]:
    if not east and not north:
        return None, None
    if not (_DEGREES.fullmatch(east) and _DEGREES.fullmatch(north)):
        raise _Wrong("Longitude and Latitude are not a pair of numbers")
    longitude, latitude = float(east), float(north)
    if abs(longitude) > 180 or abs(latitude) > 90:
        raise _Wrong("Longitude and Latitude lie off the map")
    return longitude, latitude

"""CSV records out of lines, and a record turned into the object that a JSON line would hold.

A broken record costs one line, never its neighbours: when a quoted cell is not closed, or the
record does not fit the header, only its first line is refused and reading goes on at the next.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from hawl.work.intake.feed.checking import Refusal
from hawl.work.intake.feed.fields import CONTACT, CRIME, CSV_CONTACTS, PERSON, ROW, SUSPECT, Field
from hawl.work.intake.feed.lines import MOST_BYTES, Line, lines_of

MOST_LINES = 500
MOST_CELL = 64 * 1024


class WrongHeader(Exception):
    """The first line does not name our columns. Never quotes it: it may be a row of people."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


class _Broken(Exception):
    """The record cannot go on; `reason` is the reason code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Source:
    """Feeds the csv reader line by line and remembers which lines one record has taken."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._lines = lines_of(stream, encoding=encoding)
        self._waiting: deque[Line] = deque()
        self._size = 0
        self.held: list[Line] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.held.append(line)
        if line.text is None:
            raise _Broken(line.trouble)
        self._size += len(line.text)
        if self._size > MOST_BYTES or len(self.held) > MOST_LINES:
            raise _Broken("too_big")
        return line.text + "\n"

    def begin_record(self) -> None:
        """Forgets the lines of the record before."""
        self.held = []
        self._size = 0

    def put_back_all_but_first(self) -> None:
        """Lets the later lines of a broken record be read again, as records of their own."""
        self._waiting.extendleft(reversed(self.held[1:]))


class CsvLines:
    """Records of a CSV stream, with the number of the line on which each starts."""

    def __init__(self, stream: IO[bytes], *, delimiter: str = ",", encoding: str = "utf-8") -> None:
        self._source = _Source(stream, encoding)
        self._reader = csv.reader(self._source, strict=True, delimiter=delimiter)

    def header(self) -> list[str]:
        """The cells of the first line that is not blank; raises WrongHeader if unreadable."""
        while True:
            self._source.begin_record()
            cells = self._next()
            if cells is None or isinstance(cells, str):
                raise WrongHeader(
                    "The header line cannot be read as CSV in UTF-8.",
                    "begin the file with the column names of the format, commas between them.",
                )
            if cells:
                return cells

    def records(self, count: int) -> Iterator[tuple[int, list[str] | str]]:
        """Each record as its line number and its `count` cells, or a reason code in their place."""
        source = self._source
        while True:
            source.begin_record()
            cells = self._next()
            if cells is None:
                return
            if cells == []:
                continue
            if not isinstance(cells, str) and len(cells) != count:
                cells = "wrong_columns"
            if isinstance(cells, str):
                source.put_back_all_but_first()
            yield source.held[0].number, cells

    def _next(self) -> list[str] | str | None:
        """The next record, the reason why it is broken, or None at the end."""
        try:
            return next(self._reader)
        except StopIteration:
            return None
        except _Broken as broken:
            # A quoted cell that swallows its neighbours is a broken row, not a large one.
            return broken.reason if len(self._source.held) == 1 else "wrong_columns"
        except csv.Error as error:
            return "too_big" if "field limit" in str(error) else "wrong_columns"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one column's value goes in the object."""

    index: int
    section: str
    number: int
    name: str
    path: str
    cell: Callable[[str], Any]


def column_names() -> tuple[str, ...]:
    """Every column of the CSV form in the order of the format."""
    return tuple(_PLACES)


def _places() -> dict[str, tuple[str, int, Field]]:
    found = {field.name: ("", 0, field) for field in ROW}
    for section, table in (("crime", CRIME), ("person", PERSON), ("suspect", SUSPECT)):
        found |= {f"{section}_{field.name}": (section, 0, field) for field in table}
    for number in range(1, CSV_CONTACTS + 1):
        found |= {f"contact{number}_{each.name}": ("contacts", number, each) for each in CONTACT}
    return found


_PLACES: dict[str, tuple[str, int, Field] | None] = {**_places(), "events": None}
_REQUIRED = {name for name, place in _PLACES.items() if place and place[2].required and not place[1]}


class Columns:
    """The columns of one file, and how a record of it becomes an object."""

    def __init__(self, count: int, places: tuple[_Place, ...], events: int | None) -> None:
        self.count = count
        self._places = places
        self._events = events

    @classmethod
    def of(cls, header: list[str]) -> Columns:
        """The columns that a header names, in any order; raises WrongHeader."""
        names = [name.strip() for name in header]
        lacking = sorted(_REQUIRED - set(names))
        unknown = sum(name not in _PLACES for name in names)
        if lacking:
            raise WrongHeader(
                f"The header lacks {', '.join(lacking)}.",
                "begin the file with the column names of the format, commas between them.",
            )
        if unknown or len(set(names)) < len(names):
            raise WrongHeader(
                f"The header has {unknown} unknown and {len(names) - len(set(names))} repeated "
                f"columns of {len(names)}.",
                "send the columns of the format only, each once.",
            )
        places = []
        for index, name in enumerate(names):
            if place := _PLACES[name]:
                section, number, field = place
                path = f"{section}.{field.name}" if section else field.name
                places.append(_Place(index, section, number, field.name, path, field.kind.cell))
        return cls(len(names), tuple(places), names.index("events") if "events" in names else None)

    def object_of(self, cells: list[str], from_json: Callable[[str], Any]) -> dict[str, Any]:
        """The object a JSON line would hold; a blank cell is left out. Raises Refusal."""
        row: dict[str, Any] = {"crime": {}, "person": {}}
        contacts: dict[int, dict[str, Any]] = {}
        for place in self._places:
            text = cells[place.index]
            if not text or text.isspace():
                continue
            if len(text) > MOST_CELL:
                raise Refusal(f"too_long:{place.path}")
            if place.number:
                contacts.setdefault(place.number, {})[place.name] = place.cell(text)
            elif place.section:
                row.setdefault(place.section, {})[place.name] = place.cell(text)
            else:
                row[place.name] = place.cell(text)
        row["contacts"] = [contacts[number] for number in sorted(contacts)]
        if self._events is not None and (text := cells[self._events].strip()):
            row["events"] = _events(text, from_json)
        return row


def _events(text: str, from_json: Callable[[str], Any]) -> Any:
    if len(text) > MOST_CELL:
        raise Refusal("too_long:events")
    try:
        return from_json(text)
    except Refusal:
        raise Refusal("wrong_value:events") from None

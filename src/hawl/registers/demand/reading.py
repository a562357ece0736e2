"""Street files read row by row in bounded memory, checked to the end before anything is kept. No Django."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hawl.registers.demand.layout import BadLine, RowReader, StreetLine, missing_columns, other_kind, vintage_of
from hawl.registers.demand.sources import FETCH_AGAIN, Source, Table, UnusableFile, candidates

_LONGEST_LINE = 64 * 1024
_MOST_MONTHS = 20_000
_TELL_EVERY = 2_000
_LEFT_OUT_NAMES = {"-outcomes.csv": "outcomes", "-stop-and-search.csv": "stop and search"}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was found and not taken, and why."""

    name: str
    reason: str


@dataclass(slots=True)
class Tally:
    """What one force's month in one file comes to. `out_of_area` and `no_location` never overlap."""

    rows: int = 0
    without_id: int = 0
    out_of_area: int = 0
    no_location: int = 0
    # The greatest LSOA code of each country decides the vintage (`layout.vintage_of`).
    greatest: dict[str, str] = field(default_factory=dict)

    @property
    def vintage(self) -> str:
        """`2011`, `2021` or `unknown`."""
        return vintage_of(list(self.greatest.values()))

    def add(self, line: StreetLine, in_area: bool) -> None:
        """Count one row."""
        self.rows += 1
        if line.crime_id is None:
            self.without_id += 1
        code = line.lsoa_code
        if not code:
            self.no_location += 1
            return
        if not in_area:
            self.out_of_area += 1
        if code > self.greatest.get(code[:1], ""):
            self.greatest[code[:1]] = code


@dataclass(frozen=True, slots=True)
class Checked:
    """A street file read once to its end. `tallies` by force key and first day of the month."""

    source: Source
    digest: str
    rows: int
    refused: int
    tallies: dict[tuple[str, date], Tally]


class Area:
    """The councils of an area by their English names, as published rows name them."""

    def __init__(self, councils: Collection[str]) -> None:
        self._councils = frozenset(name.casefold() for name in councils)
        self._known: dict[str, bool] = {}

    def has(self, council: str) -> bool:
        """Does the council belong; an unnamed one does not."""
        if council not in self._known and len(self._known) < 10_000:
            self._known[council] = council.casefold() in self._councils
        return self._known.get(council, council.casefold() in self._councils)


def find_street_files(paths: Iterable[Path]) -> tuple[list[Source], list[LeftOut]]:
    """The street files among the paths, and the tables left out with the reason.

    A street file is told by its columns, whatever its name. Raises UnusableFile when a path is missing, when a
    file that was named, or is called `…-street.csv`, is no street file, and when none is found at all.
    """
    sources: list[Source] = []
    left_out: list[LeftOut] = []
    paths = list(paths)
    for source in candidates(paths):
        reason = _reason_to_leave(source)
        if reason:
            left_out.append(LeftOut(str(source), reason))
        else:
            sources.append(source)
    if not sources:
        looked = ", ".join(str(path) for path in paths) or "nothing: no path was given"
        seen = f" Left out: {left_out[0].name} ({left_out[0].reason})." if left_out else ""
        raise UnusableFile(
            f"No street file was found in {looked}.{seen}", "Name files called …-street.csv, or their folder."
        )
    return sources, left_out


def check(source: Source, area: Area, this_month: date, progress: Callable[[int], None]) -> Checked:
    """Read the whole file, keeping only counts; raises UnusableFile if nothing of it can be trusted.

    That is: cut short, not UTF-8, a NUL, a line or field beyond all measure, no rows, or not one good row.
    `progress` is told now and then how many rows were read.
    """
    digest = source.digest()
    tallies: dict[tuple[str, date], Tally] = {}
    rows = refused = 0
    first_reason = ""
    for line in read_street_file(source, this_month):
        rows += 1
        if rows % _TELL_EVERY == 0:
            progress(rows)
        if isinstance(line, BadLine):
            refused += 1
            first_reason = first_reason or f"row {line.number}: {line.reason}"
            continue
        key = (line.force, line.month)
        if key not in tallies:
            if len(tallies) >= _MOST_MONTHS:
                raise UnusableFile(f"{source} names more than {_MOST_MONTHS:,} forces and months.", FETCH_AGAIN)
            tallies[key] = Tally()
        tallies[key].add(line, area.has(line.council))
    if not rows:
        raise UnusableFile(f"{source} has a header and no rows.", FETCH_AGAIN)
    if not tallies:
        raise UnusableFile(f"{source} has no row that can be used ({first_reason}).", FETCH_AGAIN)
    return Checked(source, digest, rows, refused, tallies)


def read_street_file(source: Source, this_month: date) -> Iterator[StreetLine | BadLine]:
    """Every row in its order, numbered from 1 after the header; raises UnusableFile as `check` says."""
    with source.unpacked() as raw:
        text = _Text(source, raw)
        rows = text.rows()
        reader = RowReader(_header(source, rows), this_month)
        number = 0
        for fields in rows:
            if not fields:
                continue
            number += 1
            line = reader.read(number, fields)
            if isinstance(line, BadLine) and text.stopped_short:
                raise UnusableFile(f"{source} ends in the middle of row {number:,}: it was cut short.", FETCH_AGAIN)
            yield line


def _reason_to_leave(source: Source) -> str:
    """Why the table is not taken; empty for a street file."""
    name = source.name.lower().removesuffix(".gz")
    if not source.named:
        for ending, kind in _LEFT_OUT_NAMES.items():
            if name.endswith(ending):
                return _other(kind)
    must_be_one = source.named or name.endswith("-street.csv")
    try:
        with source.unpacked() as raw:
            header = _columns(source, _Text(source, raw).rows())
    except UnusableFile:
        if must_be_one:
            raise
        return "it cannot be read as a table of UTF-8 text"
    missing = missing_columns(header)
    if not missing:
        return ""
    if kind := other_kind(header):
        return _other(kind)
    if must_be_one:
        _refuse_columns(source, missing)
    return "its columns are not those of a street file"


def _other(kind: str) -> str:
    return f"a file of {kind}, which is not read yet"


def _header(source: Source, rows: Iterator[list[str]]) -> list[str]:
    header = _columns(source, rows)
    if missing := missing_columns(header):
        _refuse_columns(source, missing)
    return header


def _columns(source: Source, rows: Iterator[list[str]]) -> list[str]:
    header = [name.strip() for name in next(rows, [])]
    if not any(header):
        raise UnusableFile(f"{source} is empty.", FETCH_AGAIN)
    twice = [name for name in header if name and header.count(name) > 1]
    if twice and not missing_columns(header):
        raise UnusableFile(f"{source} has the column {twice[0]} twice.", FETCH_AGAIN)
    return header


def _refuse_columns(source: Source, missing: list[str]) -> None:
    names = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
    raise UnusableFile(
        f"{source} is not a street file: it has no column {names}.",
        "Choose “Include crime data” on data.police.uk and name the files called …-street.csv.",
    )


class _Text:
    """The lines of a table, each looked at before the CSV reader gets it."""

    def __init__(self, source: Source, raw: Table) -> None:
        self._source = source
        self._text = io.TextIOWrapper(raw, "utf-8-sig", newline="")
        self._line = 0
        # The last line read had no end of line.
        self.stopped_short = False

    def rows(self) -> Iterator[list[str]]:
        """The fields of each row."""
        try:
            yield from csv.reader(self._lines(), strict=True)
        except UnicodeDecodeError as reason:
            raise UnusableFile(
                f"{self._source} is not UTF-8 text (after line {self._line:,}).", "Save it as UTF-8, or fetch it again."
            ) from reason
        except csv.Error as reason:
            raise UnusableFile(f"{self._source} is broken at line {self._line:,} ({reason}).", FETCH_AGAIN) from reason

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(_LONGEST_LINE):
            self._line += 1
            if "\0" in line:
                raise UnusableFile(f"{self._source} has a NUL character in line {self._line:,}.", FETCH_AGAIN)
            self.stopped_short = not line.endswith(("\n", "\r"))
            if self.stopped_short and len(line) == _LONGEST_LINE:
                raise UnusableFile(
                    f"{self._source} has a line of more than {_LONGEST_LINE:,} characters (line {self._line:,}).",
                    FETCH_AGAIN,
                )
            yield line

"""An extract, CSV or JSON Lines, plain or gzipped, read row by row in bounded memory. No Django."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any

from hawl.work.extracts.checking import Cells, Checker
from hawl.work.extracts.mapping import ExtractMapping
from hawl.work.extracts.rows import ExtractRow, LeftOut
from hawl.work.intake.feed.checking import Refusal
from hawl.work.intake.feed.csv_rows import CsvLines, WrongHeader
from hawl.work.intake.feed.lines import lines_of
from hawl.work.intake.feed.reading import FeedUnusable, from_json, refuse_other_json, stream_of
from hawl.work.intake.feed.rows import Refused

Row = ExtractRow | LeftOut | Refused


def read_extract(path: Path, mapping: ExtractMapping, *, today: date) -> Iterator[Row]:
    """Every row of the file in its order: checked, left out by the mapping, or refused with its line and reason.

    Raises FeedUnusable at once for a file from which nothing can be read, or that lacks a column of the mapping.
    """
    checker = Checker(mapping, today)
    stream, probe = stream_of(path)
    try:
        if mapping.form == "csv":
            return _csv_rows(stream, checker)
        refuse_other_json(probe)
    except BaseException:
        stream.close()
        raise
    return _json_rows(stream, checker)


def _csv_rows(stream: IO[bytes], checker: Checker) -> Iterator[Row]:
    mapping = checker.mapping
    lines = CsvLines(stream, delimiter=mapping.delimiter, encoding=mapping.encoding)
    try:
        header = [name.strip() for name in lines.header()]
    except WrongHeader as wrong:
        raise FeedUnusable(wrong.what, "see the delimiter and encoding in the mapping of the source.") from None
    # The columns of the mapping are ours to name; those of the file may be a row of people.
    if lacking := sorted(mapping.columns() - set(header)):
        raise FeedUnusable(
            f"The header lacks {', '.join(lacking)}.",
            "mend the mapping of the source where its columns changed, or give the file of this source.",
        )
    if twice := sorted(name for name in mapping.columns() if header.count(name) > 1):
        raise FeedUnusable(f"The header names {', '.join(twice)} twice.", "ask the sender for one column of each name.")
    return _checked_csv(stream, lines, header, checker)


def _checked_csv(stream: IO[bytes], lines: CsvLines, header: list[str], checker: Checker) -> Iterator[Row]:
    wanted = [(name, place) for place, name in enumerate(header) if name in checker.mapping.columns()]
    with stream:
        for number, cells in lines.records(len(header)):
            if isinstance(cells, str):
                yield Refused(number, cells)
            else:
                yield _checked(checker, {name: cells[place] for name, place in wanted}, number)


def _json_rows(stream: IO[bytes], checker: Checker) -> Iterator[Row]:
    with stream:
        for line in lines_of(stream, encoding=checker.mapping.encoding):
            if line.text is None:
                yield Refused(line.number, line.trouble)
            elif line.text and not line.text.isspace():
                try:
                    cells = _cells(from_json(line.text), checker.mapping)
                except Refusal as refusal:
                    yield Refused(line.number, refusal.reason)
                else:
                    yield _checked(checker, cells, line.number)


def _cells(value: Any, mapping: ExtractMapping) -> Cells:
    """The values of an object as a CSV would hold them; of what the mapping does not read nothing is asked."""
    if not isinstance(value, dict):
        raise Refusal("not_object")
    return {name: _cell(value[name], name) for name in mapping.columns() if name in value}


def _cell(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise Refusal(f"wrong_value:{name}"[:80])


def _checked(checker: Checker, cells: Cells, number: int) -> Row:
    try:
        return checker.check(cells, number)
    except Refusal as refusal:
        return Refused(number, refusal.reason)

"""Feed rows as bytes: JSON Lines and CSV, plain or gzipped."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, cast

CONTACTS = 3
_CONTACT_PARTS = ("kind", "value", "given_by", "given_on", "ring", "text", "message", "write")
_PARTS = {
    "crime": ("ref", "offence", "title", "flags", "occurred_from", "occurred_to", "reported_on",
              "place", "postcode", "lsoa", "council", "outcome", "note"),
    "person": ("ref", "role", "kind", "given_name", "family_name", "known_as", "organisation_name",
               "named_contact", "born_on", "age", "gender", "ethnicity", "language", "interpreter",
               "access_needs", "deceased", "on_behalf_of", "risk", "agreement", "repeat"),
    "suspect": ("known", "lives_here", "police_employee", "person_ref"),
}  # fmt: skip
CSV_COLUMNS: tuple[str, ...] = (
    "source",
    "record_id",
    "version",
    "sent_at",
    *(f"{part}_{leaf}" for part, leaves in _PARTS.items() for leaf in leaves),
    *(f"contact{n}_{leaf}" for n in range(1, CONTACTS + 1) for leaf in _CONTACT_PARTS),
    "events",
)


def form_of(path: Path) -> str:
    """`jsonl` or `csv`, by the file's suffix (a last `.gz` aside); ValueError for any other."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    form = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}.get(suffixes[-1] if suffixes else "")
    if form is None:
        raise ValueError("the file's name must end in .jsonl or .csv, or in these and .gz")
    return form


def line_of(row: dict[str, Any] | bytes, form: str) -> bytes:
    """One row as it stands in the file, with its line end; bytes are taken as they are."""
    if isinstance(row, bytes):
        return row
    return json_line(row) if form == "jsonl" else csv_line(row)


def json_line(row: dict[str, Any]) -> bytes:
    """A row as one line of JSON in UTF-8."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def csv_line(row: dict[str, Any]) -> bytes:
    """A row as one CSV line in UTF-8, in the order of CSV_COLUMNS."""
    return cells_line(csv_cells(row))


def cells_line(cells: Iterable[str]) -> bytes:
    """Cells as one CSV line."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode()


def csv_cells(row: dict[str, Any]) -> list[str]:
    """A row's leaves as text: null is empty, lists are joined with `;`, events are JSON."""
    cells = [_cell(row[key]) for key in ("source", "record_id", "version", "sent_at")]
    for part, leaves in _PARTS.items():
        cells += [_cell(row[part].get(leaf)) for leaf in leaves]
    contacts = row["contacts"][:CONTACTS]
    for contact in contacts:
        cells += [_cell(contact[leaf]) for leaf in _CONTACT_PARTS]
    cells += [""] * (len(_CONTACT_PARTS) * (CONTACTS - len(contacts)))
    cells.append(json.dumps(row["events"], ensure_ascii=False, separators=(",", ":")))
    return cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ";".join(value) if isinstance(value, list) else str(value)


def write_feed(
    path: Path,
    rows: Iterable[dict[str, Any] | bytes],
    *,
    after_row: Callable[[int], None] | None = None,
) -> int:
    """Write a feed file and say how many rows it holds; `after_row` is told the count so far.

    The file appears only when it is whole. The same rows give the same bytes, gzipped too.
    OSError where the folder cannot be written, ValueError for an unknown suffix.
    """
    form, count = form_of(path), 0
    with _whole_or_nothing(path) as out:
        if form == "csv":
            out.write(cells_line(CSV_COLUMNS))
        for row in rows:
            out.write(line_of(row, form))
            count += 1
            if after_row:
                after_row(count)
    return count


@contextmanager
def _whole_or_nothing(path: Path) -> Iterator[IO[bytes]]:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with ExitStack() as opened:
            out: IO[bytes] = opened.enter_context(unfinished.open("wb"))
            if path.suffix.lower() == ".gz":
                # no name and no time in the header, so that equal feeds are equal files
                zipped = gzip.GzipFile("", "wb", compresslevel=6, fileobj=out, mtime=0)
                out = cast("IO[bytes]", opened.enter_context(zipped))
            yield out
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)

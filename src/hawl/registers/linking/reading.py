"""A CSV of people into a table of DuckDB, each row as it is compared, and what of it could not be used."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import pyarrow as pa

from hawl.registers.linking.people import Person, names_known, person_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AT_ONCE = 20_000
# One field of a person is never this long; more is a quotation mark that nobody closed.
_LONGEST_FIELD = 100_000
_TEXTS = pa.list_(pa.string())
_KINDS = {"born": pa.date32(), "given_forms": _TEXTS, "surname_forms": _TEXTS}
_COLUMNS = ["row", "id", *(field.name for field in fields(Person))]
_SCHEMA = pa.schema([("row", pa.int64())] + [(name, _KINDS.get(name, pa.string())) for name in _COLUMNS[1:]])
_UNREADABLE = {"dob": "born", "phone": "phone", "email": "email", "postcode": "postcode"}


class WrongShape(ValueError):
    """The file cannot be read at all, or lacks a column that was named. Its text is a sentence that quotes no row."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was not used. `row` counts from 1, the header left out."""

    row: int
    reason: str


@dataclass(slots=True)
class Taken:
    """What became of the rows: how many were taken, which were not, and how many values of a role say nothing."""

    rows: int
    left_out: list[LeftOut]
    unreadable: dict[str, int]


def read_people(
    connection: DuckDBPyConnection,
    path: Path,
    id_column: str,
    mapping: Mapping[str, tuple[str, ...]],
    tell: Callable[[int], None] = lambda done: None,
) -> Taken:
    """Lay the usable rows into the table `read_rows`: `row`, `id` and what a `Person` has. Raises `WrongShape`."""
    taken = Taken(0, [], {})
    batches: list[pa.RecordBatch] = []
    waiting: list[tuple[Any, ...]] = []
    with _opened(path) as rows:
        _check_columns(path, rows.fieldnames or (), [id_column, *(c for several in mapping.values() for c in several)])
        for values in _usable(rows, id_column, mapping, taken):
            waiting.append(values)
            if len(waiting) == _AT_ONCE:
                batches.append(_batch(waiting))
                waiting = []
                tell(taken.rows)
    batches.append(_batch(waiting))
    connection.register("arrived", pa.Table.from_batches(batches, _SCHEMA))
    connection.execute("CREATE TABLE read_rows AS FROM arrived")
    connection.unregister("arrived")
    known = pa.table({"name": pa.array(sorted(names_known()), pa.string())})
    connection.register("arrived_names", known)
    connection.execute("CREATE TABLE names_known AS FROM arrived_names")
    connection.unregister("arrived_names")
    return taken


@contextmanager
def _opened(path: Path) -> Iterator[csv.DictReader[str]]:
    """A reader of the file. What is wrong with the file becomes `WrongShape`, which quotes nothing of it."""
    if not path.is_file():
        raise WrongShape(f"There is no file {path}.")
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield csv.DictReader(file, delimiter=_divider(file), strict=True)
    except UnicodeDecodeError as error:
        raise WrongShape(f"{path.name} is not written in UTF-8 (byte {error.start:,} of what was read).") from error
    except csv.Error as error:
        raise WrongShape(f"{path.name} cannot be read as CSV: {error}.") from error
    except OSError as error:
        raise WrongShape(f"{path.name} cannot be read: {error.strerror}.") from error


def _divider(file: TextIO) -> str:
    """What divides the columns: of comma, semicolon and tab the one that the header holds most of."""
    header = file.readline(_LONGEST_FIELD)
    file.seek(0)
    return max(",;\t", key=header.count)


def _check_columns(path: Path, found: Any, asked: list[str]) -> None:
    if len(set(found)) < len(found):
        raise WrongShape(f"{path.name} names a column twice.")
    lacking = [name for name in asked if name not in found]
    if lacking:
        raise WrongShape(f"{path.name} has no column {', '.join(lacking)}. It has: {', '.join(found) or 'nothing'}.")


def _usable(
    rows: csv.DictReader[str], id_column: str, mapping: Mapping[str, tuple[str, ...]], taken: Taken
) -> Iterator[tuple[Any, ...]]:
    first_row_of: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        reason, values = "", ()
        if None in row or None in row.values():
            reason = "has more or fewer values than the header has columns"
        else:
            reason, values = _one(number, row[id_column].strip(), row, mapping, first_row_of, taken.unreadable)
        if reason:
            taken.left_out.append(LeftOut(number, reason))
        else:
            taken.rows += 1
            yield values


def _one(
    number: int,
    known_as: str,
    row: Mapping[str, str],
    mapping: Mapping[str, tuple[str, ...]],
    first_row_of: dict[str, int],
    unreadable: dict[str, int],
) -> tuple[str, tuple[Any, ...]]:
    """Why the row is not used, or its values. An id counts as used only by a row that is."""
    if not known_as:
        return "has no id", ()
    if known_as in first_row_of:
        return f"has the id of row {first_row_of[known_as]}", ()
    texts = {role: " ".join(row[column].strip() for column in columns).strip() for role, columns in mapping.items()}
    person = person_of(texts)
    if person.tells_nothing():
        return "has nothing to compare: no name, day of birth, phone or e-mail that can be read", ()
    first_row_of[known_as] = number
    for role, name in _UNREADABLE.items():
        if texts.get(role) and getattr(person, name) is None:
            unreadable[role] = unreadable.get(role, 0) + 1
    return "", (number, known_as, *(getattr(person, name) for name in _COLUMNS[2:]))


def _batch(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else [() for _ in _COLUMNS]
    return pa.RecordBatch.from_arrays(
        [pa.array(values, field.type) for values, field in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA
    )

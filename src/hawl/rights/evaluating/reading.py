"""Files of events into a table of DuckDB, as they were written: CSV, JSON Lines, Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from hawl.rights.evaluating.tables import lay_type
from hawl.rights.rulebook import vocabulary

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = ("case_id", "event_id", "event", "occurred_on", "received_on", "about", "attributes")
# A line of JSON longer than this is no event.
_LONGEST_LINE = 16_000_000
# How lines of DuckDB's message begin that quote the file or our statement, or advise on settings.
_QUOTING = ("Original Line", "Input:", "LINE ", "^", "Possible", "file")


class WrongShape(ValueError):
    """The file is not what its ending says, or lacks a column: nothing of it can be read. Its text is a sentence."""


def read_events(connection: DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    """Lay the rows of a file into the view `given`; returns the names of columns that are not read.

    `given` has `row` (BIGINT, from 1, a header not counted) and the seven columns of the contract as text, NULL where
    nothing stands; `sound` is false of a line of JSON Lines that is no object, of which nothing else is read. Nothing
    is checked yet but the shape. Under it lies the table `narrow`, which holds known events and days as numbers
    (`narrow.sql`). Both go by `forget_events`. Raises `WrongShape`.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise WrongShape(f"{path.name} is of no kind that is read: its name must end in {', '.join(_READERS)}.")
    if not path.is_file():
        raise WrongShape(f"There is no file {path}.")
    try:
        connection.execute("SET preserve_insertion_order = true")
        forget_events(connection)
        lay_type(connection, "known_code", vocabulary().events)
        connection.execute(_MACROS)
        others = reader(connection, path)
        connection.execute(_GIVEN)
        return others
    except UnicodeDecodeError as error:
        raise WrongShape(f"{path.name} is not written in UTF-8 (byte {error.start:,}).") from error
    except (duckdb.Error, csv.Error, OSError) as error:
        raise WrongShape(f"{path.name} cannot be read as {path.suffix[1:]}: {_cause(error)}.") from error


def forget_events(connection: DuckDBPyConnection) -> None:
    """Make room: neither `given` nor what `check_events` made a view of it can be read after this."""
    connection.execute("DROP VIEW IF EXISTS taken; DROP VIEW IF EXISTS numbered; DROP VIEW IF EXISTS given")
    connection.execute("DROP TABLE IF EXISTS narrow; DROP TYPE IF EXISTS known_code")


def _lay(connection: DuckDBPyConnection, rows: str, values: dict[str, Any]) -> None:
    """Fill `narrow` with the rows of a statement, in its order."""
    connection.execute(
        f"""
        CREATE TABLE narrow AS
        SELECT
            case_id, event_id, TRY_CAST(event AS known_code) AS code, day_of(occurred_on) AS day,
            day_of(received_on) AS receipt, about, attributes, sound,
            CASE WHEN code IS NULL THEN event END AS other_event,
            CASE WHEN day IS NULL THEN CAST(occurred_on AS VARCHAR) END AS other_day,
            CASE WHEN receipt IS NULL THEN CAST(received_on AS VARCHAR) END AS other_receipt
        FROM ({rows})
        """,  # noqa: S608 - statements of our own
        values,
    )


def _cause(error: Exception) -> str:
    """The first lines of what the reader says, without the lines of the file that it quotes: they are about people."""
    said = [line.strip() for line in str(error).splitlines()]
    told = [line for line in said if line and not line.startswith(_QUOTING)][:2]
    return "; ".join(told).partition("  Input:")[0].rstrip(".")


def _from_csv(connection: DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    others = _other_columns(path, header)
    _lay(
        connection,
        f"""
        SELECT {_texts({})}, true AS sound
        FROM read_csv(
            $path, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '',
            max_line_size = $longest, columns = $columns)
        """,  # noqa: S608 - columns of our own
        {"path": str(path), "longest": _LONGEST_LINE, "columns": dict.fromkeys(header, "VARCHAR")},
    )
    return others


def _from_json_lines(connection: DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    """Each line is taken as text: one that is no object is a row to be left out, and not the end of the file."""
    _look_at_first_object(path)
    asked = ", ".join(
        f"CASE WHEN sound THEN nullif(json_extract_string(line, '$.{name}'), '') END AS {name}" for name in COLUMNS[:-1]
    )
    _lay(
        connection,
        f"""
        WITH lines AS (
            SELECT line,
                CASE WHEN coalesce(trim(line), '') = '' THEN NULL
                    WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE false END AS sound
            FROM read_csv($path, header = false, auto_detect = false, delim = '\x01', quote = '', escape = '',
                          max_line_size = $longest, columns = {{'line': 'VARCHAR'}})
        )
        SELECT {asked},
            CASE WHEN sound IS NOT true THEN NULL
                WHEN json_type(line, '$.attributes') = 'VARCHAR'
                THEN nullif(json_extract_string(line, '$.attributes'), '')
                WHEN json_type(line, '$.attributes') <> 'NULL' THEN json_extract(line, '$.attributes')::VARCHAR
            END AS attributes,
            sound
        FROM lines
        """,  # noqa: S608 - columns of our own
        {"path": str(path), "longest": _LONGEST_LINE},
    )
    return ()


def _look_at_first_object(path: Path) -> None:
    """A file none of whose first lines is an object with the ids is no file of events."""
    seen = 0
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            seen += 1
            try:
                found = json.loads(line)
            except ValueError:
                found = None
            if isinstance(found, dict):
                _other_columns(path, list(found), asked=COLUMNS[:3])
                return
            if seen == 100:
                break
    if seen:
        raise WrongShape(f"{path.name} holds no JSON object in its first {seen} lines.")


def _from_parquet(connection: DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    described = connection.execute("DESCRIBE FROM read_parquet($path)", {"path": str(path)}).fetchall()
    kinds = {name: kind for name, kind, *_ in described}
    others = _other_columns(path, list(kinds))
    rows = f"SELECT {_texts(kinds)}, true AS sound FROM read_parquet($path)"  # noqa: S608 - columns of our own
    _lay(connection, rows, {"path": str(path)})
    return others


def _texts(kinds: dict[str, str]) -> str:
    return ", ".join(f"nullif({_text(name, kinds.get(name, 'VARCHAR'))}, '') AS {name}" for name in COLUMNS)


def _text(name: str, kind: str) -> str:
    if kind in ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"):
        # A moment at the beginning of a day is how some programs write a day; any other moment is none.
        return f"CASE WHEN {name} = date_trunc('day', {name}) THEN {name}::DATE::VARCHAR ELSE {name}::VARCHAR END"
    if kind.startswith(("STRUCT", "MAP")):
        return f"to_json({name})::VARCHAR"
    return f"{name}::VARCHAR"


def _other_columns(path: Path, found: list[str], asked: tuple[str, ...] = COLUMNS) -> tuple[str, ...]:
    lacking = [name for name in asked if name not in found]
    if lacking:
        raise WrongShape(f"{path.name} has no {', '.join(lacking)}. A file of events has {', '.join(COLUMNS)}.")
    if len(set(found)) < len(found):
        raise WrongShape(f"{path.name} names a column twice.")
    return tuple(name for name in found if name not in COLUMNS)


_READERS: dict[str, Callable[[DuckDBPyConnection, Path], tuple[str, ...]]] = {
    ".csv": _from_csv,
    ".jsonl": _from_json_lines,
    ".ndjson": _from_json_lines,
    ".parquet": _from_parquet,
}
_MACROS, _GIVEN = (
    (files("hawl.rights.evaluating") / name).read_text(encoding="utf-8") for name in ("days.sql", "narrow.sql")
)

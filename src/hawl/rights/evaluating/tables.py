"""Tables of DuckDB filled from Python: what both engines and the checks lay out beside the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = Sequence[Any]


def lay_table(connection: DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
    """Make the table `name` anew with `rows`; `columns` gives their names and types in order."""
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TABLE {name} ({declared})")
    add_rows(connection, name, columns, rows)


def add_rows(connection: DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
    """Add `rows` to a table that `lay_table` made with the same columns, by one statement."""
    if not rows:
        return
    unnested = ", ".join(f"unnest(${column}::{kind}[])" for column, kind in columns.items())
    values = dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
    connection.execute(f"INSERT INTO {name} SELECT {unnested}", values)


def lay_type(connection: DuckDBPyConnection, name: str, texts: Iterable[str]) -> None:
    """Make the type `name` of the different ones of these texts: a row then holds a number in place of one."""
    lay_table(connection, "texts_of_type", {"text": "VARCHAR"}, [(text,) for text in dict.fromkeys(texts)])
    connection.execute(f"CREATE TYPE {name} AS ENUM (SELECT text FROM texts_of_type)")  # noqa: S608 - types of our own

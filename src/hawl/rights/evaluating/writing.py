"""Evaluated duties into a file, which stands whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hawl.rights.evaluating.one import KINDS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AS = {
    ".csv": "FORMAT csv, HEADER true",
    ".jsonl": "FORMAT json",
    ".ndjson": "FORMAT json",
    # Explanations are much alike: a fifth of the size for no more time. Of ids and explanations no dictionary is begun
    # only to be given up.
    ".parquet": "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 5000",
}
ENDINGS = tuple(_AS)


def write_duties(connection: DuckDBPyConnection, path: Path, folder: Path) -> None:
    """Write the rows of `evaluated` in the order in which they lie, as the ending of `path` says.

    Dates are ISO and empty where there is none, booleans `true` and `false`. `why` is an object in JSON Lines and its
    text elsewhere. The file is written in `folder`, which is of the same file system, and moved into place.
    """
    kinds = KINDS | ({"why": "JSON"} if "json" in _AS[path.suffix.lower()] else {})
    columns = ", ".join(f"{_plain(name, kind)} AS {name}" for name, kind in kinds.items())
    rows = f"SELECT {columns} FROM evaluated"  # noqa: S608 - names of our own
    made = folder / f"written{path.suffix}"
    place = str(made).replace("'", "''")
    connection.execute(f"COPY ({rows}) TO '{place}' ({_AS[path.suffix.lower()]})")
    made.replace(path)


def _plain(name: str, kind: str) -> str:
    """A column as its values alone: Parquet would show how an engine held its texts, once for many rows or each."""
    return f"CASE WHEN {name} IS NULL THEN NULL ELSE {name}::{kind} END" if kind == "VARCHAR" else f"{name}::{kind}"

"""The events of a run in parts of whole cases: files that workers judge, each answering with another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hawl.rights.evaluating.one import KINDS
from hawl.rights.evaluating.tables import lay_table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Judging a part takes some 300 MB for so many events, and half a second before the first of them.
MOST_EVENTS = 500_000
_LEAST_EVENTS = 1_000


def lay_parts(connection: DuckDBPyConnection, folder: Path, workers: int) -> list[int]:
    """Write the table `taken` below `folder` in parts; how many events each part has, in the order of the parts.

    A part holds whole cases, all before those of the next part by the bytes of their ids, and as many events as
    `workers` workers get an even share of, but not more than `MOST_EVENTS` unless one case alone has more.
    """
    ((events,),) = connection.execute("SELECT count(*) FROM taken").fetchall()
    if not events:
        return []
    size = min(MOST_EVENTS, max(_LEAST_EVENTS, -(-events // workers)))
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE parts AS
        WITH cases AS (SELECT case_id, count(*) AS many FROM taken GROUP BY case_id),
            passed AS (SELECT case_id, many, sum(many) OVER (ORDER BY case_id) - many AS before FROM cases)
        SELECT case_id, many, dense_rank() OVER (ORDER BY before // $size) - 1 AS part FROM passed
        """,
        {"size": size},
    )
    rows = "SELECT taken.*, part FROM taken JOIN parts USING (case_id)"
    connection.execute(f"COPY ({rows}) TO {_text(folder / 'given')} (FORMAT parquet, PARTITION_BY (part))")
    found = connection.execute("SELECT sum(many)::BIGINT FROM parts GROUP BY part ORDER BY part").fetchall()
    connection.execute("DROP TABLE parts")
    return [many for (many,) in found]


def given(folder: Path, part: int) -> str:
    """A pattern of the files of one part's events: each thread that wrote has written its own."""
    return str(folder / "given" / f"part={part}" / "*.parquet")


def judged(folder: Path, part: int) -> Path:
    """The file of one part's duties."""
    return folder / f"judged-{part}.parquet"


def gather(connection: DuckDBPyConnection, folder: Path, parts: int) -> None:
    """Give what all parts answered as `evaluated`, one part after the other, each in its own order."""
    if not parts:
        lay_table(connection, "evaluated", KINDS, [])
        return
    files = ", ".join(_text(judged(folder, part)) for part in range(parts))
    connection.execute("SET preserve_insertion_order = true")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW evaluated AS FROM read_parquet([{files}])")


def _text(path: Path) -> str:
    quoted = str(path).replace("'", "''")
    return f"'{quoted}'"

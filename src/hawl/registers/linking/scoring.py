"""Pairs of rows that are of one person by the model, and that no rule keeps apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log2
from typing import TYPE_CHECKING

from hawl.registers.linking.levels import Comparison
from hawl.registers.linking.model import quietly
from hawl.registers.linking.rules import may_link_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from splink import Linker

# Rows of one part: bounds the pairs that are held at once.
ROWS_AT_ONCE = 20_000


def score(
    connection: DuckDBPyConnection,
    linker: Linker,
    comparisons: Sequence[Comparison],
    threshold: float,
    tell: Callable[[int], None],
) -> list[tuple[float, int, int]]:
    """Weight (bits) and the two row numbers of each link, the strongest first. `threshold` is a probability."""
    ((rows,),) = connection.execute("SELECT count(*) FROM people").fetchall()
    parts = max(1, -(-rows // ROWS_AT_ONCE))
    least = log2(threshold / (1 - threshold))
    found: list[tuple[float, int, int]] = []
    for part in range(1, parts + 1):
        with quietly():
            scored = linker.inference.predict_chunk(
                left_chunk=(part, parts), right_chunk=(1, 1), threshold_match_weight=least, warning_mode="never"
            )
            found += connection.execute(
                f"SELECT match_weight, row_l, row_r FROM {scored.physical_name} WHERE {may_link_sql(comparisons)}"  # noqa: S608
            ).fetchall()
            scored.drop_table_from_database_and_remove_from_cache()
        tell(min(rows, rows * part // parts))
    # Of equal weight the earlier rows first: the same file gives the same groups.
    return sorted(found, key=lambda link: (-round(link[0], 6), min(link[1:]), max(link[1:])))

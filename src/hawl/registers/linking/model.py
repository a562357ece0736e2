"""Splink's model of two rows: what is compared, with numbers believed before the file and numbers learned from it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from hawl.foundations.datafiles import read
from hawl.registers.linking.levels import Comparison, Level
from hawl.registers.linking.pairing import KEYS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from splink import Linker

# m and u of a level: shares of the pairs of one person, and of two people, that agree so far.
Numbers = Mapping[tuple[str, str], tuple[float, float]]
# A value's commonness is believed as if this many rows more had been seen, in which it is as common as any.
_ROWS_BELIEVED = 2_000
# Rows of the same value that agree in this too are taken for one person when commonness is counted.
_APART_BY = {
    "given": "concat_ws('|', coalesce(surname_forms[1], ''), year(born))",
    "surname": "concat_ws('|', coalesce(given_forms[1], ''), year(born))",
}
# No level is taken for impossible on the word of one file.
_LEAST = 1e-6


@lru_cache(maxsize=1)
def priors() -> dict[tuple[str, str], tuple[float, float]]:
    """m and u of each comparison's levels before any file was seen."""
    data = read(files("hawl.registers.linking") / "priors.yaml").data
    return {
        (comparison, level): (float(m), float(u))
        for comparison, levels in data.items()
        if isinstance(levels, dict)
        for level, (m, u) in levels.items()
    }


def make_linker(
    connection: DuckDBPyConnection, comparisons: Sequence[Comparison], numbers: Numbers, probability: float
) -> Linker:
    """A linker over the table `people`. `probability` is that of two rows taken at random being of one person."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="row",
        comparisons=[_comparison(each, numbers) for each in comparisons],
        blocking_rules_to_generate_predictions=[block_on(key) for key in KEYS],
        probability_two_random_records_match=probability,
        # The levels come only with the values they rest on.
        retain_matching_columns=True,
        em_convergence=0.001,
    )
    with quietly():
        database = DuckDBAPI(connection)
        linker = Linker(database.register("people"), settings, log_level=None, validate_settings=False)
        for column in {level.often for each in comparisons for level in each.levels if level.often}:
            connection.execute(_commonness(column, _u_of_same(comparisons, numbers, column)))
            table = database.register(f"often_{column}")
            linker.table_management.register_term_frequency_lookup(table, column)
    return linker


@contextmanager
def quietly() -> Iterator[None]:
    """Splink writes to its log and warns of what we do on purpose; neither may quote a value of a row on a screen."""
    import logging

    log = logging.getLogger("splink")
    before = log.disabled, log.propagate
    log.disabled, log.propagate = True, False
    children = [each for name, each in logging.root.manager.loggerDict.items() if name.startswith("splink.")]
    loud = [each for each in children if isinstance(each, logging.Logger) and not each.disabled]
    for each in loud:
        each.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled, log.propagate = before
        for each in loud:
            each.disabled = False


def _comparison(comparison: Comparison, numbers: Numbers) -> Any:
    from splink.comparison_library import CustomComparison

    absent = {"sql_condition": comparison.absent, "label_for_charts": "absent", "is_null_level": True}
    levels = [_level(level, *numbers[comparison.name, level.name]) for level in comparison.levels]
    return CustomComparison([absent, *levels], output_column_name=comparison.name)


def _level(level: Level, m: float, u: float) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "sql_condition": level.condition,
        "label_for_charts": level.name,
        "m_probability": max(m, _LEAST),
        "u_probability": max(u, _LEAST),
    }
    if level.often:
        settings |= {"tf_adjustment_column": level.often, "tf_adjustment_weight": 1.0, "tf_minimum_u_value": 1e-6}
    return settings


def _u_of_same(comparisons: Sequence[Comparison], numbers: Numbers, column: str) -> float:
    (name,) = {each.name for each in comparisons for level in each.levels if level.often == column}
    return numbers[name, "same"][1]


def _commonness(column: str, u: float) -> str:
    """SQL of a table of how common each value is among people, as far as rows of one person can be seen to be such.

    Counted by rows, a name would be the commoner the more often one person stands in the file. In a small file a value
    is hardly more or less common than any.
    """
    apart_by = _APART_BY.get(column, "coalesce(given_forms[1], row::VARCHAR)")
    return f"""
        CREATE OR REPLACE TABLE often_{column} AS
        WITH met AS (SELECT {column}, count(DISTINCT {apart_by}) AS people FROM people WHERE {column} IS NOT NULL
            GROUP BY {column})
        SELECT {column}, ((people + {_ROWS_BELIEVED * u!r}) / (sum(people) OVER () + {_ROWS_BELIEVED}))::DOUBLE
            AS tf_{column}
        FROM met
    """  # noqa: S608 - names of our own

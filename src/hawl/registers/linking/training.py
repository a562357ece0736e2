"""What a file teaches of its own mistakes, without any pair known beforehand; a small file teaches little."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hawl.registers.linking.levels import Comparison
from hawl.registers.linking.model import Numbers, make_linker, priors, quietly

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from splink import Linker

Found = Mapping[tuple[str, str], tuple[Any, Any]]

# Pairs looked at, at most, for each thing that is learned: without a bound a million rows would take six gigabytes.
_MOST_PAIRS = 600_000
_SEED = 20
# What is believed beforehand weighs as much as this many pairs of one person, and of two people.
_ONE_BELIEVED, _TWO_BELIEVED = 200, 100_000
# However often one person stands in the file, chance makes this part of what is seen to agree at least.
_MOST_OUT = 20
_LEAST_SHARE = 0.02
# Fewer rows teach nothing that these numbers do not know better.
_FEWEST_ROWS = 200
# Pairs of one person have the same name and day this often; and a file has so many of them for each row at least.
_SHARE_ALIKE, _LEAST_PER_ROW, _MOST_LIKELY = 0.55, 0.02, 0.05
# Each teaches what it does not rest on.
_SESSIONS = (("born",), ("given", "surname"), ("email",), ("phone",))
_ENOUGH_SESSIONS = 2


def train(
    connection: DuckDBPyConnection, comparisons: Sequence[Comparison], tell: Callable[[str], None]
) -> tuple[Numbers, float]:
    """The numbers of each level and the probability that two rows taken at random are of one person."""
    ((rows,),) = connection.execute("SELECT count(*) FROM people").fetchall()
    alike = _pairs_alike(connection)
    pairs = max(rows * (rows - 1) / 2, 1)
    probability = min(max(alike / _SHARE_ALIKE, rows * _LEAST_PER_ROW) / pairs, _MOST_LIKELY)
    if rows < _FEWEST_ROWS:
        tell("Too few rows to learn from: what is believed beforehand is used.")
        return priors(), probability
    linker = make_linker(connection, comparisons, priors(), probability)
    with quietly():
        tell("Learning how often two people agree by chance …")
        linker.training.estimate_u_using_random_sampling(max_pairs=_MOST_PAIRS, seed=_SEED)
        learned = _learn(linker, comparisons, tell)
        found = _levels(linker)
    m = {key: _m(key, found, alike if learned else 0) for key in priors()}
    ones = alike / _share_alike(connection, m) if alike else rows * _LEAST_PER_ROW
    m = {key: _m(key, found, ones if learned else 0) for key in priors()}
    probability = min(ones / pairs, _MOST_LIKELY)
    return {
        key: (m[key], _u(key, found, m[key], probability, min(pairs, _MOST_PAIRS))) for key in priors()
    }, probability


def _share_alike(connection: DuckDBPyConnection, m: Mapping[tuple[str, str], float]) -> float:
    """Of the pairs of one person, how many have the same names and day written in both rows."""
    ((given, surname, born),) = connection.execute(
        "SELECT count(given) / count(*), count(surname) / count(*), count(born) / count(*) FROM people"
    ).fetchall()
    share = 1.0
    for name, written in (("given", given), ("surname", surname), ("born", born)):
        share *= m[name, "same"] * written**2
    return max(share, _LEAST_SHARE)


def _pairs_alike(connection: DuckDBPyConnection) -> int:
    """Pairs with the same names and day, which hardly any two people have."""
    ((found,),) = connection.execute(
        "SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM (SELECT count(*) AS n FROM people"
        " WHERE given IS NOT NULL AND surname IS NOT NULL AND born IS NOT NULL GROUP BY given, surname, born)"
    ).fetchall()
    return int(found)


def _learn(linker: Linker, comparisons: Sequence[Comparison], tell: Callable[[str], None]) -> bool:
    """Expectation maximisation over pairs that share one thing; whether anything could be learned."""
    from splink import block_on
    from splink.internals.exceptions import EMTrainingException

    there = {column for each in comparisons for column in each.columns}
    done = 0
    for columns in _SESSIONS:
        if done == _ENOUGH_SESSIONS or not set(columns) <= there:
            continue
        tell(f"Learning how rows of one person differ, from those of the same {' and '.join(columns)} …")
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*columns),
                max_pairs=_MOST_PAIRS,
                record_sample_proportion=1.0,
            )
        except EMTrainingException:
            continue
        done += 1
    return done > 0


def _levels(linker: Linker) -> dict[tuple[str, str], tuple[Any, Any]]:
    """m and u that Splink holds now, by comparison and level."""
    model: dict[str, Any] = linker.misc.save_model_to_json()
    return {
        (comparison["output_column_name"], level["label_for_charts"]): (
            level.get("m_probability"),
            level.get("u_probability"),
        )
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
    }


def _m(key: tuple[str, str], found: Found, ones: float) -> float:
    """Learned as far as the pairs of one person behind it outweigh what is believed."""
    believed, learned = priors()[key][0], found.get(key, (None, None))[0]
    return _mean(believed, learned, ones / (ones + _ONE_BELIEVED))


def _u(key: tuple[str, str], found: Found, m: float, probability: float, pairs: float) -> float:
    """The same of two people. Pairs taken at random hold some of one person, whose share is taken out."""
    believed, learned = priors()[key][1], found.get(key, (None, None))[1]
    if isinstance(learned, float):
        learned = max((learned - probability * m) / (1 - probability), learned / _MOST_OUT)
    return _mean(believed, learned, pairs / (pairs + _TWO_BELIEVED))


def _mean(believed: float, found: Any, weight: float) -> float:
    return believed if not isinstance(found, float) else believed * (1 - weight) + found * weight

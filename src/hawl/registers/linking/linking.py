"""A file of people into groups of rows, each of one person. All of it happens in memory: no row is written anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection
from splink.internals.exceptions import SplinkException

from hawl.registers.linking.grouping import group
from hawl.registers.linking.levels import comparisons_for
from hawl.registers.linking.model import make_linker
from hawl.registers.linking.pairing import lay_keys
from hawl.registers.linking.reading import Taken, read_people
from hawl.registers.linking.scoring import score
from hawl.registers.linking.training import train

MEMORY = "1GB"


class NotLinked(RuntimeError):
    """The work could not go on. Its text is a sentence that quotes no row; what Splink says may quote some."""


@dataclass(frozen=True, slots=True)
class Linked:
    """`clusters` is id and number of the cluster for each row that was used, in the order of the file."""

    taken: Taken
    clusters: list[tuple[str, int]]
    links: int
    common_keys: int


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom to tell how far the work has come: a sentence, rows read, rows compared."""

    say: Callable[[str], None] = lambda line: None
    read: Callable[[int], None] = lambda done: None
    compared: Callable[[int], None] = lambda done: None


@contextmanager
def in_memory() -> Iterator[DuckDBPyConnection]:
    """A DuckDB that can neither read nor write a file: beyond its memory it fails and never goes on in files."""
    with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": ""}) as connection:
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        yield connection


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, SplinkException) as fault:
        cause = fault if isinstance(fault, duckdb.Error) else fault.__cause__
        if isinstance(cause, duckdb.OutOfMemoryException):
            raise NotLinked(f"The rows do not fit into {MEMORY} of memory, and none is put on disk.") from None
        raise NotLinked(f"The work could not go on ({type(cause or fault).__name__}).") from None


def link_people(
    path: Path, id_column: str, mapping: Mapping[str, tuple[str, ...]], threshold: float, telling: Telling
) -> Linked:
    """Raises `WrongShape` of a file that cannot be read, `NotLinked` where memory does not suffice.

    `threshold` is the probability, above 0 and below 1, at which two rows are linked.
    """
    with _told_plainly(), in_memory() as connection:
        taken = read_people(connection, path, id_column, mapping, telling.read)
        if not taken.rows:
            return Linked(taken, [], 0, 0)
        connection.execute((files("hawl.registers.linking") / "preparing.sql").read_text(encoding="utf-8"))
        common = lay_keys(connection)
        comparisons = comparisons_for(mapping)
        numbers, probability = train(connection, comparisons, telling.say)
        telling.say("Comparing …")
        linker = make_linker(connection, comparisons, numbers, probability)
        links = score(connection, linker, comparisons, threshold, telling.compared)
        telling.say("Putting together …")
        first_of = group(connection, links)
        return Linked(taken, _numbered(connection, first_of), len(links), common)


def _numbered(connection: DuckDBPyConnection, first_of: Mapping[int, int]) -> list[tuple[str, int]]:
    """Clusters numbered from 1 in the order in which their first rows stand."""
    numbers: dict[int, int] = {}
    return [
        (known_as, numbers.setdefault(first_of.get(row, row), len(numbers) + 1))
        for row, known_as in connection.execute("SELECT row, id FROM people ORDER BY row").fetchall()
    ]

"""Links into groups, each of one person: the strongest link first, and never two rows that are kept apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from hawl.registers.linking.rules import apart_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Link = tuple[float, int, int]
# Rows that hang together at the threshold, at most; more are cut at their weakest links until they are fewer.
MOST_TOGETHER = 400
_STRONGER_BY = 2.0  # bits
# Links that differ by less do not say which of two people a row is of.
_AS_STRONG = 3.0  # bits


def group(connection: DuckDBPyConnection, links: Sequence[Link]) -> dict[int, int]:
    """The first row of the group of each row that is linked. `links` come with the strongest first."""
    kept = _cut(links)
    apart = _apart(connection, kept)
    undecided = _undecided(kept, apart)
    return _joined([link for link in kept if undecided.isdisjoint(link[1:])], apart)


def _undecided(links: Sequence[Link], apart: dict[int, set[int]]) -> set[int]:
    """Rows that could be either of two people: of one name and house, father or son, and no day to tell them by."""
    best: dict[int, float] = {}
    near: defaultdict[int, set[int]] = defaultdict(set)
    for weight, one, other in links:
        for row, partner in ((one, other), (other, one)):
            if weight >= best.setdefault(row, weight) - _AS_STRONG:
                near[row].add(partner)
    return {row for row, partners in near.items() if any(not partners.isdisjoint(apart.get(p, ())) for p in partners)}


def _cut(links: Sequence[Link]) -> list[Link]:
    """The links, without the weaker ones of what hangs together too widely to be one person."""
    kept: list[Link] = []
    waiting = [list(links)]
    while waiting:
        some = waiting.pop()
        first_of = _joined(some, {})
        many: defaultdict[int, int] = defaultdict(int)
        for first in first_of.values():
            many[first] += 1
        too_wide = {first for first, rows in many.items() if rows > MOST_TOGETHER}
        kept += [link for link in some if first_of[link[1]] not in too_wide]
        for first in too_wide:
            here = [link for link in some if first_of[link[1]] == first]
            least = here[-1][0] + _STRONGER_BY
            stronger = [link for link in here if link[0] >= least]
            if stronger:
                waiting.append(stronger)
    return sorted(kept, key=lambda link: (-round(link[0], 6), min(link[1:]), max(link[1:])))


def _apart(connection: DuckDBPyConnection, links: Sequence[Link]) -> dict[int, set[int]]:
    """Of rows that hang together, those that are of two people."""
    first_of = _joined(links, {})
    if not first_of:
        return {}
    table = pa.table({"row": pa.array(first_of, pa.int64()), "together": pa.array(first_of.values(), pa.int64())})
    connection.register("arrived_together", table)
    columns = "row, given, given_forms, given_sound, given_known, surname, born, born_text"
    found = connection.execute(
        f"""
        WITH several AS (SELECT together FROM arrived_together GROUP BY together HAVING count(*) > 2),
        here AS (SELECT together, {columns} FROM arrived_together JOIN several USING (together)
            JOIN people USING (row)),
        l AS (SELECT together, {_marked(columns, "l")} FROM here),
        r AS (SELECT together, {_marked(columns, "r")} FROM here)
        SELECT row_l, row_r FROM l JOIN r USING (together) WHERE row_l < row_r AND {apart_sql()}
        """  # noqa: S608 - names of our own
    ).fetchall()
    connection.unregister("arrived_together")
    apart: dict[int, set[int]] = defaultdict(set)
    for one, other in found:
        apart[one].add(other)
        apart[other].add(one)
    return apart


def _marked(columns: str, side: str) -> str:
    return ", ".join(f"{column} AS {column}_{side}" for column in columns.split(", "))


def _joined(links: Iterable[Link], apart: dict[int, set[int]]) -> dict[int, int]:
    """The first row of each row's group; a link whose groups hold two rows that are apart is passed over."""
    group_of: dict[int, set[int]] = {}
    for _, one, other in links:
        here, there = group_of.setdefault(one, {one}), group_of.setdefault(other, {other})
        if here is there:
            continue
        small, large = sorted((here, there), key=len)
        if any(not large.isdisjoint(apart.get(row, ())) for row in small):
            continue
        large |= small
        for row in small:
            group_of[row] = large
    firsts: dict[int, int] = {}
    for row, together in group_of.items():
        if id(together) not in firsts:
            firsts[id(together)] = min(together)
        group_of[row] = together
    return {row: firsts[id(together)] for row, together in group_of.items()}

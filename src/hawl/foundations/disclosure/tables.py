"""Which numbers of a table may be shown, so that no small one can be worked out from the rest.

A table has rows named by paths (`("police", "right 6", "6.1a")`), the same columns in each row, and a total beside
and below everything; each start of a path is a row too, the sum of the rows below it. Counts from 1 to 4 are shown as
few. That is not enough: with the other numbers and the totals a reader subtracts. So some larger ones are hidden too.

How it is known that enough is hidden: every number is a flow on one edge of a network whose nodes are the sums that
must come out (a row; a column below a start of a path). A hidden number can be another one exactly when the flow can
be sent round a ring of hidden edges. For each few, a ring is laid through the cheapest numbers, sums only where what is
below them does not suffice, so that it could as well be another from 1 to 4, any of them if that can be had; the
numbers on the ring are hidden. Hiding more never undoes that.

None is shown as none. What one learns by comparing two days or two overlapping periods is not guarded here: whoever
publishes keeps periods apart.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

LEAST = 5
# More than any count; what nothing bounds may be.
_ENDLESS = 10**9
_SWEEPS = 30

Path = tuple[str, ...]
Node = tuple[object, ...]


class Mark(Enum):
    """What stands where a number is not shown: `FEW` is one to four, `HIDDEN` five or more."""

    FEW = "few"
    HIDDEN = "hidden"


FEW, HIDDEN = Mark.FEW, Mark.HIDDEN
Count = int | Mark


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it may be shown: a count for each column, and their total."""

    counts: tuple[Count, ...]
    total: Count
    # The least and the most that each count can be for who reads the table; from what is shown alone.
    bounds: tuple[tuple[int, int], ...] = field(default=(), compare=False)


def protect(rows: Mapping[Path, Sequence[int]], fixed: Sequence[bool] = ()) -> dict[Path, Line]:
    """Every row and every sum of rows as it may be shown; `()` is the sum of all.

    All paths have the same length, at least one, and all rows the same number of columns. `fixed` says of each column,
    and last of the total, whether its sum over all is known from elsewhere and so may not be reckoned hidden.
    Raises ValueError for a negative count or rows of unlike length.
    """
    net = _Network(rows, fixed)
    for edge in net.edges:
        if 0 < edge.n < LEAST:
            edge.hidden = True
    for edge in list(net.edges):
        if 0 < edge.n < LEAST:
            net.loosen(edge)
    return net.lines()


@dataclass(slots=True, eq=False)
class _Edge:
    start: Node
    end: Node
    n: int
    # How many levels of sums stand below; the higher, the dearer to lose.
    level: int
    weight: int
    hidden: bool = False
    stays: bool = False

    def room(self, upward: bool) -> int:
        """How far the number could be another one for who knows only its mark."""
        if upward:
            return LEAST - 1 - self.n if self.n < LEAST else 10**9
        return self.n - 1 if self.n < LEAST else self.n - LEAST


class _Network:
    """The numbers of a table as flows: total to row, row to its columns, column to the same column above, all back."""

    def __init__(self, rows: Mapping[Path, Sequence[int]], fixed: Sequence[bool]) -> None:
        self.width = len(next(iter(rows.values()), ()))
        self.depth = len(next(iter(rows), ()))
        self.edges: list[_Edge] = []
        self.at: dict[tuple[Path, int], _Edge] = {}
        sums: dict[Path, list[int]] = {}
        for path, counts in rows.items():
            if len(counts) != self.width or min(counts, default=0) < 0:
                raise ValueError(f"{path}: {self.width} counts are needed, none below 0")
            for length in range(len(path) + 1):
                kept = sums.setdefault(path[:length], [0] * self.width)
                kept[:] = [a + b for a, b in zip(kept, counts, strict=True)]
        for path, counts in sums.items():
            self._add_row(path, counts, leaf=path in rows)
        for column, known in enumerate(fixed):
            if () in sums:
                self.at[(), column].stays = known
        self.leaving: dict[Node, list[_Edge]] = {}
        for edge in self.edges:
            self.leaving.setdefault(edge.start, []).append(edge)
            self.leaving.setdefault(edge.end, []).append(edge)

    def _add_row(self, path: Path, counts: Sequence[int], *, leaf: bool) -> None:
        level = self.depth - len(path)
        for column, n in enumerate(counts):
            below: Node = ("row", path) if leaf else ("sum", path, column)
            above: Node = ("sum", path[:-1], column) if path else ("all",)
            self._add(path, column, _Edge(below, above, n, level, 10**level))
        below = ("row", path) if leaf else ("sum", path, self.width)
        above = ("sum", path[:-1], self.width) if path else ("all",)
        self._add(path, self.width, _Edge(above, below, sum(counts), level, 5 * 10**level))

    def _add(self, path: Path, column: int, edge: _Edge) -> None:
        self.edges.append(edge)
        self.at[path, column] = edge

    def loosen(self, edge: _Edge) -> None:
        """Hide the cheapest rings of numbers by which `edge` could be more, and less, as far as a few can be.

        Higher sums are touched only where without them it could be neither.
        """
        for level in range(self.depth + 1):
            more = self._loosened(edge, True, LEAST - 1 - edge.n, level)
            less = self._loosened(edge, False, edge.n - 1, level)
            if more or less:
                return

    def _loosened(self, edge: _Edge, upward: bool, by: int, level: int) -> bool:
        for amount in range(by, 0, -1):
            ring = self._ring(edge, upward, amount, level)
            if ring is not None:
                for each in ring:
                    each.hidden = True
                return True
        return False

    def _ring(self, edge: _Edge, upward: bool, by: int, level: int) -> list[_Edge] | None:
        """The way back from the edge's far end to its near end over numbers that can give `by`; Dijkstra."""
        start, goal = (edge.end, edge.start) if upward else (edge.start, edge.end)
        cheapest: dict[Node, int] = {start: 0}
        came: dict[Node, tuple[Node, _Edge]] = {}
        queue: list[tuple[int, int, Node]] = [(0, 0, start)]
        serial = 0
        while queue:
            cost, _, node = heapq.heappop(queue)
            if node == goal:
                return _walked(came, start, goal)
            if cost > cheapest[node]:
                continue
            for each in self.leaving.get(node, ()):
                upward_here = each.start == node
                onward = each.end if upward_here else each.start
                if each is edge or each.stays or each.n == 0 or each.room(upward_here) < by:
                    continue
                if each.level > level and not each.hidden:
                    continue
                total = cost + (0 if each.hidden else each.weight * (each.n + 1000))
                if total < cheapest.get(onward, 1 << 60):
                    serial += 1
                    cheapest[onward] = total
                    came[onward] = (node, each)
                    heapq.heappush(queue, (total, serial, onward))
        return None

    def lines(self) -> dict[Path, Line]:
        """All rows with their marks."""
        marks: dict[Path, list[Count]] = {}
        known = self._known()
        bounds: dict[Path, list[tuple[int, int]]] = {}
        for (path, _), edge in self.at.items():
            few = 0 < edge.n < LEAST
            marks.setdefault(path, []).append(FEW if few else HIDDEN if edge.hidden else edge.n)
            bounds.setdefault(path, []).append(known[edge])
        return {path: Line(tuple(counts[:-1]), counts[-1], tuple(bounds[path][:-1])) for path, counts in marks.items()}

    def _known(self) -> dict[_Edge, tuple[int, int]]:
        """Between what each number must lie: its mark, then what the sums leave, until nothing more follows."""
        known = {edge: _marked(edge) for edge in self.edges}
        for _sweep in range(_SWEEPS):
            before = dict(known)
            for node, edges in self.leaving.items():
                _tighten(node, edges, known)
            if known == before:
                break
        return known


def _marked(edge: _Edge) -> tuple[int, int]:
    if 0 < edge.n < LEAST:
        return 1, LEAST - 1
    return (LEAST, _ENDLESS) if edge.hidden else (edge.n, edge.n)


def _tighten(node: Node, edges: Sequence[_Edge], known: dict[_Edge, tuple[int, int]]) -> None:
    """What flows into a node flows out of it: each edge is what the others leave."""
    for edge in edges:
        same = [each for each in edges if each is not edge and (each.start == node) == (edge.start == node)]
        other = [each for each in edges if (each.start == node) != (edge.start == node)]
        least = sum(known[each][0] for each in other) - sum(known[each][1] for each in same)
        most = sum(known[each][1] for each in other) - sum(known[each][0] for each in same)
        known[edge] = max(known[edge][0], least), min(known[edge][1], most)


def _walked(came: Mapping[Node, tuple[Node, _Edge]], start: Node, goal: Node) -> list[_Edge]:
    found = []
    node = goal
    while node != start:
        node, edge = came[node]
        found.append(edge)
    return found

from __future__ import annotations

import itertools
import random

import pytest

from hawl.foundations.disclosure import FEW, HIDDEN, Count, Line, protect, rounded
from hawl.foundations.disclosure import tables as module

Rows = dict[tuple[str, ...], tuple[int, ...]]
MOST = 14  # what the attacker thinks the largest possible hidden number


def test_a_table_of_large_numbers_is_shown_whole_with_its_sums() -> None:
    shown = protect({("a", "x"): (10, 20), ("a", "y"): (7, 0), ("b", "z"): (5, 5)})
    assert shown[("a",)] == Line((17, 20), 37)
    assert shown[()] == Line((22, 25), 47)


@pytest.mark.parametrize(("n", "says"), [(0, 0), (1, FEW), (4, FEW), (5, 5)])
def test_one_to_four_are_few(n: int, says: Count) -> None:
    assert protect({("a",): (n, 40), ("b",): (60, 70), ("c",): (90, 80)})[("a",)].counts[0] == says


def test_a_few_alone_in_its_row_and_column_takes_others_with_it() -> None:
    shown = protect({("a",): (3, 40), ("b",): (60, 70), ("c",): (90, 80)})
    assert shown[("a",)] == Line((FEW, HIDDEN), 43)
    assert HIDDEN in (shown[("b",)].counts[0], shown[("c",)].counts[0])
    assert shown[()] == Line((153, 190), 343)


def test_the_sum_of_all_stays_shown_where_what_is_below_can_be_hidden() -> None:
    rows = {("police", f"6.{at}"): (100 + at, at, 30) for at in range(1, 9)}
    shown = protect(rows)
    assert shown[()].counts == (836, 36, 240)


def test_a_column_known_from_elsewhere_is_not_reckoned_hidden() -> None:
    rows = {("a",): (3, 9), ("b",): (2, 30)}
    free, held = protect(rows), protect(rows, fixed=(True, True, True))
    assert all(isinstance(n, int) for n in (*held[()].counts[1:], held[()].total))
    assert free[("a",)].counts[0] is held[("a",)].counts[0] is FEW


def test_what_cannot_be_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="none below 0"):
        protect({("a",): (1, -1)})
    with pytest.raises(ValueError, match="2 counts"):
        protect({("a",): (1, 1), ("b",): (1,)})


def test_nothing_is_a_table_of_nothing() -> None:
    assert protect({}) == {}


@pytest.mark.parametrize("seed", range(150))
def test_the_bounds_hold_the_number_and_are_those_of_the_mark_at_most(seed: int) -> None:
    rows = _table(random.Random(seed))
    for path, line in protect(rows).items():
        for at, (least, most) in enumerate(line.bounds):
            true = sum(counts[at] for each, counts in rows.items() if each[: len(path)] == path)
            assert least <= true <= most
            assert least < most or isinstance(line.counts[at], int)


@pytest.mark.parametrize("seed", range(60))
def test_no_few_can_be_worked_out_by_subtraction(seed: int) -> None:
    rows = _table(random.Random(seed))
    fewest = _possible_values(rows, protect(rows))
    assert fewest >= 2


def test_the_same_attack_succeeds_where_only_the_small_numbers_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._Network, "loosen", lambda *_: None)
    found_out = [seed for seed in range(40) if _worked_out(_table(random.Random(seed)))]
    assert len(found_out) > 20


def test_counts_to_the_nearest_five_leave_every_difference_open() -> None:
    assert [rounded(n) for n in (0, 1, 4, 5, 7, 8, 12, 13)] == [0, FEW, FEW, 5, 5, 10, 10, 15]
    for whole, part in itertools.product(range(5, 60), repeat=2):
        left = whole - part
        if 0 < left < 5 <= part:
            possible = {
                a - b
                for a, b in itertools.product(range(5, 64), repeat=2)
                if rounded(a) == rounded(whole) and rounded(b) == rounded(part) and a >= b
            }
            assert len(possible) >= 2


def _table(chance: random.Random) -> Rows:
    """A small table of two levels, with many zeros and small numbers."""
    columns = chance.choice([1, 2, 2])
    paths = [("a", "x"), ("a", "y"), ("b", "z")][: chance.choice([1, 2, 3, 3])]
    return {path: tuple(chance.choice([0, 1, 2, 3, 4, 6, 8, 11]) for _ in range(columns)) for path in paths}


def _worked_out(rows: Rows) -> bool:
    return _possible_values(rows, protect(rows)) == 1


def _possible_values(rows: Rows, shown: dict[tuple[str, ...], Line]) -> int:
    """Of all few numbers of the table, in how many ways the best known one could be; 4 where none is few.

    The attacker tries every table that fits all that is shown.
    """
    leaves = [(path, column) for path in rows for column in range(len(rows[path]))]
    choices = [_values(shown[path].counts[column]) for path, column in leaves]
    seen: dict[tuple[tuple[str, ...], int], set[int]] = {}
    for values in itertools.product(*choices):
        sums: dict[tuple[tuple[str, ...], int], int] = {}
        for (path, column), value in zip(leaves, values, strict=True):
            for length in range(len(path) + 1):
                for where in (column, -1):
                    key = (path[:length], where)
                    sums[key] = sums.get(key, 0) + value
        if all(_fits(shown[path].total if at < 0 else shown[path].counts[at], n) for (path, at), n in sums.items()):
            for key, n in sums.items():
                seen.setdefault(key, set()).add(n)
    few = [
        len(found)
        for (path, at), found in seen.items()
        if (shown[path].total if at < 0 else shown[path].counts[at]) is FEW
    ]
    return min(few, default=4)


def _values(count: Count) -> range:
    if isinstance(count, int):
        return range(count, count + 1)
    return range(1, 5) if count is FEW else range(5, MOST)


def _fits(count: Count, n: int) -> bool:
    return n == count if isinstance(count, int) else (1 <= n < 5 if count is FEW else n >= 5)

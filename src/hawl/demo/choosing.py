"""Weighted lists from the demo's data files, drawn with the one random source of a feed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Any, Generic, TypeVar

from hawl.foundations.datafiles import read

Thing = TypeVar("Thing")


@cache
def data_of(name: str) -> Any:
    """Whole content of one of the demo's own data files (`names.yaml`, `places.yaml`, `mix.yaml`)."""
    return read(files("hawl.demo") / name).data


class Weighted(Generic[Thing]):
    """Things with shares; the shares need not add up to anything."""

    def __init__(self, shares: Mapping[Thing, float]) -> None:
        self.things = list(shares)
        self._sums = list(accumulate(shares.values()))

    def draw(self, rng: Random) -> Thing:
        """One of the things, as often as its share says."""
        return rng.choices(self.things, cum_weights=self._sums)[0]


def by_weight(entries: list[dict[str, Any]]) -> Weighted[int]:
    """Draw the place in a list of entries that each have a `weight`."""
    return Weighted({place: float(entry["weight"]) for place, entry in enumerate(entries)})

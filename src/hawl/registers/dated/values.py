"""Dates known in part, and the facts they bound. No Django."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

_PART = re.compile(r"^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$")


@dataclass(frozen=True, slots=True, order=True)
class PartDate:
    """A date as exact as its source gives it: a year, a month or a day. Local dates, no time zone."""

    text: str

    def __post_init__(self) -> None:
        """Refuse what is no date; raises ValueError."""
        _ = self.first, self.last

    @property
    def first(self) -> dt.date:
        """The earliest day it can mean."""
        year, month, day = self._parts()
        return dt.date(year, 1 if month is None else month, 1 if day is None else day)

    @property
    def last(self) -> dt.date:
        """The latest day it can mean."""
        year, month, day = self._parts()
        month = 12 if month is None else month
        return dt.date(year, month, calendar.monthrange(year, month)[1] if day is None else day)

    def _parts(self) -> tuple[int, int | None, int | None]:
        found = _PART.match(self.text)
        if found is None:
            raise ValueError(f"{self.text!r} is neither a year, a month nor a day")
        year, month, day = found.groups()
        return int(year), int(month) if month else None, int(day) if day else None


@dataclass(frozen=True, kw_only=True)
class Known:
    """A fact with the codes of its sources and how sure it is: read, derived or unconfirmed."""

    source: tuple[str, ...]
    certainty: str


@dataclass(frozen=True, kw_only=True)
class Words:
    """One text in both languages. `welsh` is draft, reviewed or official; `cy_also` another official form."""

    en: str
    cy: str
    welsh: str
    cy_also: str = ""


@dataclass(frozen=True, kw_only=True)
class Dated(Known):
    """A fact that held from `since` to `until`, both included; empty means not known or still so.

    `since_means` and `until_means` are `on`, or `by` where only the latest possible date is known. `seen`
    lists when it was found to hold.
    """

    since: PartDate | None = None
    since_means: str = "on"
    until: PartDate | None = None
    until_means: str = "on"
    seen: tuple[PartDate, ...] = ()

    @property
    def first(self) -> dt.date:
        """The first day it may have held; the first of all days where that is not known."""
        return self.since.first if self.since else dt.date.min

    @property
    def last(self) -> dt.date:
        """The last day it may have held; the last of all days where it has no known end."""
        return self.until.last if self.until else dt.date.max

    def held_on(self, day: dt.date) -> bool:
        """Did it hold on that day, as far as is known."""
        return self.first <= day <= self.last


@dataclass(frozen=True, kw_only=True)
class Name(Words, Dated):
    """What something was called for a time."""


class _Bounded(Protocol):
    @property
    def first(self) -> dt.date: ...
    @property
    def last(self) -> dt.date: ...


Held = TypeVar("Held", bound=Dated)


def on(facts: Sequence[Held], day: dt.date) -> Held | None:
    """Of several dated facts the one that held on `day`: the latest begun. None where none did."""
    held = [fact for fact in facts if fact.held_on(day)]
    return max(held, key=lambda fact: fact.first, default=None)


def overlapping(facts: Sequence[_Bounded]) -> tuple[int, int] | None:
    """The positions of the first two facts that held on the same day; None where none did."""
    order = sorted(range(len(facts)), key=lambda i: facts[i].first)
    for before, after in itertools.pairwise(order):
        if facts[after].first <= facts[before].last:
            return min(before, after), max(before, after)
    return None

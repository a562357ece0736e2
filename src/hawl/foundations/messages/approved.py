"""What of an area a message may hold: numbers to ring and first lines of letters, and the names that it may not.

The area says so; the rooms above read it. Where nobody has said anything, nothing is approved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Approved:
    """`numbers` by their digits, each as it is written; `first_lines` as pairs of English and Welsh.

    In a first line `{name}` stands for the name of the person to whom the letter goes. `names` are those of bodies and
    services, in both languages, which would say who writes.
    """

    numbers: Mapping[str, str] = field(default_factory=dict)
    first_lines: tuple[tuple[str, str], ...] = ()
    names: frozenset[str] = frozenset()


NOTHING = Approved()
_ports: list[Callable[[], Approved]] = []


def fill_approved(approved: Callable[[], Approved]) -> None:
    """Port that the rooms above fill."""
    _ports[:] = [approved]


def approved_now() -> Approved:
    """What the areas of this installation approve today."""
    return _ports[0]() if _ports else NOTHING


def digits(number: str) -> str:
    """A number as it is dialled, however it is grouped."""
    return "".join(number.split())

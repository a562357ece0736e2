"""Who else must act when an organisation loses sight of a person: they say so here and are called with it.

Called in the transaction of the ending, under the actor who ends, before the rows are closed.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

# Given the person and the organisation; gives how many things were taken back.
Closer = Callable[[UUID, int], int]

_closers: dict[str, Closer] = {}


def on_closing(name: str, closer: Closer) -> None:
    """Register what takes back what waits for an organisation (messages in a queue); one for each name."""
    _closers[name] = closer


def take_back(person_id: UUID, organisation_id: int) -> int:
    """Call all of them; gives how many things were taken back."""
    return sum(closer(person_id, organisation_id) for closer in _closers.values())

"""In whose name an extract is taken in, and at which desk."""

from __future__ import annotations

from hawl.foundations.access.actor import Actor
from hawl.work.intake.desks import desk_of_area
from hawl.work.intake.parts import Desk


def desk_of_source(source: str) -> tuple[Desk, Actor]:
    """The desk that takes the area's feed, and the machine actor of a source: events say they are asserted by it."""
    desk, _ = desk_of_area()
    return desk, Actor(label=f"extract:{source}", organisations=frozenset({desk.organisation_id}), machine=True)

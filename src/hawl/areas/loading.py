"""From the name of an area to the registers, in one call."""

from __future__ import annotations

from hawl.areas.actions import load_area
from hawl.areas.reading import find, read_area
from hawl.foundations.access.actor import Actor
from hawl.registers.dated.reconcile import Counts


def load(*, area: str, by: Actor) -> Counts:
    """Load a built-in area by its key, or the folder of that path. Raises DatafileError, ValueError for a taken key."""
    return load_area(area=read_area(find(area)), by=by)

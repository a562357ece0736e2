"""The doors of staff pages, by the name under which this entrance knows them."""

from __future__ import annotations

from hawl.foundations.access.doors import ANYONE, SIGNED_IN, door_of, opens_to

__all__ = ["ANYONE", "SIGNED_IN", "door_of", "opens_to"]

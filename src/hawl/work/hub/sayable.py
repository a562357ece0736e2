"""What the areas of this installation let a message say, read from their own sheets."""

from __future__ import annotations

from hawl.foundations.messages.approved import Approved, digits
from hawl.registers.organisations import queries as organisations
from hawl.registers.places.queries import area_keys, terms
from hawl.registers.services import queries as services

# First lines stand among the words of an area, under keys that begin so.
FIRST_LINE = "first-line-"


def approved() -> Approved:
    """Numbers of an area's own hub that were read in a source, its first lines, and all names that would give away.

    A number that nobody has seen in a source is not approved, nor is that of any other service: a helpline's number
    says who writes.
    """
    lines = [(term.en, term.cy) for key in area_keys() for term in terms(key) if term.key.startswith(FIRST_LINE)]
    names = frozenset(services.all_names() | organisations.all_names())
    return Approved({digits(phone): phone for phone in services.numbers_of_hubs()}, tuple(lines), names)

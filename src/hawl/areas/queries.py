"""Reading a whole area back from the registers."""

from __future__ import annotations

from hawl.areas.area import Area
from hawl.registers.agreements.queries import processing_entries
from hawl.registers.organisations.queries import organisation_entries
from hawl.registers.places.queries import area_entry, routing, sources, terms
from hawl.registers.services.queries import service_entries


def area_of(key: str) -> Area:
    """An area as it was loaded. Raises places.queries.NoSuchArea."""
    return Area(
        place=area_entry(key),
        organisations=organisation_entries(key),
        services=service_entries(key),
        routing=routing(key),
        processing=processing_entries(key),
        terms=terms(key),
        sources=sources(key),
    )

"""One area in memory: what its folder of data files says. No Django."""

from __future__ import annotations

from dataclasses import dataclass

from hawl.registers.agreements.entries import ProcessingEntry
from hawl.registers.organisations.entries import OrganisationEntries
from hawl.registers.places.entries import AreaEntry, RoutingEntry, SourceEntry, TermEntry
from hawl.registers.services.entries import ServiceEntries


@dataclass(frozen=True, kw_only=True)
class Area:
    """A police area with its bodies, services, routing, flows of information, words and the sources of it all."""

    place: AreaEntry
    organisations: OrganisationEntries
    services: ServiceEntries
    routing: RoutingEntry
    processing: tuple[ProcessingEntry, ...]
    terms: tuple[TermEntry, ...]
    sources: tuple[SourceEntry, ...]

    @property
    def key(self) -> str:
        """The key of the area."""
        return self.place.key

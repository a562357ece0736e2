"""Loading a whole area: the registers' own actions, in one transaction."""

from __future__ import annotations

from hawl.areas.area import Area
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.registers.agreements.actions import load_processing
from hawl.registers.dated.reconcile import Counts
from hawl.registers.organisations.actions import load_organisations
from hawl.registers.places.actions import load_places, load_sheets
from hawl.registers.services.actions import load_services


def load_area(*, area: Area, by: Actor) -> Counts:
    """Lay an area's data into the registers, all or nothing; the same area again changes nothing.

    Returns how many rows were added, changed, left as they were and removed. Raises ValueError for a key that
    another area already uses.
    """
    with acting_as(by):
        counts = load_places(area=area.place, by=by)
        counts += load_organisations(area=area.key, entries=area.organisations, by=by)
        counts += load_services(area=area.key, entries=area.services, by=by)
        counts += load_processing(area=area.key, entries=area.processing, by=by)
        counts += load_sheets(area=area.key, routing=area.routing, terms=area.terms, sources=area.sources, by=by)
        record(action="area.loaded", object_kind="area", object_id=area.key, **counts.as_dict())
    return counts

"""Loading the catalogue of services: the only writer of this register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.registers.dated.columns import rows
from hawl.registers.dated.reconcile import Counts, reconcile
from hawl.registers.services.entries import ServiceEntries, ServiceEntry
from hawl.registers.services.models import (
    Need,
    Service,
    ServiceName,
    ServiceProvider,
    ServiceStatus,
    ServiceWay,
)

_PARTS = ("names", "providers", "statuses", "reach")


class ServiceKeyTaken(ValueError):
    """A key of this area is already another area's."""


def load_services(*, area: str, entries: ServiceEntries, by: Actor) -> Counts:
    """Bring the catalogue to what an area's entries say; the same entries again change nothing.

    The organisations named must be there. A service that is gone from the entries stays: give it the status
    `ended`. Raises ServiceKeyTaken.
    """
    services = entries.services
    with acting_as(by):
        _refuse_taken(area, [one.key for one in services])
        counts = reconcile(Need.objects.filter(area=area), ["key"], rows(entries.needs, area=area), remove=True)
        wanted = rows(services, *_PARTS, area=area)
        for row in wanted:
            row["needs"] = row["whom"]["needs"]
        counts += reconcile(Service.objects.filter(area=area), ["key"], wanted)
        counts += _load_parts(services)
        record(action="services.loaded", object_kind="area", object_id=area, **counts.as_dict())
    return counts


def _refuse_taken(area: str, keys: Sequence[str]) -> None:
    taken = Service.objects.filter(key__in=keys).exclude(area=area).values_list("key", "area").first()
    if taken:
        raise ServiceKeyTaken(f"`{taken[0]}` is already a key of the area `{taken[1]}`. Mend: give it another key.")


def _load_parts(services: Sequence[ServiceEntry]) -> Counts:
    keys = [one.key for one in services]
    tables: tuple[tuple[Any, str, list[str]], ...] = (
        (ServiceName, "names", ["service_id", "since"]),
        (ServiceProvider, "providers", ["service_id", "body_id", "since"]),
        (ServiceStatus, "statuses", ["service_id", "since"]),
        (ServiceWay, "reach", ["service_id", "position"]),
    )
    counts = Counts()
    for model, part, key in tables:
        wanted = [row for one in services for row in rows(getattr(one, part), service_id=one.key)]
        counts += reconcile(model.objects.filter(service_id__in=keys), key, wanted, remove=True)
    return counts

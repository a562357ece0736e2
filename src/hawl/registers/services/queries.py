"""Reading the catalogue of services and its public directory."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import QuerySet

from hawl.foundations.clock import today
from hawl.registers.dated.columns import entry_of
from hawl.registers.dated.values import Name, on
from hawl.registers.services.entries import (
    ListedEntry,
    NeedEntry,
    ProviderEntry,
    ServiceEntries,
    ServiceEntry,
    SettingEntry,
    StandingEntry,
    TextEntry,
    WayEntry,
    WhomEntry,
)
from hawl.registers.services.models import Need, Service, ServiceName, ServiceWay

# A service of these standings can be asked for today; `moved` means that another funder pays for it now.
OPEN_TO_THE_PUBLIC = frozenset({"live", "interim", "extended", "ending", "moved"})

_in_order = attrgetter("position")


@dataclass(frozen=True, kw_only=True)
class DirectoryService:
    """A service as it is on a day. `providers` are keys of organisations.

    `commissioned` is false where this area's commissioner does not pay for it.
    """

    key: str
    kind: str
    name: Name
    providers: tuple[str, ...]
    status: StandingEntry
    commissioned: bool
    whom: WhomEntry
    place: SettingEntry
    reach: tuple[WayEntry, ...]
    about: TextEntry
    how: TextEntry
    listed_as: ListedEntry | None


def live_services(area: str, *, on_day: dt.date | None = None, need: str | None = None) -> list[DirectoryService]:
    """Services that could be asked for on a day (today in London), in the area's order, in five statements.

    `need` keeps those that serve it. A service of unconfirmed standing is left out.
    """
    day = on_day or today()
    rows = Service.objects.filter(area=area)
    if need is not None:
        rows = rows.filter(needs__contains=[need])
    entries = (_entry(row) for row in _with_parts(rows).order_by("order"))
    found = (_as_on(service, day) for service in entries)
    return [one for one in found if one is not None]


def service(key: str) -> ServiceEntry:
    """One service with all its history. Raises Service.DoesNotExist."""
    return _entry(_with_parts(Service.objects.filter(key=key)).get())


def name_of(key: str, on_day: dt.date | None = None) -> Name | None:
    """What a service was called on a day (today in London); None where that is not known."""
    return on(service(key).names, on_day or today())


def status_of(key: str, on_day: dt.date | None = None) -> StandingEntry | None:
    """What a service was on a day (today in London); None where that is not known."""
    return on(service(key).statuses, on_day or today())


def needs(area: str) -> tuple[NeedEntry, ...]:
    """The needs by which an area's directory can be searched."""
    return tuple(entry_of(NeedEntry, row) for row in Need.objects.filter(area=area).order_by("position"))


def service_entries(area: str) -> ServiceEntries:
    """All of an area as it was loaded."""
    rows = _with_parts(Service.objects.filter(area=area)).order_by("position")
    return ServiceEntries(needs=needs(area), services=tuple(_entry(row) for row in rows))


def _with_parts(rows: QuerySet[Service]) -> QuerySet[Service]:
    return rows.prefetch_related("names", "providers", "statuses", "ways")


def _entry(row: Service) -> ServiceEntry:
    return entry_of(
        ServiceEntry,
        row,
        names=tuple(entry_of(Name, one) for one in sorted(row.names.all(), key=_in_order)),
        providers=tuple(entry_of(ProviderEntry, one) for one in sorted(row.providers.all(), key=_in_order)),
        statuses=tuple(entry_of(StandingEntry, one) for one in sorted(row.statuses.all(), key=_in_order)),
        reach=tuple(entry_of(WayEntry, one) for one in sorted(row.ways.all(), key=_in_order)),
    )


def _as_on(entry_: ServiceEntry, day: dt.date) -> DirectoryService | None:
    status, name = on(entry_.statuses, day), on(entry_.names, day)
    if status is None or name is None or status.status not in OPEN_TO_THE_PUBLIC:
        return None
    return DirectoryService(
        key=entry_.key,
        kind=entry_.kind,
        name=name,
        providers=tuple(provider.body for provider in entry_.providers if provider.held_on(day)),
        status=status,
        commissioned=status.status != "moved" and entry_.kind == "support",
        whom=entry_.whom,
        place=entry_.place,
        reach=entry_.reach,
        about=entry_.about,
        how=entry_.how,
        listed_as=entry_.listed_as,
    )


def numbers_of_hubs() -> list[str]:
    """The numbers of the areas' own hubs, as they are written, that somebody has read in a source."""
    ways = ServiceWay.objects.filter(service__kind="hub", way="phone", certainty="read").exclude(phone="")
    return list(ways.values_list("phone", flat=True))


def all_names() -> set[str]:
    """What any service is or was called, in either language."""
    return {name for pair in ServiceName.objects.values_list("en", "cy") for name in pair if name}

"""Reading police areas, councils and an area's sheets."""

from __future__ import annotations

import datetime as dt
from operator import attrgetter
from typing import Any

from hawl.foundations.clock import today
from hawl.registers.dated.columns import entry_of, held_on
from hawl.registers.dated.plain import entry
from hawl.registers.dated.values import Dated, Name
from hawl.registers.places.entries import (
    AreaEntry,
    CodeEntry,
    CouncilEntry,
    RoutingEntry,
    SourceEntry,
    TermEntry,
)
from hawl.registers.places.models import AreaSheet, Council, PoliceArea

_in_order = attrgetter("position")


class NoSuchArea(LookupError):
    """No area of that key has been loaded."""


def area_keys() -> list[str]:
    """Keys of the areas loaded, in order of the alphabet."""
    return list(PoliceArea.objects.order_by("key").values_list("key", flat=True))


def area_entry(key: str) -> AreaEntry:
    """An area as it was loaded, in six statements. Raises NoSuchArea."""
    area = PoliceArea.objects.filter(key=key).first()
    if area is None:
        raise NoSuchArea(f"The area `{key}` has not been loaded. Mend: `hawl area load {key}`.")
    councils = Council.objects.filter(areas__area__key=key).distinct().order_by("position")
    return entry_of(
        AreaEntry,
        area,
        names=tuple(entry_of(Name, name) for name in area.names.order_by("position")),
        codes=tuple(entry(CodeEntry, code) for code in area.codes),
        councils=tuple(_council(row, key) for row in councils.prefetch_related("names", "areas")),
    )


def councils_of(area: str, on: dt.date | None = None) -> list[CouncilEntry]:
    """The councils that belonged to an area on a day (today in London), in the area's own order."""
    day = on or today()
    return [
        council for council in area_entry(area).councils if any(belonged.held_on(day) for belonged in council.in_area)
    ]


def routing(area: str) -> RoutingEntry:
    """An area's routing. Raises NoSuchArea."""
    return entry(RoutingEntry, _sheet(area, "routing"))


def terms(area: str) -> tuple[TermEntry, ...]:
    """An area's words in both languages."""
    return tuple(entry(TermEntry, one) for one in _sheet(area, "terms"))


def sources(area: str) -> tuple[SourceEntry, ...]:
    """Where an area's facts were read."""
    return tuple(entry(SourceEntry, one) for one in _sheet(area, "sources"))


def name_of_area(key: str, on: dt.date | None = None) -> Name | None:
    """What an area was called on a day (today in London); None where that is not known."""
    names = PoliceArea.objects.get(key=key).names.filter(held_on(on or today()))
    row = names.order_by("since_on").last()
    return entry_of(Name, row) if row else None


def _council(row: Council, area: str) -> CouncilEntry:
    return entry_of(
        CouncilEntry,
        row,
        names=tuple(entry_of(Name, name) for name in sorted(row.names.all(), key=_in_order)),
        in_area=tuple(
            entry_of(Dated, belonged) for belonged in sorted(row.areas.all(), key=_in_order) if belonged.area_id == area
        ),
    )


def _sheet(area: str, name: str) -> Any:
    content = AreaSheet.objects.filter(area__key=area, name=name).values_list("content", flat=True).first()
    if content is None:
        raise NoSuchArea(f"The area `{area}` has not been loaded. Mend: `hawl area load {area}`.")
    return content

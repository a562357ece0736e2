"""Loading police areas and councils: the only writer of this register."""

from __future__ import annotations

from collections.abc import Iterable

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.registers.dated.columns import as_json, rows
from hawl.registers.dated.reconcile import Counts, reconcile
from hawl.registers.places.entries import AreaEntry, CouncilEntry, RoutingEntry, SourceEntry, TermEntry
from hawl.registers.places.models import AreaName, AreaSheet, Council, CouncilInArea, CouncilName, PoliceArea


def load_places(*, area: AreaEntry, by: Actor) -> Counts:
    """Bring the register to what an area's entries say; the same entries again change nothing.

    Councils that are gone from the entries stay; dated facts that are gone are taken away.
    """
    with acting_as(by):
        table = {
            "key": area.key,
            "force": area.force,
            "local_policing_body": area.local_policing_body,
            "hub": area.hub,
            "codes": as_json(area.codes),
        }
        counts = reconcile(PoliceArea.objects.filter(key=area.key), ["key"], [table])
        counts += reconcile(
            AreaName.objects.filter(area__key=area.key), ["since"], rows(area.names, area_id=area.key), remove=True
        )
        counts += _load_councils(area.key, area.councils)
        record(action="places.loaded", object_kind="area", object_id=area.key, **counts.as_dict())
    return counts


def _load_councils(area: str, councils: tuple[CouncilEntry, ...]) -> Counts:
    keys = [council.key for council in councils]
    counts = reconcile(
        Council.objects.filter(key__in=keys),
        ["key"],
        [_council(one, at) for at, one in enumerate(councils)],
    )
    names = [row for one in councils for row in rows(one.names, council_id=one.key)]
    counts += reconcile(CouncilName.objects.filter(council_id__in=keys), ["council_id", "since"], names, remove=True)
    within = [row for one in councils for row in rows(one.in_area, council_id=one.key, area_id=area)]
    return counts + reconcile(
        CouncilInArea.objects.filter(area__key=area), ["council_id", "since"], within, remove=True
    )


def _council(council: CouncilEntry, position: int) -> dict[str, object]:
    return {
        "key": council.key,
        "body": council.body,
        "gss": council.gss,
        "safety_partnership": council.safety_partnership,
        "position": position,
    }


def load_sheets(
    *,
    area: str,
    routing: RoutingEntry,
    terms: Iterable[TermEntry],
    sources: Iterable[SourceEntry],
    by: Actor,
) -> Counts:
    """Keep an area's routing, words and sources; the area itself must be there."""
    sheets = {"routing": routing, "terms": tuple(terms), "sources": tuple(sources)}
    with acting_as(by):
        counts = reconcile(
            AreaSheet.objects.filter(area__key=area),
            ["name"],
            [{"area_id": area, "name": name, "content": as_json(held)} for name, held in sheets.items()],
        )
        record(action="places.sheets_loaded", object_kind="area", object_id=area, **counts.as_dict())
    return counts

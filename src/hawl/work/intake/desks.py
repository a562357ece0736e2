"""Where the rows of an area's feed arrive."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.utils import timezone

from hawl.foundations.access.actor import Actor
from hawl.foundations.clock import today
from hawl.foundations.vault.keys import key_ring
from hawl.registers.organisations.queries import ids_by_key
from hawl.registers.places.queries import area_entry, routing
from hawl.rights.rulebook import applying
from hawl.work.intake.parts import Desk
from hawl.work.intake.queries import able_to_open, leads_of
from hawl.work.intake.rules import policy_from


def desk_of_area(area: str | None = None) -> tuple[Desk, Actor]:
    """The desk that takes the feed of an area (default: the installed one), and the feed's machine actor.

    Raises `NoSuchArea` where the area has not been loaded.
    """
    key = area or settings.HAWL_AREA
    sheet = routing(key)
    source = area_entry(key).force
    outside = sheet.desks.outside.body if sheet.desks.outside else None
    ids = ids_by_key([key for key in (sheet.desks.receiving, source, outside) if key])
    organisation_id, force = ids[sheet.desks.receiving], ids[source]
    able = able_to_open(force)
    desk = Desk(
        organisation_id=organisation_id,
        source=source,
        force=force,
        outside=leads_of(ids[outside], able) if outside else (),
        able=able,
        policy=policy_from(asdict(sheet)),
        rulebooks=applying(),
        today=today(),
        now=timezone.now(),
        ring=key_ring(),
    )
    return desk, Actor(label=f"feed:{source}", organisations=frozenset({organisation_id}), machine=True)

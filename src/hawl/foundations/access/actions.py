"""Keeping what the walls know of bodies in step with the register of organisations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from hawl.foundations.access.actor import POLICE, Actor
from hawl.foundations.access.models import Body
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """An organisation by its id: what it is part of, whether it is police, and the first day after its end."""

    organisation_id: int
    part_of: int | None
    police: bool
    ended_on: date | None


@transaction.atomic
def put_bodies(*, by: Actor, bodies: Sequence[BodyFacts]) -> int:
    """Make the walls of all bodies what the register says; gives how many changed.

    A part of a police body is police, whatever its own kind. Bodies that are not named stay as they are.
    """
    known = {each.organisation_id: each for each in bodies}
    wanted = {each.organisation_id: _body(each, known) for each in bodies}
    with acting_as(by):
        held = {each.pk: each for each in Body.objects.filter(pk__in=wanted)}
        changed = [body for pk, body in wanted.items() if pk not in held or _facts(held[pk]) != _facts(body)]
        Body.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["organisation_id"],
            update_fields=["walls", "police", "ended_on"],
        )
        if changed:
            record(action="access.bodies_put", object_kind="body", changed=sorted(each.pk for each in changed))
    return len(changed)


def _body(facts: BodyFacts, known: Mapping[int, BodyFacts]) -> Body:
    above = [facts]
    while (parent := known.get(above[-1].part_of or -1)) is not None and parent not in above:
        above.append(parent)
    police = any(each.police for each in above)
    ends = [each.ended_on for each in above if each.ended_on is not None]
    walls = {each.organisation_id for each in above} | ({POLICE} if police else set())
    return Body(
        organisation_id=facts.organisation_id, walls=sorted(walls), police=police, ended_on=min(ends, default=None)
    )


def _facts(body: Body) -> tuple[list[int], bool, date | None]:
    return list(body.walls), body.police, body.ended_on

"""Records whose named people are all gone: a lead asks, without seeing any, that others be named; another agrees."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import today
from hawl.work.protection import queries, rules
from hawl.work.protection.models import Renaming
from hawl.work.protection.refusals import Refused


@transaction.atomic
def ask_renaming(*, by: Actor, named: Collection[int]) -> Renaming:
    """A lead of a desk asks that its records with nobody left, or one alone, be given to these accounts too.

    Raises `Refused`."""
    with acting_as(by):
        if Role.SPECIALIST_LEAD not in by.roles or not by.organisations:
            raise Refused("not_allowed")
        _in_standing(by)
        if not queries.nobody_left(by.organisations):
            raise Refused("nothing_waits")
        if not rules.reachable(queries.parties(named)):
            raise Refused("nobody_left")
        made = Renaming.objects.create(
            organisation_id=next(iter(by.organisations)), named=sorted(set(named)), asked_by=by.user_id or 0,
            asked_at=timezone.now(),
        )  # fmt: skip
        record(
            action="protection.renaming_asked", object_kind="renaming", object_id=str(made.pk), grave=True,
            named=made.named,
        )  # fmt: skip
    return made


@transaction.atomic
def agree_renaming(*, by: Actor, renaming_id: uuid.UUID) -> Renaming:
    """Another lead of that desk, or a steward, agrees; a machine then names them on each record that nobody, or one
    alone, can open.

    Raises `Refused`: closed, same_person, not_allowed, reviewer_lapsed, nothing_waits.
    """
    with acting_as(by):
        held = Renaming.objects.select_for_update().get(pk=renaming_id)
        if held.agreed_at is not None:
            raise Refused("closed")
        if held.asked_by == by.user_id:
            raise Refused("same_person")
        if not rules.may_agree_to_renaming(by.roles, by.organisations, held.organisation_id):
            raise Refused("not_allowed")
        _in_standing(by)
        if not queries.nobody_left([held.organisation_id]):
            raise Refused("nothing_waits")
        held.agreed_by, held.agreed_at = by.user_id, timezone.now()
        held.save(update_fields=["agreed_by", "agreed_at"])
        record(action="protection.renaming_agreed", object_kind="renaming", object_id=str(held.pk), grave=True)
    return held


def _in_standing(by: Actor) -> None:
    if by.standing.lapsed(today()):
        raise Refused("reviewer_lapsed")

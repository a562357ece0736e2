"""Loading bodies, posts, memberships and plans: the only writer of this register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import models

from hawl.foundations.access.actions import BodyFacts, put_bodies
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.registers.dated.columns import rows
from hawl.registers.dated.reconcile import Counts, reconcile
from hawl.registers.organisations.entries import OrganisationEntries, PlanEntry
from hawl.registers.organisations.models import (
    Membership,
    Organisation,
    OrganisationName,
    Plan,
    Post,
    PostName,
    Priority,
)

# Kinds of bodies whose accounts are police accounts; a part of such a body is one too.
POLICE_KINDS = frozenset({"force", "police_unit"})


class KeyTaken(ValueError):
    """A key of this area is already another area's."""


def load_organisations(*, area: str, entries: OrganisationEntries, by: Actor) -> Counts:
    """Bring the register to what an area's entries say; the same entries again change nothing.

    Bodies, posts and plans that are gone from the entries stay, since other records name them; end them with
    `until`. Names, memberships and priorities that are gone are taken away. Raises KeyTaken.
    """
    with acting_as(by):
        for model, keyed in ((Organisation, entries.bodies), (Post, entries.posts), (Plan, entries.plans)):
            _refuse_taken(model, area, [one.key for one in keyed])
        counts = _load_named(Organisation, OrganisationName, "organisation_id", area, entries.bodies)
        counts += _load_named(Post, PostName, "post_id", area, entries.posts)
        counts += _load_memberships(area, entries)
        counts += _load_plans(area, entries.plans)
        put_bodies(by=by, bodies=_walls())
        record(action="organisations.loaded", object_kind="area", object_id=area, **counts.as_dict())
    return counts


def _walls() -> list[BodyFacts]:
    """What the walls need to know of every organisation of every area."""
    held = list(Organisation.objects.all())
    ids = {each.key: each.pk for each in held}
    return [
        BodyFacts(
            organisation_id=each.pk,
            part_of=ids.get(each.parent_id or ""),
            police=each.kind in POLICE_KINDS,
            ended_on=None if each.until_on is None else each.until_on + dt.timedelta(days=1),
        )
        for each in held
    ]


def _refuse_taken(model: Any, area: str, keys: Sequence[str]) -> None:
    taken = model.objects.filter(key__in=keys).exclude(area=area).values_list("key", "area").first()
    if taken:
        raise KeyTaken(f"`{taken[0]}` is already a key of the area `{taken[1]}`. Mend: give it another key.")


def _load_named(model: Any, names: type[models.Model], owner: str, area: str, entries: Sequence[Any]) -> Counts:
    counts = reconcile(model.objects.filter(area=area), ["key"], rows(entries, "names", area=area))
    wanted = [row for one in entries for row in rows(one.names, **{owner: one.key})]
    held = names._default_manager.filter(**{f"{owner}__in": [one.key for one in entries]})
    return counts + reconcile(held, [owner, "since"], wanted, remove=True)


def _load_memberships(area: str, entries: OrganisationEntries) -> Counts:
    posts = {post.key for post in entries.posts}
    wanted = []
    for row, entry in zip(rows(entries.memberships, "member", area=area), entries.memberships, strict=True):
        of_post = entry.member in posts
        wanted.append(
            row | {"post_id": entry.member if of_post else None, "body_id": None if of_post else entry.member}
        )
    key = ["board_id", "body_id", "post_id", "role", "since"]
    return reconcile(Membership.objects.filter(area=area), key, wanted, remove=True)


def _load_plans(area: str, plans: Sequence[PlanEntry]) -> Counts:
    counts = reconcile(Plan.objects.filter(area=area), ["key"], rows(plans, "priorities", area=area))
    wanted = [row for plan in plans for row in rows(plan.priorities, plan_id=plan.key)]
    held = Priority.objects.filter(plan_id__in=[plan.key for plan in plans])
    return counts + reconcile(held, ["plan_id", "key"], wanted, remove=True)

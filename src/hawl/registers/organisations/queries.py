"""Reading bodies, posts, memberships and plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from hawl.foundations.clock import today
from hawl.registers.dated.columns import entry_of, held_on
from hawl.registers.dated.values import Name, on
from hawl.registers.organisations.entries import (
    BodyEntry,
    MembershipEntry,
    OrganisationEntries,
    PlanEntry,
    PostEntry,
    PriorityEntry,
)
from hawl.registers.organisations.models import Membership, Organisation, OrganisationName, Plan, Post

_in_order = attrgetter("position")


def organisation(key: str) -> Organisation:
    """The organisation of a key. Raises Organisation.DoesNotExist."""
    return Organisation.objects.get(key=key)


def ids_by_key(keys: Iterable[str] | None = None) -> dict[str, int]:
    """The small ids of organisations by key; of all of them without `keys`. Unknown keys are left out."""
    rows = Organisation.objects.all() if keys is None else Organisation.objects.filter(key__in=list(keys))
    return dict(rows.values_list("key", "id"))


def name_of(key: str, on_day: dt.date | None = None) -> Name | None:
    """What an organisation was called on a day (today in London); None where no name is known for it."""
    return names_of([key], on_day).get(key)


def names_of(keys: Iterable[str] | None = None, on_day: dt.date | None = None) -> dict[str, Name]:
    """Names of organisations on a day (today in London) by key, in two statements."""
    found: dict[str, Name] = {}
    day = on_day or today()
    rows = Organisation.objects.prefetch_related("names")
    for row in rows if keys is None else rows.filter(key__in=list(keys)):
        name = on([entry_of(Name, held) for held in row.names.all()], day)
        if name is not None:
            found[row.key] = name
    return found


def current_plans(area: str, on_day: dt.date | None = None) -> list[PlanEntry]:
    """Plans of an area that ran on a day (today in London), the newest first, with their priorities."""
    rows = Plan.objects.filter(held_on(on_day or today()), area=area).order_by("-since_on")
    return [_plan(row) for row in rows.prefetch_related("priorities")]


def organisation_entries(area: str) -> OrganisationEntries:
    """All of an area as it was loaded, in seven statements."""
    bodies = Organisation.objects.filter(area=area).prefetch_related("names").order_by("position")
    posts = Post.objects.filter(area=area).prefetch_related("names").order_by("position")
    memberships = Membership.objects.filter(area=area).order_by("position")
    plans = Plan.objects.filter(area=area).prefetch_related("priorities").order_by("position")
    return OrganisationEntries(
        bodies=tuple(entry_of(BodyEntry, row, names=_names(row)) for row in bodies),
        posts=tuple(entry_of(PostEntry, row, names=_names(row)) for row in posts),
        memberships=tuple(entry_of(MembershipEntry, row, member=row.body_id or row.post_id) for row in memberships),
        plans=tuple(_plan(row) for row in plans),
    )


def _names(row: Any) -> tuple[Name, ...]:
    return tuple(entry_of(Name, name) for name in sorted(row.names.all(), key=_in_order))


def _plan(row: Plan) -> PlanEntry:
    priorities = sorted(row.priorities.all(), key=_in_order)
    return entry_of(PlanEntry, row, priorities=tuple(entry_of(PriorityEntry, one) for one in priorities))


def all_names() -> set[str]:
    """What any organisation is or was called, in either language."""
    return {name for pair in OrganisationName.objects.values_list("en", "cy") for name in pair if name}

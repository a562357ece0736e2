"""Reading cases and what happened in them, as far as the current actor may see."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db import connection
from django.db.models import Q, QuerySet

from hawl.foundations.access.counting import counts_apart, page_of_joined
from hawl.foundations.clock import today
from hawl.foundations.vault.hand import with_keys
from hawl.registers.cases.models import Case, CaseEvent, Route
from hawl.registers.people.models import Person

PAGE = 50
# As much as the list shows: no other sealed value leaves the database.
_LISTED = (
    *("offence", "reported_on", "risk", "council", "assigned_to", "route", "route_reason", "agreement"),
    *("referred_on", "recalled_on", "person__names", "person__data_key"),
)


@dataclass(frozen=True, slots=True)
class CasesAsked:
    """Which cases a list is asked for; an empty part asks for all. `days`: reported within so many days."""

    route: str = ""
    risk: str = ""
    council: str = ""
    offence: str = ""
    days: int | None = None


def case(case_id: uuid.UUID) -> Case:
    """One case with its person. Raises `Case.DoesNotExist` also where it is hidden."""
    return Case.objects.select_related("person").get(pk=case_id)


def case_locked(case_id: uuid.UUID) -> Case:
    """The same, as it stands and locked to the end of the transaction: for acts that rest on what they found."""
    return Case.objects.select_for_update(of=("self",)).select_related("person").get(pk=case_id)


def cases_of(person_id: uuid.UUID) -> list[Case]:
    """A person's cases, the newest report first, in one statement."""
    return list(Case.objects.filter(person_id=person_id).select_related("person").order_by("-reported_on", "pk"))


def events_of(case_id: uuid.UUID) -> list[CaseEvent]:
    """What happened in a case, in the order of the days; what has no day comes last.

    Of one day the report comes first: what else is recorded of that day followed from it.
    """
    rows = CaseEvent.objects.filter(case_id=case_id)
    return sorted(
        rows,
        key=lambda row: (row.occurred_on or dt.date.max, row.event != "crime_reported", row.recorded_at, row.event_id),
    )


def newest_by_route(route: str, most: int) -> list[Case]:
    """The newest cases of a route, with their people; at most `most`. Of one day by the sender's own numbers."""
    rows = Case.objects.filter(route=route)
    days = list(rows.order_by("-reported_on").values_list("reported_on", flat=True)[:most])
    if not days:
        return []
    found = rows.filter(reported_on__gte=days[-1]).select_related("person")
    return sorted(found, key=lambda case: (-case.reported_on.toordinal(), case.reference["record_id"]))[:most]


def crimes_shared(cases: Iterable[Case]) -> Counter[bytes]:
    """How many of the given cases there are of each crime."""
    return Counter(bytes(one.crime_key) for one in cases if one.crime_key)


def counts_by_route(asked: CasesAsked) -> dict[str, int]:
    """How many cases took each route, whatever route is asked for; counted as `counting.counts_apart` does."""
    narrowed = _narrowed(asked)
    routes = {route: Q(route=route) for route in Route.values}
    return counts_apart(Case.objects.filter(narrowed), routes, narrowed=bool(narrowed))


def cases_by_route(asked: CasesAsked, *, page: str | int | None, count: int) -> Page[Case]:
    """One page of cases in the order in which the desk works: by risk, then the oldest report."""
    rows: QuerySet[Case] = Case.objects.filter(_narrowed(asked), **_route(asked))
    ordered = rows.order_by("rank", "reported_on", "pk")
    listed = rows.select_related("person").only(*_LISTED)
    return page_of_joined(listed, page, size=PAGE, parts=[(ordered, count)], read=with_keys)


def _route(asked: CasesAsked) -> dict[str, Any]:
    return {"route": asked.route} if asked.route else {}


def _narrowed(asked: CasesAsked) -> Q:
    wanted = Q()
    for name in ("risk", "council", "offence"):
        if value := getattr(asked, name):
            wanted &= Q(**{name: value})
    if asked.days is not None:
        wanted &= Q(reported_on__gte=today() - dt.timedelta(days=asked.days))
    return wanted


def is_stood_for(person: Person) -> bool:
    """Whether a parent, relative or spokesperson stands for this person in a case that the actor may see."""
    key = person.source_key
    return key is not None and Case.objects.filter(stands_for_key=key).exists()


def has_declined(person_id: uuid.UUID) -> bool:
    """Whether the person said no in any case, seen by the actor or not. True also of whom the actor does not see.

    Whoever keeps a no locks the person, so that it holds for those who hold that lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT hawl_declined(%s)", [person_id])
        (said_no,) = cursor.fetchone() or (None,)
    return said_no is not False

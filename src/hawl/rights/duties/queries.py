"""Reading what is owed, as far as the current actor may see."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import Case as Choice
from django.db.models import F, Q, QuerySet, Value, When

from hawl.foundations.access.counting import capped_counts, page_of_joined
from hawl.foundations.clock import today
from hawl.registers.cases.models import CaseEvent
from hawl.registers.cases.queries import events_of
from hawl.rights.duties.models import Duty
from hawl.rights.rulebook import OPEN, Evaluated, Event, built_in, evaluate

PAGE = 50
WINDOWS = ("overdue", "today", "week", "no_limit")


@dataclass(frozen=True, slots=True)
class DutiesAsked:
    """Which duties a list is asked for; an empty part asks for all.

    `window`: overdue, today (due that very day), week (due within the seven days from today on) or no_limit.
    `mine`: the id of the user in whose hands the case is.
    """

    bearer: str = ""
    window: str = ""
    mine: int | None = None
    route: str = ""
    right: int | None = None
    council: str = ""


@dataclass(frozen=True, slots=True)
class DueList:
    """A page of open duties, and how many there are in each window whatever window is asked for (capped)."""

    page: Page[Duty]
    counts: dict[str, int]


def due_list(asked: DutiesAsked, *, page: str | int | None = 1, day: dt.date | None = None) -> DueList:
    """What is owed and not done on a day (today in London), in three statements, with case and person of each.

    Overdue first, then what has a day, then what has none; within each by risk, then by the day it is due.
    """
    on = day or today()
    rows = Duty.objects.filter(_narrowed(asked), standing=OPEN)
    names = ("", *WINDOWS)
    counts = dict(zip(names, capped_counts([rows.filter(_window(name, on)) for name in names]), strict=True))
    wanted = rows.filter(_window(asked.window, on)).select_related("case__person")
    ordered = wanted.order_by(_urgency(on), "rank", F("due_on").asc(nulls_last=True), "started_on", "pk")
    return DueList(page_of_joined(ordered, page, size=PAGE, count=counts[asked.window]), counts)


def _urgency(on: dt.date) -> Choice:
    return Choice(When(due_on__lt=on, then=Value(0)), When(due_on__isnull=False, then=Value(1)), default=Value(2))


def _window(window: str, on: dt.date) -> Q:
    return {
        "overdue": Q(due_on__lt=on),
        "today": Q(due_on=on),
        "week": Q(due_on__gte=on, due_on__lt=on + dt.timedelta(days=7)),
        "no_limit": Q(due_on__isnull=True),
    }.get(window, Q())


def _narrowed(asked: DutiesAsked) -> Q:
    wanted = {
        "bearer": asked.bearer,
        "right": asked.right,
        "case__assigned_to": asked.mine,
        "case__route": asked.route,
        "case__council": asked.council,
    }
    return Q(**{name: value for name, value in wanted.items() if value not in ("", None)})


def duties_of_person(person_id: uuid.UUID) -> list[Duty]:
    """Every duty owed to a person in any case of theirs, by due day, those without one last; one statement."""
    rows: QuerySet[Duty] = Duty.objects.filter(case__person_id=person_id).select_related("case")
    return list(rows.order_by(F("due_on").asc(nulls_last=True), "duty_id", "trigger_event_id"))


def evaluated_now(case_id: uuid.UUID, day: dt.date, events: Iterable[CaseEvent] | None = None) -> list[Evaluated]:
    """The duties of a case worked out anew on a day, each with its explanation; reads the events unless given."""
    rows = events_of(case_id) if events is None else events
    return evaluate([_as_event(row) for row in rows], built_in(), day)


def _as_event(row: CaseEvent) -> Event:
    attributes: dict[str, Any] = row.attributes
    return Event(
        str(row.case_id), row.event_id, row.event, row.occurred_on, row.received_on, row.about or None, attributes
    )

"""Reading what is owed, as far as the current actor may see."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from hawl.foundations.access.counting import MOST_COUNTED, counts_apart, page_of_joined
from hawl.foundations.clock import today
from hawl.foundations.measures.periods import Period
from hawl.foundations.vault.hand import with_keys
from hawl.registers.cases.models import CaseEvent
from hawl.registers.cases.queries import events_of
from hawl.rights.duties.counting import Asked, Number, counted_duties
from hawl.rights.duties.models import Duty
from hawl.rights.duties.reaching import reach
from hawl.rights.duties.recorded import told_duties
from hawl.rights.rulebook import OPEN, Evaluated, Event, applying, evaluate, reminding

PAGE = 50
WINDOWS = ("overdue", "today", "week", "no_limit")
# In place of a user's id: the case is in nobody's hands.
NOBODY = 0
# By risk, then by the day it is due: as the index `duties_open_order` has them.
_ORDER = ("rank", "due_on", "started_on", "pk")
# As much as the list shows: no other sealed value leaves the database.
_SHOWN = (
    *("duty_id", "rulebook", "bearer", "standing", "due_on", "trigger_event_id"),
    *("case__desk_id", "case__offence", "case__risk", "case__council", "case__assigned_to"),
    *("case__person__names", "case__person__data_key"),
)

# The same of the list behind a number, which names nobody.
_BEHIND = (
    *("duty_id", "bearer", "standing", "started_on", "due_on", "done_on", "trigger_event_id"),
    *("case__offence", "case__council", "case__reported_on", "case__reference", "case__person_id"),
)


@dataclass(frozen=True, slots=True)
class DutiesAsked:
    """Which duties a list is asked for; an empty part asks for all.

    `window`: overdue, today (due that very day), week (due within the seven days from today on) or no_limit.
    `hands`: the id of the user in whose hands the case is, NOBODY for cases in no hands.
    """

    bearer: str = ""
    window: str = ""
    hands: int | None = None
    route: str = ""
    right: int | None = None
    council: str = ""


@dataclass(frozen=True, slots=True)
class DueList:
    """A page of open duties, and how many there are in each window whatever window is asked for (capped)."""

    page: Page[Duty]
    counts: dict[str, int]


def due_list(asked: DutiesAsked, *, page: str | int | None = 1, day: dt.date | None = None) -> DueList:
    """What is owed and not done on a day (today in London), with case and person of each.

    Three statements; four or five where there is much to count (`counting.counts_apart`).
    Overdue first, then what has a day, then what has none; within each by risk, then by the day it is due.
    """
    narrowed = _narrowed(asked)
    rows = Duty.objects.filter(narrowed, standing=OPEN)
    stretches = _stretches(day or today())
    counts = _counts(rows, stretches, narrowed=bool(narrowed))
    # What is overdue stands before what has a day to come, and that before what has none.
    listed = (asked.window,) if asked.window else ("overdue", "to_come", "no_limit")
    parts = [(rows.filter(stretches[each]).order_by(*_ORDER), counts[each]) for each in listed]
    listed_rows = rows.select_related("case__person").only(*_SHOWN)
    shown = page_of_joined(listed_rows, page, size=PAGE, parts=parts, read=with_keys)
    return DueList(shown, {window: min(counts[window], MOST_COUNTED + 1) for window in ("", *WINDOWS)})


def _stretches(on: dt.date) -> dict[str, Q]:
    """Stretches of days in which something is due, seen from a day: those that are shown, and those counted."""
    week = on + dt.timedelta(days=7)
    return {
        "overdue": Q(due_on__lt=on),
        "today": Q(due_on=on),
        "rest_of_week": Q(due_on__gt=on, due_on__lt=week),
        "week": Q(due_on__gte=on, due_on__lt=week),
        "later": Q(due_on__gte=week),
        "to_come": Q(due_on__gte=on),
        "no_limit": Q(due_on__isnull=True),
    }


def _counts(rows: QuerySet[Duty], stretches: dict[str, Q], *, narrowed: bool) -> dict[str, int]:
    """How many rows each stretch has; no row is counted twice."""
    apart = ("overdue", "today", "rest_of_week", "later", "no_limit")
    counts = counts_apart(rows, {each: stretches[each] for each in apart}, narrowed=narrowed)
    counts["week"] = counts["today"] + counts["rest_of_week"]
    counts["to_come"] = counts["week"] + counts["later"]
    counts[""] = counts["overdue"] + counts["to_come"] + counts["no_limit"]
    return counts


def _narrowed(asked: DutiesAsked) -> Q:
    wanted = {
        "bearer": asked.bearer,
        "right": asked.right,
        "case__assigned_to": asked.hands or None,
        "case__assigned_to__isnull": True if asked.hands == NOBODY else None,
        "case__route": asked.route,
        "case__council": asked.council,
    }
    return Q(**{name: value for name, value in wanted.items() if value not in ("", None)})


def duties_behind(
    number: Number,
    *,
    period: Period,
    day: dt.date,
    council: str = "",
    tier: str = "",
    offence: str = "",
    page: str | int | None = 1,
) -> Page[Duty]:
    """The duties that a number of `figures.compliance` or `recorded.records` counts on a day, narrowed as these were.

    By the day they are due, those without one last, each with its case; three statements, and one for all keys once a
    reference is opened. For who counts their own scope: raises TooFine where the current actor sees no person, and
    NoSuchNumber.
    """
    _, as_of = reach(period, day, finer=True)
    asked = Asked(as_of, period.since, period.until, council, tier, offence)
    counted, given = (told_duties if number.told_by else counted_duties)(asked, number)
    rows = Duty.objects.filter(pk__in=RawSQL(counted, given))  # noqa: S611 - names of our own
    count = rows.count()
    parts = [(rows.order_by(F("due_on").asc(nulls_last=True), "started_on", "pk"), count)]
    # Nothing is joined that the count does not join, and every row can be reached: the list is as long as the number.
    listed_rows = Duty.objects.select_related("case").only(*_BEHIND)
    return page_of_joined(listed_rows, page, size=PAGE, parts=parts, most=count)


def duties_of_person(person_id: uuid.UUID) -> list[Duty]:
    """Every duty owed to a person in any case of theirs, by due day, those without one last; one statement."""
    rows: QuerySet[Duty] = Duty.objects.filter(case__person_id=person_id).select_related("case")
    return list(rows.order_by(F("due_on").asc(nulls_last=True), "duty_id", "trigger_event_id"))


def evaluated_now(case_id: uuid.UUID, day: dt.date, events: Iterable[CaseEvent] | None = None) -> list[Evaluated]:
    """The duties of a case worked out anew on a day, each with its explanation; reads the events unless given."""
    rows = events_of(case_id) if events is None else events
    return evaluate([_as_event(row) for row in rows], applying(), day)


def reminders_now(case_id: uuid.UUID, day: dt.date, events: Iterable[CaseEvent] | None = None) -> list[Evaluated]:
    """What the victim may ask for by when, as it stands on a day; it is kept nowhere, and lapses instead of overdue."""
    rows = events_of(case_id) if events is None else events
    return evaluate([_as_event(row) for row in rows], reminding(), day)


def _as_event(row: CaseEvent) -> Event:
    attributes: dict[str, Any] = row.attributes
    return Event(
        str(row.case_id), row.event_id, row.event, row.occurred_on, row.received_on, row.about or None, attributes
    )

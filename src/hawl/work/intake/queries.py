"""Reading what came in by feeds: the runs, and by row number and reason what could not be taken."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count

from hawl.foundations.access.actor import WORKS_WITH_PEOPLE, Role
from hawl.foundations.clock import today
from hawl.foundations.identity.queries import users_with_role
from hawl.work.intake.models import FeedRefusal, FeedRun

RUNS_ON_A_PAGE = 25
ROWS_ON_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Run:
    """One file taken in. `counts` as its command prints them with `--json`; not finished is cut off or still going."""

    id: uuid.UUID
    file_name: str
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run: how many rows were refused for each reason, and a page of their numbers, of one reason or of all."""

    run: Run
    reasons: tuple[tuple[str, int], ...]
    refusals: Page[FeedRefusal]


def runs(page: str | int | None = 1) -> Page[Any]:
    """A page of `Run`, the latest first; two statements."""
    found: Page[Any] = Paginator(FeedRun.objects.order_by("-started_at", "pk"), RUNS_ON_A_PAGE).get_page(page)
    found.object_list = [_run(row) for row in found.object_list]
    return found


def latest_run() -> Run | None:
    """The run of the feed of crimes that began last."""
    row = FeedRun.objects.filter(sent_by="").order_by("-started_at").first()
    return _run(row) if row else None


def run_report(run_id: uuid.UUID, *, reason: str = "", page: str | int | None = 1) -> RunReport:
    """What became of one run; four statements. Raises ObjectDoesNotExist."""
    run = FeedRun.objects.get(pk=run_id)
    rows = FeedRefusal.objects.filter(run=run)
    reasons = rows.order_by().values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    wanted = rows.filter(reason=reason) if reason else rows
    refusals = Paginator(wanted.order_by("row_number", "pk"), ROWS_ON_A_PAGE).get_page(page)
    return RunReport(_run(run), tuple((code, n) for code, n in reasons), refusals)


_ABLE = """
SELECT u.id FROM identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id
LEFT JOIN access_body e ON e.organisation_id = u.employer_id
WHERE u.is_active AND u.roles && %(roles)s::varchar[] AND u.vetting_until >= %(today)s
  AND u.training_until >= %(today)s AND (b.ended_on IS NULL OR b.ended_on > %(today)s)
  AND NOT b.walls @> ARRAY[%(walled)s::int] AND NOT coalesce(e.walls @> ARRAY[%(walled)s::int], false)
ORDER BY u.id
"""


def able_to_open(walled: int) -> tuple[int, ...]:
    """Ids of the accounts that could open a record denied to the body `walled`, were they named on it; one statement.

    Active, in standing, working with people, and neither at that body or a part of it nor employed there.
    """
    roles = sorted(role.value for role in WORKS_WITH_PEOPLE)
    with connection.cursor() as cursor:
        cursor.execute(_ABLE, {"roles": roles, "today": today(), "walled": walled})
        return tuple(int(row[0]) for row in cursor.fetchall())


def leads_of(organisation_id: int, able: tuple[int, ...]) -> tuple[int, ...]:
    """Those of the able accounts that are specialist leads of the organisation."""
    return tuple(sorted(set(users_with_role(Role.SPECIALIST_LEAD, organisation_id)) & set(able)))


def _run(row: FeedRun) -> Run:
    return Run(row.pk, row.file_name, row.started_at, row.finished_at, row.counts)

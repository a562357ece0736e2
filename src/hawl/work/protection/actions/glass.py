"""Opening a record in an emergency, and what two reviewers make of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import DatabaseError, connection, transaction

from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import england_and_wales, today
from hawl.work.protection import queries, rules
from hawl.work.protection.glass_keys import Sought
from hawl.work.protection.models import GlassAccount
from hawl.work.protection.refusals import Refused

# Codes of the function's own refusals (migration 0004).
_CODES = {"HG001": "quota", "HG002": "suspended"}


@transaction.atomic
def break_glass(*, by: Actor, sought: Sought, reason: str, account: str) -> uuid.UUID:
    """Open for 60 minutes whom an exact identifier fits, unless sealed or denied; gives the id of the opening.

    At most three people are opened: of more, none is, and the audit tells of it. The answer is the same whatever was
    opened. It opens also where fewer than two could review it: the audit tells of that too, and the review catches up
    (`draw_reviewers`). Raises `Refused` (not_allowed, quota, suspended).
    """
    with acting_as(by):
        if not by.may(Permission.RECORD_ACTS):
            raise Refused("not_allowed")
        due = england_and_wales().add_working_days(today(), rules.REVIEW_WITHIN)
        given: list[Any] = [sought.form, sought.key, sorted(sought.names), sorted(sought.born), reason, due]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT glass, wide FROM hawl_break_glass(%s, %s, %s, %s, %s, %s)", given)
                held, wide = cursor.fetchone()
        except DatabaseError as refused:
            code = getattr(refused.__cause__, "sqlstate", "")
            if code not in _CODES:
                raise
            raise Refused(_CODES[code]) from refused
        glass = uuid.UUID(str(held))
        people, users, bodies = _opened(glass)
        # Whom an opened record is kept from reads nothing of what was written about it either.
        GlassAccount.objects.create(
            glass_id=glass, account=account, named_users=[by.user_id or 0, *queries.reviewers_of(glass)],
            denied_users=users, denied_organisations=bodies,
        )  # fmt: skip
        if len(queries.reviewers_of(glass)) < rules.REVIEWERS:
            record(action="glass.without_reviewers", object_kind="glass", object_id=str(glass), grave=True)
        record(action="glass.fitted_too_many" if wide else "glass.broken", object_kind="glass", object_id=str(glass),
               grave=True, reason=reason, by_what=sought.form, objects=people)  # fmt: skip
    return glass


@transaction.atomic
def review_glass(*, by: Actor, glass_id: uuid.UUID, upheld: bool) -> None:
    """Say whether an opening was right; each of the two reviewers once, while they may. Raises `Refused`."""
    with acting_as(by):
        if not by.may(Permission.REVIEW_ACCESS):
            raise Refused("not_allowed")
        if rules.lapsed_as_reviewer(by.roles, by.standing.lapsed(today())):
            raise Refused("reviewer_lapsed")
        with connection.cursor() as cursor:
            cursor.execute("SELECT hawl_review_glass(%s, %s)", [glass_id, upheld])
            taken = bool(cursor.fetchone()[0])
        if not taken:
            raise Refused("not_allowed")
        record(action="glass.reviewed", object_kind="glass", object_id=str(glass_id), grave=True, upheld=upheld)


@transaction.atomic
def draw_reviewers(*, by: Actor) -> int:
    """Give openings that lack reviewers, as none was there or those there were have gone, to others who can.

    Gives how many openings were given to somebody. `by` is a machine, in the role of the jobs.
    """
    with acting_as(by):
        due = england_and_wales().add_working_days(today(), rules.REVIEW_WITHIN)
        with connection.cursor() as cursor:
            cursor.execute("SELECT hawl_draw_reviewers(%s)", [due])
            given = [row[0] for row in cursor.fetchall()]
        for glass in given:
            record(action="glass.reviewers_drawn", object_kind="glass", object_id=str(glass), grave=True)
    return len(given)


def _opened(glass: uuid.UUID) -> tuple[list[uuid.UUID], list[int] | None, list[int] | None]:
    """Whose records it opened and from whom those are kept, in one statement also where there are none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.denied_users, p.denied_organisations FROM people_person p"
            " WHERE p.id IN (SELECT unnest(subjects) FROM access_brokenglass WHERE id = %s)",
            [glass],
        )
        rows = cursor.fetchall()
    users = sorted({each for row in rows for each in row[1] or ()})
    bodies = sorted({each for row in rows for each in row[2] or ()})
    return [row[0] for row in rows], users or None, bodies or None

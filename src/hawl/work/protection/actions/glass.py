"""Opening a record in an emergency, and what two reviewers make of it."""

from __future__ import annotations

import random
import uuid

from django.db import DatabaseError, connection, transaction

from hawl.foundations.access.actor import Actor, Permission, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import england_and_wales, today
from hawl.foundations.identity.models import User
from hawl.work.protection import queries, rules
from hawl.work.protection.models import GlassAccount
from hawl.work.protection.refusals import Refused

_REVIEW = [Role.STEWARD.value, Role.SPECIALIST_LEAD.value]
# Codes of the function's own refusals (migration 0003).
_CODES = {"HG001": "quota", "HG002": "suspended", "HG003": "no_reviewers"}


@transaction.atomic
def break_glass(*, by: Actor, form: str, key: bytes, reason: str, account: str) -> uuid.UUID:
    """Open for 60 minutes what an exact identifier fits, unless it is sealed or denied; gives the id of the opening.

    The answer is the same whether anything was opened or not. Raises `Refused` (quota, suspended, no_reviewers).
    """
    with acting_as(by):
        if not by.may(Permission.RECORD_ACTS):
            raise Refused("not_allowed")
        due = england_and_wales().add_working_days(today(), rules.REVIEW_WITHIN)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT hawl_break_glass(%s, %s, %s, %s, %s)", [form, key, reason, due, _reviewers(by)])
                glass = uuid.UUID(str(cursor.fetchone()[0]))
        except DatabaseError as refused:
            code = getattr(refused.__cause__, "sqlstate", "")
            if code not in _CODES:
                raise
            raise Refused(_CODES[code]) from refused
        named = [by.user_id or 0, *queries.reviewers_of(glass)]
        GlassAccount.objects.create(glass_id=glass, account=account, named_users=named)
        record(action="glass.broken", object_kind="glass", object_id=str(glass), grave=True, reason=reason,
               objects=_opened(glass))  # fmt: skip
    return glass


@transaction.atomic
def review_glass(*, by: Actor, glass_id: uuid.UUID, upheld: bool) -> None:
    """Say whether an opening was right; each of the two reviewers once. Raises `Refused("not_allowed")`."""
    with acting_as(by):
        with connection.cursor() as cursor:
            cursor.execute("SELECT hawl_review_glass(%s, %s)", [glass_id, upheld])
            taken = bool(cursor.fetchone()[0])
        if not taken:
            raise Refused("not_allowed")
        record(action="glass.reviewed", object_kind="glass", object_id=str(glass_id), grave=True, upheld=upheld)


def _opened(glass: uuid.UUID) -> list[uuid.UUID]:
    """Whose records it opened, in one statement also where there are none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id FROM people_person p WHERE p.id IN (SELECT unnest(subjects) FROM access_brokenglass"
            " WHERE id = %s)",
            [glass],
        )
        return [row[0] for row in cursor.fetchall()]


def _reviewers(by: Actor) -> list[int]:
    """Stewards and specialist leads in standing, those of another body first; by lot, so that nobody chooses."""
    found = []
    for user in User.objects.filter(is_active=True, roles__overlap=_REVIEW).exclude(pk=by.user_id or 0):
        actor = user.actor()
        steward = Role.STEWARD in actor.roles and not rules.why_no_opinion("unseal", 0, queries.party_of(actor))
        lead = Role.SPECIALIST_LEAD in actor.roles and not queries.party_of(actor).lapsed
        if steward or lead:
            found.append((bool(actor.walls & by.walls), random.SystemRandom().random(), user.pk))
    return [pk for _, _, pk in sorted(found)]

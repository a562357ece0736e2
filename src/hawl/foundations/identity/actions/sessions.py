"""Beginning, renewing and ending stays on the staff site, and holding what was typed when one ended."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.identity.models import HeldText, StaffSession, User
from hawl.foundations.identity.sessions import HELD_FOR, MOST, Why, end_of

_MOST_HELD = 5
_MOST_BYTES = 200_000


@transaction.atomic
def begin_session(*, by: Actor, user: User, factor_at: datetime | None = None) -> tuple[StaffSession, bool]:
    """A new stay, after the second factor. Ends the oldest beyond two at a time, and says whether it did.

    `factor_at` is when that was given, where a provider saw it earlier: grave acts ask for one of the last ten minutes.
    """
    with acting_as(by):
        # Two sign-ins of one account at once wait for each other here.
        User.objects.select_for_update().get(pk=user.pk)
        at = now()
        standing = StaffSession.objects.filter(user=user, ended_at=None).order_by("signed_in_at", "pk")
        alive = [stay for stay in standing if end_of(stay) > at]
        ended = alive[: max(0, len(alive) - MOST + 1)]
        for stay in ended:
            _end(stay, Why.ELSEWHERE)
        stay = StaffSession.objects.create(user=user, signed_in_at=at, seen_at=at, factor_at=factor_at or at)
        record(action="session.signed_in", object_kind="user", object_id=str(user.pk))
    return stay, bool(ended)


@transaction.atomic
def end_session(*, by: Actor, stay_id: UUID, user_id: int, why: Why) -> bool:
    """End one stay of this user; false where it is none of theirs or has ended."""
    with acting_as(by):
        stay = StaffSession.objects.select_for_update().filter(pk=stay_id, user_id=user_id, ended_at=None).first()
        if stay is None:
            return False
        _end(stay, why)
    return True


@transaction.atomic
def end_all_sessions(*, by: Actor, user_id: int, why: Why, but: UUID | None = None) -> int:
    """End every stay of this user, or every other than `but`; says how many."""
    with acting_as(by):
        found = StaffSession.objects.select_for_update().filter(user_id=user_id, ended_at=None)
        stays = [stay for stay in found if stay.pk != but]
        for stay in stays:
            _end(stay, why)
        record(action="session.all_ended", object_kind="user", object_id=str(user_id), count=len(stays))
    return len(stays)


@transaction.atomic
def renew_factor(*, by: Actor, stay: StaffSession) -> None:
    """The second factor was given again: grave acts open for ten minutes."""
    with acting_as(by):
        stay.factor_at = stay.seen_at = now()
        stay.save(update_fields=["factor_at", "seen_at"])
        record(action="session.stepped_up", object_kind="user", object_id=str(stay.user_id))


@transaction.atomic
def hold_typed(*, by: Actor, user_id: int, sent_to: str, typed: dict[str, list[str]]) -> bool:
    """Hold what was typed, sealed, for this user; false where it is too much. Five are held, for 12 hours."""
    if len(json.dumps(typed).encode()) > _MOST_BYTES or len(sent_to) > 2000:
        return False
    with acting_as(by):
        HeldText.objects.filter(held_at__lt=now() - HELD_FOR).delete()
        kept = HeldText.objects.filter(user_id=user_id).order_by("-held_at").values("pk")[: _MOST_HELD - 1]
        HeldText.objects.filter(user_id=user_id).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
        HeldText.objects.create(user_id=user_id, held_at=now(), sent_to=sent_to, typed=typed)
        record(action="typed.held", object_kind="user", object_id=str(user_id))
    return True


@transaction.atomic
def drop_held(*, by: Actor, user_id: int, held_id: UUID) -> None:
    """What was held was sent on, or is not wanted."""
    with acting_as(by):
        if HeldText.objects.filter(pk=held_id, user_id=user_id).delete()[0]:
            record(action="typed.dropped", object_kind="user", object_id=str(user_id))


def _end(stay: StaffSession, why: Why) -> None:
    stay.ended_at, stay.ended_why = now(), why.value
    stay.save(update_fields=["ended_at", "ended_why"])
    record(action="session.ended", object_kind="user", object_id=str(stay.user_id), why=why.value)

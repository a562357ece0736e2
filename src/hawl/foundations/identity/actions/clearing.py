"""Throwing away what signing in leaves behind, and telling the audit of tries that were refused."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.identity.models import AccountRequest, Bucket, HeldText, MissedCodes, StaffSession, User
from hawl.foundations.identity.sessions import ABSOLUTE
from hawl.foundations.identity.throttling import FORGOTTEN_AFTER, blind_index_of_account

# The slowest bucket is full again after five hours: one of six hours ago says nothing any more.
BUCKETS_KEPT = timedelta(hours=6)
SESSIONS_KEPT = timedelta(days=30)
HELD_KEPT = timedelta(days=1)
# What was decided is in the audit; what was not waits a week.
REQUESTS_KEPT = timedelta(days=30)


@transaction.atomic
def clear_away(*, by: Actor) -> dict[str, int]:
    """Delete old buckets, stays that ended and requests made over 30 days ago, held text older than a day, and wrong
    codes of 90 days ago; says how many of each.

    A bucket whose refused tries the audit was not told of yet stays.
    """
    with acting_as(by):
        at = now()
        ended = Q(ended_at__lt=at - SESSIONS_KEPT) | Q(ended_at=None, signed_in_at__lt=at - SESSIONS_KEPT - ABSOLUTE)
        gone = {
            "buckets": Bucket.objects.filter(at__lt=at - BUCKETS_KEPT, refused=0).delete()[0],
            "sessions": StaffSession.objects.filter(ended).delete()[0],
            "held": HeldText.objects.filter(held_at__lt=at - HELD_KEPT).delete()[0],
            "requests": AccountRequest.objects.filter(asked_at__lt=at - REQUESTS_KEPT).delete()[0],
            "missed": MissedCodes.objects.filter(last_at__lt=at - FORGOTTEN_AFTER).delete()[0],
        }
        if any(gone.values()):
            record(
                action="signing.cleared", object_kind="installation", buckets=gone["buckets"],
                sessions=gone["sessions"], held=gone["held"], requests=gone["requests"], missed=gone["missed"],
            )  # fmt: skip
    return gone


@transaction.atomic
def tell_refused(*, by: Actor) -> int:
    """One audit entry for each bucket that refused tries since the last time, with how many; says how many entries.

    A bucket of an account is told by the account's id, one of an address that belongs to nobody by none.
    """
    with acting_as(by):
        found = list(Bucket.objects.select_for_update().filter(refused__gt=0).order_by("key"))
        whose = _accounts() if any(each.key.startswith("of:") for each in found) else {}
        for bucket in found:
            kind, _, rest = bucket.key.partition(":")
            user_id = rest.partition(":")[0] if kind in ("code", "recovery") else whose.get(rest.partition(":")[0], "")
            record(
                action="session.tries_refused", object_kind="user" if user_id else "", object_id=user_id,
                bucket=kind, count=bucket.refused,
            )  # fmt: skip
        Bucket.objects.filter(pk__in=[each.pk for each in found]).update(refused=0)
    return len(found)


def _accounts() -> dict[str, str]:
    rows = User.objects.values_list("email", "pk")
    return {blind_index_of_account(email): str(pk) for email, pk in rows}

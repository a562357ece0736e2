"""How long a stay on the staff site lasts, and whether one still stands. Noting that it was used is the only writing.

Limits after facts/security.md 4.13: 15 minutes without use, 12 hours in all, two at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare

from hawl.foundations.access.preparing import planned_once
from hawl.foundations.access.standing import Bodies, bodies_of
from hawl.foundations.clock import now
from hawl.foundations.identity.models import StaffSession, User

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
WARNED = timedelta(minutes=2)
FRESH = timedelta(minutes=10)
MOST = 2
# How long what was typed is held for whoever's stay ended.
HELD_FOR = timedelta(hours=12)
# Uses closer together than this are noted once: each note is a write.
_NOTED = timedelta(seconds=15)

# Where the browser's session keeps the id of the stay, and why the one before ended.
STAY = "stay"
# And how many wrong codes others gave for them since they signed in last.
MISSED = "missed_codes"
ENDED = "ended"


class Why(StrEnum):
    """Why a stay ended; the sign-in page says it."""

    IDLE = "idle"
    ABSOLUTE = "absolute"
    ELSEWHERE = "elsewhere"  # the person signed in a third time
    ENDED = "ended"  # the person ended it from another
    SIGNED_OUT = "signed_out"
    ACCOUNT = "account"  # the account was ended, or its password changed


@dataclass(frozen=True, slots=True)
class Standing:
    """What a request's session is worth: a stay that stands, or whose stay it was and why it does not."""

    stay: StaffSession | None = None
    former: User | None = None
    why: Why | None = None
    # Of the one whose stay it is, read in the same statement.
    bodies: Bodies | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When the stay ends if nothing more is done; `None` where there is none."""
        return end_of(self.stay) if self.stay else None


NOBODY = Standing()
# A page asks of the account, its bodies and its stay at once: each is read anew for every page.
_ALONG = {"bodies": bodies_of("identity_user")}


def end_of(stay: StaffSession) -> datetime:
    """The first moment at which the stay no longer stands."""
    return min(stay.seen_at + IDLE, stay.signed_in_at + ABSOLUTE)


def may_sign_in(user: User) -> bool:
    """Is the account in force. Accounts of a demo are so on an installation made by the demo only."""
    return user.is_active and (settings.HAWL_DEMO or not user.is_demo)


def standing(session: SessionBase) -> Standing:
    """What the browser's session is worth now. The account is read anew; a stay that stands is noted as used."""
    key = session.get(STAY)
    if not key:
        return NOBODY
    try:
        with planned_once():
            stay = StaffSession.objects.select_related("user").annotate(**_ALONG).filter(pk=key).first()
    except (ValueError, ValidationError):
        stay = None
    if stay is None or session.get(SESSION_KEY) != str(stay.user_id):
        return NOBODY
    at = now()
    why = _why_not(stay, session, at)
    if why is not None:
        return Standing(former=stay.user, why=why, stay=None)
    if at - stay.seen_at >= _NOTED:
        StaffSession.objects.filter(pk=stay.pk, ended_at=None).update(seen_at=at)
        stay.seen_at = at
    return Standing(stay=stay, bodies=getattr(stay, "bodies", None))


def _why_not(stay: StaffSession, session: SessionBase, at: datetime) -> Why | None:
    if stay.ended_at is not None:
        return Why(stay.ended_why) if stay.ended_why in list(Why) else Why.ENDED
    digest = stay.user.get_session_auth_hash()
    if not may_sign_in(stay.user) or not constant_time_compare(session.get(HASH_SESSION_KEY) or "", digest):
        return Why.ACCOUNT
    if at >= stay.signed_in_at + ABSOLUTE:
        return Why.ABSOLUTE
    return Why.IDLE if at >= stay.seen_at + IDLE else None


def is_fresh(stay: StaffSession | None) -> bool:
    """Was the second factor given within the last ten minutes."""
    return stay is not None and now() - stay.factor_at <= FRESH

"""Putting back from the safety journal what was taken from accounts. Run by the machine, in the whole replay.

A restore gives an account nothing. What was taken since the backup is taken again; where the backup holds a password or
a second factor that was changed since, the account waits for a new invitation (`hawl account put`).
"""

from __future__ import annotations

from datetime import date

from allauth.mfa.models import Authenticator
from django.db import transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.identity.factors import RECOVERY
from hawl.foundations.identity.journal_facts import digest_of
from hawl.foundations.identity.models import StaffSession, User
from hawl.foundations.journal.kinds import Entry


@transaction.atomic
def take_again(*, by: Actor, entry: Entry) -> bool:
    """Take from the account of the entry what was taken then; false where the restored database has no such account."""
    with acting_as(by):
        user = User.objects.select_for_update().filter(pk=entry.facts["account"]).first()
        if user is None or digest_of(user.email) != entry.facts["email"]:
            return False
        if entry.kind != "account_made":
            _take(user, entry)
            record(action="account.taken_again", object_kind="user", object_id=str(user.pk), kind=entry.kind)
    return True


def _take(user: User, entry: Entry) -> None:
    facts = entry.facts
    if entry.kind == "account_ended":
        user.is_active = False
    elif entry.kind == "account_moved":
        user.organisation_id, user.employer_id = facts["organisation"], facts["employer"]
        user.roles = sorted(set(user.roles) & set(facts["roles"]))
    elif entry.kind == "account_clearance":
        user.vetting_until = _earlier(user.vetting_until, facts["vetting"])
        user.training_until = _earlier(user.training_until, facts["training"])
    if entry.kind == "account_factor" and facts["gone"] == RECOVERY:
        Authenticator.objects.filter(user_id=user.pk, type=RECOVERY).delete()
        return
    if entry.kind == "account_factor":
        # Whoever had the password alone could set up a factor of their own now: the password goes too.
        Authenticator.objects.filter(user_id=user.pk).delete()
    user.set_unusable_password()
    user.save()
    StaffSession.objects.filter(user_id=user.pk, ended_at=None).update(ended_at=now(), ended_why="account")


def _earlier(held: date | None, noted: str | None) -> date | None:
    return min(held, date.fromisoformat(noted)) if held and noted else None


@transaction.atomic
def forget_resets(*, by: Actor) -> int:
    """Resets of a second factor that waited when the backup was made: whoever still needs one asks again."""
    with acting_as(by):
        waiting = User.objects.filter(factor_reset_from__isnull=False).update(factor_reset_from=None)
        if waiting:
            record(action="factor.resets_forgotten", object_kind="user", count=waiting)
    return waiting

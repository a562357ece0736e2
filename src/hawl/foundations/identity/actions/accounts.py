"""Making and changing the accounts of people who sign in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from hawl.foundations.access.actor import PERMISSIONS, Actor, Permission, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.identity.journal_facts import note_account
from hawl.foundations.identity.models import StaffSession, User
from hawl.foundations.identity.queries import approvers

# Who may say yes to an account.
APPROVERS = frozenset({Role.SPECIALIST_LEAD, Role.STEWARD})
# Whoever looks after an installation gives none of these alone: they open people's records, or others' access to them.
GRAVE_ROLES = APPROVERS | {role for role in Role if Permission.SEE_PEOPLE in PERMISSIONS[role]}


class NotCleared(ValueError):
    """A role that sees people is given without the last days of vetting and of training."""


class NotPermitted(PermissionError):
    """Who asks may not decide this alone."""


@transaction.atomic
def put_account(
    *,
    by: Actor,
    email: str,
    display_name: str,
    roles: frozenset[Role],
    organisation_id: int | None,
    password: str,
    vetting_until: date | None,
    training_until: date | None,
    employer_id: int | None = None,
    approved_by: str = "",
    language: str = "en",
    is_demo: bool = False,
) -> User:
    """Make the account of `email`, or bring the existing one to what is given, and end its stays.

    `approved_by` is the e-mail address of an active account, other than this one, that may say yes to a grave role. It
    is asked for whenever the account holds such a role afterwards, held before or not: with a new password goes
    whatever the account can do. Only before an installation has its first approver does it go without.

    Raises `NotCleared` for a role that sees people without both dates, and `NotPermitted` for one's own account, for a
    grave role without such an approval, and where nobody would be left who can approve.
    """
    if _sees_people(roles) and (vetting_until is None or training_until is None):
        raise NotCleared("A role that sees people needs the last day of vetting and the last day of training.")
    with acting_as(by):
        user = User.objects.select_for_update().filter(email__iexact=email).first() or User(email=email)
        if by.user_id is not None and by.user_id == user.pk:
            raise NotPermitted("Nobody changes their own account.")
        grave = bool(roles & GRAVE_ROLES)
        codes = _approval(user, approved_by) if grave and not is_demo else {}
        if not roles & APPROVERS:
            _refuse_the_last(user)
        before = None if user._state.adding else (_place(user), user.vetting_until, user.training_until)
        user.display_name = display_name
        user.roles = sorted(role.value for role in roles)
        user.organisation_id = organisation_id
        user.employer_id = employer_id
        user.vetting_until, user.training_until = vetting_until, training_until
        user.language = language
        user.is_demo = is_demo
        user.set_password(password)
        user.save()
        _end_stays(user)
        _note_put(user, before)
        record(
            action="account.put", object_kind="user", object_id=str(user.pk), grave=grave, roles=user.roles,
            **codes,  # type: ignore[arg-type]  # codes of the act, none of which is a named parameter
        )  # fmt: skip
    return user


@transaction.atomic
def end_account(*, by: Actor, email: str) -> User:
    """The person has left: every session is refused at its next request. The account stays, for what it did.

    Raises `User.DoesNotExist`, and `NotPermitted` for the last account that can approve others.
    """
    with acting_as(by):
        user = User.objects.select_for_update().get(email__iexact=email)
        _refuse_the_last(user)
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        _end_stays(user)
        note_account("account_ended", user)
        record(action="account.ended", object_kind="user", object_id=str(user.pk))
    return user


def _place(user: User) -> tuple[int | None, int | None, list[str]]:
    return user.organisation_id, user.employer_id, sorted(user.roles)


def _note_put(user: User, before: tuple[tuple[Any, ...], date | None, date | None] | None) -> None:
    """A backup of before holds the old password, the old place and the old clearance: none of them comes back."""
    if before is None:
        note_account("account_made", user)
        return
    place, vetting, training = before
    note_account("account_password", user)
    if place != _place(user):
        organisation, employer, roles = _place(user)
        note_account("account_moved", user, organisation=organisation, employer=employer, roles=roles)
    if _shortened(vetting, user.vetting_until) or _shortened(training, user.training_until):
        note_account("account_clearance", user, vetting=_day(user.vetting_until), training=_day(user.training_until))


def _shortened(before: date | None, after: date | None) -> bool:
    return before is not None and (after is None or after < before)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _approval(user: User, approved_by: str) -> dict[str, object]:
    """Who said yes, as codes of the audit. Raises `NotPermitted`."""
    if not approvers():
        return {"approved_by": "", "first_of_installation": True}
    said = [each for each in approvers() if each.email.casefold() == approved_by.strip().casefold()]
    if not said or said[0].pk == user.pk:
        raise NotPermitted(
            "Another says yes to this: name the e-mail address of a specialist lead or steward, of an account in force."
        )
    return {"approved_by": said[0].pk}


def _refuse_the_last(user: User) -> None:
    """Without it an installation would be back where it began, and accounts go without approval there."""
    # Two who end the last two at once wait for each other here.
    list(User.objects.select_for_update().filter(pk__in=[each.pk for each in approvers()]).order_by("pk"))
    if [each.pk for each in approvers()] == [user.pk]:
        raise NotPermitted(
            "Nobody else could approve accounts: give another the role of steward or specialist lead first."
        )


def _sees_people(roles: frozenset[Role]) -> bool:
    return any(Permission.SEE_PEOPLE in PERMISSIONS[role] for role in roles)


def _end_stays(user: User) -> None:
    StaffSession.objects.filter(user_id=user.pk, ended_at=None).update(ended_at=now(), ended_why="account")

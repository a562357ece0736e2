"""Making and changing the accounts of people who sign in."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from hawl.foundations.access.actor import PERMISSIONS, Actor, Permission, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.identity.models import StaffSession, User

# Roles that open more than a person's own work: a second operator says yes to them.
GRAVE_ROLES = frozenset({Role.SPECIALIST_LEAD, Role.STEWARD})


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

    Raises `NotCleared` for a role that sees people without both dates, and `NotPermitted` for one's own account and
    for a grave role that no second operator (`approved_by`, another than `by`) said yes to.
    """
    if _sees_people(roles) and (vetting_until is None or training_until is None):
        raise NotCleared("A role that sees people needs the last day of vetting and the last day of training.")
    with acting_as(by):
        user = User.objects.filter(email__iexact=email).first() or User(email=email)
        if by.user_id is not None and by.user_id == user.pk:
            raise NotPermitted("Nobody changes their own account.")
        grave = (roles & GRAVE_ROLES) - {Role(each) for each in user.roles}
        if grave and not is_demo and approved_by in ("", by.label, by.label.partition(":")[2]):
            raise NotPermitted(f"A second operator says yes to {', '.join(sorted(grave))}.")
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
        codes = {"approved_by": approved_by} if grave else {}
        record(
            action="account.put", object_kind="user", object_id=str(user.pk), grave=bool(grave), roles=user.roles,
            **codes,  # type: ignore[arg-type]  # codes of the act, none of which is a named parameter
        )  # fmt: skip
    return user


@transaction.atomic
def end_account(*, by: Actor, email: str) -> User:
    """The person has left: every session is refused at its next request. The account stays, for what it did.

    Raises `User.DoesNotExist`.
    """
    with acting_as(by):
        user = User.objects.select_for_update().get(email__iexact=email)
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        _end_stays(user)
        record(action="account.ended", object_kind="user", object_id=str(user.pk))
    return user


def _sees_people(roles: frozenset[Role]) -> bool:
    return any(Permission.SEE_PEOPLE in PERMISSIONS[role] for role in roles)


def _end_stays(user: User) -> None:
    StaffSession.objects.filter(user_id=user.pk, ended_at=None).update(ended_at=now(), ended_why="account")

"""Making and changing the accounts of people who sign in, and the yes of somebody else that it takes.

A yes is given on the staff site, by an account that may say it, whose holder gave their second factor a moment ago: an
address typed at the command line proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import ProgrammingError, connection, transaction

from hawl.foundations.access.actor import PERMISSIONS, Actor, Permission, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.identity.journal_facts import note_account
from hawl.foundations.identity.models import AccountRequest, StaffSession, User, same_address
from hawl.foundations.identity.queries import approvers, was_in_use
from hawl.foundations.identity.throttling import forget_missed

# Who may say yes to an account.
APPROVERS = frozenset({Role.SPECIALIST_LEAD, Role.STEWARD})
# Whoever looks after an installation gives none of these alone: they open people's records, or others' access to them.
GRAVE_ROLES = APPROVERS | {role for role in Role if Permission.SEE_PEOPLE in PERMISSIONS[role]}


# Two who ask at once wait for each other: only one account is the first.
_FIRST = 0x48617774


class NotCleared(ValueError):
    """A role that sees people is given without the last days of vetting and of training."""


class NotWaiting(LookupError):
    """Nothing waits under this id: it was decided, is too old, or what it was asked for is there meanwhile."""


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

    For who has the yes already. `approved_by` is the e-mail address of the active account, other than this one, that
    said it; no command passes one on (`ask_account` waits for it on the staff site). It is asked for whenever
    the account holds a grave role afterwards, held before or not: with a new password goes whatever the account can do.
    Only before an installation has its first approver does it go without, and where none of them can sign in.

    Raises `NotCleared` for a role that sees people without both dates, and `NotPermitted` for one's own account, for a
    grave role without such an approval, and where nobody would be left who can approve.
    """
    _needs_clearance(roles, vetting_until, training_until)
    with acting_as(by):
        user = _account_to_be(email)
        if by.user_id is not None and by.user_id == user.pk:
            raise NotPermitted("Nobody changes their own account.")
        grave = bool(roles & GRAVE_ROLES)
        codes = _approval(user, approved_by) if grave and not is_demo else {}
        if not roles & APPROVERS:
            _keep_the_last(user)
        before = _standing_of(user)
        user.display_name = display_name
        user.roles = sorted(role.value for role in roles)
        user.organisation_id = organisation_id
        user.employer_id = employer_id
        user.vetting_until, user.training_until = vetting_until, training_until
        user.language = language
        user.is_demo = is_demo
        user.set_password(password)
        user.save()
        _now_as_put(user, before)
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
        _keep_the_last(user)
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        _end_stays(user)
        note_account("account_ended", user)
        record(action="account.ended", object_kind="user", object_id=str(user.pk))
    return user


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: the account where it is in force at once, else what waits for somebody's yes."""

    user: User | None = None
    waits: AccountRequest | None = None
    # In force though nobody else said yes, as the first of an installation.
    unapproved: bool = False
    # The same, where there are approvers of whom none can sign in.
    anew: bool = False
    # It was ended: the yes opens it again.
    ended: bool = False


@transaction.atomic
def ask_account(
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
    language: str = "en",
) -> Asked:
    """Ask for an account as `put_account` takes it. One without a grave role is in force at once, unless it was ended.

    With one it waits, and nothing changes before somebody else says yes: what is there already stays as it is. What
    waited for the same address goes. Only where nobody who may say yes can sign in does one begin alone that may
    itself: the first of an installation, or anew, as after a restore. Everybody is told of the latter (`begun_anew`).
    An account that was ended is opened again by somebody's yes and by nothing else.
    Raises `NotCleared` and `NotPermitted` as `put_account` does.
    """
    _needs_clearance(roles, vetting_until, training_until)
    wanted: dict[str, Any] = {
        "email": email, "display_name": display_name, "organisation_id": organisation_id, "employer_id": employer_id,
        "vetting_until": vetting_until, "training_until": training_until, "language": language,
    }  # fmt: skip
    with acting_as(by):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIRST])
        first = not approvers() and bool(roles & APPROVERS)
        user = _account_to_be(email)
        ended = not (user._state.adding or user.is_active)
        if first and ended:
            raise NotPermitted(
                "This account was ended, and nobody can say yes to its opening: begin with another address."
            )
        if first or not (roles & GRAVE_ROLES or ended):
            anew = first and was_in_use()
            user = put_account(by=by, roles=roles, password=password, **wanted)
            AccountRequest.objects.filter(email__iexact=email, kind="put", decided_at=None).delete()
            if anew:
                _begins_anew("put", user, by)
            return Asked(user=user, unapproved=first, anew=anew)
        if not roles & APPROVERS:
            _keep_the_last(user)
        held = {"roles": sorted(role.value for role in roles), "password": make_password(password)}
        return Asked(waits=_wait("put", user, by, **wanted, **held), ended=ended)


@transaction.atomic
def ask_reset(*, by: Actor, email: str) -> AccountRequest:
    """Ask that an account may set up a new second factor, once somebody says yes. Raises `User.DoesNotExist`.

    Where nobody but its holder may say yes and can sign in, it is so without: `agreed` is true then, and the day that
    the holder has to stop it begins. Everybody is told of it (`begun_anew`).
    """
    with acting_as(by):
        user = User.objects.get_by_natural_key(email)
        if not user.is_active:
            raise User.DoesNotExist
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIRST])
        if frozenset(map(Role, user.roles)) & APPROVERS and not [e for e in approvers() if e.pk != user.pk]:
            return _reset_alone(user, by)
        return _wait("reset", user, by, email=user.email, display_name=user.display_name,
                     organisation_id=user.organisation_id, roles=user.roles)  # fmt: skip


@transaction.atomic
def decide_request(*, by: Actor, request_id: UUID, agreed: bool) -> User | None:
    """Say yes or no to what waits, as somebody else who may; gives the account, if there is one now.

    The database asks for itself who signed in, when they last gave their second factor, and whether they may. Raises
    `NotWaiting` and `NotPermitted`.
    """
    with acting_as(by):
        waits = AccountRequest.objects.filter(pk=request_id, decided_at=None).first()
        if waits is None:
            raise NotWaiting
        user = waits.user or User(email=waits.email)
        if agreed and waits.kind == "put" and not frozenset(map(Role, waits.roles)) & APPROVERS:
            _keep_the_last(user)
        before = _standing_of(user)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT hawl_decide_account(%s, %s)", [waits.pk, agreed])
                account = cursor.fetchone()[0]
        except ProgrammingError as refused:
            raise NotPermitted("Another who may say yes, signed in a moment ago, decides this.") from refused
        if account is None:
            raise NotWaiting
        now_there = User.objects.filter(pk=account).first()
        if agreed and now_there is not None and waits.kind == "put":
            _now_as_put(now_there, before)
        record(
            action=_SAID[waits.kind, agreed], object_kind="user", object_id=str(account or ""), grave=True,
            roles=waits.roles, approved_by=by.user_id if agreed else None, request=str(waits.pk),
        )  # fmt: skip
    return now_there


_SAID = {
    ("put", True): "account.put", ("put", False): "account.refused",
    ("reset", True): "factor.reset_asked", ("reset", False): "factor.reset_refused",
}  # fmt: skip


def _reset_alone(user: User, by: Actor) -> AccountRequest:
    """The only one who could say yes has lost their factor: a day from the first time that it was asked for."""
    if user.factor_reset_from is None:
        user.factor_reset_from = now() + timedelta(hours=24)
        user.save(update_fields=["factor_reset_from"])
    AccountRequest.objects.filter(user=user, kind="reset", decided_at=None).delete()
    made = _begins_anew("reset", user, by)
    record(
        action="factor.reset_asked", object_kind="user", object_id=str(user.pk), grave=True, roles=user.roles,
        approved_by=None, begun_anew=True, request=str(made.pk),
    )  # fmt: skip
    return made


def _begins_anew(kind: str, user: User, by: Actor) -> AccountRequest:
    """Keep that it was done with nobody's yes, by which everybody is told at their next sign-in."""
    at = now()
    return AccountRequest.objects.create(
        kind=kind, user=user, email=user.email, display_name=user.display_name, organisation_id=user.organisation_id,
        roles=user.roles, asked_at=at, asked_by=by.label, decided_at=at, agreed=True,
    )  # fmt: skip


def _wait(kind: str, user: User, by: Actor, **held: Any) -> AccountRequest:
    AccountRequest.objects.filter(email__iexact=held["email"], kind=kind, decided_at=None).delete()
    waits = AccountRequest.objects.create(
        kind=kind, user=None if user._state.adding else user, asked_at=now(), asked_by=by.label, **held
    )
    record(
        action="account.asked", object_kind="user", object_id=str(user.pk or ""), kind=kind, roles=waits.roles,
        request=str(waits.pk),
    )  # fmt: skip
    return waits


def _needs_clearance(roles: frozenset[Role], vetting_until: date | None, training_until: date | None) -> None:
    """Raises `NotCleared` for a role that sees people without both dates."""
    if _sees_people(roles) and (vetting_until is None or training_until is None):
        raise NotCleared("A role that sees people needs the last day of vetting and the last day of training.")


def _account_to_be(email: str) -> User:
    """The account with this address, locked, or a new one. Raises `NotPermitted` where another's is too like it."""
    for user in User.objects.select_for_update().filter(email__iexact=email):
        if not same_address(user.email, email):
            raise NotPermitted("Another account's address reads like this one.")
        return user
    return User(email=email)


# What the safety journal and the stays need to know of an account as it was: None for a new one.
_Before = tuple[tuple[int | None, int | None, list[str]], date | None, date | None] | None


def _standing_of(user: User) -> _Before:
    """The account as it is before it changes."""
    return None if user._state.adding else (_place(user), user.vetting_until, user.training_until)


def _now_as_put(user: User, before: _Before) -> None:
    """The account was put: its stays end, wrong codes of before count no more, and a restore keeps to it."""
    _end_stays(user)
    forget_missed(user.pk)
    _note_put(user, before)


def _place(user: User) -> tuple[int | None, int | None, list[str]]:
    return user.organisation_id, user.employer_id, sorted(user.roles)


def _note_put(user: User, before: _Before) -> None:
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
        return {"approved_by": "", ("begun_anew" if was_in_use() else "first_of_installation"): True}
    said = [each for each in approvers() if each.email.casefold() == approved_by.strip().casefold()]
    if not said or said[0].pk == user.pk:
        raise NotPermitted(
            "Another says yes to this: name the e-mail address of a specialist lead or steward, of an account in force."
        )
    return {"approved_by": said[0].pk}


def _keep_the_last(user: User) -> None:
    """Raises `NotPermitted` for the last account that can approve others.

    Without it an installation would be back where it began, and accounts go without approval there.
    """
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

"""Adding, checking and taking away second factors. Codes are tried within a bucket of the account (throttling)."""

from __future__ import annotations

from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal import auth as passkeys
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.identity.adapter import factors_of
from hawl.foundations.identity.factors import PASSKEY, RECOVERY, TOTP, USED_UP_TO, library_request
from hawl.foundations.identity.journal_facts import note_account
from hawl.foundations.identity.models import User
from hawl.foundations.identity.throttling import forget_missed


@transaction.atomic
def add_authenticator(*, by: Actor, user: User, secret: str, code: str | None = None) -> bool:
    """Give the account an authenticator with this secret, in place of one it has; and recovery codes where it has none.

    `code` proves that the app shows the right one; false where it does not. An account made by a command (a demo's)
    is given its secret without.
    """
    if code is not None and not totp.validate_totp_code(secret, code):
        return False
    with acting_as(by), factors_of(user.pk):
        if Authenticator.objects.filter(user_id=user.pk, type=TOTP).delete()[0]:
            note_account("account_factor", user, gone=TOTP)
        made = totp.TOTP.activate(user, secret).instance
        if code is not None:
            _use_up(made, secret, code)
        RecoveryCodes.activate(user)
        record(action="factor.added", object_kind="user", object_id=str(user.pk), kind=TOTP)
    return True


@transaction.atomic
def check_code(*, by: Actor, user: User, code: str, recovery_only: bool = False) -> str | None:
    """Is this a one-time code or a recovery code of the account: its kind, or `None`. Either opens once only.

    With `recovery_only` one-time codes are not looked at.
    """
    with acting_as(by), factors_of(user.pk):
        kind = None
        looked_at = [RECOVERY] if recovery_only else [TOTP, RECOVERY]
        rows = Authenticator.objects.select_for_update().filter(user_id=user.pk, type__in=looked_at)
        for row in rows.order_by("-type"):
            if row.type == TOTP and _use_up(row, decrypt(row.data["secret"]), code):
                kind = TOTP
            elif row.type == RECOVERY and kind is None and RecoveryCodes(row).validate_code(code):
                kind = RECOVERY
                Authenticator.objects.filter(pk=row.pk).update(last_used_at=now())
        record(
            action="factor.accepted" if kind else "factor.refused", object_kind="user", object_id=str(user.pk),
            kind=kind or "code",
        )  # fmt: skip
    return kind


def _use_up(row: Authenticator, secret: str, code: str) -> bool:
    """Does the code fit now, and is it later than any used before. The library's own check forgets at a restart."""
    for counter in totp.yield_hotp_counters_from_time():
        fits = compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, counter)))
        if fits and counter > row.data.get(USED_UP_TO, 0):
            row.data[USED_UP_TO] = counter
            row.last_used_at = now()
            row.save(update_fields=["data", "last_used_at"])
            return True
    return False


@transaction.atomic
def add_passkey(*, by: Actor, user: User, request: HttpRequest, credential: Any, name: str) -> bool:
    """Keep the passkey that the browser made for this account; false where it does not answer what was asked."""
    with acting_as(by), library_request(request, user):
        try:
            passkeys.parse_registration_response(credential)
            passkeys.complete_registration(credential)
        except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
            return False
        passkeys.WebAuthn.add(user, name[:60], credential)
        RecoveryCodes.activate(user)
        record(action="factor.added", object_kind="user", object_id=str(user.pk), kind=PASSKEY)
    return True


@transaction.atomic
def check_passkey(*, by: Actor, user: User, request: HttpRequest, credential: Any) -> bool:
    """Is this the answer of a passkey of the account to what this session was asked."""
    with acting_as(by), library_request(request, user):
        try:
            passkeys.parse_authentication_response(credential)
            used = passkeys.complete_authentication(user, credential)
        except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
            record(action="factor.refused", object_kind="user", object_id=str(user.pk), kind=PASSKEY)
            return False
        used.record_usage()
        record(action="factor.accepted", object_kind="user", object_id=str(user.pk), kind=PASSKEY)
    return True


@transaction.atomic
def remove_passkey(*, by: Actor, user: User, factor_id: int) -> bool:
    """Take a passkey away; false where it is none of theirs, or the only factor that the account has."""
    with acting_as(by):
        User.objects.select_for_update().get(pk=user.pk)
        others = Authenticator.objects.filter(user_id=user.pk, type__in=[TOTP, PASSKEY]).exclude(pk=factor_id)
        if (
            not others.exists()
            or not Authenticator.objects.filter(user_id=user.pk, type=PASSKEY, pk=factor_id).delete()[0]
        ):
            return False
        note_account("account_factor", user, gone=PASSKEY)
        record(action="factor.removed", object_kind="user", object_id=str(user.pk), kind=PASSKEY)
    return True


@transaction.atomic
def make_recovery_codes(*, by: Actor, user: User) -> None:
    """Fresh recovery codes; those from before open nothing any more."""
    with acting_as(by), factors_of(user.pk):
        if Authenticator.objects.filter(user_id=user.pk, type=RECOVERY).delete()[0]:
            note_account("account_factor", user, gone=RECOVERY)
        RecoveryCodes.activate(user)
        record(action="factor.added", object_kind="user", object_id=str(user.pk), kind=RECOVERY)


@transaction.atomic
def stop_reset(*, by: Actor, user_id: int) -> bool:
    """The person has their second factor after all, or never asked: nothing is reset. False where nothing waited."""
    with acting_as(by):
        stopped = User.objects.filter(pk=user_id, factor_reset_from__isnull=False).update(factor_reset_from=None)
        if stopped:
            record(action="factor.reset_stopped", object_kind="user", object_id=str(user_id))
    return bool(stopped)


@transaction.atomic
def reset_lost_factor(*, by: Actor, user_id: int) -> bool:
    """Take all second factors away if a reset was asked for and its day has passed; false where it has not."""
    with acting_as(by):
        user = User.objects.select_for_update().get(pk=user_id)
        if user.factor_reset_from is None or now() < user.factor_reset_from:
            return False
        user.factor_reset_from = None
        user.save(update_fields=["factor_reset_from"])
        Authenticator.objects.filter(user_id=user_id).delete()
        forget_missed(user_id)
        note_account("account_factor", user, gone="all")
        record(action="factor.removed", object_kind="user", object_id=str(user_id), kind="all")
    return True

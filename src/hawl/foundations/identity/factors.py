"""Reading second factors: which an account has, and what a page needs to ask for one. Nothing is written here."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt, encrypt
from allauth.mfa.webauthn.internal import auth as passkeys
from django.http import HttpRequest

from hawl.foundations.identity.adapter import factors_of
from hawl.foundations.identity.models import User

PERIOD = 30
TOTP, PASSKEY, RECOVERY = "totp", "webauthn", "recovery_codes"
USED_UP_TO = "counter"


@dataclass(frozen=True, slots=True)
class Factor:
    """One second factor as its owner sees it."""

    id: int
    kind: str
    name: str
    since: datetime
    last_used: datetime | None


def has_factor(user_id: int) -> bool:
    """Has the account an authenticator or a passkey; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=[TOTP, PASSKEY]).exists())


def has_passkey(user_id: int) -> bool:
    """Can the account be opened by a passkey."""
    return bool(Authenticator.objects.filter(user_id=user_id, type=PASSKEY).exists())


def factors(user_id: int) -> list[Factor]:
    """All second factors of an account, in the order in which they were added."""
    rows = Authenticator.objects.filter(user_id=user_id).order_by("created_at", "pk")
    return [Factor(row.pk, row.type, row.data.get("name", ""), row.created_at, row.last_used_at) for row in rows]


def unused_recovery_codes(user: User) -> list[str]:
    """The recovery codes that were not used yet."""
    with factors_of(user.pk):
        row = Authenticator.objects.filter(user_id=user.pk, type=RECOVERY).first()
        return list(RecoveryCodes(row).get_unused_codes()) if row else []


def new_secret() -> str:
    """A fresh secret for an authenticator app, in base 32."""
    return str(generate_totp_secret())


def seal_secret(user: User, secret: str) -> str:
    """A secret that is not confirmed yet, for the browser's session, which lies in the database."""
    with factors_of(user.pk):
        return str(encrypt(secret))


def open_secret(user: User, sealed: str) -> str:
    """The secret again; `CannotOpen` where it was sealed to another user."""
    with factors_of(user.pk):
        return str(decrypt(sealed))


def address_for_app(user: User, secret: str) -> str:
    """The `otpauth:` address that an authenticator app reads from the square."""
    return str(get_adapter().build_totp_url(user, secret))


def square(address: str) -> str:
    """The address as a picture (SVG) that a telephone's camera reads."""
    drawn = str(get_adapter().build_totp_svg(address))
    return drawn[drawn.index("<svg") :]


def code_now(user: User) -> tuple[str, int] | None:
    """The next one-time code that opens this account and for how many seconds; `None` without an authenticator.

    For accounts of a demo: nobody else's code is ever worked out for them.
    """
    with factors_of(user.pk):
        row = Authenticator.objects.filter(user_id=user.pk, type=TOTP).first()
        if row is None:
            return None
        at = int(time.time())
        # A code opens once; one used in this half minute already is followed by the next, which is taken early.
        counter = max(at // PERIOD, row.data.get(USED_UP_TO, 0) + 1)
        code = format_hotp_value(hotp_value(decrypt(row.data["secret"]), counter))
        return str(code), (counter + 1) * PERIOD - at


def code_of(secret: str, at: float | None = None) -> str:
    """The code that an authenticator app shows for this secret; for the pages that try one in tests."""
    return str(format_hotp_value(hotp_value(secret, int(time.time() if at is None else at) // PERIOD)))


@contextmanager
def library_request(request: HttpRequest, user: User) -> Iterator[None]:
    """Let the library find the request and whose secrets it handles."""
    with factors_of(user.pk), context.request_context(request):
        yield


def begin_passkey(request: HttpRequest, user: User) -> dict[str, Any]:
    """What a browser needs to make a passkey for this account."""
    with library_request(request, user):
        return dict(passkeys.begin_registration(user, False))


def ask_for_passkey(request: HttpRequest, user: User) -> dict[str, Any]:
    """What a browser needs to show a passkey of this account."""
    with library_request(request, user):
        return dict(passkeys.begin_authentication(user))

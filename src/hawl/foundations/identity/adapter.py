"""Second factors as django-allauth keeps them, with their secrets sealed by our vault.

A secret is sealed to the user whose it is, so that one moved to another's row does not open.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from hawl.foundations.vault.sealing import seal, unseal

_TABLE, _FIELD = "mfa_authenticator", "secret"
_whose: ContextVar[int] = ContextVar("hawl_factor_of")


@contextmanager
def factors_of(user_id: int) -> Iterator[None]:
    """Name the user whose secrets the code within seals and opens."""
    token = _whose.set(user_id)
    try:
        yield
    finally:
        _whose.reset(token)


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks of an installation. `LookupError` where nobody said whose secret it is."""

    def encrypt(self, text: str) -> str:
        """The secret, sealed to its user."""
        return base64.b64encode(seal(text.encode(), _TABLE, str(_whose.get()), _FIELD)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again; `CannotOpen` for one of another user."""
        return unseal(base64.b64decode(encrypted_text), _TABLE, str(_whose.get()), _FIELD).decode()

    def get_totp_issuer(self) -> str:
        """The name that an authenticator app shows beside the code."""
        return str(settings.HAWL_SITE_NAME["en"])

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """For which site a passkey is good: the host that is asked, under our name."""
        return {**super().get_public_key_credential_rp_entity(), "name": self.get_totp_issuer()}

    def _get_site_name(self) -> str:
        return self.get_totp_issuer()

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """By which name a device lists the passkey."""
        email = str(getattr(user, "email", ""))
        return {"id": str(user.pk).encode(), "display_name": email, "name": email}

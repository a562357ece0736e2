"""Sign-in by an OpenID Connect provider, where the settings name one: authorisation code flow, PKCE, state, nonce.

The library makes and compares state, nonce and code verifier and checks the signature; issuer, audience and the way of
signing are named here, because it would take them from what the provider says of itself.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError

from hawl.foundations.clock import now
from hawl.foundations.database.home import InstallationError, read_private
from hawl.foundations.identity.sessions import ABSOLUTE

# Signed with a key that the provider alone has: neither "none" nor a secret that both sides share.
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_SECONDS = 5
_LEEWAY = 60
_NAME = "provider"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotVouched(Exception):
    """The provider vouches for nobody; `code` says why, for the audit."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for: the address it has verified, and when it saw a second factor that counts here."""

    email: str
    factor_at: datetime | None


def is_configured() -> bool:
    """Do the settings name a provider, our name at it and the file with our secret."""
    return bool(settings.HAWL_OIDC_ISSUER and settings.HAWL_OIDC_CLIENT_ID and settings.HAWL_OIDC_SECRET_FILE)


def begin(request: HttpRequest, back: str) -> HttpResponse:
    """On to the provider, which sends the browser back to `back` (an absolute address). Raises `NotVouched`."""
    # One attempt at a time in one browser: those begun before lead nowhere any more.
    for key in [each for each in request.session.keys() if each.startswith(f"_state_{_NAME}_")]:  # noqa: SIM118
        del request.session[key]
    try:
        answer: HttpResponse = _app().authorize_redirect(request, back)
    except _FAILURES as reason:
        raise NotVouched("provider_unreachable") from reason
    return answer


def vouched_for(request: HttpRequest) -> Vouched:
    """For whom the provider vouches with the answer that the browser brought. It counts once. Raises `NotVouched`."""
    try:
        token = _app().authorize_access_token(request, claims_options=_wanted(), leeway=_LEEWAY)
    except _FAILURES as reason:
        raise NotVouched("provider_token") from reason
    claims = token.get("userinfo")
    if not claims:
        raise NotVouched("provider_token")
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise NotVouched("provider_email")
    return Vouched(email, _factor_at(claims))


# All that the library, the network or an answer of the wrong shape raise.
_FAILURES = (AuthlibBaseError, JoseError, requests.RequestException, OSError, InstallationError, RuntimeError,
             ValueError, TypeError, KeyError, AttributeError)  # fmt: skip


def _wanted() -> dict[str, dict[str, Any]]:
    return {
        "iss": {"essential": True, "value": settings.HAWL_OIDC_ISSUER},
        "aud": {"essential": True, "value": settings.HAWL_OIDC_CLIENT_ID},
    }


def _factor_at(claims: Mapping[str, Any]) -> datetime | None:
    """When a second factor was given at the provider, where `amr` or `acr` names one that the settings accept."""
    methods = claims.get("amr") or []
    named = {str(each) for each in methods} if isinstance(methods, list) else set()
    if not (named | {str(claims.get("acr") or "")}) & set(settings.HAWL_OIDC_SECOND_FACTOR):
        return None
    given = claims.get("auth_time")
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    try:
        at = datetime.fromtimestamp(given, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    # One of the future would keep grave acts open for longer.
    return min(at, now()) if now() - ABSOLUTE < at < now() + timedelta(seconds=_LEEWAY) else None


def _app() -> Any:
    """The client of our provider. What the provider says of itself is asked for again each hour."""
    secret = read_private(Path(settings.HAWL_OIDC_SECRET_FILE)).strip()
    app = _registered(settings.HAWL_OIDC_ISSUER, settings.HAWL_OIDC_CLIENT_ID, secret, int(time.time() // 3600))
    told = app.load_server_metadata()
    if told.get("issuer") != settings.HAWL_OIDC_ISSUER:
        raise ValueError("The provider calls itself by another name.")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _refuse_in_clear(str(told[name]))
    offered = told.get("id_token_signing_alg_values_supported") or ["RS256"]
    told["id_token_signing_alg_values_supported"] = [each for each in offered if each in SIGNED_BY] or ["RS256"]
    return app


@lru_cache(maxsize=1)
def _registered(issuer: str, client_id: str, secret: str, hour: int) -> Any:
    _refuse_in_clear(issuer)
    return OAuth().register(
        _NAME,
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "default_timeout": _SECONDS},
    )


def _refuse_in_clear(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("A provider is spoken to over TLS.")

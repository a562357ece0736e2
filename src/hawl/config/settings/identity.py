"""Signing in: passwords, second factors, single sign-on."""

from __future__ import annotations

import os

AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

# django-allauth: its tables and functions, with our pages.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_ADAPTER = "hawl.foundations.identity.adapter.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# One half minute on either side, for telephones whose clock is a little off.
MFA_TOTP_TOLERANCE = 1

# An OpenID Connect provider; without all three there is none. The secret lies in a file that its owner alone may read.
HAWL_OIDC_ISSUER = os.environ.get("HAWL_OIDC_ISSUER", "")
HAWL_OIDC_CLIENT_ID = os.environ.get("HAWL_OIDC_CLIENT_ID", "")
HAWL_OIDC_SECRET_FILE = os.environ.get("HAWL_OIDC_SECRET_FILE", "")
# Which values of `amr` or `acr` mean a second factor; none: ours is always asked for.
HAWL_OIDC_SECOND_FACTOR = [each for each in os.environ.get("HAWL_OIDC_SECOND_FACTOR", "").split(",") if each]

# How many proxies of our own stand in front and add to `X-Forwarded-For`; none: the header is not believed.
HAWL_PROXIES = int(os.environ.get("HAWL_PROXIES") or 0)

"""Signing in: passwords, second factors, single sign-on."""

from __future__ import annotations

AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

# django-allauth: its tables and functions, with our pages.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_ADAPTER = "hawl.foundations.identity.adapter.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# One half minute on either side, for telephones whose clock is a little off.
MFA_TOTP_TOLERANCE = 1

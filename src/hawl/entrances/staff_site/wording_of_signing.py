"""Words of the pages of signing in."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hawl.foundations.identity.factors import PASSKEY, RECOVERY, TOTP
from hawl.foundations.identity.sessions import Why

_WHY: dict[str, str | Promise] = {
    Why.IDLE: _("You were signed out because nothing was done for 15 minutes."),
    Why.ABSOLUTE: _("You were signed out because a session lasts 12 hours at most."),
    Why.ELSEWHERE: _("You were signed out here because you signed in on a third device. Two are open at a time."),
    Why.ENDED: _("This session was ended from another device."),
    Why.ACCOUNT: _("You were signed out because your account was changed."),
}


def why_ended(code: str) -> str | Promise:
    """Why the session before ended, in a sentence; empty where there was none."""
    return _WHY.get(code, "")


KINDS: dict[str, str | Promise] = {
    TOTP: _("Authenticator app"),
    PASSKEY: _("Passkey"),
    RECOVERY: _("Recovery codes"),
}

DATES: dict[str, str | Promise] = {
    "vetting": _("Your vetting lapses on"),
    "training": _("Your training in handling information lapses on"),
}

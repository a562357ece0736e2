"""Telling everybody that an account began anew with nobody's yes: on each page of their first stay since."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from hawl.foundations.identity.queries import begun_anew

# In the session of the browser: names of the accounts that began so since their holder signed in last.
_BEGUN = "begun_anew"


def note_begun(request: HttpRequest, since: datetime | None) -> None:
    """Keep for this stay what began since `since`, the time of the last stay; of who has had none, of a month."""
    if names := [each.display_name for each in begun_anew(since)]:
        request.session[_BEGUN] = names


def notice_of_begun(request: HttpRequest) -> list[str]:
    """What must be told of it before all else; empty where nothing began so."""
    names = getattr(request, "session", {}).get(_BEGUN)
    if not names:
        return []
    told = _(
        "Whoever looks after Hawl let the account of %(names)s begin anew alone, as nobody was left who could say yes."
        " If you did not expect it, ask that person now, and look at the audit."
    )
    return [told % {"names": ", ".join(names)}]

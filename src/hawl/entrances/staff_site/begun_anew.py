"""Telling everybody that an account began anew with nobody's yes: on each page of their first stay since."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from hawl.entrances.staff_site.navigation import frame
from hawl.foundations.identity.queries import begun_anew

if TYPE_CHECKING:
    from django.http import HttpRequest

    from hawl.foundations.design.frames import Frame

# In the session of the browser: names of the accounts that began so since their holder signed in last.
_BEGUN = "begun_anew"


def note_begun(request: HttpRequest, since: datetime | None) -> None:
    """Keep for this stay what began since `since`, the time of the last stay; of who has had none, of a month."""
    if names := [each.display_name for each in begun_anew(since)]:
        request.session[_BEGUN] = names


def frame_telling(request: HttpRequest) -> Frame:
    """The frame, with what must be told of accounts that began anew before all else."""
    around = frame(request)
    names = getattr(request, "session", {}).get(_BEGUN)
    if not names or not around.signed_in_as:
        return around
    told = _(
        "Whoever looks after Hawl let the account of %(names)s begin anew alone, as nobody was left who could say yes."
        " If you did not expect it, ask that person now, and look at the audit."
    )
    return replace(around, notices=(told % {"names": ", ".join(names)}, *around.notices))

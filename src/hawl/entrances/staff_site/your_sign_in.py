"""Each person's own page: second factors, where they are signed in, dates that lapse, and what they had typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hawl.entrances.staff_site.addresses import home_of, is_ours
from hawl.entrances.staff_site.signing import as_json, set_up
from hawl.entrances.staff_site.wording_of_signing import DATES, KINDS
from hawl.foundations.access.doors import SIGNED_IN, opens_to
from hawl.foundations.clock import today
from hawl.foundations.identity.actions import (
    add_passkey,
    drop_held,
    end_all_sessions,
    end_session,
    make_recovery_codes,
    remove_passkey,
    stop_reset,
)
from hawl.foundations.identity.factors import PASSKEY, begin_passkey, factors, unused_recovery_codes
from hawl.foundations.identity.queries import held_of, lapsing, stays_of
from hawl.foundations.identity.sessions import Why
from hawl.foundations.identity.stepping_up import needs_fresh_sign_in

if TYPE_CHECKING:
    from hawl.foundations.identity.models import StaffSession, User

# A text of this length or with a line break in it is shown to be read again; the rest goes along unseen.
_SHOWN_FROM = 12


def _stay(request: HttpRequest) -> StaffSession:
    stay: StaffSession = request.standing.stay  # type: ignore[attr-defined]
    return stay


def _user(request: HttpRequest) -> User:
    return _stay(request).user


@opens_to(SIGNED_IN)
@require_safe
def your_sign_in(request: HttpRequest) -> HttpResponse:
    """Second factors, sessions, dates."""
    user = _user(request)
    shown = {
        "factors": [(each, KINDS[each.kind], each.kind == PASSKEY) for each in factors(user.pk)],
        "codes_left": len(unused_recovery_codes(user)),
        "stays": [(stay, stay.pk == _stay(request).pk) for stay in stays_of(user.pk)],
        "dates": [(DATES[name], day, day < today()) for name, day in lapsing(user)],
        "reset_from": user.factor_reset_from,
    }
    return render(request, "staff_site/your_sign_in.html", shown)


@opens_to(SIGNED_IN)
@require_POST
def session_end(request: HttpRequest, stay_id: UUID) -> HttpResponse:
    """End another of one's own sessions."""
    user = _user(request)
    end_session(by=user.actor(), stay_id=stay_id, user_id=user.pk, why=Why.ENDED)
    return HttpResponseRedirect(reverse("your_sign_in"))


@opens_to(SIGNED_IN)
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    user = _user(request)
    end_all_sessions(by=user.actor(), user_id=user.pk, why=Why.ENDED, but=_stay(request).pk)
    return HttpResponseRedirect(reverse("your_sign_in"))


@opens_to(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
@needs_fresh_sign_in
def authenticator_new(request: HttpRequest) -> HttpResponse:
    """Another telephone: the app on it takes the place of the one before."""
    return set_up(request, _user(request)) or HttpResponseRedirect(reverse("your_sign_in"))


@opens_to(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
@needs_fresh_sign_in
def passkey_new(request: HttpRequest) -> HttpResponse:
    """Add a passkey; this one thing needs JavaScript, and nobody needs a passkey."""
    user, refused = _user(request), False
    if request.method == "POST":
        given = as_json(request.POST.get("credential", ""))
        name = request.POST.get("name", "").strip() or str(today())
        if add_passkey(by=user.actor(), user=user, request=request, credential=given, name=name):
            return HttpResponseRedirect(reverse("your_sign_in"))
        refused = True
    shown = {"passkey": json.dumps(begin_passkey(request, user)), "refused": refused}
    return render(request, "staff_site/passkey_new.html", shown)


@opens_to(SIGNED_IN)
@require_POST
@needs_fresh_sign_in
def passkey_remove(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Take one of one's own passkeys away, unless it is the only second factor."""
    user = _user(request)
    remove_passkey(by=user.actor(), user=user, factor_id=factor_id)
    return HttpResponseRedirect(reverse("your_sign_in"))


@opens_to(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
@needs_fresh_sign_in
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes for the day on which the telephone is lost; POST makes new ones."""
    user = _user(request)
    if request.method == "POST":
        make_recovery_codes(by=user.actor(), user=user)
        return HttpResponseRedirect(reverse("recovery_codes"))
    return render(request, "staff_site/recovery_codes.html", {"codes": unused_recovery_codes(user)})


@opens_to(SIGNED_IN)
@require_POST
def reset_stop(request: HttpRequest) -> HttpResponse:
    """The second factor is not lost: stop its reset."""
    user = _user(request)
    stop_reset(by=user.actor(), user_id=user.pk)
    return HttpResponseRedirect(reverse("your_sign_in"))


@opens_to(SIGNED_IN)
@require_safe
def stay_signed_in(request: HttpRequest) -> HttpResponse:
    """Opening this page is enough to go on for another 15 minutes; it says until when."""
    return render(request, "staff_site/stay_signed_in.html", {})


@opens_to(SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def kept(request: HttpRequest) -> HttpResponse:
    """What this user had typed when they were asked to sign in again, filled in: send it on, or throw it away."""
    user = _user(request)
    held = held_of(user.pk)
    if held is None:
        return HttpResponseRedirect(home_of(request))
    if request.method == "POST" or not is_ours(held.sent_to):
        drop_held(by=user.actor(), user_id=user.pk, held_id=held.pk)
        return HttpResponseRedirect(home_of(request))
    every = [(name, value) for name, values in held.typed.items() for value in values]
    told = [(name, value) for name, value in every if len(value) >= _SHOWN_FROM or "\n" in value or " " in value]
    shown = {
        "held": held,
        "told": [(name, name.replace("_", " ").replace("-", " ").capitalize(), value) for name, value in told],
        "along": [each for each in every if each not in told],
        "to": held.sent_to,
    }
    return render(request, "staff_site/kept.html", shown)

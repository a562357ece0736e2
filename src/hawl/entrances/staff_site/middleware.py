"""Runs each staff request in the name of who is signed in, within one transaction, behind its door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from hawl.entrances.staff_site.addresses import network_address
from hawl.entrances.staff_site.errors import lapsed, too_many_tries
from hawl.entrances.staff_site.signing import to_sign_in
from hawl.foundations.access.actor import Actor, Permission, current_actor
from hawl.foundations.access.doors import ANYONE, SIGNED_IN, door_of
from hawl.foundations.access.policy import LAPSES, enter
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import now
from hawl.foundations.design.headers import SENDS_FORMS
from hawl.foundations.identity.models import User
from hawl.foundations.identity.sessions import NOBODY, Standing, Why
from hawl.foundations.identity.stepping_up import keep_typed, sent_on
from hawl.foundations.identity.throttling import take_sign_in

_PASSERS_BY = Actor(label="anyone")
# Health and what browsers report answer without a database, so they run outside any transaction.
_OUTSIDE = ("/health/", "/reports/")


class SlowTries:
    """Counts a try at a password before anything is looked at, in a transaction of its own.

    Refused tries are counted, and audited together (identity.jobs).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Known and unknown accounts are counted alike."""
        if request.method == "POST" and request.path_info.endswith("/sign-in/"):
            taken = take_sign_in(request.POST.get("username", "")[:254], network_address(request))
            if taken.wait:
                return too_many_tries(request, taken.wait)
            request.taken = taken  # type: ignore[attr-defined]
        return self.get_response(request)


class NamedActor:
    """Names the actor of the request; what fails is rolled back whole."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The account is read anew, so roles and organisation count from the next request on."""
        if request.path_info.startswith(_OUTSIDE):
            return self.get_response(request)
        user = request.user
        held: Standing = getattr(request, "standing", NOBODY)
        actor = user.actor(held.bodies) if isinstance(user, User) or user.is_authenticated else _PASSERS_BY
        with acting_as(actor):
            response = self.get_response(request)
            response.headers[SENDS_FORMS] = "yes"
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Opens the door or answers as if the page did not exist."""
        if request.path_info.startswith(_OUTSIDE):
            return None
        door = door_of(view)
        if door == ANYONE:
            return None
        if not request.user.is_authenticated:
            return _kept_and_to_sign_in(request)
        if request.method == "POST" and "kept" in request.POST:
            sent_on(request)
        if door == SIGNED_IN:
            return None
        if door is None:
            raise Http404
        entered = enter(current_actor(), Permission(door), now())
        if entered.rule in LAPSES:
            return lapsed(request, entered.rule)
        if not entered.allow:
            raise Http404
        return None


def _kept_and_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Not signed in, or not any more: what was typed meanwhile is held for the one whose session it was."""
    held: Standing = getattr(request, "standing", NOBODY)
    if request.method == "POST" and held.former is not None and held.why is not Why.ACCOUNT:
        keep_typed(request, held.former.pk)
    return to_sign_in(request)

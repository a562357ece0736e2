"""Says who a request comes from: the user of a stay that stands, read anew each time."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from hawl.foundations.access.actor import Actor
from hawl.foundations.identity.actions import end_session
from hawl.foundations.identity.queries import stay_of
from hawl.foundations.identity.sessions import ENDED, STAY, Standing, Why, standing


class SignedIn:
    """Sets `request.user` and `request.standing`, both looked up at the first use: health needs no database.

    A session without a second factor is nobody's: Django's own mark of a user does not count here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look when the first asks."""
        request.standing = SimpleLazyObject(lambda: _standing(request))  # type: ignore[attr-defined]
        request.user = SimpleLazyObject(lambda: _user(request))  # type: ignore[assignment]
        return self.get_response(request)


def _standing(request: HttpRequest) -> Standing:
    found = standing(request.session)
    if found.why is not None and found.former is not None:
        stay_id = request.session[STAY]
        stay = stay_of(stay_id)
        if stay is not None and stay.ended_at is None:
            end_session(by=Actor(label="system:sessions"), stay_id=stay.pk, user_id=stay.user_id, why=found.why)
        # The browser gets a fresh session, which says why the one before ended and is worth nothing else.
        request.session.flush()
        if found.why is not Why.SIGNED_OUT:
            request.session[ENDED] = found.why.value
    return found


def _user(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    found: Standing = request.standing  # type: ignore[attr-defined]
    return found.stay.user if found.stay is not None else AnonymousUser()

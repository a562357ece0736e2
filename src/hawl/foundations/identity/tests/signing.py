"""Signing in in tests, with the second factor that every page asks for."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from hawl.foundations.access.actor import Actor
from hawl.foundations.identity.actions import add_authenticator, begin_session
from hawl.foundations.identity.factors import code_now, has_factor, new_secret
from hawl.foundations.identity.models import StaffSession, User
from hawl.foundations.identity.sessions import STAY

# The staff site, in whose role tests sign in, writes in the name of no machine.
_SYSTEM = Actor(label="anyone")
PASSWORD = "for tests only"


def force_whole_sign_in() -> None:
    """Let `client.force_login(user)` stand for password and second factor, as it stood for the password alone."""
    plain = Client.force_login

    def force_login(self: Client, user: Any, backend: str | None = None) -> None:
        plain(self, user, backend)
        stay, _ = begin_session(by=_SYSTEM, user=user)
        session = self.session
        session[STAY] = str(stay.pk)
        session.save()

    Client.force_login = force_login  # type: ignore[method-assign]


def give_factor(user: User) -> None:
    """An authenticator for this account, where it has none."""
    if not has_factor(user.pk):
        add_authenticator(by=_SYSTEM, user=user, secret=new_secret())


def code_for(user: User) -> str:
    """The one-time code that opens this account now."""
    found = code_now(user)
    assert found is not None, "give_factor(user) first"
    return found[0]


def sign_in(client: Client, user: User, password: str = PASSWORD, **sent: Any) -> Any:
    """Sign in by the pages: password, then code. Gives the last answer."""
    give_factor(user)
    client.post(reverse("sign_in"), {"username": user.email, "password": password, **sent})
    return client.post(reverse("sign_in_code"), {"code": code_for(user)})


def stay_of_client(client: Client) -> StaffSession:
    """The stay in which this client is signed in."""
    return StaffSession.objects.get(pk=client.session[STAY])

"""Where a request comes from, and the cookies behind TLS."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client, RequestFactory

from hawl.entrances.staff_site.addresses import network_address
from hawl.foundations.access.actor import Role
from hawl.foundations.identity.models import Bucket, User
from hawl.foundations.identity.tests.signing import sign_in
from hawl.foundations.identity.throttling import place_of
from hawl.registers.cases.tests.makers import DESK, account

PEER = "192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "named", "address"),
    [
        (0, "203.0.113.9", PEER),
        (0, "", PEER),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 198.51.100.2", "203.0.113.9"),
        (2, "203.0.113.9", PEER),
        (1, "", PEER),
        (1, "203.0.113.9, ", PEER),
    ],
)
def test_as_many_proxies_are_believed_as_the_settings_say(
    settings: Any, proxies: int, named: str, address: str
) -> None:
    settings.HAWL_PROXIES = proxies
    sent = {"HTTP_X_FORWARDED_FOR": named} if named else {}
    assert network_address(RequestFactory().get("/", REMOTE_ADDR=PEER, **sent)) == address


@pytest.mark.django_db
@pytest.mark.process("staff")
def test_an_invented_address_gives_no_fresh_tries() -> None:
    for number in range(3):
        client = Client(REMOTE_ADDR=PEER, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
        client.post("/sign-in/", {"username": "nobody@example.org", "password": "x"})
    assert Bucket.objects.get(key=f"at:{place_of(PEER)}").tokens < 48


@pytest.mark.parametrize(
    ("tls", "told"),
    [("1", "__Host-session True __Host-form True None /"), ("", "session False csrftoken False None /")],
)
def test_behind_tls_cookies_are_this_host_s_alone(tls: str, told: str) -> None:
    """A browser keeps a `__Host-` cookie only if it is Secure, for the whole site, and names no domain."""
    asking = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN or s.CSRF_COOKIE_DOMAIN,"
        " s.SESSION_COOKIE_PATH if s.SESSION_COOKIE_PATH == s.CSRF_COOKIE_PATH else '')"
    )
    done = subprocess.run(
        [sys.executable, "-c", asking], capture_output=True, text=True, check=True,
        env={**os.environ, "HAWL_BEHIND_TLS": tls, "HAWL_PROCESS": "staff"},
    )  # fmt: skip
    assert done.stdout.strip() == told


@pytest.mark.django_db
@pytest.mark.process("staff")
def test_signing_in_behind_tls_sets_such_a_cookie_and_only_that(settings: Any) -> None:
    settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "__Host-session", True
    user: User = account(Role.VICTIM_CARE_OFFICER, DESK)
    client = Client()
    answer = sign_in(client, user)
    cookie = answer.cookies["__Host-session"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    assert cookie["samesite"] == "Lax"
    assert "session" not in answer.cookies
    assert client.get("/due/", secure=True).status_code == 200

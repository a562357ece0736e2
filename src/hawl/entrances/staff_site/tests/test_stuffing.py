"""Stolen lists of passwords tried at the sign-in page: few reach the hash, and others sign in meanwhile.

`make drill-signing` tries 10,000 and measures; each run of the tests tries 400.
"""

from __future__ import annotations

import os
import time
from statistics import median
from typing import Any

import pytest
import time_machine
from django.contrib.auth import hashers
from django.test import Client

from hawl.foundations.access.actor import Role
from hawl.foundations.clock import now
from hawl.foundations.identity.factors import unused_recovery_codes
from hawl.foundations.identity.models import Bucket, User
from hawl.foundations.identity.tests.signing import PASSWORD, give_factor
from hawl.registers.cases.tests.makers import DESK, account

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff"), pytest.mark.timeout(900)]

TRIES = int(os.environ.get("HAWL_STUFFING_TRIES", "400"))
TIMED = int(os.environ.get("HAWL_STUFFING_TIMED", "0"))
# By the clock of the site, however slow the machine is.
WITHIN = 360
SIGN_INS = 8
HOME = "192.0.2.10"


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """One entry for each password that reached Argon2: the seconds it took."""
    seen: list[float] = []

    def counted(name: str) -> None:
        plain = getattr(hashers.Argon2PasswordHasher, name)

        def call(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return plain(*given, **named)
            finally:
                seen.append(time.perf_counter() - began)

        monkeypatch.setattr(hashers.Argon2PasswordHasher, name, call)

    counted("verify")
    counted("encode")
    return seen


def test_few_of_many_tries_reach_the_hash_and_others_sign_in(
    reached: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    colleague, targets = account(Role.VICTIM_CARE_OFFICER, DESK), [account(Role.HUB_WORKER, DESK) for _ in range(5)]
    give_factor(colleague)
    codes = iter(unused_recovery_codes(colleague))
    seconds = [_signs_in(colleague, next(codes))]
    reached.clear()
    ours, refused = 0, 0
    with time_machine.travel(now(), tick=False) as clock:
        for number in range(TRIES):
            clock.shift(WITHIN / TRIES)
            known = number % 4 == 0
            email = targets[number // 4 % 5].email if known else f"person{number % 997}@example.org"
            guess = Client(REMOTE_ADDR=f"198.51.{number // 250 % 250}.{number % 250}")
            answer = guess.post("/sign-in/", {"username": email, "password": f"guess {number}"})
            refused += answer.status_code == 429
            if number % (TRIES // SIGN_INS) == TRIES // SIGN_INS - 1:
                before = len(reached)
                seconds.append(_signs_in(colleague, next(codes)))
                ours += len(reached) - before
    hashed = len(reached) - ours
    with capsys.disabled():
        print(  # noqa: T201 - a drill says what it measured
            f"\n{TRIES} tries within {WITHIN} s: {hashed} reached Argon2, {refused} refused; {len(seconds)} sign-ins of"
            f" a colleague, median {median(seconds):.2f} s, slowest {max(seconds):.2f} s"
        )
    # The bucket of strangers holds 60 and takes one more each ten seconds.
    assert hashed <= 100
    assert refused == TRIES - hashed
    assert max(seconds) < 5


def _signs_in(user: User, code: str) -> float:
    client, began = Client(REMOTE_ADDR=HOME), time.perf_counter()
    client.post("/sign-in/", {"username": user.email, "password": PASSWORD})
    assert client.post("/sign-in/code/", {"code": code}).status_code == 302
    took = time.perf_counter() - began
    assert client.get("/your-sign-in/").status_code == 200
    return took


@pytest.mark.skipif(not TIMED, reason="make drill-signing measures it")
def test_a_known_and_an_unknown_account_take_as_long(capsys: pytest.CaptureFixture[str]) -> None:
    user = account(Role.VICTIM_CARE_OFFICER, DESK)
    seconds: dict[str, list[float]] = {user.email: [], "nobody-at-all-of-here@example.org": []}
    for number in range(TIMED + 5):
        for email, found in seconds.items():
            Bucket.objects.all().delete()
            client = Client(REMOTE_ADDR="198.51.100.1")
            began = time.perf_counter()
            answer = client.post("/sign-in/", {"username": email, "password": "guess guess"})
            took = time.perf_counter() - began
            assert answer.status_code == 200
            if number >= 5:
                found.append(took)
    known, unknown = (median(each) for each in seconds.values())
    with capsys.disabled():
        print(f"\n{TIMED} tries each: known {known * 1000:.2f} ms, unknown {unknown * 1000:.2f} ms (medians)")  # noqa: T201
    assert abs(known - unknown) < 0.1 * max(known, unknown)

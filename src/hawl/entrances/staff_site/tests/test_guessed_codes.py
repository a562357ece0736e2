"""Somebody knows a password: they guess few codes, keep its holder out of nothing, and its holder is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from hawl.foundations.access.actor import Role
from hawl.foundations.clock import now
from hawl.foundations.identity import throttling
from hawl.foundations.identity.factors import unused_recovery_codes
from hawl.foundations.identity.models import Bucket, MissedCodes, User
from hawl.foundations.identity.tests.signing import PASSWORD, code_for, give_factor, sign_in
from hawl.registers.cases.tests.makers import DESK, account

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

HOME, AFAR = "192.0.2.10", "203.0.113.7"
TOLD = "after your password since you last signed in"


@pytest.fixture
def officer() -> User:
    made = account(Role.VICTIM_CARE_OFFICER, DESK)
    give_factor(made)
    return made


def guess(user: User, at: datetime, code: str = "000000", address: str = AFAR) -> Any:
    """The password, and a code after it, in a browser of its own."""
    with time_machine.travel(at, tick=False):
        client = Client(REMOTE_ADDR=address)
        client.post("/sign-in/", {"username": user.email, "password": PASSWORD})
        return client.post("/sign-in/code/", {"code": code})


def looked_at(user: User, days: int, every: timedelta) -> int:
    """How many codes are looked at when one is guessed as often as that."""
    begun, tried = now(), 0
    at = begun
    while at < begun + timedelta(days=days):
        with time_machine.travel(at, tick=False):
            if not throttling.wait_for_code(user.pk, AFAR) and not throttling.take_code(user.pk, AFAR).wait:
                throttling.note_missed(user.pk, AFAR)
                tried += 1
        at += every
    return tried


def test_ten_codes_are_looked_at_and_then_ever_fewer(officer: User) -> None:
    assert looked_at(officer, 1, timedelta(minutes=1)) <= throttling.MISSES + 11
    assert looked_at(officer, 30, timedelta(hours=1)) <= 31


@pytest.mark.parametrize(("missed", "seconds", "wait"), [
    (9, 0, 0), (10, 59, 1), (10, 60, 0), (11, 119, 1), (11, 120, 0), (40, 24 * 3600 - 1, 1), (40, 24 * 3600, 0),
])  # fmt: skip
def test_the_wait_doubles_up_to_a_day(officer: User, missed: int, seconds: int, wait: int) -> None:
    begun = now()
    MissedCodes.objects.create(user=officer, place="", count=missed, untold=0, last_at=begun)
    with time_machine.travel(begun + timedelta(seconds=seconds), tick=False):
        assert throttling.wait_for_code(officer.pk, AFAR) == wait


def test_while_one_waits_the_right_code_opens_nothing_and_a_recovery_code_does(officer: User) -> None:
    MissedCodes.objects.create(user=officer, place="", count=20, untold=20, last_at=now())
    recovery = unused_recovery_codes(officer)[0]
    answer = guess(officer, now(), code_for(officer))
    assert answer.status_code == 200
    assert "give a recovery code or a passkey now" in answer.content.decode()
    assert guess(officer, now(), recovery).status_code == 302
    assert throttling.wait_for_code(officer.pk, AFAR) == 0


def test_recovery_codes_are_guessed_no_oftener(officer: User) -> None:
    MissedCodes.objects.create(user=officer, place="", count=20, untold=20, last_at=now())
    begun = now()
    answers = [guess(officer, begun + timedelta(minutes=5 * tried), "12345678").status_code for tried in range(12)]
    assert answers.count(200) <= throttling.RECOVERY_CODES.tries + 1


def test_who_is_guessed_at_from_afar_still_signs_in_where_they_work_and_is_told_once(officer: User) -> None:
    begun = now()
    home = Client(REMOTE_ADDR=HOME)
    with time_machine.travel(begun, tick=False):
        assert sign_in(home, officer).status_code == 302
        assert TOLD not in home.get("/your-sign-in/").content.decode()
    guesses = [guess(officer, begun + timedelta(minutes=2 * (tried + 1))) for tried in range(5)]
    assert {each.status_code for each in guesses} == {200}
    MissedCodes.objects.filter(user=officer).update(count=30)
    for days, told in ((1, True), (2, False)):
        with time_machine.travel(begun + timedelta(days=days), tick=False):
            again = Client(REMOTE_ADDR=HOME)
            assert sign_in(again, officer).status_code == 302
            page = again.get("/your-sign-in/").content.decode()
            assert (f"5 wrong codes were given {TOLD}" in page) is told
    with time_machine.travel(begun + timedelta(minutes=20), tick=False):
        assert throttling.wait_for_code(officer.pk, AFAR) > 0, "signing in at work lets nobody afar guess anew"


def test_ones_own_wrong_code_is_not_told_as_anothers(officer: User) -> None:
    client = Client(REMOTE_ADDR=HOME)
    client.post("/sign-in/", {"username": officer.email, "password": PASSWORD})
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 200
    assert client.post("/sign-in/code/", {"code": code_for(officer)}).status_code == 302
    assert TOLD not in client.get("/your-sign-in/").content.decode()
    assert MissedCodes.objects.get().count == 0


def test_two_addresses_shut_no_newcomer_elsewhere_out(officer: User) -> None:
    for address in (AFAR, "203.0.113.8"):
        for number in range(60):
            throttling.take_sign_in(f"person{number}@example.org", address)
    assert throttling.take_sign_in("x@example.org", "203.0.114.1").wait, "of their own part of the network"
    assert not throttling.take_sign_in("new@example.org", "198.51.100.3").wait
    assert not throttling.take_sign_in("new@example.org", "2001:db8::1").wait


@pytest.mark.parametrize(("one", "other", "same"), [
    ("203.0.0.1", "203.0.255.254", True), ("203.0.255.255", "203.1.0.0", False),
    ("2001:db8::1", "2001:db8:ffff::", True),
    ("2001:db8::1", "2001:db9::1", False), ("::ffff:203.0.0.1", "203.0.7.7", True), ("no address", "203.0.0.1", False),
])  # fmt: skip
def test_parts_of_the_network(one: str, other: str, same: bool) -> None:
    assert (throttling._part_of(one) == throttling._part_of(other)) is same


@pytest.mark.parametrize("form", ["vıctim-{n}@example.org", "VICTİM-{n}@example.org", "\u200bvictim-{n}@example.org"])
def test_no_likeness_of_an_address_opens_the_account_past_its_count(officer: User, form: str) -> None:
    email = f"victim-{officer.pk}@example.org"
    User.objects.filter(pk=officer.pk).update(email=email)
    for given, opens in ((email, 302), (email.upper(), 302), (form.format(n=officer.pk), 200)):
        Bucket.objects.all().delete()
        answer = Client().post("/sign-in/", {"username": given, "password": PASSWORD})
        assert answer.status_code == opens, given
        counted = {key for key in Bucket.objects.values_list("key", flat=True) if key.startswith("of:")}
        assert counted == {f"of:{throttling.blind_index_of_account(given)}:"}
        if opens == 302:
            assert counted == {f"of:{throttling.blind_index_of_account(email)}:"}

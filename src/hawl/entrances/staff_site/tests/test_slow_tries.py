"""Guessing passwords: counted before anything is hashed, alike for known and unknown, and nobody is locked out."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import hashers
from django.test import Client

from hawl.foundations.access.actor import Role
from hawl.foundations.clock import now
from hawl.foundations.identity import throttling
from hawl.foundations.identity.models import Bucket, User
from hawl.foundations.identity.tests.signing import code_for, give_factor, sign_in
from hawl.registers.cases.tests.makers import DESK, account

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

HOME, ELSEWHERE = "192.0.2.10", "203.0.113.7"
GUESS = "guess guess"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each password that reached Argon2, which is left out here: it is slow by design."""
    seen: list[int] = []

    def quick(*_: Any, **__: Any) -> bool:
        seen.append(1)
        return False

    monkeypatch.setattr(hashers.Argon2PasswordHasher, "verify", quick)
    monkeypatch.setattr(hashers.Argon2PasswordHasher, "encode", lambda *_, **__: seen.append(1) or "argon2$none")
    return seen


@pytest.fixture
def officer() -> User:
    made = account(Role.VICTIM_CARE_OFFICER, DESK)
    give_factor(made)
    return made


def guess(email: str, address: str = ELSEWHERE, password: str = GUESS) -> Any:
    return Client(REMOTE_ADDR=address).post("/sign-in/", {"username": email, "password": password})


def test_many_tries_reach_the_hash_few_times(officer: User, hashed: list[int]) -> None:
    tries = ((f"person{number % 40}@example.org", f"198.51.100.{number % 250}") for number in range(600))
    answers = [guess(*each).status_code for each in tries]
    assert len(hashed) <= throttling.STRANGERS.tries + 20
    assert answers.count(429) >= 500


def test_one_account_is_tried_ten_times_from_afar(officer: User, hashed: list[int]) -> None:
    answers = [guess(officer.email, f"198.51.100.{number}").status_code for number in range(14)]
    assert answers == [200] * 10 + [429] * 4


def test_known_and_unknown_accounts_are_counted_and_answered_alike(officer: User, hashed: list[int]) -> None:
    found = {}
    for email in (officer.email, "nobody@example.org"):
        answers = [guess(email, "198.51.100.1" if email == officer.email else "198.51.100.2") for _ in range(12)]
        found[email] = [(each.status_code, each.get("Retry-After")) for each in answers]
    assert found[officer.email] == found["nobody@example.org"]
    assert len(hashed) == 20


def test_who_is_guessed_at_from_afar_still_signs_in_from_where_they_work(officer: User) -> None:
    assert sign_in(Client(REMOTE_ADDR=HOME), officer).status_code == 302
    for number in range(30):
        guess(officer.email, f"198.51.100.{number}")
    assert guess(officer.email, "198.51.100.99").status_code == 429
    with time_machine.travel(now() + timedelta(seconds=31), tick=False):
        assert sign_in(Client(REMOTE_ADDR=HOME), officer).status_code == 302


def test_tries_come_back_by_themselves(officer: User, hashed: list[int]) -> None:
    for _ in range(11):
        answer = guess(officer.email)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "180"
    assert "try again in 3 minutes" in answer.content.decode()
    begun = now()
    with time_machine.travel(begun + timedelta(seconds=170), tick=False):
        assert guess(officer.email).status_code == 429
    with time_machine.travel(begun + timedelta(seconds=181), tick=False):
        assert guess(officer.email).status_code == 200
        assert guess(officer.email).status_code == 429


def test_the_page_is_in_welsh_too(officer: User, hashed: list[int]) -> None:
    client = Client(REMOTE_ADDR=ELSEWHERE)
    answers = [client.post("/cy/sign-in/", {"username": officer.email, "password": "x"}) for _ in range(11)]
    assert answers[-1].status_code == 429
    assert 'lang="cy"' in answers[-1].content.decode()


def test_signing_in_gives_back_what_it_took(officer: User) -> None:
    client = Client(REMOTE_ADDR=HOME)
    sign_in(client, officer)
    left = {bucket.key.partition(":")[0]: bucket.tokens for bucket in Bucket.objects.all()}
    assert left == {"at": 50, "of": 10, "strangers": 60, "code": 6}


def test_codes_are_not_guessed_either(officer: User) -> None:
    client = Client()
    client.post("/sign-in/", {"username": officer.email, "password": "for tests only"})
    answers = [client.post("/sign-in/code/", {"code": f"{number:06}"}).status_code for number in range(8)]
    assert answers == [200] * 6 + [429] * 2
    assert client.post("/sign-in/code/", {"code": code_for(officer)}).status_code == 429


def test_failures_are_audited_without_what_was_typed(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from hawl.foundations.identity.actions import signing

    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(signing, "record", lambda **what: seen.append(what))
    for email in (officer.email, "someone-typed@example.org"):
        guess(email, password="typed words")
    assert seen == [{"action": "session.sign_in_failed", "object_kind": "user", "why": "password"}] * 2


def test_two_passwords_are_hashed_at_a_time(django_db_blocker: Any) -> None:
    from django.db import connection, transaction

    assert throttling.HASHES == 2
    with transaction.atomic(), connection.cursor() as cursor:
        for number in range(2):
            assert throttling._lock(number)
        refused: list[bool] = []

        def third() -> None:
            with django_db_blocker.unblock(), transaction.atomic():
                refused.append(any(throttling._lock(number) for number in range(2)))
            connection.close()

        thread = threading.Thread(target=third)
        thread.start()
        thread.join()
        cursor.execute("SELECT 1")
    assert refused == [False]

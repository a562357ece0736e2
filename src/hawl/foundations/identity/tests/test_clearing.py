"""What signing in leaves behind is thrown away in time, and refused tries are told to the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hawl.foundations.access.actor import Role
from hawl.foundations.clock import now
from hawl.foundations.identity import jobs, throttling
from hawl.foundations.identity.actions import clearing
from hawl.foundations.identity.models import AccountRequest, Bucket, HeldText, StaffSession, User
from hawl.registers.cases.tests.makers import DESK, account

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def officer() -> User:
    return account(Role.VICTIM_CARE_OFFICER, DESK)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(clearing, "record", lambda **what: seen.append(what))
    return seen


@pytest.mark.parametrize(("age", "refused", "stays"), [
    (6 * HOUR - MINUTE, 0, True), (6 * HOUR + MINUTE, 0, False), (6 * HOUR + MINUTE, 3, True),
])  # fmt: skip
def test_buckets_that_are_full_again_go(age: timedelta, refused: int, stays: bool) -> None:
    Bucket.objects.create(key="at:x", tokens=0, at=now() - age, refused=refused)
    jobs.clear_away_old(0)
    assert Bucket.objects.filter(key="at:x").exists() is stays


def test_an_hour_fills_every_bucket() -> None:
    sizes = (throttling.AT_HOME, throttling.ELSEWHERE, throttling.ADDRESS, throttling.STRANGERS, throttling.CODES)
    assert max(size.tries * size.seconds for size in sizes) <= clearing.BUCKETS_KEPT.total_seconds()


@pytest.mark.parametrize(("ended", "signed_in", "stays"), [
    (30 * DAY - MINUTE, 31 * DAY, True), (30 * DAY + MINUTE, 31 * DAY, False),
    (None, 30 * DAY, True), (None, 31 * DAY, False),
])  # fmt: skip
def test_stays_go_thirty_days_after_they_ended(
    officer: User, ended: timedelta | None, signed_in: timedelta, stays: bool
) -> None:
    at = now()
    StaffSession.objects.create(
        user=officer, signed_in_at=at - signed_in, seen_at=at - signed_in, factor_at=at - signed_in,
        ended_at=None if ended is None else at - ended,
    )  # fmt: skip
    jobs.clear_away_old(0)
    assert StaffSession.objects.exists() is stays


@pytest.mark.parametrize(("age", "stays"), [(DAY - MINUTE, True), (DAY + MINUTE, False)])
def test_held_text_goes_after_a_day(officer: User, age: timedelta, stays: bool) -> None:
    HeldText.objects.create(user=officer, held_at=now() - age, sent_to="/due/", typed={"note": ["x"]})
    jobs.clear_away_old(0)
    assert HeldText.objects.exists() is stays


def test_nothing_to_throw_away_is_not_told(noted: list[dict[str, Any]]) -> None:
    jobs.clear_away_old(0)
    assert noted == []


def test_refused_tries_are_told_once_with_their_number(officer: User, noted: list[dict[str, Any]]) -> None:
    for email in (officer.email, "nobody@example.org"):
        for number in range(13):
            throttling.take_sign_in(email, f"198.51.100.{number}")
    for _ in range(8):
        throttling.take_code(officer.pk, "198.51.100.7")
    jobs.tell_refused_tries(0)
    told = sorted((each["bucket"], each["object_id"], each["count"]) for each in noted)
    assert told == [("code", str(officer.pk), 2), ("of", "", 3), ("of", str(officer.pk), 3)]
    assert not any("@" in str(each) for each in noted)
    jobs.tell_refused_tries(0)
    assert len(noted) == 3


@pytest.mark.parametrize(("days", "stays"), [(29, True), (31, False)])
def test_what_was_asked_for_accounts_goes_after_a_month(days: int, stays: bool) -> None:
    AccountRequest.objects.create(kind="put", email="a@example.org", display_name="A", asked_by="x",
                                  asked_at=now() - days * DAY)  # fmt: skip
    jobs.clear_away_old(0)
    assert AccountRequest.objects.exists() is stays

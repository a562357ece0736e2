"""After a restore, or a lost telephone, of all who could say yes: one begins alone, aloud, and not before its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from django.test import Client

from hawl.config.settings import web
from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.clock import now
from hawl.foundations.identity import commands
from hawl.foundations.identity.actions import ask_reset, end_account, reset_lost_factor, stop_reset
from hawl.foundations.identity.factors import has_factor
from hawl.foundations.identity.models import AccountRequest, User
from hawl.foundations.identity.queries import approvers, begun_anew
from hawl.foundations.identity.tests.signing import give_factor, sign_in
from hawl.foundations.journal.models import JournalEntry
from hawl.registers.cases.tests.makers import COMMISSIONER, DESK, account

pytestmark = pytest.mark.django_db

OPERATOR = Actor(label="operator:one")


@pytest.fixture(autouse=True)
def _pages_of_staff(settings: Any) -> None:
    settings.MIDDLEWARE = web.middleware_of("staff")
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.account, arguments)


def put(email: str, role: Role = Role.STEWARD) -> Result:
    return run("put", email, "--name", "Again", "--organisation", COMMISSIONER, "--role", role.value,
               "--vetting-until", "2030-01-01", "--training-until", "2030-01-01")  # fmt: skip


def restored(*users: User) -> None:
    """What a restore leaves of an account whose password or factor was changed since."""
    for user in users:
        user.set_unusable_password()
        user.save()


def two() -> tuple[User, User]:
    return account(Role.STEWARD, COMMISSIONER, "Sara Steward"), account(Role.SPECIALIST_LEAD, DESK, "Idris Lead")


def notice(user: User) -> str:
    """What the first page after signing in says."""
    client = Client()
    sign_in(client, user)
    return client.get("/your-sign-in/").content.decode()


@pytest.mark.parametrize("which", ["theirs", "another's"])
def test_where_no_approver_can_sign_in_one_begins_anew_alone_and_aloud(which: str) -> None:
    steward, lead = two()
    restored(steward, lead)
    assert approvers() == []
    told = put(steward.email if which == "theirs" else "new@example.org")
    assert told.exit_code == 0
    assert "can sign in" in told.output
    assert "NOBODY ELSE APPROVED THIS ACCOUNT: none of those who could say yes can sign in" in told.stderr
    made = User.objects.get(email=steward.email if which == "theirs" else "new@example.org")
    assert made.has_usable_password()
    entries = AuditEntry.objects.filter(action="account.put", object_id=str(made.pk))
    assert "grave" in {each.audit_class for each in entries if each.detail.get("begun_anew")}
    kind = "account_password" if which == "theirs" else "account_made"
    assert JournalEntry.objects.filter(kind=kind).exists()
    # And then it is as it was: two people.
    assert "waits" in put(lead.email, Role.SPECIALIST_LEAD).output


@pytest.mark.parametrize("left", ["password", "no factor yet", "reset"])
def test_while_one_approver_can_sign_in_nobody_begins_anew(left: str) -> None:
    steward, lead = two()
    restored(steward)
    if left != "no factor yet":
        give_factor(lead)
    if left == "reset":
        # One operator asks it alone, and it is worth nothing to them before its holder had a day to stop it.
        assert ask_reset(by=OPERATOR, email=lead.email).agreed
    for email in (steward.email, "new@example.org", lead.email):
        assert "waits" in put(email).output
    assert not User.objects.filter(email="new@example.org").exists()
    assert not begun_anew(None) or left == "reset"


def test_ending_those_who_cannot_sign_in_does_not_make_it_quiet() -> None:
    steward, lead = two()
    restored(steward, lead)
    for user in (steward, lead):
        end_account(by=OPERATOR, email=user.email)
    assert "NOBODY ELSE APPROVED THIS ACCOUNT: none of those" in put("new@example.org").stderr
    assert [each.email for each in begun_anew(None)] == ["new@example.org"]


def test_the_first_of_an_installation_is_no_beginning_anew() -> None:
    assert "no steward or specialist lead is there yet" in put("first@example.org").stderr
    assert begun_anew(None) == []


def test_everybody_is_told_when_they_next_sign_in_and_once() -> None:
    officer = account(Role.VICTIM_CARE_OFFICER, DESK)
    steward, lead = two()
    assert "begin anew alone" not in notice(officer)
    restored(steward, lead)
    put(steward.email)
    with time_machine.travel(now() + timedelta(minutes=5)):
        page = notice(officer)
        assert "let the account of Again begin anew alone" in page
    with time_machine.travel(now() + timedelta(hours=1)):
        assert "begin anew alone" not in notice(officer)
    board = account(Role.BOARD, COMMISSIONER)
    with time_machine.travel(now() + timedelta(days=29)):
        assert "begin anew alone" in notice(board)


@pytest.mark.parametrize(("seconds", "reset"), [(-1, False), (0, True)])
def test_the_lone_steward_s_lost_factor_is_reset_after_the_day_and_not_before(seconds: int, reset: bool) -> None:
    steward = account(Role.STEWARD, COMMISSIONER)
    give_factor(steward)
    told = run("reset-factor", steward.email)
    assert told.exit_code == 0
    assert "after 24 hours" in told.output
    assert "NOBODY ELSE APPROVED THIS" in told.stderr
    steward.refresh_from_db()
    assert steward.factor_reset_from is not None
    assert abs(steward.factor_reset_from - now() - timedelta(hours=24)) < timedelta(minutes=1)
    assert AuditEntry.objects.filter(action="factor.reset_asked", audit_class="grave").exists()
    assert [each.kind for each in begun_anew(None)] == ["reset"]
    day = steward.factor_reset_from
    run("reset-factor", steward.email)
    steward.refresh_from_db()
    assert steward.factor_reset_from == day, "asked for again it comes no nearer"
    assert not reset_lost_factor(by=OPERATOR, user_id=steward.pk)
    with time_machine.travel(day + timedelta(seconds=seconds), tick=False):
        assert reset_lost_factor(by=OPERATOR, user_id=steward.pk) is reset
    assert has_factor(steward.pk) is not reset


def test_the_lone_steward_is_told_and_stops_it() -> None:
    steward = account(Role.STEWARD, COMMISSIONER)
    give_factor(steward)
    ask_reset(by=OPERATOR, email=steward.email)
    page = notice(steward)
    assert "about to be reset" in page
    assert stop_reset(by=steward.actor(), user_id=steward.pk)
    with time_machine.travel(now() + timedelta(days=2)):
        assert not reset_lost_factor(by=OPERATOR, user_id=steward.pk)


@pytest.mark.parametrize("who", ["another approver", "no approver"])
def test_a_reset_waits_where_another_can_say_yes_and_for_who_may_say_none(who: str) -> None:
    steward = account(Role.STEWARD, COMMISSIONER)
    asked_for = account(Role.STEWARD, COMMISSIONER) if who == "another approver" else account(Role.HUB_WORKER, DESK)
    if who == "no approver":
        restored(steward)
    assert not ask_reset(by=OPERATOR, email=asked_for.email).agreed
    asked_for.refresh_from_db()
    assert asked_for.factor_reset_from is None
    assert AccountRequest.objects.filter(decided_at=None).count() == 1

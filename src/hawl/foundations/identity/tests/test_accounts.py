"""Accounts by the command line: dates, grave roles, leavers, lists, resets."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from click.testing import CliRunner, Result

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.clock import now, today
from hawl.foundations.identity import commands
from hawl.foundations.identity.actions import (
    NotCleared,
    NotPermitted,
    add_authenticator,
    ask_reset,
    begin_session,
    decide_request,
    end_account,
    put_account,
    reset_lost_factor,
    stop_reset,
)
from hawl.foundations.identity.factors import code_now, has_factor, new_secret, unused_recovery_codes
from hawl.foundations.identity.models import AccountRequest, User
from hawl.foundations.identity.queries import lapsing
from hawl.foundations.identity.tests.signing import give_factor
from hawl.foundations.vault.sealing import CannotOpen
from hawl.registers.cases.tests.makers import COMMISSIONER, DESK, account, organisation_id

pytestmark = pytest.mark.django_db

OPERATOR = Actor(label="operator:one")
A_YEAR_ON = date(2030, 1, 1)


def put(role: Role, **changes: Any) -> User:
    values: dict[str, Any] = {
        "by": OPERATOR, "email": "new@example.org", "display_name": "New", "roles": frozenset({role}),
        "organisation_id": organisation_id(DESK), "password": "long enough words", "vetting_until": A_YEAR_ON,
        "training_until": A_YEAR_ON,
    }  # fmt: skip
    return put_account(**{**values, **changes})


@pytest.mark.parametrize("missing", ["vetting_until", "training_until"])
@pytest.mark.parametrize("role", [Role.HUB_WORKER, Role.VICTIM_CARE_OFFICER, Role.PROVIDER_WORKER])
def test_a_role_that_sees_people_needs_both_dates(role: Role, missing: str) -> None:
    with pytest.raises(NotCleared, match="last day of vetting"):
        put(role, **{missing: None})
    assert not User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize("role", [Role.BOARD, Role.ANALYST, Role.COMMISSIONING_MANAGER])
def test_a_role_that_sees_figures_needs_none(role: Role) -> None:
    assert put(role, vetting_until=None, training_until=None).pk


@pytest.mark.parametrize("role", [Role.SPECIALIST_LEAD, Role.STEWARD, Role.HUB_WORKER, Role.VICTIM_CARE_OFFICER])
def test_a_grave_role_needs_another_who_says_yes_and_is_there(role: Role) -> None:
    lead, board = account(Role.SPECIALIST_LEAD, DESK), account(Role.BOARD, COMMISSIONER)
    left = account(Role.STEWARD, COMMISSIONER)
    end_account(by=OPERATOR, email=left.email)
    for wrong in ("", "one", "operator:one", "new@example.org", board.email, left.email, "nobody@example.org"):
        with pytest.raises(NotPermitted, match="Another says yes"):
            put(role, approved_by=wrong)
    assert put(role, approved_by=lead.email.upper()).roles == [role.value]
    with pytest.raises(NotPermitted, match="Another says yes"):
        put(role, approved_by="")  # held already: with the new password goes what it can do


def test_an_approver_does_not_approve_themselves() -> None:
    account(Role.STEWARD, COMMISSIONER)
    lead = account(Role.SPECIALIST_LEAD, DESK)
    with pytest.raises(NotPermitted, match="Another says yes"):
        put(Role.SPECIALIST_LEAD, email=lead.email, approved_by=lead.email)


def put_entry(email: str) -> AuditEntry:
    return AuditEntry.objects.get(action="account.put", object_id=str(User.objects.get(email=email).pk))


def test_the_first_approver_of_an_installation_begins_alone_loudly_and_no_second_does() -> None:
    given = ["--organisation", COMMISSIONER, "--vetting-until", "2030-01-01", "--training-until", "2030-01-01"]
    waits = run("put", "early@example.org", "--name", "Early", "--role", "hub_worker", *given)
    assert "Nobody can yet" in waits.output, "who cannot approve is not the first of an installation"
    told = run("put", "first@example.org", "--name", "First", "--role", "steward", *given)
    assert told.exit_code == 0, told.output
    assert "NOBODY ELSE APPROVED" in told.stderr
    entry = put_entry("first@example.org")
    assert (entry.audit_class, entry.detail["first_of_installation"]) == ("grave", True)
    second = run("put", "second@example.org", "--name", "Second", "--role", "specialist_lead", *given)
    assert second.exit_code == 0, second.output
    assert "one of these can: first@example.org" in second.output
    assert "NOBODY" not in second.stderr
    assert list(User.objects.values_list("email", flat=True)) == ["first@example.org"]


def test_no_command_takes_a_yes_at_its_word() -> None:
    given = ["--name", "A", "--organisation", DESK, "--role", "board"]
    assert "No such option" in run("put", "a@example.org", *given, "--approved-by", "b@example.org").output
    assert "No such option" in run("reset-factor", "a@example.org", "--confirmed-by", "b@example.org").output


def test_the_last_who_can_approve_stays_until_there_is_another() -> None:
    lead = account(Role.SPECIALIST_LEAD, DESK)
    assert run("end", lead.email).exit_code == 2
    with pytest.raises(NotPermitted, match="Nobody else could approve"):
        put(Role.BOARD, email=lead.email)
    account(Role.STEWARD, COMMISSIONER)
    assert run("end", lead.email).exit_code == 0


def test_nobody_changes_their_own_account() -> None:
    user = put(Role.HUB_WORKER)
    with pytest.raises(NotPermitted, match="their own account"):
        put(Role.VICTIM_CARE_OFFICER, by=Actor(label=f"user:{user.pk}", user_id=user.pk))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.account, arguments)


def test_the_command_says_what_is_missing() -> None:
    given = ["put", "a@example.org", "--name", "A", "--organisation", DESK, "--role", "hub_worker"]
    refused = run(*given)
    assert refused.exit_code == 2
    assert "--vetting-until" in refused.output
    done = run(*given, "--vetting-until", "2030-01-01", "--training-until", "2030-02-01", "--employer", COMMISSIONER)
    assert done.exit_code == 0, done.output
    asked = AccountRequest.objects.get(email="a@example.org")
    assert (asked.vetting_until, asked.training_until) == (date(2030, 1, 1), date(2030, 2, 1))
    assert asked.employer_id == organisation_id(COMMISSIONER)


def test_the_list_holds_no_password_material() -> None:
    user = account(Role.HUB_WORKER, DESK)
    give_factor(user)
    told = run("list", "--json")
    row = next(each for each in json.loads(told.output)["accounts"] if each["email"] == user.email)
    assert row["second_factor"] is True
    assert row["organisation"] == DESK
    secret = Authenticator.objects.get(user_id=user.pk, type="totp").data["secret"]
    for word in ("argon2", secret, "password", user.password):
        assert word not in told.output
    assert user.email in run("list").output


def test_a_leaver_is_ended_by_the_command() -> None:
    user = account(Role.HUB_WORKER, DESK)
    assert run("end", user.email).exit_code == 0
    user.refresh_from_db()
    assert not user.is_active
    assert not user.check_password("for tests only")
    assert run("end", "nobody@example.org").exit_code == 2


def test_secrets_lie_sealed_to_their_user() -> None:
    mine, anothers = account(Role.HUB_WORKER, DESK), account(Role.HUB_WORKER, DESK)
    secret = new_secret()
    add_authenticator(by=OPERATOR, user=mine, secret=secret)
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    code = unused_recovery_codes(mine)[0]
    assert code not in str(list(Authenticator.objects.values_list("data", flat=True)))
    Authenticator.objects.filter(user_id=mine.pk, type="totp").update(user_id=anothers.pk)
    with pytest.raises(CannotOpen):
        code_now(anothers)


def reset_agreed(user: User) -> datetime:
    """Their factor is lost: asked for, and somebody else said yes."""
    steward = account(Role.STEWARD, COMMISSIONER)
    begin_session(by=OPERATOR, user=steward)
    decide_request(by=steward.actor(), request_id=ask_reset(by=OPERATOR, email=user.email).pk, agreed=True)
    user.refresh_from_db()
    assert user.factor_reset_from is not None
    return user.factor_reset_from


@pytest.mark.parametrize(("seconds", "reset"), [(-1, False), (0, True)])
def test_a_lost_factor_is_reset_a_day_after_the_yes(seconds: int, reset: bool) -> None:
    user = account(Role.HUB_WORKER, DESK)
    give_factor(user)
    begun = now()
    day = reset_agreed(user)
    assert abs(day - begun - timedelta(hours=24)) < timedelta(minutes=5)
    assert not reset_lost_factor(by=OPERATOR, user_id=user.pk)
    with time_machine.travel(day + timedelta(seconds=seconds), tick=False):
        assert reset_lost_factor(by=OPERATOR, user_id=user.pk) is reset
    assert has_factor(user.pk) is not reset


def test_a_second_asking_does_not_bring_the_reset_nearer_or_farther() -> None:
    user = account(Role.HUB_WORKER, DESK)
    assert reset_agreed(user) == reset_agreed(user)


def test_its_owner_stops_a_reset() -> None:
    user = account(Role.HUB_WORKER, DESK)
    give_factor(user)
    reset_agreed(user)
    assert stop_reset(by=user.actor(), user_id=user.pk)
    with time_machine.travel(now() + timedelta(days=2)):
        assert not reset_lost_factor(by=OPERATOR, user_id=user.pk)
    assert has_factor(user.pk)


def test_a_reset_that_is_asked_for_changes_nothing_and_says_who_can_agree() -> None:
    user, steward = account(Role.HUB_WORKER, DESK), account(Role.STEWARD, COMMISSIONER)
    told = run("reset-factor", user.email)
    assert told.exit_code == 0
    assert steward.email in told.output
    user.refresh_from_db()
    assert user.factor_reset_from is None
    assert run("reset-factor", "nobody@example.org").exit_code == 2


@pytest.mark.parametrize(("days", "told"), [(-1, True), (0, True), (29, True), (30, False), (365, False)])
def test_people_are_told_a_month_before_a_date_lapses(days: int, told: bool) -> None:
    user = account(Role.HUB_WORKER, DESK)
    user.vetting_until = today() + timedelta(days=days)
    assert [name for name, _ in lapsing(user)] == (["vetting"] if told else [])


def test_no_site_starts_with_accounts_of_a_demo(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from hawl.config import serving
    from hawl.foundations.database.home import InstallationError

    put(Role.BOARD, is_demo=True)
    monkeypatch.setattr(serving, "home", lambda: tmp_path)
    with pytest.raises(InstallationError, match="accounts"):
        serving._refuse_demo_accounts()
    (tmp_path / "demo.json").write_text("{}")
    serving._refuse_demo_accounts()


def test_the_code_of_a_demo_is_told_on_a_demo_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from hawl.demo import laying_out
    from hawl.demo.commands import demo

    real, invented = put(Role.BOARD), put(Role.BOARD, email="d@demo.example", is_demo=True)
    for each in (real, invented):
        give_factor(each)
    told = [CliRunner().invoke(demo, ["code", invented.email])]
    monkeypatch.setattr(laying_out, "is_demo", lambda: True)
    told += [CliRunner().invoke(demo, ["code", each.email]) for each in (invented, real)]
    assert [each.exit_code for each in told] == [2, 0, 2]
    assert told[1].stdout.strip().isdigit()

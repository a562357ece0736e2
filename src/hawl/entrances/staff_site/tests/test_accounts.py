"""Accounts that wait for a yes: said on the staff site by somebody else who may, a moment after their second factor."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.config.settings import web
from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.clock import now, today
from hawl.foundations.identity import commands
from hawl.foundations.identity.actions import NotPermitted, ask_account, ask_reset, decide_request, end_account
from hawl.foundations.identity.models import AccountRequest, StaffSession, User
from hawl.foundations.identity.tests.signing import stay_of_client
from hawl.registers.cases.tests.makers import COMMISSIONER, DESK, account, organisation_id

pytestmark = pytest.mark.django_db

OPERATOR = Actor(label="operator:one")
PAGE, CYMRAEG = "/accounts/", "/cy/accounts/"


@pytest.fixture(autouse=True)
def _pages_of_staff(settings: Any) -> None:
    """The pages as they are, in the role of the command line, which asks and holds no browser's session."""
    settings.MIDDLEWARE = web.middleware_of("staff")
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"


def ask(email: str = "new@example.org", role: Role = Role.HUB_WORKER, **changes: Any) -> AccountRequest:
    values: dict[str, Any] = {
        "by": OPERATOR, "email": email, "display_name": "Newydd Iawn", "roles": frozenset({role}),
        "organisation_id": organisation_id(DESK), "password": "long enough words",
        "vetting_until": date(2030, 1, 1), "training_until": date(2030, 1, 1),
    }  # fmt: skip
    found = ask_account(**{**values, **changes})
    assert found.waits is not None
    return found.waits


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def say(client: Client, waits: AccountRequest, said: str = "yes") -> int:
    return int(client.post(f"/accounts/{waits.pk}/decide/", {"said": said}).status_code)


def opens(email: str) -> bool:
    return Client().login(username=email, password="long enough words")


@pytest.mark.parametrize("role", [Role.HUB_WORKER, Role.STEWARD, Role.SPECIALIST_LEAD])
def test_an_account_opens_when_a_steward_or_lead_said_yes_and_not_before(role: Role) -> None:
    steward, lead = account(Role.STEWARD, COMMISSIONER), account(Role.SPECIALIST_LEAD, DESK)
    for approver, email in ((steward, "one@example.org"), (lead, "two@example.org")):
        waits = ask(email, role)
        assert not User.objects.filter(email=email).exists()
        assert not opens(email)
        page = signed_in(approver).get(PAGE).content.decode()
        assert email in page
        assert "1 account waits for a yes" in page
        assert say(signed_in(approver), waits) == 302
        assert opens(email)
        made = User.objects.get(email=email)
        entry = AuditEntry.objects.get(action="account.put", object_id=str(made.pk))
        assert (entry.audit_class, entry.actor, entry.detail["approved_by"]) == (
            "grave", f"user:{approver.pk}", approver.pk
        )  # fmt: skip
        waits.refresh_from_db()
        assert (waits.password, waits.decided_by, waits.agreed) == ("", approver.pk, True)
        assert say(signed_in(approver), waits) == 404, "it is decided once"


def test_a_no_leaves_everything_as_it_is() -> None:
    steward = account(Role.STEWARD, COMMISSIONER)
    waits = ask()
    assert say(signed_in(steward), waits, "no") == 302
    assert say(signed_in(steward), waits) == 404
    assert not User.objects.filter(email="new@example.org").exists()
    assert AuditEntry.objects.filter(action="account.refused", audit_class="grave").exists()


def test_what_an_account_is_stays_until_the_yes() -> None:
    steward, worker = account(Role.STEWARD, COMMISSIONER), account(Role.HUB_WORKER, DESK)
    client = signed_in(worker)
    waits = ask(worker.email, Role.SPECIALIST_LEAD)
    worker.refresh_from_db()
    assert worker.roles == ["hub_worker"]
    assert worker.check_password("for tests only")
    assert client.get("/your-sign-in/").status_code == 200
    assert say(signed_in(steward), waits) == 302
    worker.refresh_from_db()
    assert worker.roles == ["specialist_lead"]
    assert worker.check_password("long enough words")
    assert not StaffSession.objects.filter(user=worker, ended_at=None).exists()


@pytest.mark.parametrize("role", [Role.HUB_WORKER, Role.BOARD, Role.VICTIM_CARE_OFFICER, Role.ANALYST])
def test_the_page_is_not_there_for_who_may_not_say_it(role: Role) -> None:
    account(Role.STEWARD, COMMISSIONER)
    waits, client = ask(), signed_in(account(role, DESK))
    assert client.get(PAGE).status_code == 404
    assert say(client, waits) == 404
    assert not User.objects.filter(email="new@example.org").exists()


def test_nobody_says_yes_to_their_own_account() -> None:
    steward, lead = account(Role.STEWARD, COMMISSIONER), account(Role.SPECIALIST_LEAD, DESK)
    waits = ask(lead.email, Role.STEWARD)
    client = signed_in(lead)
    assert "Newydd Iawn" not in client.get(PAGE).content.decode()
    assert say(client, waits) == 409
    assert say(signed_in(steward), waits) == 302


def test_a_lead_whose_vetting_lapsed_says_yes_to_nothing_while_another_can() -> None:
    lead, other = account(Role.SPECIALIST_LEAD, DESK), account(Role.SPECIALIST_LEAD, DESK)
    User.objects.filter(pk=lead.pk).update(vetting_until=today() - timedelta(days=1))
    waits = ask()
    client = signed_in(lead)
    assert say(client, waits) in (403, 404, 409)
    assert not User.objects.filter(email="new@example.org").exists()
    # Where nobody's holds, two people still renew it: nobody is locked out for good.
    User.objects.filter(pk=other.pk).update(vetting_until=today() - timedelta(days=1))
    assert decide_request(by=lead.actor(), request_id=waits.pk, agreed=True) is not None


def test_the_second_factor_is_asked_for_again_by_the_page_and_by_the_database() -> None:
    steward = account(Role.STEWARD, COMMISSIONER)
    waits, client = ask(), signed_in(steward)
    StaffSession.objects.filter(pk=stay_of_client(client).pk).update(factor_at=now() - timedelta(minutes=10, seconds=1))
    answer = client.post(f"/accounts/{waits.pk}/decide/", {"said": "yes"})
    assert answer["Location"].startswith("/sign-in/again/")
    with pytest.raises(NotPermitted):
        decide_request(by=steward.actor(), request_id=waits.pk, agreed=True)
    assert not User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize("by", ["operator", "nobody", "another"])
def test_a_name_that_did_not_sign_in_says_nothing(by: str) -> None:
    steward, board = account(Role.STEWARD, COMMISSIONER), account(Role.BOARD, COMMISSIONER)
    signed_in(board)
    waits = ask()
    actors = {"operator": OPERATOR, "nobody": steward.actor(), "another": board.actor()}
    with pytest.raises(NotPermitted):
        decide_request(by=actors[by], request_id=waits.pk, agreed=True)


def test_one_who_left_says_nothing() -> None:
    steward, client = account(Role.STEWARD, COMMISSIONER), None
    left = account(Role.STEWARD, COMMISSIONER)
    client = signed_in(left)
    end_account(by=OPERATOR, email=left.email)
    waits = ask()
    assert say(client, waits) == 302, "to the sign-in page"
    assert not User.objects.filter(email="new@example.org").exists()
    assert steward.is_active


@pytest.mark.parametrize(("hours", "waits_still"), [(7 * 24 - 1, True), (7 * 24 + 1, False)])
def test_what_was_asked_for_a_week_ago_waits_no_more(hours: int, waits_still: bool) -> None:
    client = signed_in(account(Role.STEWARD, COMMISSIONER))
    waits = ask()
    AccountRequest.objects.filter(pk=waits.pk).update(asked_at=now() - timedelta(hours=hours))
    assert ("new@example.org" in client.get(PAGE).content.decode()) is waits_still
    assert say(client, waits) == (302 if waits_still else 404)


def test_asking_again_takes_the_place_of_what_waited() -> None:
    client = signed_in(account(Role.STEWARD, COMMISSIONER))
    first, second = ask(role=Role.STEWARD), ask(role=Role.HUB_WORKER)
    assert say(client, first) == 404
    assert say(client, second) == 302
    assert User.objects.get(email="new@example.org").roles == ["hub_worker"]


@pytest.mark.parametrize("role", [Role.BOARD, Role.HUB_WORKER])
def test_an_account_that_was_ended_is_opened_again_by_a_yes_and_by_nothing_else(role: Role) -> None:
    client, left = signed_in(account(Role.STEWARD, COMMISSIONER)), account(role, DESK)
    assert "was ended" not in client.get(PAGE).content.decode()
    end_account(by=OPERATOR, email=left.email)
    told = CliRunner().invoke(commands.account, [
        "put", left.email, "--name", "Back", "--organisation", DESK, "--role", role.value,
        "--vetting-until", "2030-01-01", "--training-until", "2030-01-01"])  # fmt: skip
    assert "was ended: the yes of somebody else opens it again" in told.output
    assert "can sign in" not in told.output
    left.refresh_from_db()
    assert (left.is_active, left.has_usable_password()) == (False, False)
    assert "This account was ended" in client.get(PAGE).content.decode()
    waits = ask(left.email, role)
    assert say(client, waits) == 302
    left.refresh_from_db()
    assert left.is_active
    assert opens(left.email)


def test_an_ended_account_is_not_the_one_that_begins_alone() -> None:
    left = account(Role.STEWARD, COMMISSIONER)
    User.objects.filter(pk=left.pk).update(is_active=False)
    with pytest.raises(NotPermitted, match="was ended"):
        ask(left.email, Role.STEWARD)
    left.refresh_from_db()
    assert not left.is_active


def test_an_address_that_reads_like_anothers_is_refused() -> None:
    account(Role.STEWARD, COMMISSIONER)
    victim = account(Role.HUB_WORKER, DESK)
    User.objects.filter(pk=victim.pk).update(email="victim@example.org")
    told = CliRunner().invoke(commands.account, [
        "put", "vıctim@example.org", "--name", "A", "--organisation", DESK, "--role", "hub_worker",
        "--vetting-until", "2030-01-01", "--training-until", "2030-01-01"])  # fmt: skip
    assert told.exit_code == 2
    assert not AccountRequest.objects.exists()


def test_a_lost_factor_is_agreed_to_here() -> None:
    steward, worker = account(Role.STEWARD, COMMISSIONER), account(Role.HUB_WORKER, DESK)
    waits = ask_reset(by=OPERATOR, email=worker.email)
    assert "A new second factor for" in signed_in(steward).get(PAGE).content.decode()
    assert say(signed_in(steward), waits) == 302
    worker.refresh_from_db()
    assert worker.factor_reset_from is not None
    assert AuditEntry.objects.filter(action="factor.reset_asked", audit_class="grave").exists()


def test_what_is_not_there_and_what_is_neither_yes_nor_no() -> None:
    client = signed_in(account(Role.STEWARD, COMMISSIONER))
    waits = ask()
    assert client.post(f"/accounts/{uuid4()}/decide/", {"said": "yes"}).status_code == 404
    assert say(client, waits, "") == say(client, waits, "maybe") == 404
    assert client.get(f"/accounts/{waits.pk}/decide/").status_code == 405


def test_the_page_is_in_welsh_and_shows_what_is_typed_as_text() -> None:
    client = signed_in(account(Role.STEWARD, COMMISSIONER))
    ask(display_name="<script>alert(1)</script>")
    page = client.get(CYMRAEG).content.decode()
    assert 'lang="cy"' in page
    assert "<script>alert" not in page


def test_fifty_waiting_accounts_take_as_many_statements_as_one() -> None:
    client = signed_in(account(Role.STEWARD, COMMISSIONER))

    def taken() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(PAGE).status_code == 200
        return len(made)

    ask()
    taken()
    one = taken()
    for number in range(49):
        ask(f"new{number}@example.org")
    assert taken() == one

"""How long one stays signed in, what is kept when a session ends, and who is refused at the next request."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver

from hawl.entrances.staff_site.tests.test_doors import STAFF, views_of
from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.doors import SIGNED_IN, door_of, opens_to
from hawl.foundations.clock import now
from hawl.foundations.identity.actions import end_account
from hawl.foundations.identity.models import HeldText, StaffSession, User
from hawl.foundations.identity.sessions import Standing
from hawl.foundations.identity.stepping_up import needs_fresh_sign_in
from hawl.foundations.identity.tests.signing import code_for, give_factor, sign_in, stay_of_client
from hawl.registers.cases.tests.makers import DESK, HUB, account, organisation_id

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

NOTE = "She asked to be rung after six, never before."


@pytest.fixture
def officer() -> User:
    made = account(Role.VICTIM_CARE_OFFICER, DESK)
    give_factor(made)
    return made


def after(**gone: int) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(**gone), tick=False)


def is_open(client: Client) -> bool:
    return bool(client.get("/your-sign-in/").status_code == 200)


def set_stay(client: Client, **values: datetime) -> None:
    StaffSession.objects.filter(pk=stay_of_client(client).pk).update(**values)


@pytest.mark.parametrize(("gone", "open_still"), [(14 * 60 + 59, True), (15 * 60, False), (15 * 60 + 1, False)])
def test_fifteen_minutes_without_use_end_it(client: Client, officer: User, gone: int, open_still: bool) -> None:
    client.force_login(officer)
    begun = stay_of_client(client).seen_at
    with time_machine.travel(begun + timedelta(seconds=gone), tick=False):
        assert is_open(client) is open_still


def test_each_use_makes_it_longer(client: Client, officer: User) -> None:
    client.force_login(officer)
    begun = stay_of_client(client).seen_at
    for minutes in (10, 20, 34):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert is_open(client)
    with time_machine.travel(begun + timedelta(minutes=49), tick=False):
        assert not is_open(client)


@pytest.mark.parametrize(("gone", "open_still"), [(12 * 3600 - 1, True), (12 * 3600, False)])
def test_twelve_hours_end_it_whatever_is_done(client: Client, officer: User, gone: int, open_still: bool) -> None:
    client.force_login(officer)
    at = now()
    set_stay(client, signed_in_at=at - timedelta(seconds=gone), seen_at=at)
    with time_machine.travel(at, tick=False):
        assert is_open(client) is open_still


def test_the_sign_in_page_says_why(client: Client, officer: User) -> None:
    client.force_login(officer)
    with after(minutes=15):
        page = client.get("/due/", follow=True).content.decode()
    assert "nothing was done for 15 minutes" in page


def test_a_third_session_ends_the_oldest_and_says_so(officer: User) -> None:
    first, second, third = Client(), Client(), Client()
    for number, each in enumerate((first, second, third)):
        with after(seconds=number):
            each.force_login(officer)
    assert [is_open(each) for each in (first, second, third)] == [False, True, True]
    assert "third device" in first.get("/sign-in/").content.decode()


def test_each_page_says_until_when_and_how_to_stay(client: Client, officer: User) -> None:
    client.force_login(officer)
    page = client.get("/your-sign-in/").content.decode()
    assert "Your session ends at" in page
    assert 'href="/sign-in/stay/"' in page
    assert "Your session now ends at" in client.get("/sign-in/stay/").content.decode()


def test_what_was_typed_comes_back_to_the_one_who_typed_it(officer: User) -> None:
    client, stranger = Client(), Client()
    client.force_login(officer)
    with after(minutes=16):
        answer = client.post("/your-sign-in/reset/stop/?x=1", {"note": NOTE, "on": "2026-11-22", "password": "secret"})
        assert answer["Location"] == "/sign-in/"
        other = account(Role.VICTIM_CARE_OFFICER, DESK)
        assert sign_in(stranger, other)["Location"] == "/"
        assert NOTE not in stranger.get("/sign-in/kept/", follow=True).content.decode()
        assert sign_in(client, officer)["Location"] == "/sign-in/kept/"
        page = client.get("/sign-in/kept/").content.decode()
    assert NOTE in page
    assert 'action="/your-sign-in/reset/stop/?x=1"' in page
    assert 'name="on" value="2026-11-22"' in page
    assert "secret" not in page


def test_what_was_typed_lies_sealed_and_can_be_thrown_away(client: Client, officer: User) -> None:
    from django.db import connection

    client.force_login(officer)
    with after(minutes=16):
        client.post("/your-sign-in/reset/stop/", {"note": NOTE})
        with connection.cursor() as cursor:
            cursor.execute("SELECT typed, sent_to FROM identity_heldtext")
            raw = b"".join(bytes(each) for row in cursor.fetchall() for each in row)
        assert raw
        assert NOTE.encode() not in raw
        assert b"reset" not in raw
        sign_in(client, officer)
        client.post("/sign-in/kept/")
    assert not HeldText.objects.exists()


def test_what_was_sent_on_is_held_no_more(client: Client, officer: User) -> None:
    client.force_login(officer)
    with after(minutes=16):
        client.post("/your-sign-in/reset/stop/", {"note": NOTE})
        sign_in(client, officer)
        held = HeldText.objects.get()
        client.post("/your-sign-in/reset/stop/", {"note": NOTE, "kept": "nonsense"})
        assert HeldText.objects.filter(pk=held.pk).exists()
        client.post("/your-sign-in/reset/stop/", {"note": NOTE, "kept": str(held.pk)})
    assert not HeldText.objects.exists()


def test_nothing_is_kept_for_one_whose_account_ended(client: Client, officer: User) -> None:
    client.force_login(officer)
    end_account(by=Actor(label="anyone"), email=officer.email)
    client.post("/your-sign-in/reset/stop/", {"note": NOTE})
    assert not HeldText.objects.exists()


def test_a_leaver_is_refused_in_every_session_at_the_next_request(officer: User) -> None:
    clients = [Client(), Client()]
    for each in clients:
        each.force_login(officer)
        assert is_open(each)
    end_account(by=Actor(label="anyone"), email=officer.email)
    for each in clients:
        assert not is_open(each)
    assert Client().post("/sign-in/", {"username": officer.email, "password": "for tests only"}).status_code == 200


def test_an_account_set_inactive_by_hand_is_refused_too(client: Client, officer: User) -> None:
    client.force_login(officer)
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert not is_open(client)


def test_a_change_of_roles_counts_at_the_next_request(client: Client, officer: User) -> None:
    client.force_login(officer)
    assert client.get("/due/").status_code == 200
    User.objects.filter(pk=officer.pk).update(roles=[Role.BOARD.value])
    assert client.get("/due/").status_code == 404
    User.objects.filter(pk=officer.pk).update(
        roles=[Role.HUB_WORKER.value], organisation_id=organisation_id(HUB), vetting_until=None
    )
    assert client.get("/due/").status_code == 403


def test_one_ends_ones_own_sessions_and_nobody_elses(officer: User) -> None:
    mine, other_of_mine, anothers = Client(), Client(), Client()
    mine.force_login(officer)
    other_of_mine.force_login(officer)
    anothers.force_login(account(Role.HUB_WORKER, HUB))
    for stay in (stay_of_client(other_of_mine), stay_of_client(anothers)):
        mine.post(f"/your-sign-in/sessions/{stay.pk}/end/")
    assert [is_open(each) for each in (mine, other_of_mine, anothers)] == [True, False, True]


def test_a_session_of_the_password_alone_opens_no_page_at_all(officer: User) -> None:
    """Walks every address of the staff site, with Django's own mark of a user in the session."""
    client = Client()
    client.force_login(officer)
    session = client.session
    del session["stay"]
    session.save()
    asked = 0
    for route, pattern in views_of(get_resolver(STAFF).url_patterns):
        if not pattern.name or "<" in route or "(?P" in route or route.startswith(("health", "reports")):
            continue
        answer = client.get(f"/{route.lstrip('^').rstrip('$')}")
        asked += 1
        assert (pattern.name, answer.status_code) == (pattern.name, 200 if pattern.name == "sign_in" else 302)
    assert asked > 12


def test_nobody_can_act_as_another() -> None:
    """No address and no view offers to sign in as somebody else."""
    words = ("impersonat", "hijack", "log_in_as", "login_as", "sign_in_as", "act_as", "become", "masquerade", "sudo")
    found = [
        route
        for route, pattern in views_of(get_resolver(STAFF).url_patterns)
        for word in words
        if word in f"{route} {pattern.name} {pattern.callback.__name__}".lower().replace("-", "_")
    ]
    assert found == []


# Step-up.


def grave(request: HttpRequest) -> HttpResponse:
    return HttpResponse("opened")


def asked_of(stay: StaffSession | None, method: str = "GET") -> HttpResponse:
    request = getattr(RequestFactory(), method.lower())("/cases/?a=b", {"note": NOTE} if method == "POST" else {})
    request.standing = Standing(stay=stay)
    return needs_fresh_sign_in(grave)(request)


@pytest.mark.parametrize(("gone", "opened"), [(599, True), (600, True), (601, False)])
def test_a_grave_page_asks_again_after_ten_minutes(officer: User, gone: int, opened: bool) -> None:
    client = Client()
    client.force_login(officer)
    stay = stay_of_client(client)
    with time_machine.travel(stay.factor_at + timedelta(seconds=gone), tick=False):
        answer = asked_of(stay)
    assert (answer.status_code == 200) is opened
    assert opened or answer["Location"] == "/sign-in/again/?next=%2Fcases%2F%3Fa%3Db"


def test_a_grave_form_is_kept_while_one_is_asked_again(officer: User) -> None:
    client = Client()
    client.force_login(officer)
    set_stay(client, factor_at=now() - timedelta(minutes=11))
    answer = asked_of(stay_of_client(client), "POST")
    assert answer["Location"] == "/sign-in/again/?next=%2Fsign-in%2Fkept%2F"
    again = client.post("/sign-in/again/", {"code": code_for(officer), "next": "/sign-in/kept/"})
    assert again["Location"] == "/sign-in/kept/"
    assert NOTE in client.get("/sign-in/kept/").content.decode()
    assert asked_of(stay_of_client(client)).status_code == 200


def test_a_wrong_code_does_not_step_up(client: Client, officer: User) -> None:
    client.force_login(officer)
    long_ago = now() - timedelta(minutes=11)
    set_stay(client, factor_at=long_ago)
    assert client.post("/sign-in/again/", {"code": "000000", "next": "/cases/"}).status_code == 200
    assert stay_of_client(client).factor_at == long_ago


def test_the_door_of_a_grave_page_is_kept() -> None:
    assert door_of(needs_fresh_sign_in(opens_to(SIGNED_IN)(lambda request: HttpResponse()))) == SIGNED_IN
    assert asked_of(None).status_code == 302


def test_a_view_of_ones_factors_asks_again(client: Client, officer: User) -> None:
    client.force_login(officer)
    set_stay(client, factor_at=now() - timedelta(minutes=11))
    for path in ("/your-sign-in/recovery-codes/", "/your-sign-in/authenticator/", "/your-sign-in/passkey/"):
        assert client.get(path)["Location"].startswith("/sign-in/again/")


def test_what_is_looked_up_for_a_request_costs_two_statements(client: Client, officer: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(officer)
    client.get("/sign-in/stay/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/sign-in/stay/")
    ours = [each["sql"] for each in seen if "django_session" in each["sql"] or '"identity_' in each["sql"]]
    assert len(ours) == 2, ours

"""Signing in takes a password and a second factor; nothing else opens before both."""

from __future__ import annotations

import pytest
from django.test import Client

from hawl.foundations.access.actor import Role
from hawl.foundations.identity.factors import code_now, code_of, open_secret
from hawl.foundations.identity.models import User
from hawl.foundations.identity.tests.signing import code_for, give_factor, sign_in, stay_of_client
from hawl.registers.cases.tests.makers import DESK, account

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

PASSWORD = "for tests only"


@pytest.fixture
def officer() -> User:
    made = account(Role.VICTIM_CARE_OFFICER, DESK)
    give_factor(made)
    return made


def give_password(client: Client, user: User, password: str = PASSWORD, **sent: str) -> str:
    answer = client.post("/sign-in/", {"username": user.email, "password": password, **sent})
    return answer["Location"] if answer.status_code == 302 else str(answer.status_code)


@pytest.mark.parametrize(("language", "home"), [("cy", "/cy/"), ("en", "/")])
def test_each_is_led_to_the_pages_in_the_language_they_work_in(
    client: Client, officer: User, language: str, home: str
) -> None:
    User.objects.filter(pk=officer.pk).update(language=language)
    answer = sign_in(client, officer)
    assert (answer.status_code, answer["Location"]) == (302, home)


def test_a_password_alone_opens_nothing(client: Client, officer: User) -> None:
    assert give_password(client, officer) == "/sign-in/code/"
    assert client.get("/due/")["Location"].startswith("/sign-in/")
    assert client.get("/your-sign-in/")["Location"].startswith("/sign-in/")


def test_a_code_opens_once(client: Client, officer: User) -> None:
    code = code_for(officer)
    give_password(client, officer)
    assert client.post("/sign-in/code/", {"code": code}).status_code == 302
    assert client.get("/due/").status_code == 200
    other = Client()
    give_password(other, officer)
    again = other.post("/sign-in/code/", {"code": code})
    assert again.status_code == 200
    assert "was used before" in again.content.decode()
    assert other.get("/due/").status_code == 302


def test_who_has_no_second_factor_sets_one_up_before_anything_opens(client: Client) -> None:
    user = account(Role.VICTIM_CARE_OFFICER, DESK)
    assert give_password(client, user) == "/sign-in/set-up/"
    page = client.get("/sign-in/set-up/").content.decode()
    assert "<svg" in page
    assert client.get("/due/").status_code == 302
    secret = open_secret(user, client.session["enrolling"])
    assert secret not in str(dict(client.session.items()))
    assert client.post("/sign-in/set-up/", {"code": "000000"}).status_code == 200
    answer = client.post("/sign-in/set-up/", {"code": code_of(secret)})
    assert answer["Location"] == "/your-sign-in/recovery-codes/"
    assert client.get("/due/").status_code == 200
    assert len(client.get("/your-sign-in/recovery-codes/").content.split(b"<li><code>")) == 11


def test_a_recovery_code_opens_once(client: Client, officer: User) -> None:
    from hawl.foundations.identity.factors import unused_recovery_codes

    code = unused_recovery_codes(officer)[0]
    for expected in (302, 200):
        fresh = Client()
        give_password(fresh, officer)
        assert fresh.post("/sign-in/code/", {"code": f"{code[:4]} {code[4:]}"}).status_code == expected


def test_the_code_of_another_account_opens_nothing(client: Client, officer: User) -> None:
    other = account(Role.VICTIM_CARE_OFFICER, DESK)
    give_factor(other)
    give_password(client, officer)
    assert client.post("/sign-in/code/", {"code": code_for(other)}).status_code == 200
    assert client.get("/due/").status_code == 302


def test_a_session_is_another_after_signing_in(client: Client, officer: User) -> None:
    keys = []
    client.get("/sign-in/")
    keys.append(client.session.session_key)
    give_password(client, officer)
    keys.append(client.session.session_key)
    client.post("/sign-in/code/", {"code": code_for(officer)})
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3
    assert stay_of_client(client).user_id == officer.pk


def test_signing_out_ends_it_on_the_server(client: Client, officer: User) -> None:
    sign_in(client, officer)
    kept = client.cookies["session"].value
    answer = client.post("/sign-out/")
    assert "storage" in answer["Clear-Site-Data"]
    stolen = Client()
    stolen.cookies["session"] = kept
    assert stolen.get("/due/").status_code == 302


def test_what_is_wrong_and_what_is_unknown_are_answered_alike(client: Client, officer: User) -> None:
    def answered(email: str) -> tuple[int, str]:
        answer = Client().post("/sign-in/", {"username": email, "password": "wrong wrong wrong"})
        body = answer.content.decode()
        return answer.status_code, body.replace(email, "").split("csrfmiddlewaretoken", 1)[0]

    assert answered(officer.email) == answered("nobody-at-all@example.org")


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/sign-out/", "/nowhere/",
     "\t//evil.example", "/due/\r\nSet-Cookie: a=b", "http:evil.example", "///evil.example", "/%5cevil.example"],
)  # fmt: skip
def test_signing_in_leads_to_our_own_pages_alone(client: Client, officer: User, wanted: str) -> None:
    assert sign_in(client, officer, next=wanted)["Location"] == "/"


def test_signing_in_leads_back_to_the_page_asked_for(client: Client, officer: User) -> None:
    assert client.get("/cases/?order=due")["Location"] == "/sign-in/?next=%2Fcases%2F%3Forder%3Ddue"
    assert sign_in(client, officer, next="/cases/?order=due")["Location"] == "/cases/?order=due"


def test_a_code_worked_out_for_the_demo_is_the_one_that_opens(client: Client, officer: User) -> None:
    found = code_now(officer)
    assert found is not None
    code, seconds = found
    assert len(code) == 6
    assert 0 < seconds <= 60
    give_password(client, officer)
    assert client.post("/sign-in/code/", {"code": code}).status_code == 302
    assert code_for(officer) != code

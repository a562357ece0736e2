"""Signing in by an OpenID Connect provider: what it says is checked, and it opens accounts that exist, no other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.identity import provider as client_side
from hawl.foundations.identity.actions import end_account, signing
from hawl.foundations.identity.models import User
from hawl.foundations.identity.tests import fake_provider
from hawl.foundations.identity.tests.fake_provider import CLIENT, SECRET, FakeProvider
from hawl.foundations.identity.tests.signing import code_for, give_factor, stay_of_client
from hawl.registers.cases.tests.makers import DESK, account

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

BUTTON, SENTENCE = "Sign in with your organisation", "sign-in did not let you in"


@pytest.fixture
def provider(settings: Any, tmp_path: Path) -> Iterator[FakeProvider]:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    with fake_provider.running() as running:
        settings.HAWL_OIDC_ISSUER, settings.HAWL_OIDC_CLIENT_ID = running.issuer, CLIENT
        settings.HAWL_OIDC_SECRET_FILE = str(file)
        client_side._registered.cache_clear()
        yield running
    client_side._registered.cache_clear()


@pytest.fixture
def officer() -> User:
    made = account(Role.VICTIM_CARE_OFFICER, DESK)
    give_factor(made)
    return made


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(signing, "record", lambda **what: seen.append(what))
    return seen


def go(client: Client, provider: FakeProvider, wanted: str = "", welsh: bool = False) -> dict[str, str]:
    """To the provider; gives what our site asked of it."""
    answer = client.get(f"{'/cy' if welsh else ''}/sign-in/provider/", {"next": wanted} if wanted else {})
    parts = urlsplit(answer["Location"])
    assert f"{parts.scheme}://{parts.netloc}" == provider.issuer
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    provider.challenge = asked["code_challenge"]
    return asked


def come_back(client: Client, asked: dict[str, str], **changes: str) -> Any:
    return client.get("/sign-in/provider/back/", {"code": "the-code", "state": asked["state"], **changes})


def sign_in_by(client: Client, provider: FakeProvider, whom: str, wanted: str = "", **changes: Any) -> Any:
    asked = go(client, provider, wanted)
    provider.saying(whom, asked["nonce"], **changes)
    return come_back(client, asked)


def is_in(client: Client) -> bool:
    return client.get("/due/").status_code == 200


def test_without_a_provider_there_is_no_button_and_its_pages_lead_nowhere(client: Client) -> None:
    assert BUTTON not in client.get("/sign-in/").content.decode()
    for address in ("/sign-in/provider/", "/sign-in/provider/back/?code=the-code&state=x"):
        assert client.get(address)["Location"] == "/sign-in/"


def test_the_provider_says_who_and_our_second_factor_follows(
    client: Client, provider: FakeProvider, officer: User, noted: list[dict[str, Any]]
) -> None:
    page = client.get("/sign-in/?next=/cases/%3Forder=due").content.decode()
    assert BUTTON in page
    assert "/sign-in/provider/?next=/cases/%3Forder%3Ddue" in page
    answer = sign_in_by(client, provider, officer.email.upper(), "/cases/?order=due")
    assert answer["Location"] == "/sign-in/code/"
    assert not is_in(client)
    assert client.post("/sign-in/code/", {"code": code_for(officer)})["Location"] == "/cases/?order=due"
    assert is_in(client)
    assert provider.refused == []
    assert [(each["action"], each.get("factor")) for each in noted] == [("session.provider_vouched", False)]


def test_what_is_asked_of_the_provider(client: Client, provider: FakeProvider) -> None:
    asked = go(client, provider, welsh=True)
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "email"}
    assert asked["redirect_uri"] == "http://testserver/sign-in/provider/back/"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    again = go(client, provider)
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_who_has_no_second_factor_sets_one_up(client: Client, provider: FakeProvider) -> None:
    user = account(Role.VICTIM_CARE_OFFICER, DESK)
    assert sign_in_by(client, provider, user.email)["Location"] == "/sign-in/set-up/"
    assert not is_in(client)


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


# Each: what is wrong with the token, and the code that the audit keeps.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a wrong nonce": ({"nonce": "another"}, "provider_token"),
    "no nonce": ({"nonce": None}, "provider_token"),
    "another audience": ({"aud": "another-client"}, "provider_token"),
    "another audience, for us": ({"aud": "another-client", "azp": CLIENT}, "provider_token"),
    "an audience of two, for another": ({"aud": [CLIENT, "another"], "azp": "another"}, "provider_token"),
    "no audience": ({"aud": None}, "provider_token"),
    "expired": ({"exp": ago(61)}, "provider_token"),
    "no end": ({"exp": None}, "provider_token"),
    "of the future": ({"iat": ago(-600), "exp": ago(-900)}, "provider_token"),
    "another issuer": ({"iss": "https://accounts.example"}, "provider_token"),
    "no issuer": ({"iss": None}, "provider_token"),
    "an unverified address": ({"email_verified": False}, "provider_email"),
    "a word for verified": ({"email_verified": "true"}, "provider_email"),
    "nothing on verified": ({"email_verified": None}, "provider_email"),
    "no address": ({"email": None}, "provider_email"),
    "an unknown address": ({"email": "nobody@example.org"}, "provider_account"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_opens_nothing_and_is_answered_alike(
    client: Client, provider: FakeProvider, officer: User, noted: list[dict[str, Any]], wrong: str
) -> None:
    changes, code = WRONG[wrong]
    answer = sign_in_by(client, provider, officer.email, **changes)
    _is_refused(client, answer, noted, code)


def _is_refused(client: Client, answer: Any, noted: list[dict[str, Any]], code: str) -> None:
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/"
    assert not is_in(client)
    assert noted == [{"action": "session.sign_in_failed", "object_kind": "user", "why": code}]
    page = client.get("/sign-in/").content.decode()
    assert SENTENCE in page
    assert SENTENCE not in client.get("/sign-in/").content.decode()


@pytest.mark.parametrize("how", ["none", "HS256", "another key"])
@pytest.mark.parametrize("offered", [["RS256"], ["none", "HS256", "RS256"]])
def test_what_the_provider_did_not_sign_opens_nothing(
    client: Client, provider: FakeProvider, officer: User, noted: list[dict[str, Any]], how: str, offered: list[str]
) -> None:
    provider.told = {"id_token_signing_alg_values_supported": offered}
    if how == "another key":
        provider.signing_key = provider.another_key
    else:
        provider.signed_by = how
    _is_refused(client, sign_in_by(client, provider, officer.email), noted, "provider_token")


@pytest.mark.parametrize(
    "told",
    [{"issuer": "https://accounts.example"}, {"token_endpoint": "http://accounts.example/token"}, {"jwks_uri": None}],
)
def test_a_provider_that_is_another_or_speaks_in_clear_is_not_asked(
    client: Client, provider: FakeProvider, noted: list[dict[str, Any]], told: dict[str, Any]
) -> None:
    provider.told = told
    _is_refused(client, client.get("/sign-in/provider/"), noted, "provider_unreachable")


def test_an_ended_account_is_not_opened(
    client: Client, provider: FakeProvider, officer: User, noted: list[dict[str, Any]]
) -> None:
    end_account(by=Actor(label="anyone"), email=officer.email)
    _is_refused(client, sign_in_by(client, provider, officer.email), noted, "provider_account")


def test_an_account_of_a_demo_is_not_opened_on_a_real_installation(
    client: Client, provider: FakeProvider, officer: User, noted: list[dict[str, Any]]
) -> None:
    User.objects.filter(pk=officer.pk).update(is_demo=True)
    _is_refused(client, sign_in_by(client, provider, officer.email), noted, "provider_account")


def test_a_letter_that_only_looks_the_same_is_another(
    client: Client, provider: FakeProvider, officer: User, noted: list[dict[str, Any]]
) -> None:
    dotless = officer.email.replace("i", "ı")
    assert dotless.upper() == officer.email.upper()
    _is_refused(client, sign_in_by(client, provider, dotless), noted, "provider_account")


def test_no_account_is_made(client: Client, provider: FakeProvider) -> None:
    before = User.objects.count()
    sign_in_by(client, provider, "newcomer@example.org")
    assert User.objects.count() == before


def test_an_answer_counts_once(client: Client, provider: FakeProvider, officer: User) -> None:
    asked = go(client, provider)
    provider.saying(officer.email, asked["nonce"])
    assert come_back(client, asked)["Location"] == "/sign-in/code/"
    fetched = provider.asked.count("/token")
    assert come_back(client, asked)["Location"] == "/sign-in/"
    assert provider.asked.count("/token") == fetched == 1


def test_an_answer_counts_in_the_browser_that_asked_alone(
    client: Client, provider: FakeProvider, officer: User
) -> None:
    asked = go(client, provider)
    provider.saying(officer.email, asked["nonce"])
    stranger = Client()
    assert come_back(stranger, asked)["Location"] == "/sign-in/"
    go(stranger, provider)
    assert come_back(stranger, asked)["Location"] == "/sign-in/"
    assert "/token" not in provider.asked


def test_an_earlier_attempt_leads_nowhere(client: Client, provider: FakeProvider, officer: User) -> None:
    first = go(client, provider)
    go(client, provider)
    provider.saying(officer.email, first["nonce"])
    assert come_back(client, first)["Location"] == "/sign-in/"
    assert "/token" not in provider.asked


def test_an_answer_after_ten_minutes_is_late(
    client: Client, provider: FakeProvider, officer: User, noted: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hawl.entrances.staff_site import single_sign_on

    asked = go(client, provider)
    provider.saying(officer.email, asked["nonce"])
    monkeypatch.setattr(single_sign_on, "_SECONDS", -1)
    _is_refused(client, come_back(client, asked), noted, "provider_late")


def test_a_person_who_says_no_at_the_provider_is_back_at_the_sign_in(
    client: Client, provider: FakeProvider, noted: list[dict[str, Any]]
) -> None:
    asked = go(client, provider)
    answer = come_back(client, asked, error="access_denied", error_description="<b>no</b>")
    _is_refused(client, answer, noted, "provider_token")


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/sign-out/", "/nowhere/",
     "/sign-in/provider/", "/sign-in/provider/back/"],
)  # fmt: skip
def test_it_leads_to_our_own_pages_alone(client: Client, provider: FakeProvider, officer: User, wanted: str) -> None:
    sign_in_by(client, provider, officer.email, wanted)
    assert client.post("/sign-in/code/", {"code": code_for(officer)})["Location"] == "/"


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({"amr": ["pwd", "mfa"], "auth_time": 0}, True),
        ({"acr": "mfa", "auth_time": 0}, True),
        ({"amr": ["pwd"], "auth_time": 0}, False),
        ({"amr": ["mfa"]}, False),
        ({"amr": "mfa", "auth_time": 0}, False),
        ({"amr": ["mfa"], "auth_time": 13 * 3600}, False),
        ({"amr": ["mfa"], "auth_time": -3600}, False),
        ({"auth_time": 0}, False),
    ],
)
def test_its_second_factor_counts_only_where_it_says_so_and_when(
    client: Client, provider: FakeProvider, officer: User, settings: Any, claims: dict[str, Any], counts: bool
) -> None:
    settings.HAWL_OIDC_SECOND_FACTOR = ["mfa", "hwk"]
    given = {**claims, **({"auth_time": ago(claims["auth_time"])} if "auth_time" in claims else {})}
    sign_in_by(client, provider, officer.email, **given)
    assert is_in(client) is counts


def test_its_second_factor_does_not_count_where_no_setting_says_which(
    client: Client, provider: FakeProvider, officer: User
) -> None:
    sign_in_by(client, provider, officer.email, amr=["mfa"], auth_time=ago(0))
    assert not is_in(client)


def test_grave_acts_ask_again_after_ten_minutes_of_the_provider_s_factor(
    client: Client, provider: FakeProvider, officer: User, settings: Any
) -> None:
    settings.HAWL_OIDC_SECOND_FACTOR = ["mfa"]
    sign_in_by(client, provider, officer.email, amr=["mfa"], auth_time=ago(601))
    assert is_in(client)
    assert stay_of_client(client).factor_at.timestamp() == pytest.approx(ago(601), abs=5)
    assert client.get("/your-sign-in/passkey/")["Location"].startswith("/sign-in/again/")


def test_the_sentence_comes_in_the_language_of_the_reader(client: Client, provider: FakeProvider) -> None:
    asked = go(client, provider, welsh=True)
    provider.saying("nobody@example.org", asked["nonce"])
    assert come_back(client, asked)["Location"] == "/cy/sign-in/"


def test_going_to_the_provider_is_counted(client: Client, provider: FakeProvider) -> None:
    answers = [client.get("/sign-in/provider/").status_code for _ in range(51)]
    assert answers == [302] * 50 + [429]


def test_a_secret_that_others_may_read_is_not_used(
    client: Client, provider: FakeProvider, noted: list[dict[str, Any]], settings: Any
) -> None:
    Path(settings.HAWL_OIDC_SECRET_FILE).chmod(0o644)
    _is_refused(client, client.get("/sign-in/provider/"), noted, "provider_unreachable")

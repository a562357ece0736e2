"""The pages of signing in, in a real browser: accessible, fitting a telephone, in both languages; and a passkey."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.test import Client

from hawl.foundations.access.actor import Role
from hawl.foundations.clock import now, today
from hawl.foundations.identity.actions import hold_typed
from hawl.foundations.identity.factors import code_of, has_passkey, open_secret
from hawl.foundations.identity.models import User
from hawl.foundations.identity.tests.signing import code_for, give_factor
from hawl.foundations.identity.throttling import take_sign_in
from hawl.registers.cases.tests.makers import DESK, account
from hawl.work.hub.tests.test_browser import FLAGS, axe, chromium, playwright, server  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.process("staff")]

PICTURES = os.environ.get("HAWL_PICTURES")


@pytest.fixture
def officer() -> User:
    return account(Role.VICTIM_CARE_OFFICER, DESK, "Siân Officer")


@pytest.fixture(params=[390, 1280], ids=["phone", "desk"])
def page(
    chromium: str,  # noqa: F811
    server: str,  # noqa: F811
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Any]:
    # Playwright's own loop would make Django think that the test runs in one, and open another connection there.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    ours = connections["default"]
    with playwright.sync_playwright() as started:
        connections["default"] = ours
        browser = started.chromium.launch(executable_path=chromium, args=FLAGS)
        opened = browser.new_page(viewport={"width": request.param, "height": 844})
        opened.wide = request.param
        # A browser makes passkeys without TLS on a host of this name alone.
        opened.site = server.replace("127.0.0.1", "localhost")
        yield opened
        browser.close()


def client_of(page: Any) -> Client:
    """The session of the browser, for what is quicker asked without it."""
    client = Client(HTTP_HOST="localhost")
    client.cookies["session"] = next(one["value"] for one in page.context.cookies() if one["name"] == "session")
    return client


def looked_at(page: Any, name: str) -> None:
    """Nothing that axe finds, nothing that scrolls sideways."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{page.wide}.png"), full_page=True)
    found = axe.Axe().run(page).response["violations"]
    assert [(name, one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    assert page.locator("h1").count() == 1


def give_password(page: Any, user: User, root: str = "", password: str = "for tests only") -> None:  # noqa: S107
    page.goto(f"{page.site}{root}/sign-in/")
    page.fill("[name=username]", user.email)
    page.fill("[name=password]", password)
    sent(page)


def sent(page: Any, button: str = "main form > button[type=submit]") -> None:
    with page.expect_navigation():
        page.click(button)


@pytest.mark.parametrize("root", ["", "/cy"], ids=["english", "welsh"])
def test_the_first_sign_in_sets_up_a_second_factor(page: Any, officer: User, root: str) -> None:
    name = root.strip("/") or "en"
    page.goto(f"{page.site}{root}/sign-in/")
    looked_at(page, f"{name}-1-sign-in")
    give_password(page, officer, root, "wrong wrong wrong")
    looked_at(page, f"{name}-2-wrong")
    give_password(page, officer, root)
    looked_at(page, f"{name}-3-set-up")
    page.fill("[name=code]", code_of(open_secret(officer, client_of(page).session["enrolling"])))
    sent(page)
    page.wait_for_selector(".hawl-codes")
    looked_at(page, f"{name}-4-recovery-codes")
    officer.factor_reset_from = now() + timedelta(hours=3)
    officer.vetting_until = today() + timedelta(days=5)
    officer.save()
    page.goto(f"{page.site}{root}/your-sign-in/")
    looked_at(page, f"{name}-5-your-sign-in")
    page.goto(f"{page.site}{root}/your-sign-in/passkey/")
    looked_at(page, f"{name}-6-passkey")
    page.goto(f"{page.site}{root}/sign-in/stay/")
    looked_at(page, f"{name}-7-stay")
    page.goto(f"{page.site}{root}/sign-in/again/?next=/due/")
    looked_at(page, f"{name}-8-again")
    hold_typed(
        by=officer.actor(),
        user_id=officer.pk,
        sent_to=f"{root}/your-sign-in/reset/stop/",
        typed={"note": ["She asked to be rung after six."], "on": ["1"]},
    )
    with time_machine.travel(now() + timedelta(minutes=16)):
        page.goto(f"{page.site}{root}/due/")
        looked_at(page, f"{name}-9-ended")
        give_password(page, officer, root)
        page.fill("[name=code]", code_for(officer))
        sent(page)
        page.wait_for_selector("textarea")
        looked_at(page, f"{name}-10-kept")
        page.context.clear_cookies()
        while not take_sign_in("x@example.org", "127.0.0.1").wait:
            pass
        page.goto(f"{page.site}{root}/sign-in/")
        page.fill("[name=username]", "x@example.org")
        page.fill("[name=password]", "y")
        sent(page)
        looked_at(page, f"{name}-11-too-many")


def test_a_passkey_is_made_and_opens_the_account(page: Any, officer: User) -> None:
    give_factor(officer)
    control = page.context.new_cdp_session(page)
    control.send("WebAuthn.enable")
    control.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                     "hasUserVerification": True, "isUserVerified": True}},
    )  # fmt: skip
    give_password(page, officer)
    page.fill("[name=code]", code_for(officer))
    sent(page)
    page.goto(f"{page.site}/your-sign-in/passkey/")
    page.fill("[name=name]", "Desk")
    page.click("form[data-passkey] button")
    page.wait_for_url(f"{page.site}/your-sign-in/")
    assert has_passkey(officer.pk)
    page.click("header button:has-text('Sign out')")
    page.wait_for_url(f"{page.site}/sign-in/")
    give_password(page, officer)
    page.click("form[data-passkey] button")
    page.wait_for_url(f"{page.site}/due/")


def test_what_another_browser_was_asked_opens_nothing(officer: User) -> None:
    give_factor(officer)
    client = Client(HTTP_HOST="localhost")
    client.post("/sign-in/", {"username": officer.email, "password": "for tests only"})
    for credential in ("", "null", "{}", "[]", '"x"', '{"id": "x", "response": {}}', "{" * 9000):
        answer = client.post("/sign-in/code/", {"credential": credential})
        assert answer.status_code in (200, 429)
    assert client.get("/due/").status_code == 302


def test_everyone_is_told_of_a_reset_of_theirs(officer: User) -> None:
    give_factor(officer)
    client = Client()
    client.force_login(officer)
    assert "about to be reset" not in client.get("/due/").content.decode()
    officer.factor_reset_from = now() + timedelta(hours=24)
    officer.save(update_fields=["factor_reset_from"])
    assert "about to be reset" in client.get("/due/").content.decode()
    client.post("/your-sign-in/reset/stop/")
    assert "about to be reset" not in client.get("/due/").content.decode()

"""The pages of figures, the directory and operations in a real browser: signing in, accessibility, phone width.

The browser's requests are answered by Django's test client, so that they see what the test laid out.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.design.files import content_hash
from hawl.foundations.identity.tests.signing import code_for, give_factor
from hawl.foundations.jobs.models import JobFailure
from hawl.foundations.measures.periods import month_end_before
from hawl.registers.cases.tests.makers import DESK, ThreePeople, make_case, make_event, organisation_id, three_people
from hawl.rights.duties.tests.test_figures import make_duty

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.process("staff")]

SITE = "http://testserver"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
BEHIND = "/compliance/cases/?period=12-months&column=due&by=duty&row=police/4/4.4"
PAGES = ["/compliance/", BEHIND, "/demand/", "/services/", "/bodies/", "/operations/"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
    if chromium is None:
        pytest.skip("Chromium is not installed")
    if not content_hash("hawl/hawl.css"):
        pytest.skip("the styles are not built: run `make setup`")
    # Playwright's own loop would make Django think that the test runs in one.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with playwright.sync_playwright() as started:
            opened = started.chromium.launch(executable_path=chromium, args=FLAGS)
            yield opened
            opened.close()


@pytest.fixture
def people() -> ThreePeople:
    """Duties of the month before, and a failure to look at."""
    found = three_people()
    day = month_end_before(today())
    with acting_as(found.officer.actor()):
        for number in range(12):
            case = make_case(desk=organisation_id(DESK), reported=(today() - day).days)
            make_duty(case, standing="met" if number % 3 else "open", due_on=day.replace(day=1))
            make_event(case, "support_referral_made", day)
    JobFailure.objects.create(job="feed-inbox", failed_at=timezone.now(), error="ValueError", where="work/intake.py:1")
    return found


def opened(browser: Any, client: Client, width: int = 1280) -> Any:
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.route("**/*", answering(client))
    return page


def answering(client: Client, site: str = SITE) -> Callable[[Any], None]:
    # The handler runs in a greenlet of its own, in which Django would open another connection.
    within = contextvars.copy_context()

    def reply(method: str, path: str, headers: dict[str, str], data: str) -> tuple[int, dict[str, str], bytes]:
        sent = {"HTTP_ORIGIN": headers["origin"]} if "origin" in headers else {}
        if method == "POST":
            given = client.post(path, data=data, content_type=headers.get("content-type", ""), **sent)
        else:
            given = client.get(path, **sent)
        content = b"".join(given.streaming_content) if given.streaming else given.content
        return given.status_code, dict(given.headers), content

    def answer(route: Any) -> None:
        asked = route.request
        path = asked.url.removeprefix(site)
        given = within.copy().run(reply, asked.method, path, asked.headers, asked.post_data or "")
        route.fulfill(status=given[0], headers=given[1], body=given[2])

    return answer


def test_a_browser_can_sign_in_by_the_form(browser: Any, people: ThreePeople) -> None:
    give_factor(people.officer)
    page = opened(browser, Client(enforce_csrf_checks=True))
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.headers.get("origin", "")) if each.method == "POST" else None)
    page.goto(f"{SITE}/sign-in/")
    policy = page.evaluate("fetch('/sign-in/').then(answer => answer.headers.get('Referrer-Policy'))")
    page.fill("[name=username]", people.officer.email)
    page.fill("[name=password]", "for tests only")
    with page.expect_response(lambda each: each.request.method == "POST") as answered:
        page.click("main form > button[type=submit]")
    assert policy == "same-origin"
    assert sent == [SITE]  # under no-referrer it is "null", which is refused
    assert answered.value.status == 302  # a refused form is answered 403, a wrong password 200
    page.wait_for_selector("[name=code]")
    page.fill("[name=code]", code_for(people.officer))
    with page.expect_response(lambda each: each.request.method == "POST") as answered:
        page.click("main form > button[type=submit]")
    assert answered.value.status == 302
    page.close()


@pytest.mark.parametrize("root", ["", "/cy"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_is_accessible_and_fits(browser: Any, people: ThreePeople, width: int, root: str) -> None:
    client = Client()
    client.force_login(people.officer)
    page = opened(browser, client, width)
    for path in PAGES:
        page.goto(f"{SITE}{root}{path}")
        found = axe.Axe().run(page).response["violations"]
        assert [(path, one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.close()


def test_the_offices_page_is_accessible_with_numbers_hidden(browser: Any, people: ThreePeople) -> None:
    client = Client()
    client.force_login(people.board)
    page = opened(browser, client)
    page.goto(f"{SITE}/compliance/")
    assert "fewer than 5" in page.inner_text("main")
    assert axe.Axe().run(page).response["violations"] == []
    page.close()

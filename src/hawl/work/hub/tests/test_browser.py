"""The desks' pages in a real browser: accessibility at both widths and in both languages, and no sideways scrolling."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections
from django.test import Client

from hawl.foundations.access.scope import acting_as
from hawl.foundations.design.files import content_hash
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import DESK, make_case, make_contact, organisation_id, three_people
from hawl.rights.duties.actions import recompute

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.process("staff"), pytest.mark.django_db]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def chromium() -> str:
    found = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
    if found is None:
        pytest.skip("Chromium is not installed")
    if not content_hash("hawl/hawl.css"):
        pytest.skip("the styles are not built: run `make styles`")
    return found


@pytest.fixture
def server(db: None) -> Iterator[str]:
    """The staff site on a port of this machine, in this test's own transaction: one thread at a time uses it."""
    ours = connections["default"]
    ours.inc_thread_sharing()
    # A server closes a connection that it finds within a transaction; here the transaction is the test's.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    served = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet)

    def serve() -> None:
        connections["default"] = ours
        served.serve_forever(poll_interval=0.05)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    ours.dec_thread_sharing()


@pytest.fixture
def addresses() -> tuple[list[str], str]:
    """The pages to look at, the person's last, and the session of the officer who may."""
    officer = three_people().officer
    with acting_as(officer.actor()) as by:
        case: Case = make_case(desk=organisation_id(DESK), reported=20, risk="high", rank=0)
        make_contact(case.person, ring="first_approach")
        recompute(case_id=case.pk, by=by)
        report = CaseEvent.objects.get(case=case).event_id
    client = Client()
    client.force_login(officer)
    person = f"people/{case.person_id}/"
    of_case = f"{person}cases/{case.pk}/"
    return [
        *("due/", "cases/", person, f"{of_case}record/", f"{of_case}record/?event=sentence_passed"),
        *(f"{of_case}duties/?duty=3.1&from={report}", f"{of_case}events/?event={report}"),
        f"{of_case}record/?event=update_frequency_agreed",
    ], client.cookies["session"].value


def faults(page: Any) -> list[tuple[str, str]]:
    """What axe finds wrong, and sideways scrolling."""
    found = [(one["id"], one["nodes"][0]["html"]) for one in axe.Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append(("scrolls sideways", page.url))
    return found


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("prefix", ["/", "/cy/"])
def test_every_page_of_the_desks_can_be_used_by_all(
    chromium: str, server: str, addresses: tuple[list[str], str], prefix: str, width: int
) -> None:
    pages, session = addresses
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.add_cookies([{"name": "session", "value": session, "url": server}])
        page = context.new_page()
        for address in pages:
            assert page.goto(f"{server}{prefix}{address}").status == 200
            assert page.locator("h1").count() == 1
            assert faults(page) == []
        # A form that was not taken is read out first, and keeps what was typed.
        page.fill("#act-on", "yesterday")
        page.click("form[action$='/act/'] button")
        page.wait_for_selector(".govuk-error-summary")
        assert page.input_value("#act-on") == "yesterday"
        assert faults(page) == []
        browser.close()

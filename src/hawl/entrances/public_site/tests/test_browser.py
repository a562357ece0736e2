"""The public pages in a real browser: accessibility, phone width, and leaving without being followed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application

from hawl.entrances.public_site import views
from hawl.foundations.design import site as site_module
from hawl.foundations.design.files import content_hash
from hawl.foundations.languages.texts import Text

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.process("public")]

PAGES = ["", "rights/", "rights/6/", "services/", "leaving/", "accessibility/", "no-such-page/"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
NEUTRAL = "/health-of-nobody/"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from pathlib import Path

    chromium = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
    if chromium is None:
        pytest.skip("Chromium is not installed")
    if not content_hash("hawl/hawl.css"):
        pytest.skip("the styles are not built: run `make styles`")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(views, "directory", list)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=_Server, handler_class=_Quiet)
    base = f"http://127.0.0.1:{server.server_port}"
    # The neutral page of the test is on another origin of this machine: nothing goes out.
    there = f"http://localhost:{server.server_port}{NEUTRAL}"
    neutral = site_module.Site(name=Text("Hawl", "en"), demo=True, leave_to=there)
    monkeypatch.setattr(site_module, "site", lambda: neutral)
    monkeypatch.setattr(views, "site", lambda: neutral)
    from django.template import engines

    environment = engines.all()[0].env  # type: ignore[attr-defined]
    monkeypatch.setitem(environment.globals, "site", lambda: neutral)
    environment.cache.clear()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield base
    server.shutdown()
    server.server_close()
    thread.join()
    environment.cache.clear()


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_is_accessible_and_fits(browser: Any, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "404" not in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for prefix in ("/", "/cy/"):
        for one in PAGES:
            page.goto(address + prefix + one)
            # axe must add its own script, which the page's policy forbids: evaluated, not inserted.
            found = axe.Axe().run(page).response["violations"]
            assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], prefix + one
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), prefix + one
    assert said == []
    page.close()


def test_the_accessibility_check_can_fail(browser: Any) -> None:
    page = browser.new_page()
    page.set_content("<html><body><img src='x'></body></html>")
    assert {"image-alt", "html-has-lang"} <= {rule["id"] for rule in axe.Axe().run(page).response["violations"]}
    page.close()


@pytest.mark.parametrize(("width", "height"), [(320, 256), (390, 844), (768, 1024), (1280, 900), (1920, 1080)])
def test_the_way_out_is_never_covered_or_scrolled_away(browser: Any, address: str, width: int, height: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(f"{address}/rights/6/")
    for share in (0, 0.3, 0.7, 1):
        page.evaluate("share => scrollTo(0, share * document.documentElement.scrollHeight)", share)
        assert page.evaluate(
            """() => { const box = document.querySelector("[data-hawl-leave-control]").getBoundingClientRect();
            const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return at && at.hasAttribute("data-hawl-leave-control"); }"""
        ), (width, share)
    page.close()


@pytest.mark.parametrize("prefix", ["/", "/cy/"])
def test_after_leaving_back_does_not_show_the_page_that_was_left(browser: Any, address: str, prefix: str) -> None:
    page = browser.new_page()
    ended: list[str] = []
    page.on("request", lambda request: ended.append(request.method) if request.url.endswith("/leave/") else None)
    page.goto("about:blank")
    page.goto(address + prefix + "rights/4/")
    page.click("[data-hawl-leave-control]")
    page.wait_for_url(f"**{NEUTRAL}")
    assert page.evaluate("document.referrer") == ""
    assert ended == ["POST"]
    page.go_back()
    assert page.url == "about:blank"
    page.close()


def test_shift_three_times_leaves_and_two_do_not(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/rights/4/")
    for key in ("Shift", "Shift", "a", "Shift", "Shift"):
        page.keyboard.press(key)
    assert page.locator("[data-hawl-leave-count]").inner_text() == "Press Shift 1 more time to leave this site."
    assert page.url.endswith("/rights/4/")
    page.keyboard.press("Shift")
    page.wait_for_url(f"**{NEUTRAL}")
    page.close()


def test_everything_works_without_script(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(address)
    page.click("nav >> text=Your rights")
    page.click("text=To be told about compensation")
    page.click("text=Cymraeg")
    assert page.url == f"{address}/cy/rights/5/"
    page.click("[data-hawl-leave-control]")
    page.wait_for_url(f"**{NEUTRAL}")
    context.close()

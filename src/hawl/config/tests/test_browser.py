"""Both sites in Chromium: nothing is asked of anybody else, forms under no-referrer work, and what was left stays left.

Each site is served from this process on this machine; the public one as its own process would.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from socketserver import ThreadingMixIn
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import clear_url_caches, path

from hawl.config.tests.walking import PUBLIC, addresses
from hawl.entrances.staff_site.signing import sign_out
from hawl.foundations.access.actor import Actor
from hawl.foundations.design.files import content_hash
from hawl.foundations.identity.sessions import Why

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.process("public"), pytest.mark.timeout(180)]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
    # Newer browsers keep even pages marked `no-store` for the Back button, as long as no cookie changes.
    "--enable-features=CacheControlNoStoreEnterBackForwardCache",
]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = next((found for found in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(found).exists()), "")
    if not chromium:
        pytest.skip("Chromium is not installed")
    if not content_hash("hawl/hawl.css"):
        pytest.skip("the styles are not built: run `make setup`")
    with playwright.sync_playwright() as started:
        # Playwright turns off what keeps whole pages for the Back button: here it is what is tried.
        opened = started.chromium.launch(
            executable_path=chromium, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
        )
        yield opened
        opened.close()


@contextmanager
def serving(application: WSGIHandler | None = None) -> Iterator[str]:
    server = make_server(
        "127.0.0.1", 0, application or get_wsgi_application(), server_class=_Server, handler_class=_Quiet
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def asked_elsewhere(page: Any, base: str, paths: list[str]) -> set[str]:
    """Open every path and give the addresses of others that the browser asked for anything."""
    own = urlsplit(base).netloc
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    for each in paths:
        page.goto(base + each, wait_until="load")
    return {url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != own}


def _pages() -> list[str]:
    return sorted(
        {where for name, where in addresses(PUBLIC) if name not in ("live", "ready", "policy_report", "leave")}
    )


def test_no_public_page_asks_anybody_else_for_anything(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from hawl.entrances.public_site import views

    monkeypatch.setattr(views, "directory", list)
    said: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text) if "404" not in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    with serving() as base:
        paths = [prefix + each for each in _pages() for prefix in ("", "/cy") if not each.startswith("/cy/")]
        assert asked_elsewhere(page, base, paths) == set()
    assert said == []
    assert len(paths) >= 18
    # On a shared device nothing may stay.
    assert context.cookies() == []
    context.close()


def _elsewhere(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<!doctype html><html lang="en"><img src="http://font.example.invalid/x.png">')


def _with_form(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return HttpResponse(f"<!doctype html><title>taken</title>{len(request.POST['word'])}")
    mark = get_token(request)
    return HttpResponse(
        "<!doctype html><title>form</title><form method=post><input name=word value=hello>"
        f"<input type=hidden name=csrfmiddlewaretoken value={mark}><button>Send</button></form>"
    )


def _broken_rule(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><title>none</title><script>document.title = 'ran'</script>")


def _kept(request: HttpRequest) -> HttpResponse:
    request.session["somebody"] = 1
    mark = get_token(request)
    forms = "".join(
        f"<form method=post action={to}><input type=hidden name=csrfmiddlewaretoken value={mark}>"
        f"<button id={name}>x</button></form>"
        for name, to in (("out", "/sign-out/"), ("away", "/only-away/"))
    )
    return HttpResponse(f"<!doctype html><title>somebody</title>{forms}")


def _sign_out(request: HttpRequest) -> HttpResponse:
    """The view of the staff site, for somebody whose stay stands: who that is the public process does not know."""
    user = SimpleNamespace(actor=lambda: Actor(label="system:tests"))
    request.standing = SimpleNamespace(stay=SimpleNamespace(pk=uuid4(), user_id=1, user=user))  # type: ignore[attr-defined]
    return sign_out(request)


def _only_away(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/sign-in/")


def _signed_out(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><title>signed out</title>")


class _Site:
    """The public site with pages of the test's own beside it."""

    handler404 = "hawl.entrances.public_site.views.not_found"
    urlpatterns = [
        path("elsewhere/", _elsewhere),
        path("form/", _with_form),
        path("broken-rule/", _broken_rule),
        path("kept/", _kept),
        path("sign-out/", _sign_out),
        path("only-away/", _only_away),
        path("sign-in/", _signed_out, name="sign_in"),
        *import_module(PUBLIC).urlpatterns,
    ]


@pytest.fixture
def own_site(settings: Any) -> Iterator[str]:
    settings.ROOT_URLCONF = _Site
    clear_url_caches()
    with serving() as base:
        yield base
    clear_url_caches()


def test_the_crawl_sees_what_is_asked_of_others_and_the_policy_stops_it(browser: Any, own_site: str) -> None:
    page = browser.new_page()
    stopped: list[str] = []
    page.on("requestfailed", lambda request: stopped.append(request.failure))
    assert asked_elsewhere(page, own_site, ["/elsewhere/"]) == {"http://font.example.invalid/x.png"}
    assert stopped == ["csp"]
    page.close()


def test_a_form_of_a_page_that_names_no_referrer_is_taken(browser: Any, own_site: str) -> None:
    page = browser.new_page()
    sent: list[Any] = []
    page.on("request", lambda each: sent.append(each) if each.method == "POST" else None)
    page.goto(f"{own_site}/form/")
    page.click("button")
    page.wait_for_load_state()
    assert page.title() == "taken"
    headers = sent[0].all_headers()
    assert (headers["origin"], headers["sec-fetch-site"]) == ("null", "same-origin")
    assert "referer" not in headers
    page.reload()
    assert page.title() == "taken"
    page.close()


def test_the_same_form_sent_by_another_page_is_refused(browser: Any, own_site: str) -> None:
    """Even with the right mark and cookie: from a page of another site, and from one in a sandbox."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{own_site}/form/")
    mark = page.input_value("[name=csrfmiddlewaretoken]")
    other = page.context.new_page()
    body = (
        f"<!doctype html><form method=post action={own_site}/form/><input name=word value=hello>"
        f"<input type=hidden name=csrfmiddlewaretoken value={mark}><button>Send</button></form>"
    )
    for headers in ({}, {"Content-Security-Policy": "sandbox allow-forms allow-scripts"}):
        given = {"body": body, "content_type": "text/html", "headers": headers}
        other.route("http://another.test/**", lambda route, *_, given=given: route.fulfill(**given))
        other.goto("http://another.test/")
        with other.expect_response(lambda each: each.request.method == "POST") as answered:
            other.click("button")
        assert answered.value.status == 403
        other.unroute("http://another.test/**")
    context.close()


def test_a_script_that_the_policy_stops_is_reported_to_us_alone(
    browser: Any, own_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hawl.config import policy_reports

    told: list[str] = []
    came = threading.Event()

    def warning(message: str, extra: dict[str, Any]) -> None:
        told.append(extra["codes"]["rule"])
        came.set()

    monkeypatch.setattr(policy_reports.log, "warning", warning)
    page = browser.new_page()
    page.goto(f"{own_site}/broken-rule/")
    assert page.title() == "none"
    for _ in range(100):
        if came.is_set():
            break
        page.wait_for_timeout(100)
    assert set(told) == {"script-src-elem"}
    page.close()


def back_after(browser: Any, base: str, button: str) -> tuple[int, str]:
    """Open a page of somebody signed in, press a button, go back; tell how often the page was asked for, its title."""
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url) if each.url.endswith("/kept/") else None)
    page.goto(f"{base}/kept/")
    page.click(f"#{button}")
    page.wait_for_url("**/sign-in/")
    page.evaluate("setTimeout(() => history.back(), 50)")
    page.wait_for_timeout(900)
    found = len(asked), page.title()
    context.close()
    return found


def test_after_signing_out_back_asks_the_server_again(
    browser: Any, own_site: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not taken from the browser's memory, whether that keeps pages marked `no-store` or not."""
    ended: list[Any] = []
    monkeypatch.setattr("hawl.entrances.staff_site.signing.end_session", lambda **told: ended.append(told["why"]))
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    with serving() as base:
        assert back_after(browser, base, "out")[0] == 2
    assert ended == [Why.SIGNED_OUT]

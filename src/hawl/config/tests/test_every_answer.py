"""Every address of both sites, by every method, answered well, refused, not found and failing, carries every header.

A new address is walked without being named here; one for which no path can be made fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import clear_url_caches, path
from django.utils import translation

from hawl.config.tests.walking import PUBLIC, STAFF, addresses, path_for
from hawl.foundations.access.actor import Role
from hawl.foundations.design.files import content_hash, static_address
from hawl.foundations.design.headers import ALWAYS, BEHIND_TLS
from hawl.registers.cases.tests.makers import DESK, account

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
NOT_ADDRESSES = ("/no/such/page", "/static/no/such.css", "/static/hawl/hawl.css", "/%00", "/cy/%ff")
# What may differ from page to page, and how far.
DIFFERS = {"Referrer-Policy": {"no-referrer", "same-origin"}}


def fails_when_asked(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A middleware of the tests: raises in place of any view when the request says so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *_: Any) -> None:
        if request.headers.get("Fail"):
            raise RuntimeError("planted")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def wrong_in(answer: Any) -> list[str]:
    """The headers of an answer that are missing or other than they must be."""
    wrong = [name for name, value in ALWAYS.items() if answer.headers.get(name) not in DIFFERS.get(name, {value})]
    if answer.headers.get("Cache-Control") != "no-store":
        wrong.append("Cache-Control")
    if answer.headers.get("X-Robots-Tag") not in ("noindex", "all"):
        wrong.append("X-Robots-Tag")
    return wrong + [name for name in answer.headers if name in ("Server", "X-Powered-By", "Hawl-Sends-Forms")]


def walk(site: str, clients: list[Client]) -> tuple[Counter[int], list[Any], int]:
    """Ask everything; give the answers by class of status, what was wrong with them, how many addresses."""
    classes: Counter[int] = Counter()
    wrong: list[Any] = []
    paths = sorted({where for _, where in addresses(site)} | set(NOT_ADDRESSES))
    for where in paths:
        for method in METHODS:
            for client in clients:
                for fail in ({}, {"HTTP_FAIL": "1"}):
                    with translation.override("en"):
                        answer = client.generic(method, where, **fail)
                    classes[answer.status_code // 100] += 1
                    if found := wrong_in(answer):
                        wrong.append((method, where, answer.status_code, found))
    return classes, wrong, len(paths)


@pytest.fixture
def failing(settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.fails_when_asked"]


@pytest.mark.django_db
@pytest.mark.process("staff")
def test_every_answer_of_the_staff_site_is_guarded(failing: None) -> None:
    officer = Client(raise_request_exception=False)
    officer.force_login(account(Role.VICTIM_CARE_OFFICER, DESK))
    classes, wrong, tried = walk(STAFF, [Client(raise_request_exception=False), officer])
    assert wrong == []
    assert set(classes) >= {2, 3, 4, 5}
    assert tried > len(NOT_ADDRESSES) + 20


@pytest.mark.django_db
@pytest.mark.process("public")
def test_every_answer_of_the_public_site_is_guarded(failing: None) -> None:
    classes, wrong, tried = walk(PUBLIC, [Client(raise_request_exception=False)])
    assert wrong == []
    assert set(classes) >= {2, 3, 4, 5}
    assert tried > len(NOT_ADDRESSES) + 10


@pytest.mark.process("public")
def test_the_walk_finds_an_answer_that_is_not_guarded(settings: Any) -> None:
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if not each.endswith("SafetyHeaders")]
    assert {name for *_, names in walk(PUBLIC, [Client(raise_request_exception=False)])[1] for name in names} > set(
        ALWAYS
    ) - {"X-Frame-Options"}


def test_an_address_that_cannot_be_tried_is_an_error() -> None:
    assert path_for("people/<uuid:person_id>/show/").endswith("030201/show/")
    with pytest.raises(ValueError, match="No example"):
        path_for("things/<hexadecimal:number>/")
    with pytest.raises(ValueError, match="No path"):
        path_for(r"^things/(\d+)/$")


@pytest.mark.process("public")
def test_a_file_asked_for_by_its_content_may_be_kept_and_nothing_else() -> None:
    if not content_hash("hawl/hawl.css"):
        pytest.skip("the styles are not built: run `make styles`")
    kept = Client().get(static_address("hawl/hawl.css"))
    assert "immutable" in kept["Cache-Control"]
    assert {name: kept[name] for name in ALWAYS} == ALWAYS


@pytest.mark.process("public")
@pytest.mark.parametrize(("behind", "said"), [(True, set(BEHIND_TLS)), (False, set())])
def test_transport_security_is_asked_for_only_behind_tls(settings: Any, behind: bool, said: set[str]) -> None:
    settings.SESSION_COOKIE_SECURE = behind
    assert set(BEHIND_TLS) & set(Client().get("/health/live").headers) == said


@pytest.mark.process("public")
def test_a_host_that_is_not_ours_is_answered_plainly_and_guarded() -> None:
    answer = Client(raise_request_exception=False).get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert wrong_in(answer) == []
    assert b"elsewhere" not in answer.content


class _Site:
    """An address configuration of the test's own, with a page that sets looser headers."""

    urlpatterns = [
        path("loose/", lambda request: HttpResponse("x", headers={"Content-Security-Policy": "script-src *"}))
    ]


@pytest.mark.process("public")
def test_a_new_page_is_guarded_without_being_named(settings: Any) -> None:
    settings.ROOT_URLCONF = _Site
    clear_url_caches()
    try:
        answer = Client().get("/loose/")
    finally:
        clear_url_caches()
    assert wrong_in(answer) == []

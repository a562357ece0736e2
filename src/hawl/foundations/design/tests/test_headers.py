from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from hawl.foundations.design.files import content_hash, static_address
from hawl.foundations.design.headers import ALWAYS, SafetyHeaders, may_be_found


def _answer(path: str, made: HttpResponse | None = None) -> HttpResponse:
    return SafetyHeaders(lambda request: made or HttpResponse("x"))(RequestFactory().get(path))


@pytest.mark.parametrize("status", [200, 302, 403, 404, 500])
def test_every_answer_carries_every_header(status: int) -> None:
    answer = _answer("/", HttpResponse("x", status=status))
    assert {name: answer[name] for name in ALWAYS} == ALWAYS
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"


def test_a_view_cannot_loosen_the_policy() -> None:
    loose = HttpResponse("x", headers={"Content-Security-Policy": "script-src *", "Cache-Control": "public, immutable"})
    answer = _answer("/", loose)
    assert answer["Content-Security-Policy"] == ALWAYS["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("unsafe", ["unsafe-inline", "unsafe-eval", "http:", "https:", "*", "data:"])
def test_the_policy_opens_nothing(unsafe: str) -> None:
    assert unsafe not in ALWAYS["Content-Security-Policy"]
    assert ALWAYS["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_file_asked_for_by_its_content_may_be_kept() -> None:
    if not content_hash("hawl/hawl.css"):
        pytest.skip("the styles are not built: run `make styles`")
    assert "immutable" in _answer(static_address("hawl/hawl.css"))["Cache-Control"]
    assert _answer(static_address("hawl/hawl.css") + "0")["Cache-Control"] == "no-store"
    assert _answer("/static/hawl/hawl.css")["Cache-Control"] == "no-store"
    assert _answer(static_address("hawl/hawl.css"), HttpResponse(status=404))["Cache-Control"] == "no-store"


def test_a_page_cannot_be_kept_by_adding_a_hash() -> None:
    assert _answer("/rights/?h=abc")["Cache-Control"] == "no-store"


def test_only_a_page_that_says_so_may_be_found_by_search_engines() -> None:
    @may_be_found
    def landing(request: HttpRequest) -> HttpResponse:
        return HttpResponse("x")

    answer = SafetyHeaders(landing)(RequestFactory().get("/"))
    assert answer["X-Robots-Tag"] == "all"

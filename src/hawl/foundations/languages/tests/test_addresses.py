from __future__ import annotations

from types import ModuleType

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import clear_url_caches, path, reverse
from django.utils import translation

from hawl.foundations.languages.addresses import in_both_languages, language_of, twin_address
from hawl.foundations.languages.checks import without_twin
from hawl.foundations.languages.middleware import LanguageByPath
from hawl.foundations.languages.texts import current


def _view(request: HttpRequest, number: int = 0) -> HttpResponse:
    return HttpResponse(current())


def _urlconf(name: str, patterns: list) -> ModuleType:  # type: ignore[type-arg]
    module = ModuleType(name)
    module.urlpatterns = patterns  # type: ignore[attr-defined]
    return module


PAGES = [path("", _view, name="home"), path("rights/<int:number>/", _view, name="right")]
BOTH = _urlconf("both", in_both_languages(*PAGES))


@pytest.fixture(autouse=True)
def _addresses():  # type: ignore[no-untyped-def]
    with override_settings(ROOT_URLCONF=BOTH):
        clear_url_caches()
        yield
    clear_url_caches()


@pytest.mark.parametrize(
    ("language", "address", "twin"),
    [
        ("en", "/", "/cy/"),
        ("en", "/rights/4/", "/cy/rights/4/"),
        ("en", "/rights/4/?page=2", "/cy/rights/4/?page=2"),
        ("cy", "/cy/rights/4/", "/rights/4/"),
        ("cy", "/cy/", "/"),
        ("en", "/no/such/page/", "/cy/"),
        ("cy", "/cy/no/such/page/", "/"),
    ],
)
def test_every_page_knows_its_twin(language: str, address: str, twin: str) -> None:
    with translation.override(language):
        assert twin_address(address) == twin


def test_a_name_leads_to_the_address_in_the_language_of_the_page() -> None:
    with translation.override("en"):
        assert reverse("right", args=[4]) == "/rights/4/"
    with translation.override("cy"):
        assert reverse("right", args=[4]) == "/cy/rights/4/"


@pytest.mark.parametrize(
    ("address", "language"), [("/", "en"), ("/cy", "cy"), ("/cy/x", "cy"), ("/cymru/", "en"), ("/rights/cy/", "en")]
)
def test_the_language_is_in_the_address(address: str, language: str) -> None:
    assert language_of(address) == language


@pytest.mark.parametrize(("address", "language"), [("/rights/1/", "en"), ("/cy/rights/1/", "cy")])
def test_the_address_wins_over_cookie_and_browser(address: str, language: str) -> None:
    request = RequestFactory().get(address, headers={"accept-language": "cy;q=1, en;q=0.1"})
    request.COOKIES["django_language"] = "cy" if language == "en" else "en"
    answer = LanguageByPath(_view)(request)
    assert answer.content.decode() == language
    assert answer["Content-Language"] == language


def test_the_language_does_not_leak_into_the_next_request() -> None:
    before = translation.get_language()
    LanguageByPath(_view)(RequestFactory().get("/cy/"))
    assert translation.get_language() == before


def test_an_address_without_a_twin_is_found() -> None:
    one = _urlconf("one", [path("english-only/", _view), path("health/live", _view), *in_both_languages(*PAGES)])
    none = _urlconf("none", list(PAGES))
    with override_settings(ROOT_URLCONF=one):
        assert [fault for fault in without_twin(one) if "english-only" in fault] == without_twin(one) != []  # type: ignore[arg-type]
    assert without_twin(none)  # type: ignore[arg-type]
    assert without_twin(BOTH) == []  # type: ignore[arg-type]

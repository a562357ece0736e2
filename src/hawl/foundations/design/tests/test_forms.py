"""Whose forms are taken: every combination of what a browser says of the sender, with and without the one-time mark."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory

from hawl.foundations.design.forms import OwnForms

OWN = "http://testserver"


def answer(request: HttpRequest, *, exempt: bool = False) -> int:
    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("taken")

    view.csrf_exempt = exempt  # type: ignore[attr-defined]
    check = OwnForms(view)
    check.process_request(request)
    refused = check.process_view(request, view, (), {})
    return 200 if refused is None else refused.status_code


def form(*, mark: bool = True, method: str = "POST", **headers: str) -> HttpRequest:
    """A form with the mark that its page carried, or without."""
    page = RequestFactory().get("/")
    masked = get_token(page)
    request = RequestFactory().generic(
        method,
        "/",
        f"csrfmiddlewaretoken={masked}" if mark else "",
        content_type="application/x-www-form-urlencoded",
        **headers,
    )
    request.COOKIES["csrftoken"] = page.META["CSRF_COOKIE"]
    return request


def said(origin: str | None, site: str | None) -> dict[str, str]:
    return {
        **({"HTTP_ORIGIN": origin} if origin else {}),
        **({"HTTP_SEC_FETCH_SITE": site} if site else {}),
    }


@pytest.mark.parametrize(
    ("origin", "site", "status"),
    [
        (OWN, "same-origin", 200),
        (OWN, "none", 200),  # reloaded or taken up again by the person
        (OWN, None, 200),  # a browser too old for the header
        ("null", "same-origin", 200),  # a page of ours under no-referrer
        ("null", None, 403),
        ("null", "none", 403),
        ("null", "cross-site", 403),  # a sandboxed frame of somebody's
        ("null", "same-site", 403),
        ("null", "SAME-ORIGIN ", 403),
        (OWN, "cross-site", 403),
        (OWN, "same-site", 403),  # another host under our name
        ("http://elsewhere.example", "cross-site", 403),
        ("http://elsewhere.example", "same-origin", 403),
        ("http://elsewhere.example", None, 403),
        (None, "cross-site", 403),
        (None, "same-origin", 200),
        (None, None, 200),  # no browser: the mark alone decides, as in Django
    ],
)
def test_only_a_page_of_ours_may_send(origin: str | None, site: str | None, status: int) -> None:
    assert answer(form(**said(origin, site))) == status


@pytest.mark.parametrize(("origin", "site"), [(OWN, "same-origin"), ("null", "same-origin"), (None, None)])
def test_without_the_mark_nothing_is_taken(origin: str | None, site: str | None) -> None:
    assert answer(form(mark=False, **said(origin, site))) == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_every_method_that_changes_something_is_checked(method: str) -> None:
    assert answer(form(method=method, mark=False, **said("null", "same-origin"))) == 403
    assert answer(form(method=method, **said("null", "cross-site"))) == 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_is_not_checked(method: str) -> None:
    assert answer(form(method=method, mark=False, **said("null", "cross-site"))) == 200


def test_a_page_that_is_exempt_stays_so() -> None:
    assert answer(form(mark=False, **said("null", "cross-site")), exempt=True) == 200


def test_both_sites_check_in_this_way(settings: Any) -> None:
    from hawl.config.settings.web import middleware_of

    for process in ("public", "staff", "jobs"):
        found = [each for each in middleware_of(process) if "csrf" in each.lower() or each.endswith("OwnForms")]
        assert found == ["hawl.foundations.design.forms.OwnForms"]

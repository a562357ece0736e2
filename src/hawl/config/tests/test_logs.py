"""Logs are one JSON object a line with no personal data; a page that fails says so plainly and saves nothing."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import clear_url_caches, path

from hawl.config import health, urls_public, urls_staff
from hawl.config.json_lines import JsonLines
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.audit.context import one_request
from hawl.foundations.audit.models import AuditEntry

NAME = "Siân ap Rhys"


def line_of(logger: str, message: str, *arguments: object, error: bool = False, codes: Any = None) -> dict[str, Any]:
    information = sys.exc_info() if error else None
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, arguments, information)
    if codes is not None:
        record.codes = codes
    text = JsonLines().format(record)
    assert "\n" not in text
    told = json.loads(text)
    assert isinstance(told, dict)
    return told


def test_a_line_tells_time_level_logger_message_and_the_request() -> None:
    with one_request() as request_id:
        told = line_of("hawl.web", "A page failed.", codes={"status": 500})
    assert told["request_id"] == request_id
    assert told["at"].endswith("+00:00")
    assert (told["level"], told["logger"], told["message"]) == ("error", "hawl.web", "A page failed.")
    assert told["codes"] == {"status": 500}
    assert "request_id" not in line_of("hawl.web", "Outside a request.")


@pytest.mark.parametrize("logger", ["psycopg.pool", "django.db.backends", "hawlish.library"])
def test_what_another_library_puts_into_its_message_is_left_out(logger: str) -> None:
    told = line_of(logger, "failed for %s", NAME)
    assert NAME not in json.dumps(told, ensure_ascii=False)
    assert told["message"] == "failed for %s"
    assert line_of("hawl.web", "%s rows", 7)["message"] == "7 rows"


def test_an_exception_is_told_by_type_and_place_and_never_by_its_text() -> None:
    try:
        raise ValueError(f"{NAME} is unknown\nto us")
    except ValueError:
        told = line_of("hawl.web", "Failed.", error=True)
    assert told["error"] == "ValueError"
    assert any(re.search(r"test_logs\.py:\d+$", each) for each in told["where"])
    assert "ap Rhys" not in json.dumps(told, ensure_ascii=False)


def test_codes_of_any_kind_and_a_message_of_two_lines_are_still_one_line() -> None:
    told = line_of("hawl.work", "one\ntwo\u2028", codes={"case": UUID(int=1)})
    assert told["codes"] == {"case": str(UUID(int=1))}
    assert told["message"] == "one\ntwo\u2028"


BY = Actor(label="system:test")


def _breaks(request: HttpRequest) -> HttpResponse:
    with acting_as(BY):
        record(action="test.saved" if request.GET.get("well") else "test.broken")
        if request.GET.get("well"):
            return HttpResponse("saved")
        raise RuntimeError(f"about {NAME}")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    kept, handler = io.StringIO(), logging.StreamHandler()
    handler.setStream(kept)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield kept
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db(transaction=False)
def test_a_page_that_raises_answers_with_our_plain_page_and_nothing_is_saved(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urls_staff, "urlpatterns", [*urls_staff.urlpatterns, path("health/breaks", _breaks)])
    clear_url_caches()
    client = Client(raise_request_exception=False)
    try:
        told = client.get("/health/breaks", {"q": NAME})
        assert client.get("/health/breaks", {"well": "1"}).status_code == 200
    finally:
        monkeypatch.undo()
        clear_url_caches()
    page = told.content.decode()
    assert told.status_code == 500
    assert "Nothing was saved" in page
    assert "RuntimeError" not in page
    assert "ap Rhys" not in page
    assert [each.action for each in AuditEntry.objects.filter(action__startswith="test.")] == ["test.saved"]

    lines = [json.loads(each) for each in log.getvalue().splitlines()]
    assert {"An exception reached the edge.", "A page failed."} <= {each["message"] for each in lines}
    assert {each["request_id"] for each in lines} == {told["X-Request-Id"]}
    assert "ap Rhys" not in log.getvalue()
    assert "%20Rhys" not in log.getvalue()


@pytest.mark.process("public")
@pytest.mark.django_db
def test_a_public_page_that_raises_still_tells_whom_to_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urls_public, "urlpatterns", [*urls_public.urlpatterns, path("health/breaks", _breaks)])
    clear_url_caches()
    try:
        told = Client(raise_request_exception=False).get("/health/breaks")
    finally:
        monkeypatch.undo()
        clear_url_caches()
    assert told.status_code == 500
    assert "call 999" in told.content.decode()
    assert "RuntimeError" not in told.content.decode()


def test_ready_says_no_when_a_migration_of_this_release_is_not_applied(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/health/ready").status_code == 200
    assert len(health._of_this_release()) > 20
    more = frozenset({*health._of_this_release(), ("people", "9999_of_the_next_release")})
    monkeypatch.setattr(health, "_of_this_release", lambda: more)
    told = client.get("/health/ready")
    assert (told.status_code, told.json()) == (503, {"status": "not prepared"})
    assert client.get("/health/live").status_code == 200
    assert client.post("/health/live").status_code == 405


@pytest.mark.process("public")
def test_the_public_process_too_may_see_whether_it_is_ready(db: None, client: Client) -> None:
    assert client.get("/health/ready").status_code == 200

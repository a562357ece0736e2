"""What browsers report is capped, and nothing of it but the rule is kept."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client

from hawl.config import policy_reports
from hawl.config.json_lines import JsonLines
from hawl.foundations.design.headers import REPORTS

pytestmark = pytest.mark.process("public")
SECRET = "siwan-of-stow-hill"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(policy_reports, "_minute", policy_reports._Minute())
    caplog.set_level(logging.WARNING, logger="hawl.web")
    return caplog


def send(sent: Any, **more: Any) -> int:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return (
        Client(enforce_csrf_checks=True)
        .post(REPORTS, body, content_type="application/reports+json", **more)
        .status_code
    )


def rules(logged: pytest.LogCaptureFixture) -> list[str]:
    return [record.codes["rule"] for record in logged.records]  # type: ignore[attr-defined]


OLDER = {"csp-report": {"document-uri": f"http://x/{SECRET}", "effective-directive": "img-src", "blocked-uri": SECRET}}
NEWER = [{"type": "csp-violation", "url": SECRET, "body": {"effectiveDirective": "script-src-elem", "sample": SECRET}}]


@pytest.mark.parametrize(("sent", "told"), [(OLDER, ["img-src"]), (NEWER, ["script-src-elem"])])
def test_only_the_broken_rule_is_logged(sent: Any, told: list[str], logged: pytest.LogCaptureFixture) -> None:
    assert send(sent) == 204
    assert rules(logged) == told
    assert SECRET not in "".join(JsonLines().format(record) for record in logged.records)


def test_a_rule_that_is_no_rule_is_not_quoted(logged: pytest.LogCaptureFixture) -> None:
    assert send({"csp-report": {"effective-directive": SECRET}}) == 204
    assert rules(logged) == ["other"]


@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"[" * 9000, b"\xff\xfe", b"7", b"null", b'["a"]', b'{"csp-report": 7}', b" " * 16_000 + b"x" * 1000],
)
def test_what_is_no_report_is_answered_alike_and_not_logged(sent: bytes, logged: pytest.LogCaptureFixture) -> None:
    assert send(sent) == 204
    assert rules(logged) == []


def test_a_longer_body_than_allowed_is_not_read(logged: pytest.LogCaptureFixture) -> None:
    long = {**OLDER, "padding": "x" * policy_reports.MOST_BYTES}
    assert send(long) == 204
    assert rules(logged) == []


def test_reports_cannot_fill_the_log(logged: pytest.LogCaptureFixture) -> None:
    for _ in range(policy_reports.MOST_LINES_A_MINUTE + 20):
        send(OLDER)
    assert len(logged.records) == policy_reports.MOST_LINES_A_MINUTE


def test_a_report_cannot_be_read_back() -> None:
    assert Client().get(REPORTS).status_code == 405

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from hawl.config.middleware import OneRequest


@pytest.mark.parametrize(
    ("exception", "logged"),
    [(Http404(), 0), (PermissionDenied(), 0), (SuspiciousOperation(), 0), (ValueError(), 1), (LookupError(), 1)],
)
def test_only_what_failed_is_logged_as_a_failure(
    exception: Exception, logged: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("hawl"), "propagate", True)
    with caplog.at_level(logging.ERROR, logger="hawl.web"):
        OneRequest(lambda _request: HttpResponse()).process_exception(RequestFactory().get("/"), exception)
    assert len(caplog.records) == logged

"""Where a browser tells that the content security policy stopped something.

A report quotes addresses and pieces of pages, so nothing of it is kept but the name of the rule that was broken.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

MOST_BYTES = 16 * 1024
MOST_LINES_A_MINUTE = 30
# Names of rules that a report may break; any other word in it is somebody's own and stays out of the log.
_RULES = frozenset((
    "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr",
    "img-src", "font-src", "connect-src", "form-action", "base-uri", "frame-ancestors", "frame-src", "child-src",
    "object-src", "media-src", "manifest-src", "worker-src", "require-trusted-types-for", "trusted-types",
))  # fmt: skip
log = logging.getLogger("hawl.web")


@csrf_exempt
@require_POST
def policy_report(request: HttpRequest) -> HttpResponse:
    """Log the broken rules and nothing else. Always 204: what came, or whether it was understood, is not told."""
    for rule in sorted(set(_broken(_body(request)))):
        if _may_log():
            log.warning("The content security policy stopped something.", extra={"codes": {"rule": rule}})
    return HttpResponse(status=204)


def _body(request: HttpRequest) -> Any:
    """What was sent, read as JSON; None for what is too long, has no length or is no JSON."""
    try:
        if not 0 < int(request.META.get("CONTENT_LENGTH") or 0) <= MOST_BYTES:
            return None
        return json.loads(request.read(MOST_BYTES))
    except (ValueError, RecursionError, OSError):
        return None


def _broken(sent: Any) -> Iterator[str]:
    """Give the rules named in either form of report: the older single one and the newer list."""
    for each in (sent if isinstance(sent, list) else [sent])[:10]:
        if not isinstance(each, dict):
            continue
        told = each.get("csp-report", each.get("body"))
        if not isinstance(told, dict):
            continue
        named = told.get("effective-directive") or told.get("effectiveDirective") or told.get("violated-directive")
        rule = str(named).split(" ")[0]
        yield rule if rule in _RULES else "other"


class _Minute:
    """How many lines were logged in this minute, so that nobody can fill the disk by sending reports."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.began = 0.0
        self.lines = 0


_minute = _Minute()


def _may_log() -> bool:
    with _minute.lock:
        now = time.monotonic()
        if now - _minute.began >= 60:
            _minute.began, _minute.lines = now, 0
        _minute.lines += 1
        return _minute.lines <= MOST_LINES_A_MINUTE

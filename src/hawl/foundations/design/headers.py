"""Security headers on every answer, whatever made it. Put first in MIDDLEWARE, before the one that serves static files.

No page has an inline script or style, so the policy needs no nonce. A view cannot loosen it: what it sets is replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hawl.foundations.design.files import is_asked_by_content

FOR_A_YEAR = "public, max-age=31536000, immutable"
# Where a browser tells that the policy stopped something: on the same site, see `config.policy_reports`.
REPORTS = "/reports/policy"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
        # Sent at once. The newer `report-to` waits up to a minute, when somebody may have left, and needs TLS.
        f"report-uri {REPORTS}",
    )
)

ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in ("camera", "microphone", "geolocation", "display-capture", "payment", "usb", "serial", "hid",
                        "midi", "clipboard-read", "idle-detection")
    ),
}  # fmt: skip
# Only where a proxy keeps TLS: a browser would ignore it otherwise, and a body's own machine has no certificate.
BEHIND_TLS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload"}

# Set by a site whose pages send forms to itself; taken off again here.
SENDS_FORMS = "Hawl-Sends-Forms"


class SafetyHeaders:
    """Set the headers; ``no-store`` on everything but a file asked for by the hash of its content."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers set."""
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers[name] = value
        if settings.SESSION_COOKIE_SECURE or request.is_secure():
            for name, value in BEHIND_TLS.items():
                response.headers[name] = value
        if SENDS_FORMS in response.headers:
            # Under no-referrer a browser sends a form with `Origin: null`, which tells less than the staff site asks.
            response.headers["Referrer-Policy"] = "same-origin"
            del response.headers[SENDS_FORMS]
        kept = response.status_code in (200, 304) and is_asked_by_content(request.path_info, request.GET.get("h", ""))
        response.headers["Cache-Control"] = FOR_A_YEAR if kept else "no-store"
        response.headers.setdefault("X-Robots-Tag", "noindex")
        return response


def may_be_found(view: View[P]) -> View[P]:
    """Let search engines list this page; for the landing page, which says nothing of whoever reads it."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "all"
        return response

    return answer

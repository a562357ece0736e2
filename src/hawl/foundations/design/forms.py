"""Only our own pages may send forms to us, also where they send no referrer.

A page under `Referrer-Policy: no-referrer` sends its forms with `Origin: null`, as a sandboxed frame of anybody does,
and Django refuses both. Browsers also say in `Sec-Fetch-Site` whose page it was, and no page can set or change that
header: it decides here. The one-time mark in the form is asked for all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware

_CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS", "TRACE")
# Of another site, or of another host under the same name: neither is a page of ours.
_ANOTHERS = ("cross-site", "same-site")


class OwnForms(CsrfViewMiddleware):
    """Django's check of forged forms, with the browser's word on whose page sent it."""

    def process_view(
        self, request: HttpRequest, callback: Callable[..., HttpResponseBase], callback_args: Any, callback_kwargs: Any
    ) -> HttpResponseForbidden | None:
        """Refuse what a page of another site sent, whatever mark it carries; then check as Django does."""
        exempt = getattr(callback, "csrf_exempt", False)
        if not exempt and request.method not in _CHANGES_NOTHING and _whose(request) in _ANOTHERS:
            return self._reject(request, "Sent by a page of another site.")  # type: ignore[attr-defined, no-any-return]
        return super().process_view(request, callback, callback_args, callback_kwargs)

    def _origin_verified(self, request: HttpRequest) -> bool:
        """Without a named origin only a browser's word that the page was ours counts; its absence counts as no."""
        if request.META["HTTP_ORIGIN"] == "null":
            return _whose(request) == "same-origin"
        return bool(super()._origin_verified(request))  # type: ignore[misc]


def _whose(request: HttpRequest) -> str:
    return str(request.META.get("HTTP_SEC_FETCH_SITE", ""))

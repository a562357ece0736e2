"""The language of a request, taken from its address alone."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from hawl.foundations.languages.addresses import language_of


class LanguageByPath:
    """Activate Welsh under ``/cy/`` and English elsewhere, and say so in ``Content-Language``.

    Django's own middleware also asks a cookie and the browser. On a shared device a cookie is a trace, and a page that
    differs by browser cannot be sent to somebody else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language of the address."""
        with translation.override(language_of(request.path_info)):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language_of(request.path_info))
        return response

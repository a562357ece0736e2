"""One id for each request, one line in the log for what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse

from hawl.foundations.audit.context import one_request

_ANSWERS = (Http404, PermissionDenied, BadRequest, SuspiciousOperation)
log = logging.getLogger("hawl.web")


class OneRequest:
    """Gives the request an id, puts it on the answer, and logs failures without content."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The route's name is logged, never the path: a path may hold what was searched for."""
        with one_request() as request_id:
            response = self.get_response(request)
            if response.status_code >= 500:
                route = getattr(request.resolver_match, "view_name", None)
                log.error("A page failed.", extra={"codes": {"status": response.status_code, "route": route}})
            response["X-Request-Id"] = request_id
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Logs type and place of what failed; Django then answers with our plain page.

        Not found, not allowed and not understood are answers, no failures.
        """
        if isinstance(exception, _ANSWERS):
            return
        log.error("An exception reached the edge.", exc_info=exception)

"""What goes wrong, as RFC 9457 writes it (`application/problem+json`): never with anything of what was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

# Each kind of problem: the status, and what it is.
KINDS: dict[str, tuple[int, str]] = {
    "not-understood": (400, "The request cannot be understood."),
    "no-name": (400, "The request has no Idempotency-Key of 1 to 64 letters, figures, - and _."),
    "unusable": (400, "Nothing can be read from what was sent."),
    "not-signed": (401, "The request is not signed as the description says, or not with a key that is believed."),
    "not-yours": (403, "The key is not for this source."),
    "not-found": (404, "There is nothing at this address."),
    "wrong-method": (405, "This address is not asked in this way."),
    "not-open": (409, "This source is not open yet: nobody has seen a real extract of it."),
    "too-large": (413, "The delivery is larger than 5 MB. Send it in parts."),
    "wrong-kind": (415, "This source is sent as another kind of content."),
    "sent-otherwise": (422, "Another delivery was sent under this Idempotency-Key before."),
    "too-many": (429, "Too many deliveries at once. Try again later."),
    "failed": (500, "Something went wrong here. Send the same request again."),
}


class Problem(Exception):
    """Ends a request. `more` are further members of the answer, `headers` are put on it."""

    def __init__(self, kind: str, *, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.headers = headers or {}
        self.more = more

    def answer(self) -> HttpResponse:
        """The answer that tells it."""
        status, title = KINDS[self.kind]
        told = {"type": f"urn:hawl:problem:{self.kind}", "title": title, "status": status, **self.more}
        answer = JsonResponse(told, status=status, content_type="application/problem+json")
        for name, value in self.headers.items():
            answer[name] = value
        return answer


class Plain:
    """Turns what a view raises into a problem, and keeps every answer out of caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        answer = self.get_response(request)
        answer.setdefault("Cache-Control", "no-store")
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What is an answer becomes one; anything else goes on to the log."""
        if isinstance(exception, Problem):
            return exception.answer()
        if isinstance(exception, RequestDataTooBig):
            return Problem("too-large").answer()
        if isinstance(exception, Http404):
            return Problem("not-found").answer()
        if isinstance(exception, SuspiciousOperation):
            return Problem("not-understood").answer()
        return None


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's own 400, such as for another host."""
    return Problem("not-understood").answer()


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that there is not."""
    return Problem("not-found").answer()


def failed(request: HttpRequest) -> HttpResponse:
    """A fault of ours; it is in the log by the request's id."""
    return Problem("failed").answer()

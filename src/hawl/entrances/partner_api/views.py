"""The addresses of the API: a delivery sent or tried, one asked after, a list of them, and the description."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import csrf_exempt

from hawl.entrances.partner_api import describing
from hawl.entrances.partner_api.problems import Problem
from hawl.entrances.partner_api.reading import Checked, checked, mapping_open
from hawl.entrances.partner_api.signing import Signed, signed_by
from hawl.foundations.clock import now
from hawl.work.partners import actions, queries, scopes

if TYPE_CHECKING:
    from hawl.work.partners.models import Delivery

MOST_BYTES = 5 * 1024 * 1024
# A body's deliveries of an hour, and those of it that wait.
MOST_AN_HOUR, MOST_WAITING = 600, 200
MOST_LISTED = 100
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
View = Callable[..., HttpResponse]


def answers(*methods: str) -> Callable[[View], View]:
    """Only these methods; browsers' forms come nowhere near, so that no token of theirs is asked for."""

    def given(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                raise Problem("wrong-method", headers={"Allow": ", ".join(methods)})
            return view(request, **kwargs)

        return answered

    return given


@answers("GET")
def index(request: HttpRequest) -> HttpResponse:
    """Where the description is."""
    return JsonResponse({"name": "Hawl", "versions": ["v1"], "description": reverse("description")})


@answers("GET")
def description(request: HttpRequest) -> HttpResponse:
    """The API as OpenAPI describes it; open to everybody."""
    return JsonResponse(describing.document(request.build_absolute_uri("/")))


@answers("POST", "GET")
def deliveries(request: HttpRequest, source: str) -> HttpResponse:
    """Send a delivery, or list those that were sent."""
    return _send(request, source) if request.method == "POST" else _list(request, source)


@answers("POST")
def check(request: HttpRequest, source: str) -> HttpResponse:
    """Read a delivery as `deliveries` would and keep nothing of it."""
    body = _body(request)
    _let_in(signed_by(request, body), source)
    return JsonResponse(asdict(_checked(request, source, body)))


@answers("GET")
def delivery(request: HttpRequest, source: str, delivery_id: uuid.UUID) -> HttpResponse:
    """What became of one delivery."""
    signed = _let_in(signed_by(request), source)
    found = queries.delivery_of(signed.key.organisation_id, source, delivery_id)
    if found is None:
        raise Problem("not-found")
    return JsonResponse(_told(found, whole=True))


def _send(request: HttpRequest, source: str) -> HttpResponse:
    body = _body(request)
    signed = _let_in(signed_by(request, body), source)
    sent_as = request.headers.get("Idempotency-Key", "")
    if not _NAME.fullmatch(sent_as):
        raise Problem("no-name")
    read = _checked(request, source, body)
    _refuse_flood(signed)
    try:
        kept, new = actions.keep_delivery(
            by=signed.actor, key=signed.key, source=source, sent_as=sent_as, body=body, checked=asdict(read),
            digest=salted_hmac("hawl.partners.delivery", body, algorithm="sha256").digest(),
        )  # fmt: skip
    except actions.SentOtherwise:
        raise Problem("sent-otherwise") from None
    answer = JsonResponse(_told(kept, whole=True), status=202 if new else 200)
    answer["Location"] = _address(kept)
    return answer


def _list(request: HttpRequest, source: str) -> HttpResponse:
    signed = _let_in(signed_by(request), source)
    try:
        most = min(max(int(request.GET.get("limit", MOST_LISTED)), 1), MOST_LISTED)
        before = _place(request.GET["cursor"]) if "cursor" in request.GET else None
    except (ValueError, binascii.Error):
        raise Problem("not-understood") from None
    found = queries.deliveries(signed.key.organisation_id, source, most=most + 1, before=before)
    more = _cursor(found[most - 1]) if len(found) > most else None
    return JsonResponse({"deliveries": [_told(each) for each in found[:most]], "next_cursor": more})


def _let_in(signed: Signed, source: str) -> Signed:
    if scopes.of_extract(source) not in signed.key.scopes:
        actions.keep_refusal(by=signed.actor, key=signed.key, rule="not-yours")
        raise Problem("not-yours")
    return signed


def _body(request: HttpRequest) -> bytes:
    """The body, read whole. Too long a one is refused by what it says of itself, before any of it is read."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Problem("not-understood") from None
    if length > MOST_BYTES:
        raise Problem("too-large")
    return request.read(MOST_BYTES)


def _checked(request: HttpRequest, source: str, body: bytes) -> Checked:
    mapping = mapping_open(source)
    return checked(body, mapping, content_type=request.headers.get("Content-Type", ""))


def _refuse_flood(signed: Signed) -> None:
    lately, waiting = queries.pressing(signed.key.organisation_id, now() - timedelta(hours=1))
    if lately >= MOST_AN_HOUR or waiting >= MOST_WAITING:
        raise Problem("too-many", headers={"Retry-After": "300"})


def _told(kept: Delivery, *, whole: bool = False) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(kept.pk), "source": kept.source, "idempotency_key": kept.sent_as, "state": kept.state,
        "received_at": kept.received_at.isoformat(),
        "settled_at": kept.settled_at.isoformat() if kept.settled_at else None,
        "problem": kept.problem or None,
        "address": _address(kept),
    }  # fmt: skip
    return told | ({"checked": kept.checked} if whole else {})


def _address(kept: Delivery) -> str:
    return reverse("delivery", kwargs={"source": kept.source, "delivery_id": kept.pk})


def _cursor(last: Delivery) -> str:
    return base64.urlsafe_b64encode(f"{last.received_at.isoformat()} {last.pk}".encode()).decode()


def _place(cursor: str) -> tuple[datetime, uuid.UUID]:
    at, _, last = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
    return datetime.fromisoformat(at), uuid.UUID(last)

"""What the tests of the API share: bodies with keys, and requests signed as they sign them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.clock import today
from hawl.registers.organisations.queries import ids_by_key
from hawl.work.partners.actions import add_key
from hawl.work.partners.sending import Signer

HOST = "http://testserver"
SOURCE = "tried"
PLACE = f"/v1/extracts/{SOURCE}/deliveries"
BY = Actor(label="system:partners", machine=True)
POLICE, HUB = "gwent-police", "connect-gwent"
T = TypeVar("T")
Change = Callable[[requests.PreparedRequest], None]


@dataclass(frozen=True, slots=True)
class Body:
    """A body whose key is believed."""

    organisation_id: int
    signer: Signer


def body_with_key(
    organisation: str = POLICE, scopes: tuple[str, ...] = (f"extracts:{SOURCE}",), until: date | None = None
) -> Body:
    """Makes a key and has it believed, as `hawl partner add` does."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    body = ids_by_key([organisation])[organisation]
    last = until or today() + timedelta(days=30)
    key = add_key(by=BY, organisation_id=body, public_key=public, scopes=scopes, until=last)
    return Body(body, Signer(key.pk, private))


def call(
    body: Body | None,
    method: str,
    place: str,
    content: bytes | None = None,
    *,
    name: str = "one",
    kind: str = "text/csv",
    before: Change | None = None,
    after: Change | None = None,
) -> Any:
    """Sign a request and send it; `before` and `after` change it around the signing. The answer has `told`."""
    headers = {"Content-Type": kind, "Idempotency-Key": name} if content is not None else {}
    request = requests.Request(method, HOST + place, headers=headers, data=content).prepare()
    if before:
        before(request)
    if body:
        body.signer.sign(request)
    if after:
        after(request)
    sent = {each: value for each, value in request.headers.items() if each not in ("Content-Length", "Content-Type")}
    answer = Client(raise_request_exception=False).generic(
        str(request.method),
        str(request.url).removeprefix(HOST),
        data=request.body or b"",
        content_type=request.headers.get("Content-Type", ""),
        headers=sent,
    )
    answer.told = json.loads(answer.content)
    return answer


def as_jobs(act: Callable[[], T]) -> T:
    """What the jobs process or the command line does, in a database of the test's own."""
    with as_process("jobs"):
        return act()

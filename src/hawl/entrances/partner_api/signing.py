"""Who signs a request: HTTP Message Signatures (RFC 9421) with Ed25519, and a digest of the body (RFC 9530)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.http import HttpRequest
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from hawl.entrances.partner_api.problems import Problem
from hawl.foundations.access.actor import Actor
from hawl.foundations.clock import today
from hawl.work.partners.queries import key_of
from hawl.work.partners.sending import COVERED, COVERED_WITH_BODY, TAG

if TYPE_CHECKING:
    from hawl.work.partners.models import PartnerKey

OLDEST = timedelta(minutes=5)
_ID = re.compile(r"k-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Signed:
    """Whose key signed a request, and in whose name it is answered."""

    key: PartnerKey
    actor: Actor


@dataclass(frozen=True, slots=True)
class _Message:
    method: str
    url: str
    headers: dict[str, str]


class _Held(HTTPSignatureKeyResolver):
    """Finds the one key that a signature names, and remembers it."""

    def __init__(self) -> None:
        self.found: PartnerKey | None = None

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        """The key, where it is believed today."""
        key = key_of(key_id) if _ID.fullmatch(key_id) else None
        if key is None or not key.holds(today()):
            return None
        self.found = key
        return Ed25519PublicKey.from_public_bytes(bytes(key.public_key))


def signed_by(request: HttpRequest, body: bytes | None = None) -> Signed:
    """Who signed the request, over its body where it has one. Raises `Problem`: not-signed, whatever is wrong."""
    held = _Held()
    verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=held)
    message = _Message(str(request.method), request.build_absolute_uri(), dict(request.headers.items()))
    try:
        verified = verifier.verify(
            message, max_age=OLDEST, expect_tag=TAG, body=body,
            require_components=COVERED if body is None else COVERED_WITH_BODY,
        )  # fmt: skip
    except (HTTPMessageSignaturesException, ValueError) as fault:
        raise Problem("not-signed", headers={"WWW-Authenticate": "Signature"}) from fault
    if held.found is None or len(verified) != 1:
        raise Problem("not-signed", headers={"WWW-Authenticate": "Signature"})
    key = held.found
    return Signed(key, Actor(label=f"partner:{key.pk}", organisations=frozenset({key.organisation_id})))

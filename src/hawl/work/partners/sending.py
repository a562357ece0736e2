"""The other side: what a body's own machine does to sign a delivery and send it. No Django, no keys of ours."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

TAG = "hawl"
# What a signature must cover: nobody moves a signed request to another address, installation or body.
COVERED = ("@method", "@authority", "@target-uri")
COVERED_WITH_BODY = (*COVERED, "content-type", "content-digest", "idempotency-key")
_KINDS = {".csv": "text/csv", ".txt": "text/csv", ".jsonl": "application/x-ndjson", ".ndjson": "application/x-ndjson"}
_PATIENCE = 60  # seconds


@dataclass(frozen=True, slots=True)
class Signer:
    """A key's id, as the area told it, and its private half."""

    key_id: str
    private: Ed25519PrivateKey

    def sign(self, request: requests.PreparedRequest) -> None:
        """Put the signature on a request, over its body where it has one."""
        body = request.body if isinstance(request.body, bytes) else None
        keys = MappingKeyResolver(public_keys={}, private_keys={self.key_id: self.private})
        HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys).sign(
            request, key_id=self.key_id, tag=TAG, body=body,
            covered_component_ids=COVERED if body is None else COVERED_WITH_BODY,
        )  # fmt: skip


def make_key(file: Path) -> bytes:
    """Write a new private key (PEM, readable to its owner alone); gives the 32 bytes of its public half.

    Raises FileExistsError: a key that is in use is not written over.
    """
    key = Ed25519PrivateKey.generate()
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def read_key(file: Path) -> Ed25519PrivateKey:
    """The private key of a file. Raises ValueError, with a sentence, for a file that holds none."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{file} holds no Ed25519 key. `hawl partner make-key FILE` makes one.")
    return key


def send(file: Path, *, address: str, source: str, signer: Signer, check: bool = False) -> tuple[int, dict[str, Any]]:
    """Send a file as a delivery, named by its digest so that it is the same delivery however often it is sent.

    Gives the status and the answer. Raises OSError where nothing answers, ValueError for a file of no kind that is sent
    and for an answer that is none of ours.
    """
    kind = _KINDS.get(file.suffix.lower())
    if kind is None:
        raise ValueError(f"{file.name} is of no kind that is sent: {', '.join(_KINDS)}.")
    body = file.read_bytes()
    place = f"{address.rstrip('/')}/v1/extracts/{source}/{'check' if check else 'deliveries'}"
    headers = {"Content-Type": kind, "Idempotency-Key": hashlib.sha256(body).hexdigest()}
    request = requests.Request("POST", place, headers=headers, data=body).prepare()
    return _answer(request, address, signer)


def ask(address: str, *, delivery: str, signer: Signer) -> tuple[int, dict[str, Any]]:
    """What became of a delivery, by the `address` that its answer gave; else as `send`."""
    return _answer(requests.Request("GET", address.rstrip("/") + delivery).prepare(), address, signer)


def _answer(request: requests.PreparedRequest, address: str, signer: Signer) -> tuple[int, dict[str, Any]]:
    signer.sign(request)
    with requests.Session() as session:
        answer = session.send(request, timeout=_PATIENCE, allow_redirects=False)
    try:
        told = answer.json()
    except requests.JSONDecodeError as fault:
        raise ValueError(f"{address} does not answer as Hawl does (status {answer.status_code}).") from fault
    return answer.status_code, told if isinstance(told, dict) else {}

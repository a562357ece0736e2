"""An OpenID Connect provider for tests, on this machine, which says of anybody whatever a test wants."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote_plus
from wsgiref.simple_server import WSGIRequestHandler, make_server

from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "hawl-staff", "a secret of both"


class FakeProvider:
    """Remembers what was asked at its door and answers at its token address with `claims`."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.another_key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signed_by: str = "RS256"
        self.signing_key: Any = self.key
        self.challenge = ""
        self.claims: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        self.asked: list[str] = []
        self.refused: list[str] = []

    def answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        """The WSGI application."""
        path = environ["PATH_INFO"]
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            found: Any = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorise",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                **self.told,
            }
        elif path == "/keys":
            found = {"keys": [self.key.as_dict(private=False, kid="one", alg="RS256", use="sig")]}
        else:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            found = self._token(parse_qs(environ["wsgi.input"].read(length).decode()), environ)
        start("400 Bad Request" if "error" in found else "200 OK", [("Content-Type", "application/json")])
        return [json.dumps(found).encode()]

    def _token(self, sent: dict[str, list[str]], environ: dict[str, Any]) -> dict[str, Any]:
        digest = hashlib.sha256(sent.get("code_verifier", [""])[0].encode()).digest()
        checks = {
            "verifier": base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.challenge,
            "client": _basic(environ) == (CLIENT, SECRET),
            "code": sent.get("code") == ["the-code"],
        }
        self.refused += [name for name, held in checks.items() if not held]
        if not all(checks.values()):
            return {"error": "invalid_grant"}
        return {"access_token": "opaque", "token_type": "Bearer", "expires_in": 60, "id_token": self.id_token()}

    def id_token(self) -> str:
        """The claims, signed as the test wants."""
        if self.signed_by == "none":
            parts = [json.dumps({"alg": "none"}).encode(), json.dumps(self.claims).encode()]
            return ".".join(base64.urlsafe_b64encode(each).decode().rstrip("=") for each in parts) + "."
        header = {"alg": self.signed_by, "kid": "one"}
        key = OctKey.import_key(SECRET) if self.signed_by == "HS256" else self.signing_key
        return jws.serialize_compact(header, json.dumps(self.claims), key, algorithms=[self.signed_by])

    def saying(self, email: str, nonce: str, /, **changes: Any) -> None:
        """What the next token says; `None` leaves a claim out."""
        at = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "1", "iat": at, "exp": at + 60, "nonce": nonce, "email": email,
            "email_verified": True, **changes,
        }  # fmt: skip
        self.claims = {name: value for name, value in claims.items() if value is not None}


def _basic(environ: dict[str, Any]) -> tuple[str, str]:
    given = environ.get("HTTP_AUTHORIZATION", "").partition("Basic ")[2]
    name, _, secret = base64.b64decode(given).decode().partition(":")
    return unquote_plus(name), unquote_plus(secret)


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[FakeProvider]:
    """The provider at a free port of this machine."""
    provider = FakeProvider()
    with make_server("127.0.0.1", 0, provider.answer, handler_class=_Silent) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()

"""The id that ties together log lines and audit entries of one request or command. No Django."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("hawl_request_id", default="")


def request_id() -> str:
    """The id of the request or command in hand; empty outside one."""
    return _request_id.get()


@contextmanager
def one_request() -> Iterator[str]:
    """Give the code within one fresh id."""
    token = _request_id.set(secrets.token_hex(8))
    try:
        yield _request_id.get()
    finally:
        _request_id.reset(token)

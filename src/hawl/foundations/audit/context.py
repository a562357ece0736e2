"""What belongs to the request or command in hand: its id, and the refusals to be kept when it is over. No Django."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_request_id: ContextVar[str] = ContextVar("hawl_request_id", default="")
_refusals: ContextVar[list[Any] | None] = ContextVar("hawl_refusals", default=None)


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


def waiting_refusals() -> list[Any] | None:
    """Refusals that wait for the end of the work in hand; `None` where nobody will write them then."""
    return _refusals.get()


@contextmanager
def gathering_refusals() -> Iterator[list[Any]]:
    """Gather the refusals of the code within; who opens this writes them afterwards."""
    gathered: list[Any] = []
    token = _refusals.set(gathered)
    try:
        yield gathered
    finally:
        _refusals.reset(token)

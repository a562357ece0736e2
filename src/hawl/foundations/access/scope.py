"""Scope in the database: who acts, told to PostgreSQL for one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from hawl.foundations.access.actor import Actor, naming

# What the database was last told in this transaction: account and machine.
_told: ContextVar[tuple[str, str] | None] = ContextVar("hawl_told", default=None)
_NOBODY = ("", "")


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Run the code within one transaction in the name of `actor`.

    Sets `hawl.user` and `hawl.machine` for this transaction only, so that a pooled connection carries
    nothing over. Row-level security looks up by itself where that user works, what walls stand against them and whether
    they are in standing; the scoped managers filter by the same actor. Acting as another actor inside puts the outer
    actor's scope back at its end; acting as the same one again costs no statement.
    """
    outermost = not connection.in_atomic_block
    before = _NOBODY if outermost else _told.get() or _NOBODY
    wanted = ("" if actor.user_id is None else str(actor.user_id), "on" if actor.machine else "")
    with naming(actor), transaction.atomic():
        if wanted != before:
            _tell(wanted)
        token = _told.set(wanted)
        try:
            yield actor
        finally:
            _told.reset(token)
        # Not after a failure, nor at the end of the transaction: both take the scope with them.
        if wanted != before and not outermost and not connection.needs_rollback:
            _tell(before)


def _tell(told: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('hawl.user', %s, true), set_config('hawl.machine', %s, true)", told)

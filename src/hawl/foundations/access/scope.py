"""Scope in the database: who acts, told to PostgreSQL for one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from hawl.foundations.access.actor import Actor, naming


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Run the code within one transaction in the name of `actor`.

    Sets `hawl.user` and `hawl.machine` for this transaction only, so that a pooled connection carries
    nothing over. Row-level security looks up by itself where that user works, what walls stand against them and whether
    they are in standing; the scoped managers filter by the same actor. Acting as another actor inside puts the outer
    actor's scope back at its end.
    """
    with naming(actor), transaction.atomic():
        before = _swap(actor)
        yield actor
        # Not after a failure: rolling back takes the scope back with it.
        if not connection.needs_rollback:
            _restore(before)


_TELL = "select set_config('hawl.user', %s, true), set_config('hawl.machine', %s, true)"
_TOLD = "select coalesce(current_setting('hawl.user', true), ''), coalesce(current_setting('hawl.machine', true), '')"


def _swap(actor: Actor) -> list[str]:
    user = "" if actor.user_id is None else str(actor.user_id)
    with connection.cursor() as cursor:
        cursor.execute(_TOLD)
        before = [str(each) for each in cursor.fetchone()]
        cursor.execute(_TELL, [user, "on" if actor.machine else ""])
    return before


def _restore(before: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TELL, before)

"""Scope in the database: the actor's organisations, told to PostgreSQL for one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from hawl.foundations.access.actor import Actor, naming


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Run the code within one transaction in the name of `actor`.

    Sets `hawl.organisations` and `hawl.user` for this transaction only, so that a pooled connection carries
    nothing over. Row-level security reads them; the scoped managers filter by the same actor. Acting as
    another actor inside puts the outer actor's scope back at its end.
    """
    with naming(actor), transaction.atomic():
        before = _swap(actor)
        yield actor
        # Not after a failure: rolling back takes the scope back with it.
        if not connection.needs_rollback:
            _restore(before)


_TELL = (
    "select set_config('hawl.organisations', %s, true), set_config('hawl.user', %s, true),"
    " set_config('hawl.machine', %s, true)"
)


def _swap(actor: Actor) -> list[str]:
    organisations = "{" + ",".join(str(each) for each in sorted(actor.organisations)) + "}"
    user = "" if actor.user_id is None else str(actor.user_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(current_setting('hawl.organisations', true), ''),"
            " coalesce(current_setting('hawl.user', true), ''),"
            " coalesce(current_setting('hawl.machine', true), '')"
        )
        before = [str(each) for each in cursor.fetchone()]
        cursor.execute(_TELL, [organisations, user, "on" if actor.machine else ""])
    return before


def _restore(before: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TELL, before)

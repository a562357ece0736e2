"""Leaving to people what a restored outbox says: no machine sends it, and nobody is sent the same twice."""

from __future__ import annotations

from django.db import connection, transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.messages.models import Message

State = Message.State
RESTORED = "restored"


@transaction.atomic
def hold_all(*, by: Actor) -> int:
    """Every message that had not come to its end, letters too, becomes unclear: a person finds out; gives how many.

    Nothing follows unclear but what a person found out, so neither the dispatcher nor a job of the restored queue can
    send it. That queue is emptied of what waited there: its jobs are of another day, and periodic work comes anew.
    """
    with acting_as(by):
        open_ = Message.objects.filter(state__in=[State.QUEUED, State.SENDING])
        held = open_.update(state=State.UNCLEAR, rule=RESTORED, closed_at=now(), not_before=None)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
            jobs = cursor.rowcount
        record(action="message.held", object_kind="outbox", messages=held, jobs=jobs)
    return held

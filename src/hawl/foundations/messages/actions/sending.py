"""Handing messages over: at most once, and decided anew while nothing can change.

For each message two transactions. The first says "sending" and is committed before anybody is asked: whatever falls
after it, the message is never taken up again by a machine. The second locks the person, the plan and the way, asks the
gate again, hands over with the locks held, and says what became of it. Who closes a way meanwhile waits the few seconds
until it is over, or comes first and stops the message.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.messages.actions.keeping import CannotSend
from hawl.foundations.messages.gate import Reached, ask_gate
from hawl.foundations.messages.models import Message
from hawl.foundations.messages.providers import NotAsked, NotTaken, Outgoing, Provider
from hawl.foundations.messages.providers.choosing import carrier_of
from hawl.foundations.messages.queries import due, served, underway
from hawl.foundations.messages.templates import CannotSay, from_stored, said, subject, templates

State = Message.State
log = logging.getLogger("hawl.messages")

_AGAIN_AFTER = timedelta(minutes=5)
# A message that was due so long ago says nothing true any more.
_STALE_AFTER = timedelta(days=3)
_LOCK_SPACE = 4_715_010


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is printed: the window shows name and address and nothing else."""

    name: str
    address: str
    language: str
    words: str


def dispatch_due(*, by: Actor, carriers: tuple[Provider, ...], most: int = 200) -> Counter[str]:
    """Hand over what is due; gives how many messages came to which state. `by` is a machine in the jobs process.

    What somebody was handing over when they fell becomes unclear, for a person to find out: it is never sent again.
    """
    became: Counter[str] = Counter()
    with acting_as(by):
        left, waiting = underway(), due(now(), most)
    for message_id in left:
        became.update(_recover(by, message_id))
    for message_id in waiting:
        became.update([deliver(by=by, message_id=message_id, carriers=carriers)])
    return became


def deliver(*, by: Actor, message_id: uuid.UUID, carriers: tuple[Provider, ...]) -> str:
    """Hand over one message, if it is still due and nobody else has it in hand; gives its state, or `passed_over`."""
    with _in_hand(message_id) as mine:
        if not mine or not _begin(by, message_id, carriers):
            return "passed_over"
        with acting_as(by):
            message = Message.objects.get(pk=message_id)
            reached = _asked_again(message)
            # The row itself last: a person who withdraws it does not wait for anything but this.
            message = Message.objects.select_for_update().get(pk=message_id)
            _hand_over(message, reached, carriers)
            message.save(
                update_fields=["state", "rule", "not_before", "closed_at", "provider", "receipt"],
            )
            record(
                action=f"message.{message.state}", object_kind="message", object_id=str(message.pk),
                objects=[message.person_id], rule=message.rule,
            )  # fmt: skip
        return str(message.state)


def _begin(by: Actor, message_id: uuid.UUID, carriers: tuple[Provider, ...]) -> bool:
    """Say that it is being sent, and commit that."""
    with acting_as(by):
        message = Message.objects.select_for_update(skip_locked=True).filter(pk=message_id, state=State.QUEUED).first()
        if message is None or carrier_of(message.channel, carriers) is None:
            return False
        message.state, message.sending_at = State.SENDING, now()
        message.save(update_fields=["state", "sending_at"])
        record(action="message.sending", object_kind="message", object_id=str(message_id), objects=[message.person_id])
    return True


def _asked_again(message: Message) -> Reached:
    """The gate's answer at the moment of sending, held fast until the transaction ends."""
    return ask_gate(
        person_id=message.person_id,
        contact_id=message.contact_id,
        channel=message.channel,  # type: ignore[arg-type]  # the column holds these codes only
        now=now(),
        lock=True,
    )


def _hand_over(message: Message, reached: Reached, carriers: tuple[Provider, ...]) -> None:
    """Set what became of the message; the caller keeps it."""
    decision = reached.decision
    message.rule = decision.rule
    if now() - (message.not_before or message.queued_at) > _STALE_AFTER:
        _set(message, State.STOPPED, "stop.stale")
        return
    if not decision.allow:
        if decision.next_at is not None:
            message.state, message.not_before = State.QUEUED, decision.next_at
        else:
            _set(message, State.STOPPED, decision.rule)
        return
    try:
        outgoing = _outgoing(message, reached)
    except CannotSay as cannot:
        _set(message, State.STOPPED, f"stop.words_{cannot.code}")
        return
    carrier = carrier_of(message.channel, carriers)
    assert carrier is not None  # noqa: S101 - `_begin` passed over what has none
    message.provider = carrier.name
    _ask_carrier(carrier, outgoing, message)


def _ask_carrier(carrier: Provider, outgoing: Outgoing, message: Message) -> None:
    try:
        # A savepoint: what a carrier in this database did before it failed is taken back alone.
        with transaction.atomic():
            message.receipt = carrier.send(outgoing)
        _set(message, State.SENT, message.rule)
    except NotTaken as refused:
        _set(message, State.FAILED, f"carrier.{refused.code}"[:40])
    except NotAsked:
        message.state, message.not_before = State.QUEUED, now() + _AGAIN_AFTER
    except Exception as error:
        # It may have gone. A person finds out; no machine tries again.
        log.warning(
            "A carrier left it open.", extra={"codes": {"carrier": carrier.name, "error": type(error).__name__}}
        )
        _set(message, State.UNCLEAR, f"carrier.{type(error).__name__}"[:40])


def _outgoing(message: Message, reached: Reached) -> Outgoing:
    template = templates().get(message.template)
    if template is None or not served(template):
        raise CannotSay("not_approved")
    words = said(template, message.channel, message.language, from_stored(message.told or {}))
    return Outgoing(
        message.pk, message.person_id, message.channel, message.language, reached.to, subject(message.language), words
    )


def _set(message: Message, state: State, rule: str) -> None:
    message.state, message.rule, message.closed_at = state, rule, now()


def _recover(by: Actor, message_id: uuid.UUID) -> list[str]:
    with _in_hand(message_id) as mine, acting_as(by):
        if not mine:
            return []
        message = Message.objects.select_for_update().filter(pk=message_id, state=State.SENDING).first()
        if message is None:
            return []
        _set(message, State.UNCLEAR, "fell_while_sending")
        message.save(update_fields=["state", "rule", "closed_at"])
        record(action="message.unclear", object_kind="message", object_id=str(message_id),
               objects=[message.person_id], rule=message.rule)  # fmt: skip
    return ["unclear"]


@contextmanager
def _in_hand(message_id: uuid.UUID) -> Iterator[bool]:
    """A lock of this session on the message: who falls lets go of it, so that others see that they fell."""
    key = [_LOCK_SPACE, int.from_bytes(message_id.bytes[:4], "big", signed=True)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def print_letter(*, by: Actor, message_id: uuid.UUID) -> Letter:
    """A letter for the printer: decided anew, and with that counted as sent. It prints once.

    Raises `CannotSend` with the gate's rule, or too_late; what the gate stops is kept as stopped.
    """
    with acting_as(by):
        if not by.may(Permission.RECORD_ACTS):
            raise CannotSend("not_allowed")
        message = Message.objects.get(pk=message_id, channel="letter")
        reached = _asked_again(message)
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.state != State.QUEUED:
            raise CannotSend("too_late")
        letter = _printed(message, reached)
        message.closed_by, message.sending_at, message.provider = by.user_id, now(), "print"
        message.save(update_fields=["state", "rule", "closed_at", "closed_by", "sending_at", "provider"])
        record(action=f"message.{message.state}", object_kind="message", object_id=str(message_id),
               objects=[message.person_id], rule=message.rule)  # fmt: skip
    if letter is None:
        raise CannotSend(message.rule)
    return letter


def _printed(message: Message, reached: Reached) -> Letter | None:
    if not reached.decision.allow:
        _set(message, State.STOPPED, reached.decision.rule)
        return None
    try:
        words = _outgoing(message, reached).words
    except CannotSay as cannot:
        _set(message, State.STOPPED, f"stop.words_{cannot.code}")
        return None
    _set(message, State.SENT, reached.decision.rule)
    return Letter(reached.name, reached.to, message.language, words)

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
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.messages.actions.keeping import CannotSend
from hawl.foundations.messages.approved import approved_now
from hawl.foundations.messages.gate import Reached, ask_gate
from hawl.foundations.messages.models import Message
from hawl.foundations.messages.providers import NotAsked, NotTaken, Outgoing, Provider
from hawl.foundations.messages.providers.choosing import carrier_of
from hawl.foundations.messages.queries import due, served, underway
from hawl.foundations.messages.rules import STALE_AFTER, too_late
from hawl.foundations.messages.templates import CannotSay, from_stored, said, subject, templates
from hawl.foundations.vault.sealing import KeyGone

State = Message.State
log = logging.getLogger("hawl.messages")

_AGAIN_AFTER = timedelta(minutes=5)
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
        became.update(_whatever_happens(message_id, lambda one: _recover(by, one)))
    for message_id in waiting:
        became.update(_whatever_happens(message_id, lambda one: [deliver(by=by, message_id=one, carriers=carriers)]))
    if became["broken"]:
        # Told at the end, so that the failure is seen and the others have gone.
        raise DispatchBroken(became)
    return became


class DispatchBroken(RuntimeError):
    """Some messages could not be dealt with; all others were. `became` says how many came to which state."""

    def __init__(self, became: Counter[str]) -> None:
        super().__init__(f"{became['broken']} messages could not be dealt with")
        self.became = became


def _whatever_happens(message_id: uuid.UUID, act: Callable[[uuid.UUID], Iterable[str]]) -> list[str]:
    try:
        return list(act(message_id))
    except Exception as error:
        # What is in hand becomes unclear in the next run: it may have gone.
        log.error("message %s is left as it is: %s", message_id, type(error).__name__)
        return ["broken"]


class _NotDecided(Exception):
    """The gate, or the key of what was to be said, failed before any carrier was asked. Holds the error's name."""


def deliver(*, by: Actor, message_id: uuid.UUID, carriers: tuple[Provider, ...]) -> str:
    """Hand over one message, if it is still due and nobody else has it in hand; gives its state, or `passed_over`."""
    with _in_hand(message_id) as mine:
        if not mine or not _begin(by, message_id, carriers):
            return "passed_over"
        try:
            return _decide_and_hand_over(by, message_id, carriers)
        except _NotDecided as failed:
            log.error("message %s waits: %s", message_id, failed)
            return _hold(by, message_id, failed)


def _decide_and_hand_over(by: Actor, message_id: uuid.UUID, carriers: tuple[Provider, ...]) -> str:
    with acting_as(by):
        message = Message.objects.get(pk=message_id)
        try:
            reached = _asked_again(message)
        except Exception as error:
            raise _NotDecided(type(error).__name__) from error
        # The row itself last: a person who withdraws it does not wait for anything but this.
        message = Message.objects.select_for_update().get(pk=message_id)
        _hand_over(message, reached, carriers)
        message.save(update_fields=["state", "rule", "language", "not_before", "closed_at", "provider", "receipt"])
        record(
            action=f"message.{message.state}", object_kind="message", object_id=str(message.pk),
            objects=[message.person_id], rule=message.rule,
        )  # fmt: skip
    return str(message.state)


def _hold(by: Actor, message_id: uuid.UUID, failed: _NotDecided) -> str:
    """Nobody was asked, so it may be tried again: while it is not stale, and while there is a key to open it."""
    with acting_as(by):
        message = Message.objects.select_for_update().get(pk=message_id)
        message.state, message.not_before, message.rule = State.QUEUED, now() + _AGAIN_AFTER, f"error.{failed}"[:40]
        if str(failed) == KeyGone.__name__:
            _set(message, State.STOPPED, "stop.key_gone")
        elif now() - (message.due_at or message.queued_at) > STALE_AFTER:
            _set(message, State.STOPPED, "stop.stale")
        message.save(update_fields=["state", "rule", "not_before", "closed_at"])
        record(action=f"message.{message.state}", object_kind="message", object_id=str(message_id),
               objects=[message.person_id], rule=message.rule)  # fmt: skip
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
    told = _told(message)
    if late := too_late(message.channel, told, message.due_at or message.queued_at, now()):
        _set(message, State.STOPPED, late)
        return
    if not decision.allow:
        if decision.next_at is not None and not too_late(message.channel, told, decision.next_at, decision.next_at):
            message.state, message.not_before = State.QUEUED, decision.next_at
        else:
            _set(message, State.STOPPED, "stop.date_passed" if decision.next_at else decision.rule)
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


def _told(message: Message) -> dict[str, Any]:
    try:
        return from_stored(message.told or {})
    except Exception as error:
        raise _NotDecided(type(error).__name__) from error


def _outgoing(message: Message, reached: Reached) -> Outgoing:
    # As the plan says today: somebody may have learnt since who reads along in which language.
    message.language = reached.language
    template = templates().get(message.template)
    if template is None or not served(template):
        raise CannotSay("not_approved")
    told = from_stored(message.told or {})
    words = said(template, message.channel, message.language, told, approved=approved_now(), name=reached.name)
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
        message.save(update_fields=["state", "rule", "language", "closed_at", "closed_by", "sending_at", "provider"])
        record(action=f"message.{message.state}", object_kind="message", object_id=str(message_id),
               objects=[message.person_id], rule=message.rule)  # fmt: skip
    if letter is None:
        raise CannotSend(message.rule)
    return letter


def _printed(message: Message, reached: Reached) -> Letter | None:
    late = too_late(message.channel, from_stored(message.told or {}), message.due_at or message.queued_at, now())
    if late or not reached.decision.allow:
        _set(message, State.STOPPED, late or reached.decision.rule)
        return None
    try:
        words = _outgoing(message, reached).words
    except CannotSay as cannot:
        _set(message, State.STOPPED, f"stop.words_{cannot.code}")
        return None
    _set(message, State.SENT, reached.decision.rule)
    return Letter(reached.name, reached.to, message.language, words)

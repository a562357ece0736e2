"""Putting a message into the outbox, within the transaction of what it is about, and what people do about it there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from hawl.foundations.access.actor import Actor, Permission, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.messages.approved import approved_now
from hawl.foundations.messages.gate import ask_gate
from hawl.foundations.messages.models import Message, ShownMessage, TemplateApproval
from hawl.foundations.messages.providers import Outgoing
from hawl.foundations.messages.queries import served
from hawl.foundations.messages.rules import WRITTEN, Channel, may_follow, too_late
from hawl.foundations.messages.templates import said, stored, templates

State = Message.State
# Who may say that words are fit to be sent.
MAY_APPROVE = frozenset({Role.SPECIALIST_LEAD, Role.VICTIM_CARE_OFFICER, Role.HUB_WORKER, Role.POLICY_LEAD})


class CannotSend(ValueError):
    """Nothing was queued, or what was asked may not be done with it. `code` is the gate's rule or a word of ours."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def enqueue(
    *,
    by: Actor,
    person_id: uuid.UUID,
    contact_id: uuid.UUID,
    channel: Channel,
    template: str,
    told: Mapping[str, Any],
    once: str | None = None,
    not_before: datetime | None = None,
) -> Message:
    """Put one message into the outbox. What may not go now is not queued, but for the hour: that is waited for.

    `told` are the values of the template (`templates.said`); `once` names what it is about, and the same is not queued
    twice: the first is given back. The language is the plan's on the day on which it goes. Raises `CannotSend` with
    the rule of the gate, or template_unknown, not_approved, not_allowed, wrong_channel, or stop.date_passed where it
    could only go after the day of which it speaks; `CannotSay` for values that may not be put in.
    """
    with acting_as(by):
        if not (by.machine or by.may(Permission.RECORD_ACTS)) or channel not in WRITTEN:
            raise CannotSend("not_allowed" if channel in WRITTEN else "wrong_channel")
        chosen = templates().get(template)
        if chosen is None:
            raise CannotSend("template_unknown")
        if not served(chosen):
            raise CannotSend("not_approved")
        # Locked, so that two who queue the same see each other.
        reached = ask_gate(person_id=person_id, contact_id=contact_id, channel=channel, now=now(), lock=True)
        decision = reached.decision
        if not decision.allow and decision.rule != "wait.hours":
            raise CannotSend(decision.rule)
        if once and (same := Message.objects.filter(person_id=person_id, once=once).first()):
            return same
        starts = max(filter(None, (not_before, decision.next_at)), default=None)
        at = max(starts or now(), now())
        if late := too_late(channel, told, at, at):
            raise CannotSend(late)
        said(chosen, channel, reached.language, told, approved=approved_now(), name=reached.name)
        made = Message.objects.create(
            person_id=person_id, contact_id=reached.contact_id or contact_id, channel=channel, template=template,
            language=reached.language, told=stored(told), once=once, rule=decision.rule, not_before=starts, due_at=at,
            queued_at=now(),
            queued_by=by.user_id, **reached.scope,
        )  # fmt: skip
        record(
            action="message.queued",
            object_kind="message",
            object_id=str(made.pk),
            objects=[person_id],
            channel=channel,
            template=template,
        )
    return made


@transaction.atomic
def withdraw(*, by: Actor, message_id: uuid.UUID) -> Message:
    """Take back a message that has not gone. Raises `CannotSend` (too_late) and `Message.DoesNotExist`."""
    return _close(by, message_id, State.WITHDRAWN, "message.withdrawn")


@transaction.atomic
def settle(*, by: Actor, message_id: uuid.UUID, arrived: bool) -> Message:
    """A person found out what became of an unclear message. Nothing is sent again by that. Raises `CannotSend`."""
    return _close(by, message_id, State.SENT if arrived else State.FAILED, "message.settled")


def _close(by: Actor, message_id: uuid.UUID, state: State, action: str) -> Message:
    with acting_as(by):
        if not by.may(Permission.RECORD_ACTS):
            raise CannotSend("not_allowed")
        message = Message.objects.select_for_update().get(pk=message_id)
        if not may_follow(message.state, state) or message.state == State.SENDING:
            raise CannotSend("too_late")
        message.state, message.closed_at, message.closed_by = state, now(), by.user_id
        message.save(update_fields=["state", "closed_at", "closed_by"])
        record(action=action, object_kind="message", object_id=str(message.pk), objects=[message.person_id],
               state=str(state))  # fmt: skip
    return message


@transaction.atomic
def approve_template(*, by: Actor, template: str, digest: str) -> int:
    """Say that exactly these words, in both languages, are fit to be sent; gives how many people have said so.

    Raises `CannotSend`: not_allowed, template_unknown, or changed where the words are others by now.
    """
    with acting_as(by):
        if by.user_id is None or not by.roles & MAY_APPROVE:
            raise CannotSend("not_allowed")
        chosen = templates().get(template)
        if chosen is None or chosen.digest != digest:
            raise CannotSend("template_unknown" if chosen is None else "changed")
        same = TemplateApproval.objects.filter(template=template, digest=digest)
        if not same.filter(approved_by=by.user_id).exists():
            TemplateApproval.objects.bulk_create(
                [TemplateApproval(template=template, digest=digest, approved_by=by.user_id, approved_at=now())]
            )
            record(action="message.template_approved", object_kind="template", object_id=template)
        return same.count()


@transaction.atomic
def keep_shown(*, by: Actor, outgoing: Outgoing) -> None:
    """Keep in the local mailbox what a demo would have sent."""
    with acting_as(by):
        message = Message.objects.get(pk=outgoing.id)
        ShownMessage.objects.create(
            message_id=outgoing.id, person_id=outgoing.person_id, channel=outgoing.channel, language=outgoing.language,
            to=outgoing.to, subject=outgoing.subject, words=outgoing.words, shown_at=now(),
            visible_to=message.visible_to, named_users=message.named_users, denied_users=message.denied_users,
            denied_organisations=message.denied_organisations,
        )  # fmt: skip
        record(action="message.shown", object_kind="message", object_id=str(outgoing.id), objects=[outgoing.person_id])

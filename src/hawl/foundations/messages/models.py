"""The outbox: what is to be said to whom by which way, and what became of it. The way itself is read when it goes."""

from __future__ import annotations

import uuid

from django.db import models

from hawl.foundations.access.models import JOBS, NOBODY, STAFF_SIDE, OpenModel, ScopedModel
from hawl.foundations.vault.fields import SealedJSON, SealedText


class Message(ScopedModel):
    """One message to one person by one way. It never holds a number or address: that is read as it is sent."""

    subject_column = "person_id"

    class State(models.TextChoices):
        """Where it is; `rules.FOLLOWS` says what may come next."""

        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        UNCLEAR = "unclear"
        STOPPED = "stopped"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # People stand above this app, so their ids are kept without a foreign key.
    person_id = models.UUIDField()
    contact_id = models.UUIDField()
    channel = models.CharField(max_length=6, choices=[(each, each) for each in ("text", "email", "letter")])
    template = models.CharField(max_length=40)
    language = models.CharField(max_length=2, choices=[("en", "English"), ("cy", "Cymraeg")])
    # What is put in: a date, a time, a number to ring, a first line.
    told = SealedJSON(security_class="C4")
    # Names what the message is about, so that the same is not said twice; NULL where that does not matter.
    once = models.CharField(max_length=80, null=True, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    # The rule by which the gate last answered, or the kind of a provider's refusal.
    rule = models.CharField(max_length=40, blank=True, default="")
    not_before = models.DateTimeField(null=True, blank=True)
    # When it was first due: waiting and trying again move `not_before` on, and this never.
    due_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField()
    queued_by = models.BigIntegerField(null=True, blank=True)
    sending_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Who withdrew it, printed it, or found out what became of it.
    closed_by = models.BigIntegerField(null=True, blank=True)
    provider = models.CharField(max_length=20, blank=True, default="")
    # The provider's own id of it.
    receipt = models.CharField(max_length=80, blank=True, default="")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["person_id", "once"], name="messages_once"),
        ]
        indexes = [
            models.Index(
                fields=["queued_at"],
                condition=models.Q(state__in=["queued", "sending", "unclear"]),
                name="messages_open",
            ),
            models.Index(fields=["person_id"], name="messages_person"),
        ]


class ShownMessage(ScopedModel):
    """What a demo would have sent: the local mailbox. Its key is the message's, so each comes once."""

    subject_column = "person_id"
    writers = JOBS

    message_id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField()
    channel = models.CharField(max_length=6, choices=[(each, each) for each in ("text", "email", "letter")])
    language = models.CharField(max_length=2, choices=[("en", "English"), ("cy", "Cymraeg")])
    to = SealedText(security_class="C5")
    subject = SealedText(security_class="C4")
    words = SealedText(security_class="C4")
    shown_at = models.DateTimeField()


class TemplateApproval(OpenModel):
    """One person read exactly these words in both languages and found them neutral."""

    readers = STAFF_SIDE
    writers = NOBODY
    adders = frozenset({"staff"})

    template = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    approved_by = models.BigIntegerField()
    approved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "digest", "approved_by"], name="messages_approved_once")
        ]

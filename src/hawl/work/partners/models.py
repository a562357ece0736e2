"""The keys by which other bodies sign, and their deliveries, of which nothing can be read here."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models

from hawl.foundations.access.models import JOBS, STAFF_SIDE, OpenModel
from hawl.registers.organisations.models import Organisation

_PARTNER = frozenset({"partner"})


class PartnerKey(OpenModel):
    """The public half of a key with which a body signs its requests. Ed25519, 32 bytes."""

    readers = STAFF_SIDE | _PARTNER
    writers = JOBS

    id = models.CharField(max_length=20, primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    public_key = models.BinaryField(unique=True)
    # What it may be used for: `extracts:SOURCE`.
    scopes = ArrayField(models.CharField(max_length=80))
    made_at = models.DateTimeField()
    # The last day in Europe/London on which it is believed.
    until = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def holds(self, day: date) -> bool:
        """Whether a request of that day, signed with it, is believed."""
        return self.ended_at is None and day <= self.until


class State(models.TextChoices):
    """What became of a delivery."""

    WAITING = "waiting"
    TAKEN = "taken"
    UNUSABLE = "unusable"


class Delivery(OpenModel):
    """What a body sent in one request, sealed to the jobs process until it takes it in.

    The partner process reads these columns and tells them to the sender. So what taking in found stands elsewhere
    (`FeedRun`, `KeptRow`): it would tell whether a crime or a person is known here, or was erased.
    """

    readers = STAFF_SIDE | _PARTNER
    writers = JOBS
    adders = _PARTNER

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    key = models.ForeignKey(PartnerKey, models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=60)
    # The sender's own name of this request: sent again it is the same delivery.
    sent_as = models.CharField(max_length=64)
    # Keyed digest of the body.
    digest = models.BinaryField()
    received_at = models.DateTimeField()
    sealed = models.BinaryField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    settled_at = models.DateTimeField(null=True, blank=True)
    # What reading it on arrival found: {"rows", "left_out", "rejected", "refused": [{"row", "reason"}, …]}.
    checked = models.JSONField()
    # Why nothing of it could be taken in, as a code.
    problem = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "source", "sent_as"), name="partners_one_delivery"),
        )
        indexes = (
            models.Index(fields=["received_at"], name="partners_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["organisation", "source", "-received_at", "-id"], name="partners_list"),
        )

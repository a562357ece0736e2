"""The append-only record of who did and who read what. No content, no foreign keys."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from hawl.foundations.access.models import JOBS, NOBODY, STAFF_SIDE, OpenModel
from hawl.foundations.audit.classes import AuditClass

# Nobody signs in as `figures`: its functions show stewards what they may see, and chain grave acts.
_FUNCTIONS = frozenset({"figures"})
_SEALER = frozenset({"sealer"})


class AuditEntry(OpenModel):
    """One act or one reading. The application's roles may add and never change or delete."""

    readers = JOBS | _SEALER | _FUNCTIONS
    writers = NOBODY
    adders = STAFF_SIDE | {"partner"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=80)
    # For whom the actor worked at that moment; empty for machines and the command line.
    organisation_id = models.IntegerField(null=True, blank=True)
    action = models.CharField(max_length=80)
    audit_class = models.CharField(
        max_length=10, choices=[(each.value, each.value) for each in AuditClass], default=AuditClass.WRITE.value
    )
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=64, blank=True, db_index=True)
    # The people whom a list showed, or whom an act was about beside its object: ids alone.
    objects_shown = ArrayField(models.UUIDField(), null=True, blank=True, db_column="objects")
    request_id = models.CharField(max_length=40, blank=True)
    # The rule of the policy that decided, and what the actor said it was for: codes.
    rule = models.CharField(max_length=60, blank=True, default="")
    purpose = models.CharField(max_length=40, blank=True, default="")
    # Codes and counts only: never a name, a number or what was searched for.
    detail = models.JSONField(default=dict, blank=True)
    # The table has one more column, `txid`: the transaction that wrote the row, by which the sealer finds what is new.

    class Meta:
        ordering = ("at",)
        indexes = [
            models.Index(fields=["actor", "at"], name="audit_actor_at"),
            models.Index(fields=["action", "at"], name="audit_action_at"),
            GinIndex(fields=["objects_shown"], name="audit_objects"),
        ]


class Seal(OpenModel):
    """A signed root over entries, added by the sealer alone. `members` are their ids in the order of the tree."""

    readers = STAFF_SIDE | _SEALER
    writers = NOBODY
    adders = _SEALER

    seq = models.BigIntegerField(primary_key=True)
    form = models.SmallIntegerField()
    n = models.IntegerField()
    merkle_root = models.BinaryField()
    # The link of the seal before; of the first one a hash of the key.
    prev = models.BinaryField()
    key_id = models.CharField(max_length=16)
    sealed_at = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    members = ArrayField(models.UUIDField())
    signature = models.BinaryField()


class GraveLink(OpenModel):
    """A grave act's place in their own chain, made in the act's transaction by `hawl_audit_chain` alone."""

    readers = JOBS | _SEALER | _FUNCTIONS
    writers = NOBODY
    adders = _FUNCTIONS

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    # hash = SHA-256 over the hash before and the entry's canonical bytes.
    hash = models.BinaryField()

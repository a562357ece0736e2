"""Entries of the safety journal in the database, which of them lie outside it, and whether the doors may open."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from hawl.foundations.access.models import EVERYONE, JOBS, NOBODY, STAFF_SIDE, OpenModel


class JournalEntry(OpenModel):
    """One entry (`kinds.Entry`), written in the transaction of what it tells. Nobody changes or deletes it.

    No content and no foreign keys. `number` is given by the database while the writer holds a lock on the subject, so
    that entries about one subject are numbered in the order in which they took effect.
    """

    readers = JOBS
    writers = NOBODY
    adders = STAFF_SIDE

    number = models.BigAutoField(primary_key=True)
    entry = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    subject = models.UUIDField(db_index=True)
    facts = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=80)

    class Meta:
        ordering = ("number",)


class JournalShipped(OpenModel):
    """The entry lies in every folder of the journal outside the database. The shipper looks for those without."""

    readers = JOBS
    writers = NOBODY
    adders = JOBS

    entry = models.UUIDField(primary_key=True)


class JournalStanding(OpenModel):
    """One row, absent from every backup: this database holds all that the journal outside it holds.

    Processes open no door without it. A restored database has none until the journal was replayed. `cluster` and
    `database` say which database it was written for: a copy loaded elsewhere by other means is known by them.
    """

    readers = EVERYONE | {"partner"}
    writers = NOBODY

    id = models.SmallIntegerField(primary_key=True, default=1)
    cluster = models.CharField(max_length=40)
    database = models.BigIntegerField()
    since = models.DateTimeField()
    # How many entries the replay found outside, put back, and could not place since their subject is not here.
    found = models.IntegerField(default=0)
    put_back = models.IntegerField(default=0)
    unplaced = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [models.CheckConstraint(name="journal_one_standing", condition=models.Q(id=1))]


class JournalLeft(OpenModel):
    """What a restore could not put back. It is in every backup, so that a second restore does not forget it.

    `nobody`: its subject is not in the copy. It waits for a person with the same `source`, the key by which the sending
    body's own id of them is known, and is put on them as they come in again. `lowers`: it took protection away, and
    people decide that anew; nothing waits for it.
    """

    readers = JOBS
    writers = JOBS

    entry = models.UUIDField(primary_key=True)
    why = models.CharField(max_length=6, choices=[(each, each) for each in ("nobody", "lowers")])
    # Empty where it was noted about somebody whom no body sent.
    source = models.BinaryField(null=True, blank=True)
    left_at = models.DateTimeField(default=timezone.now)
    placed_at = models.DateTimeField(null=True, blank=True)
    # On whom it was put.
    placed_on = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["source"], name="journal_waiting", condition=models.Q(placed_at=None, why="nobody"))
        ]

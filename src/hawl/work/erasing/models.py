"""What waits to be erased, and what an erasure leaves for statistics."""

from __future__ import annotations

import uuid

from django.db import models

from hawl.foundations.access.models import JOBS, OpenModel


class ErasedCount(OpenModel):
    """How many erased cases there were of one offence, in one council, reported in one month. Nobody is named."""

    readers = JOBS
    writers = JOBS

    council = models.CharField(max_length=60, blank=True)
    offence = models.CharField(max_length=40)
    # Its first day.
    month = models.DateField()
    n = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("council", "offence", "month"), name="erasing_counted_once"),
            models.CheckConstraint(name="erasing_first_of_month", condition=models.Q(month__day=1)),
        )


class Erasure(OpenModel):
    """That somebody be erased: asked for by a command, and carried out when two people said yes on the staff site.

    The two sign by `hawl_decide_erasure` (migration 0002) alone, each for themselves with a fresh second factor. It
    goes with the person whom it is about; the audit keeps who said so.
    """

    readers = JOBS
    writers = JOBS

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField(db_index=True)
    even_open = models.BooleanField()
    # What would go, counted when it was asked for; whoever says yes is shown it.
    cases = models.IntegerField()
    open_cases = models.IntegerField()
    rows_held = models.IntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=100)
    first_by = models.BigIntegerField(null=True, blank=True)
    first_at = models.DateTimeField(null=True, blank=True)
    second_by = models.BigIntegerField(null=True, blank=True)
    second_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.BigIntegerField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="erasing_two_people",
                condition=models.Q(second_by=None)
                | models.Q(first_by__isnull=False) & ~models.Q(first_by=models.F("second_by")),
            ),
        )

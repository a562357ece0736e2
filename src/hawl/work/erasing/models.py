"""What an erasure leaves for statistics."""

from __future__ import annotations

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

"""What went wrong in the background, kept for the page of operations."""

from __future__ import annotations

from django.db import models

from hawl.foundations.access.models import STAFF_SIDE, OpenModel


class JobFailure(OpenModel):
    """One failure of a background job: which, when, the kind of error and where. Never its text."""

    readers = STAFF_SIDE
    writers = STAFF_SIDE

    job = models.CharField(max_length=120)
    job_id = models.BigIntegerField(null=True, blank=True)
    failed_at = models.DateTimeField()
    error = models.CharField(max_length=120)
    where = models.CharField(max_length=200, blank=True)
    will_retry = models.BooleanField(default=False)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-failed_at",)

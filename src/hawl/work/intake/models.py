"""What came in by feeds: the messages, the runs, and what could not be taken. No personal data."""

from __future__ import annotations

import uuid

from django.db import models

from hawl.foundations.access.models import JOBS, STAFF_SIDE, OpenModel


class FeedRun(OpenModel):
    """One file taken in. Its counts grow with each committed part, so a run that was cut off goes on."""

    readers = STAFF_SIDE
    writers = JOBS

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Keyed digest of the file's bytes: the same file is known again, its content is not.
    file_digest = models.BinaryField()
    file_name = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(default=0)
    rows_done = models.IntegerField(default=0)
    # {"rows", "accepted", "rejected", "repeated", "people", "cases", "routes", "events", "duties"}
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ("-started_at",)
        indexes = [models.Index(fields=["file_digest"], name="intake_run_file")]


class FeedRefusal(OpenModel):
    """A row that could not be taken: its number and the reason, nothing of its content."""

    readers = STAFF_SIDE
    writers = JOBS

    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE, related_name="refusals")
    row_number = models.IntegerField()
    reason = models.CharField(max_length=80)

    class Meta:
        ordering = ("row_number",)


class FeedMessage(OpenModel):
    """The highest version taken of each message of each source."""

    readers = JOBS
    writers = JOBS

    # Blind index of (source, record_id).
    key = models.BinaryField(primary_key=True)
    version = models.IntegerField()
    # Keyed digest of the content, so that the same version with other content is noticed.
    digest = models.BinaryField()
    case_id = models.UUIDField()
    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE)

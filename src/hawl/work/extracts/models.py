"""Rows of extracts that lie in no case: those that wait for their crime, and events that were taken back."""

from __future__ import annotations

import uuid

from django.db import models

from hawl.foundations.access.models import JOBS, OpenModel
from hawl.foundations.vault.fields import SealedJSON
from hawl.work.intake.models import FeedRun


class KeptRow(OpenModel):
    """A row that waits for its crime, or (`told` empty) the mark of an event that its source took back.

    Ids of the sender are keyed. By the mark an older row, that comes late, does not bring back what was withdrawn.
    """

    readers = JOBS
    writers = JOBS

    # Keyed digest of the source, the event's id and whom the row names.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=60)
    # As the event is or would be stored in its cases.
    event_id = models.CharField(max_length=80)
    # Blind indexes in the key spaces of Case.crime_key, Person.source_key and FeedMessage.key.
    crime_key = models.BinaryField(null=True, blank=True)
    person_key = models.BinaryField(null=True, blank=True)
    record_key = models.BinaryField(null=True, blank=True)
    # When its source said so last: the newest row of an event counts, in every order of arrival.
    told_at = models.DateTimeField()
    # {"event", "occurred_on", "received_on", "about", "attributes"}
    told = SealedJSON(security_class="C3")
    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    row_number = models.IntegerField()
    # The last day on which it is kept.
    until = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["event_id"], name="extracts_kept_event"),
            models.Index(fields=["crime_key"], name="extracts_kept_crime"),
            models.Index(
                fields=["person_key"], name="extracts_kept_person", condition=models.Q(person_key__isnull=False)
            ),
        ]

"""What came in by feeds: the messages, the runs, and what could not be taken. No personal data."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from hawl.foundations.access.models import JOBS, STAFF_SIDE, OpenModel


class FeedRun(OpenModel):
    """One file taken in. Its counts grow with each committed part, so a run that was cut off goes on.

    A file of crimes, or (`sent_by` not empty) an extract of events (`work.extracts`).
    """

    readers = STAFF_SIDE
    writers = JOBS

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Keyed digest of the file's bytes: the same file is known again, its content is not.
    file_digest = models.BinaryField()
    file_name = models.CharField(max_length=120)
    # The label in whose name an extract is taken in; empty for the feed of crimes.
    sent_by = models.CharField(max_length=80, blank=True, default="")
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


class ErasedMessage(OpenModel):
    """A message whose person was erased (`erased`): a mark by which a newer version of it is known."""

    readers = JOBS
    writers = JOBS

    mark = models.BinaryField(primary_key=True)
    erased_on = models.DateField()


class NamedBefore(OpenModel):
    """Somebody whom a version of a message named, when by the version that counts it is about somebody else.

    What that version said against a number or address is kept with the person of whom it said it, and decides nothing
    for the other. One row for each number; one with an empty `value_key` says only that the person was named.
    """

    readers = JOBS
    writers = JOBS

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message_key = models.BinaryField()
    # In the key space of Person.source_key: who is not known yet is met by it once they come in.
    person_key = models.BinaryField()
    # By which an erasure finds the row; empty while nobody is held under that key.
    person_id = models.UUIDField(null=True, blank=True, db_index=True)
    value_key = models.BinaryField()
    uses = ArrayField(models.CharField(max_length=7), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message_key", "person_key", "value_key"], name="intake_named_before_once")
        ]
        indexes = [models.Index(fields=["person_key"], name="intake_named_before")]


class FeedMessage(OpenModel):
    """The highest version taken of each message of each source, and what of older versions still holds.

    Older versions leave what no later one takes back, so that every order of arrival comes to the same.
    """

    readers = JOBS
    writers = JOBS

    # Blind index of (source, record_id).
    key = models.BinaryField(primary_key=True)
    version = models.IntegerField()
    # Keyed digest of the content of each version seen, in hex: {"1": …}. The same version with other content is
    # noticed in any order.
    digests = models.JSONField(default=dict)
    case_id = models.UUIDField(unique=True)
    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE)
    # The run that made the case.
    first_run = models.ForeignKey(FeedRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Did any version say why a first call may do harm.
    danger = models.BooleanField(default=False)
    # Did any version say that a suspect works for the police.
    police_suspect = models.BooleanField(default=False)
    # When a version last said so anew: what two people ended afterwards is not walled off again by it.
    police_told_at = models.DateTimeField(null=True, blank=True)
    # Blind indexes of every suspect whom a version named, in the key space of Person.source_key.
    suspects = ArrayField(models.BinaryField(), default=list)
    # Keys of every number and address that a version gave, and of the addresses among them: what is shared with a
    # suspect is found in every order of the versions.
    ways = ArrayField(models.BinaryField(), default=list)
    addresses = ArrayField(models.BinaryField(), default=list)
    # The hold while nobody is known who stands for the person, and where the case goes once somebody is.
    waits_for = models.CharField(max_length=60, blank=True)
    stood_route = models.CharField(max_length=20, blank=True)
    stood_reason = models.CharField(max_length=60, blank=True)
    # The newest explicit answer to being referred, and the newest explicit word on death, of each person whom a version
    # named, by Person.source_key in hex: {"…": [version, "no"]} and {"…": [version, true, when it was told]}.
    answers = models.JSONField(default=dict)
    deaths = models.JSONField(default=dict)
    # Where the case goes by the version that counts, in each way of what that version left unsaid (`standing`).
    stands = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["first_run"], name="intake_message_first_run"),
            # Looked up two thousand times in the transaction that adds to them: a list of what waits to be put in
            # order would be read through each time.
            GinIndex(fields=["addresses"], name="intake_message_homes", fastupdate=False),
            GinIndex(
                fields=["suspects"],
                name="intake_message_suspects",
                fastupdate=False,
                condition=~models.Q(suspects=[]),
            ),
        ]

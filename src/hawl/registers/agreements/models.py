"""What a person agreed to, who came without the police, and why information may pass from body to body."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from hawl.foundations.access.models import ScopedModel
from hawl.foundations.vault.fields import SealedJSON
from hawl.registers.dated.columns import DatedFact, Welsh


class Kind(models.TextChoices):
    """Kinds of information that an agreement covers, or that pass in a flow (`rules.KINDS`)."""

    IDENTITY = "identity"
    CONTACT = "contact"
    WHAT_HAPPENED = "what_happened"
    NEEDS = "needs"
    SUPPORT_NOTES = "support_notes"
    LOCATION = "location"


class Channel(models.TextChoices):
    """How something was said."""

    IN_PERSON = "in_person"
    TELEPHONE = "telephone"
    VIDEO = "video"
    LETTER = "letter"
    EMAIL = "email"
    TEXT = "text"
    WEB_FORM = "web_form"
    # The force's own record says so; nobody at the desk heard it.
    POLICE_RECORD = "police_record"
    # An answer was recorded, and not how it was given.
    NOT_RECORDED = "not_recorded"


class SaidBy(models.TextChoices):
    """Who said it."""

    PERSON = "person"
    PARENT = "parent"
    GUARDIAN = "guardian"
    ATTORNEY = "attorney"
    OTHER = "other"


class Ending(models.TextChoices):
    """How an agreement came to its end."""

    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class SharingAgreement(ScopedModel):
    """What the person agreed to: that one organisation may have some kinds of information until some day.

    It says nothing of why anybody may process (`ProcessingActivity`). It stands while `ended_at` is empty.
    """

    subject_column = "person_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No foreign keys: they would tell whether a hidden row exists (docs/decisions/0011).
    person_id = models.UUIDField(db_index=True)
    # The case whose referral it was asked for; empty where it is about all that is held of the person.
    case_id = models.UUIDField(null=True, blank=True)
    organisation_id = models.IntegerField()
    kinds = ArrayField(models.CharField(max_length=20, choices=Kind))
    agreed_on = models.DateField()
    # The last day (Europe/London) on which it holds; empty while no end is known.
    until = models.DateField(null=True, blank=True)
    channel = models.CharField(max_length=20, choices=Channel)
    said_by = models.CharField(max_length=10, choices=SaidBy, default=SaidBy.PERSON)
    # The account of who explained it; empty where nobody here did.
    explained_by = models.BigIntegerField(null=True, blank=True)
    explained_in = models.CharField(max_length=35, blank=True)
    # {"who_spoke", "limits", "withdrawal"}: words, if any were kept.
    words = SealedJSON(security_class="C4")
    recorded_at = models.DateTimeField()
    recorded_by = models.BigIntegerField(null=True, blank=True)
    recorded_for = models.IntegerField()
    # Where it names the police of somebody who came without them: who was the second person to it. While nobody was,
    # the wall against them stands. Written by `hawl_unwall_by_two` alone.
    seconded_by = models.BigIntegerField(null=True, blank=True)
    seconded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_by_way_of = models.CharField(max_length=20, choices=Channel, blank=True)
    withdrawn_recorded_by = models.BigIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=10, choices=Ending, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(name="agreements_some_kind", condition=models.Q(kinds__len__gt=0)),
            models.CheckConstraint(
                name="agreements_until_not_before",
                condition=models.Q(until=None) | models.Q(until__gte=models.F("agreed_on")),
            ),
            models.CheckConstraint(
                name="agreements_ended_as",
                condition=models.Q(ended_at=None, ended_as="", withdrawn_on=None)
                | models.Q(ended_at__isnull=False, ended_as="withdrawn", withdrawn_on__isnull=False)
                | models.Q(ended_at__isnull=False, ended_as="lapsed", withdrawn_on=None),
            ),
        ]
        indexes = [
            models.Index(fields=["until"], name="agreements_to_end", condition=models.Q(ended_at=None)),
        ]


class Matching(models.TextChoices):
    """Whether it was looked for the same person among those held already."""

    WAITING = "waiting"
    FINISHED = "finished"


class CameWithoutPolice(ScopedModel):
    """A person who came to the hub without the police knowing: one row for each.

    While no agreement that stands names a police body, the database itself lets no police body or account be put on any
    row of theirs, and every such row bears the wall against all police (`guards.sql`).
    """

    subject_column = "person_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField(unique=True)
    organisation_id = models.IntegerField()
    registered_by = models.BigIntegerField()
    came_on = models.DateField()
    matching = models.CharField(max_length=10, choices=Matching, default=Matching.WAITING)
    matched_at = models.DateTimeField(null=True, blank=True)


class ProcessingActivity(DatedFact):
    """A flow of information with its legal basis, as the area's data say it (`entries.ProcessingEntry`)."""

    key = models.CharField(max_length=60, unique=True)
    area = models.CharField(max_length=60, db_index=True)
    purpose = models.CharField(max_length=30)
    of = models.CharField(max_length=60)
    to = ArrayField(models.CharField(max_length=60))
    controllers = ArrayField(models.CharField(max_length=60))
    kinds = ArrayField(models.CharField(max_length=20, choices=Kind))
    basis = models.CharField(max_length=40)
    agreement_needed = models.BooleanField()
    # {"special", "offence", "schedule_1", "source", "certainty"}
    conditions = models.JSONField()
    note = models.JSONField(null=True, blank=True)
    en = models.TextField()
    cy = models.TextField()
    welsh = models.CharField(max_length=8, choices=Welsh)
    cy_also = models.TextField(default="", blank=True)

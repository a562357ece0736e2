"""What protects a person's record: proposals, conflicts, broken glass and its reviews, looks to be explained."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from hawl.foundations.access.models import JOBS, NOBODY, STAFF_SIDE, OpenModel, ScopedModel
from hawl.foundations.vault.fields import SealedText


class Kind(models.TextChoices):
    """What is proposed. Raising may take effect at once; all else takes two people first."""

    SEAL = "seal"
    RESTRICT = "restrict"
    UNSEAL = "unseal"
    UNRESTRICT = "unrestrict"
    RENAME = "rename"
    END_DENIAL = "end_denial"


class Why(models.TextChoices):
    """Why protection is changed."""

    DANGER = "danger"
    KNOWN_HERE = "known_here"
    POLICE_SUSPECT = "police_suspect"
    PERSON_ASKED = "person_asked"
    NO_LONGER_NEEDED = "no_longer_needed"
    STAFF_CHANGE = "staff_change"
    MISTAKE = "mistake"


class SecondOpinion(OpenModel):
    """What a steward, who sees no record, is asked: may this be done. No person, no case, no words of theirs."""

    readers = STAFF_SIDE
    writers = STAFF_SIDE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    reason = models.CharField(max_length=20, choices=Why)
    organisation_id = models.IntegerField()
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    agreed = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="protection_opinion_of_another", condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="protection_opinion_whole",
                condition=Q(decided_by=None, decided_at=None, agreed=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False, agreed__isnull=False),
            ),
        ]


class Proposal(ScopedModel):
    """A change of a record's protection that one person proposes and another confirms.

    Who signs is checked again by the database (migration 0001): each signs for themselves alone.
    """

    subject_column = "person_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=12, choices=Kind)
    reason = models.CharField(max_length=20, choices=Why)
    account = SealedText(security_class="C4")
    # Accounts that are to see the record, or what tells a place in it.
    named = ArrayField(models.BigIntegerField(), default=list)
    # The denial that is to end.
    about_user = models.BigIntegerField(null=True, blank=True)
    about_organisation = models.IntegerField(null=True, blank=True)
    # Raised at once, in danger; confirmed afterwards.
    emergency = models.BooleanField(default=False)
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    opinion = models.ForeignKey(SecondOpinion, on_delete=models.PROTECT, null=True, blank=True)
    confirmed_by = models.BigIntegerField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    in_effect_at = models.DateTimeField(null=True, blank=True)
    # Set aside without effect.
    closed_by = models.BigIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="protection_two_people", condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by"))
            ),
            models.CheckConstraint(
                name="protection_confirmed_whole",
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            # Nothing is lowered by one person: only raising takes effect before it is confirmed.
            models.CheckConstraint(
                name="protection_effect_after_two",
                condition=Q(in_effect_at=None)
                | Q(confirmed_by__isnull=False)
                | Q(emergency=True, kind__in=[Kind.SEAL, Kind.RESTRICT]),
            ),
            models.CheckConstraint(
                name="protection_set_aside_without_effect", condition=Q(closed_at=None) | Q(in_effect_at=None)
            ),
        ]


class Conflict(ScopedModel):
    """Somebody, or a body, that must never see this person's record. Hidden from those whom it names."""

    subject_column = "person_id"

    class Source(models.TextChoices):
        """How it became known."""

        VICTIM = "victim"
        DECLARED = "declared"
        INFERRED = "inferred"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField(db_index=True)
    user_id = models.BigIntegerField(null=True, blank=True)
    organisation_id = models.IntegerField(null=True, blank=True)
    source = models.CharField(max_length=10, choices=Source)
    # The person whose conflict reaches this one, as both are victims of one crime.
    inherited_from = models.UUIDField(null=True, blank=True)
    told_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="protection_conflict_with_one", condition=Q(user_id=None) ^ Q(organisation_id=None)
            ),
            models.UniqueConstraint(
                fields=["person_id", "user_id", "organisation_id", "inherited_from"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="protection_conflict_once",
            ),
        ]


class StaffKey(OpenModel):
    """What a worker said of themselves, their household or somebody they know, as blind keys alone.

    The staff site adds and cannot read back: the answer is the same whether anybody matches or not.
    """

    readers = JOBS
    writers = JOBS
    adders = STAFF_SIDE

    class About(models.TextChoices):
        """Of whom."""

        SELF = "self"
        HOUSEHOLD = "household"
        KNOWN = "known"

    class Form(models.TextChoices):
        """What was keyed."""

        NAME_BORN = "name_born"
        PHONE = "phone"
        ADDRESS = "address"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id = models.BigIntegerField()
    about = models.CharField(max_length=10, choices=About)
    form = models.CharField(max_length=10, choices=Form)
    key = models.BinaryField()
    given_at = models.DateTimeField()
    matched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["form", "key"], name="protection_staffkey_key")]


class GlassIncident(OpenModel):
    """When the review of one broken glass is due, and its reason. Written by the function that breaks it."""

    readers = STAFF_SIDE
    writers = NOBODY

    glass_id = models.UUIDField(primary_key=True)
    user_id = models.BigIntegerField(db_index=True)
    organisation_id = models.IntegerField()
    reason = models.CharField(max_length=40)
    broken_at = models.DateTimeField()
    review_due = models.DateField()
    reviewers = ArrayField(models.BigIntegerField())
    # It fitted more people than may be opened, so none was; for the reviewers, not for who broke it.
    wide = models.BooleanField(default=False)
    # By what it was sought (`glass_keys.Sought.form`), and whether it counts among the three in 30 days.
    sought_by = models.CharField(max_length=10, blank=True, default="")
    counted = models.BooleanField(default=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    upheld = models.BooleanField(null=True, blank=True)


class GlassAccount(ScopedModel):
    """What the worker wrote when breaking the glass; for themselves and those reviewers who work with people."""

    subject_column = "glass_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    glass_id = models.UUIDField(unique=True)
    account = SealedText(security_class="C4")


class LookReview(ScopedModel):
    """Looks of one worker at one record in one week without any reason that the system knows; to be explained."""

    subject_column = "person_id"

    class Outcome(models.TextChoices):
        """What the owner of the case, or a lead, made of it."""

        RIGHT = "right"
        ASKED = "asked"
        PASSED_ON = "passed_on"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField(db_index=True)
    user_id = models.BigIntegerField()
    week_of = models.DateField()
    looks = models.IntegerField()
    made_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    settled_by = models.BigIntegerField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["person_id", "user_id", "week_of"], name="protection_look_once"),
            models.CheckConstraint(
                name="protection_look_settled_by_another", condition=Q(settled_by=None) | ~Q(settled_by=F("user_id"))
            ),
        ]


class Renaming(OpenModel):
    """A lead asks that records of the desk whose named people are all gone be given to others, seeing none of them."""

    readers = STAFF_SIDE
    writers = STAFF_SIDE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_id = models.IntegerField()
    named = ArrayField(models.BigIntegerField())
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    agreed_by = models.BigIntegerField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    given = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="protection_renaming_two_people", condition=Q(agreed_by=None) | ~Q(agreed_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="protection_renaming_after_two", condition=Q(done_at=None) | Q(agreed_by__isnull=False)
            ),
        ]


class Alert(OpenModel):
    """Something in the record of looks that a steward must see: which rule, whose account, how many. No person."""

    readers = STAFF_SIDE
    writers = STAFF_SIDE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(max_length=30)
    user_id = models.BigIntegerField()
    at = models.DateTimeField()
    count = models.IntegerField(default=1)
    settled_by = models.BigIntegerField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "user_id", "at"], name="protection_alert_once"),
            models.CheckConstraint(
                name="protection_alert_settled_by_another", condition=Q(settled_by=None) | ~Q(settled_by=F("user_id"))
            ),
        ]


class HoneyRecord(OpenModel):
    """An invented person whom nobody has a reason to open; known to the jobs process alone."""

    readers = JOBS
    writers = JOBS

    person_id = models.UUIDField(primary_key=True)

"""Cases: who is a victim in which crime, and the events that happened in it."""

from __future__ import annotations

import uuid

from django.db import models

from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.seen import SCOPE_COLUMNS
from hawl.foundations.vault.fields import SealedJSON, SealedText
from hawl.registers.people.models import Person


class Route(models.TextChoices):
    """What is done with a case that came in (areas/…/routing.yaml decides by rule)."""

    AUTOMATIC = "automatic"
    CONSENT_FIRST = "consent_first"
    SPECIALIST_HOLD = "specialist_hold"
    OUT_OF_SCOPE = "out_of_scope"
    DECLINED = "declined"


class Risk(models.TextChoices):
    """Risk as the sender assessed it."""

    HIGH = "high"
    MEDIUM = "medium"
    STANDARD = "standard"
    NOT_ASSESSED = "not_assessed"


class Case(ScopedModel):
    """One person in one crime, at the desk that received it."""

    subject_column = "person_id"
    # Whose desk it is, refers it on.
    moved_apart = frozenset({"desk_id"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="cases", db_index=False)
    desk_id = models.IntegerField()
    source = models.CharField(max_length=60)
    # {"crime_ref", "record_id", "title", "outcome"}
    reference = SealedJSON(security_class="C3")
    # Cases of one crime carry the same key.
    crime_key = models.BinaryField(null=True, blank=True, db_index=True)
    # Blind index of the suspect's id at the sending body, in the key space of Person.source_key.
    suspect_key = models.BinaryField(null=True, blank=True, db_index=True)
    # The same of the victim for whom a parent, relative or spokesperson stands.
    stands_for_key = models.BinaryField(null=True, blank=True, db_index=True)
    # {"place", "postcode", "lsoa"}
    location = SealedJSON(security_class="C5")
    note = SealedText(security_class="C4")
    role = models.CharField(max_length=20)
    offence = models.CharField(max_length=40)
    flags = models.JSONField(default=list, blank=True)
    council = models.CharField(max_length=60, blank=True)
    risk = models.CharField(max_length=12, choices=Risk, default=Risk.NOT_ASSESSED)
    # The order in which the desk works, 0 first (work.intake.rules.priority).
    rank = models.SmallIntegerField(default=2)
    route = models.CharField(max_length=20, choices=Route)
    route_reason = models.CharField(max_length=60)
    # yes | no | not_asked | yes_unconfirmed (a yes of which nobody said who gave it for a child)
    agreement = models.CharField(max_length=16, default="not_asked")
    # Set when a person at the desk recorded the victim's answer: from then on no feed alters it.
    agreement_decided_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.BigIntegerField(null=True, blank=True)
    referred_on = models.DateField(null=True, blank=True)
    # The day on which a later version of the record took it back from those to whom it had been referred on.
    recalled_on = models.DateField(null=True, blank=True)
    repeat = models.BooleanField(default=False)
    counter_allegation = models.BooleanField(default=False)
    # What this case says forbids a first call to the person, whatever other cases of theirs allow.
    no_first_call = models.BooleanField(default=True)
    enhanced_suggested = models.CharField(max_length=120, blank=True)
    reported_on = models.DateField()
    received_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        indexes = [
            # The order in which the desk works, over all routes; and all that counting by route and row security ask
            # for, so that counting reads no row.
            models.Index(fields=["rank", "reported_on", "id"], name="cases_order"),
            models.Index(
                fields=["route", "rank", "reported_on", "id"],
                include=["person", *SCOPE_COLUMNS],
                name="cases_order_of_route",
            ),
            models.Index(fields=["person"], name="cases_person"),
            models.Index(fields=["reported_on"], name="cases_reported"),
            models.Index(fields=["route"], condition=models.Q(referred_on__isnull=False), name="cases_referred"),
        ]


class CaseEvent(ScopedModel):
    """Something that happened in or around a case (DESIGN section 4).

    `attributes` holds numbers, truth values and codes, which rules ask for; any text goes to the sealed `detail`.
    """

    subject_column = "case_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No foreign key in the database: it would tell whether a hidden row exists, and cost more than all else when a
    # feed is laid (docs/decisions/0011). Only actions write, and `hawl doctor` counts rows without their parent.
    # The unique constraint below begins with the case: it is the index.
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events", db_index=False, db_constraint=False)
    event_id = models.CharField(max_length=80)
    event = models.CharField(max_length=60)
    occurred_on = models.DateField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    about = models.CharField(max_length=80, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    detail = SealedJSON(security_class="C4")
    # Which body or person says so.
    asserted_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["case", "event_id"], name="cases_event_once")]
        indexes = [
            # An extract names its events by their ids alone when it takes one back. A feed's events pay nothing for it.
            models.Index(
                fields=["event_id"], condition=models.Q(event_id__startswith="extract-"), name="cases_event_extracted"
            )
        ]

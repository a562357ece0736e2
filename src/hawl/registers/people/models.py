"""The person helped, and the ways of reaching them. Nothing about any crime."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from hawl.foundations.access.models import ScopedModel
from hawl.foundations.vault.fields import SealedDate, SealedJSON, SealedText


class Visibility(models.TextChoices):
    """How much of a record others may see (facts/security.md, decision 2)."""

    OPEN = "open"
    RESTRICTED = "restricted"
    SEALED = "sealed"


class Safety(models.TextChoices):
    """Whether a way of reaching a person may be used. Unknown is not used."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    UNKNOWN = "unknown"
    FIRST_APPROACH = "first_approach"


class Person(ScopedModel):
    """A victim, witness, bereaved relative, parent or named contact of an organisation."""

    subject_column = "id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, default="person")
    # {"given", "family", "known_as", "organisation", "named_contact"}
    names = SealedJSON(security_class="C3")
    born_on = SealedDate(security_class="C3")
    # {"age", "gender", "ethnicity", "interpreter", "access_needs"}
    facts = SealedJSON(security_class="C3")
    language = models.CharField(max_length=35, default="", blank=True)
    deceased = models.BooleanField(default=False)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.OPEN)
    # The key under which all that is held of the person is sealed (vault); NULL for what release 0.1.0 stored.
    data_key = models.UUIDField(null=True, blank=True)
    # Blind index of the sending body's own id of this person; empty for who came by another way.
    source_key = models.BinaryField(null=True, blank=True, unique=True)
    # When the body that sent these particulars did so: the newest particulars stand, in any order of arrival.
    told_at = models.DateTimeField(null=True, blank=True)
    # Key of the message that told them: a later version of it replaces what it said itself, whatever its time.
    told_by = models.BinaryField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="people_sealed_only_to_named",
                condition=~models.Q(visibility="sealed") | models.Q(visible_to=[]),
            ),
        ]


class Contact(ScopedModel):
    """A number or address, who gave it, and for each way of using it whether that is safe.

    A feed's word is a claim, one row for each message that makes it (`message_key`); the strictest claim of a
    value counts. `decided_at` marks a person's decision, which comes before every claim and which no feed alters.
    """

    subject_column = "person_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No foreign key in the database: it would tell whether a hidden row exists, and cost more than all else when a
    # feed is laid (docs/decisions/0011). Only actions write, and `hawl doctor` counts rows without their parent.
    # The unique constraint below begins with the person: it is the index.
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="contacts", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10)
    value = SealedText(security_class="C5")
    value_key = models.BinaryField()
    given_by = models.CharField(max_length=12, blank=True)
    given_on = models.DateField(null=True, blank=True)
    ring = models.CharField(max_length=14, choices=Safety, default=Safety.UNKNOWN)
    text = models.CharField(max_length=14, choices=Safety, default=Safety.UNKNOWN)
    message = models.CharField(max_length=14, choices=Safety, default=Safety.UNKNOWN)
    write = models.CharField(max_length=14, choices=Safety, default=Safety.UNKNOWN)
    message_key = models.BinaryField(null=True, blank=True)
    # The case of that message: who sees the case sees the claim. Empty for what belongs to the person alone, such as
    # a decision, and is seen where the person is.
    case_id = models.UUIDField(null=True, blank=True)
    # The uses against which this claim itself speaks, of "ring", "text", "message", "write". The four columns above
    # hold the strictest of all claims on the value: whoever sees one claim of several must not see a weaker word.
    claims_no = ArrayField(models.CharField(max_length=7), default=list, blank=True)
    # The claim by itself would open a first call. `ring` says so only while no case of the person forbids one.
    claims_call = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "value_key", "message_key"],
                nulls_distinct=False,
                name="people_contact_once",
            ),
            # A decision is about the number itself and belongs to no message, so no version of one meets it.
            models.CheckConstraint(
                name="people_decision_of_no_message",
                condition=models.Q(decided_at=None) | models.Q(message_key=None),
            ),
            # A first approach is one live call by a person: never a text, a voicemail or a letter.
            models.CheckConstraint(
                name="people_first_approach_is_a_call",
                condition=~(
                    models.Q(text="first_approach")
                    | models.Q(message="first_approach")
                    | models.Q(write="first_approach")
                ),
            ),
        ]
        indexes = [models.Index(fields=["message_key"], name="people_contact_message")]

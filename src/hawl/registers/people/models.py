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


class Use(models.TextChoices):
    """What may be done with a number or address."""

    RING = "ring"
    TEXT = "text"
    MESSAGE = "message"
    WRITE = "write"


class Holder(models.TextChoices):
    """Who answers or reads there, as a worker decided it."""

    NOT_DECIDED = ""
    THEMSELF = "themself"
    PARENT = "parent"
    GUARDIAN = "guardian"
    OTHER = "other"


class HowKnown(models.TextChoices):
    """From whom it is known that a way is safe or not."""

    PERSON_SAID = "person_said"
    PARENT_SAID = "parent_said"
    OFFICER_SAID = "officer_said"
    WORKER_SAID = "worker_said"
    HAPPENED = "happened"  # seen from what happened: somebody else answered, a letter came back
    FEED_SAID = "feed_said"
    SHARED = "shared"  # also belongs to a suspect, or to one who lives with a suspect
    RESTORED = "restored"  # put back from the safety journal


class Person(ScopedModel):
    """A victim, witness, bereaved relative, parent or named contact of an organisation."""

    subject_column = "id"
    moved_apart = frozenset({"visibility"})

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
    # The one first call was tried: no claim opens another, whatever comes in.
    first_call_spent_at = models.DateTimeField(null=True, blank=True)
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
    value counts. `decided_at` marks a person's decision, which comes before every claim known when it was taken. A
    doubt that comes in later closes it; nothing that comes in opens it. The database holds to that as well
    (migration 0005): no row says `safe` without a decision that two people took.
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
    # Of a decision: the uses about which it is; NULL where about all. Claims count for the others. `claims_no` of a
    # decision holds the uses against which claims spoke when it was taken.
    decided_uses = ArrayField(models.CharField(max_length=7), null=True, blank=True)
    # Rises with each decision, so that two who decide at once do not undo each other.
    version = models.IntegerField(default=0, db_default=0)
    held_by = models.CharField(max_length=10, choices=Holder, default=Holder.NOT_DECIDED, db_default="", blank=True)
    # The local day on which two people last decided that letters are safe.
    write_verified_on = models.DateField(null=True, blank=True)

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
            # Who decides, decides for good: the leave for one call comes from claims alone.
            models.CheckConstraint(
                name="people_decision_no_first_approach",
                condition=models.Q(decided_at=None) | ~models.Q(ring="first_approach"),
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
        indexes = [
            models.Index(fields=["message_key"], name="people_contact_message"),
            # Who lives together is found by addresses alone.
            models.Index(fields=["value_key"], condition=models.Q(kind="address"), name="people_contact_home"),
        ]


class ContactPlan(ScopedModel):
    """How to reach one person: what a worker must know before they ring, write or knock. One for each person."""

    subject_column = "person_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="plan", db_constraint=False)
    version = models.IntegerField(default=1)
    # {"who_answers", "voicemail": "none"|"neutral", "voicemail_words", "code_word", "never", "not_told",
    #  "windows": [{"days", "start", "end", "bank_holidays"}], "no_hours": closed until somebody confirms other hours}
    plan = SealedJSON(security_class="C5")
    # The language to write in; empty where the person's own counts.
    language = models.CharField(max_length=2, choices=[("en", "English"), ("cy", "Cymraeg")], default="", blank=True)
    # Nothing is sent to this person and nobody rings them.
    never_reach = models.BooleanField(default=False)
    # Who asked that this be lifted: it is when another confirms it.
    lift_by = models.BigIntegerField(null=True, blank=True)
    # What widens contact and waits for a second person: {"plan", "language", "never_reach", "waits": names}.
    waiting = SealedJSON(security_class="C5")
    waiting_by = models.BigIntegerField(null=True, blank=True)
    waiting_at = models.DateTimeField(null=True, blank=True)
    # Since when nobody knows what the plan says: it was changed after the backup from which this was restored.
    unsure_since = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.BigIntegerField(null=True, blank=True)


class ContactDecision(ScopedModel):
    """One decision on one use of a number or address, or the proposal of one.

    Raising protection takes one person and stands at once. Lowering it is proposed by one and stands when another
    confirms it. Written by people and by what raises protection by itself; the role of feeds and jobs may not write.
    """

    subject_column = "person_id"
    writers = frozenset({"staff"})

    class State(models.TextChoices):
        """What became of it."""

        PROPOSED = "proposed"
        APPLIED = "applied"
        REFUSED = "refused"
        OVERTAKEN = "overtaken"  # something else was decided about it meanwhile

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="decisions", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10)
    value_key = models.BinaryField()
    use = models.CharField(max_length=7, choices=Use)
    before = models.CharField(max_length=14, choices=Safety)
    after = models.CharField(max_length=14, choices=Safety)
    lowers = models.BooleanField()
    held_by = models.CharField(max_length=10, choices=Holder, default=Holder.NOT_DECIDED, blank=True)
    how_known = models.CharField(max_length=12, choices=HowKnown)
    reason = SealedText(security_class="C4")
    state = models.CharField(max_length=9, choices=State)
    # The version of the decided row that it made, or on which it was proposed.
    version = models.IntegerField()
    # NULL where the system itself raised protection.
    proposed_by = models.BigIntegerField(null=True, blank=True)
    proposed_at = models.DateTimeField()
    confirmed_by = models.BigIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="people_decided_by_two_different",
                condition=models.Q(confirmed_by=None) | ~models.Q(confirmed_by=models.F("proposed_by")),
            ),
            models.CheckConstraint(
                name="people_lowered_by_two",
                condition=~models.Q(state="applied", lowers=True)
                | models.Q(confirmed_by__isnull=False, proposed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="people_safe_is_lower",
                condition=models.Q(lowers=True)
                | ~(models.Q(after="safe") | models.Q(before="unsafe", after="unknown")),
            ),
            models.CheckConstraint(
                name="people_decision_is_no_first_call", condition=~models.Q(after="first_approach")
            ),
            # One proposal at a time about one use of one number or address.
            models.UniqueConstraint(
                fields=["person", "value_key", "use"],
                condition=models.Q(state="proposed"),
                name="people_one_proposal",
            ),
        ]
        indexes = [models.Index(fields=["person", "value_key", "use", "version"], name="people_decision_last")]


class SharedWay(ScopedModel):
    """A number or address that two people have of whom one is a suspect, or lives with one. For no eyes.

    Kept so that what was found is found once: a decision taken in knowledge of it stands until more is found.
    """

    subject_column = "person_id"
    readers = frozenset({"jobs"})
    writers = frozenset({"jobs"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    value_key = models.BinaryField()
    other_id = models.UUIDField()
    found_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["person_id", "value_key", "other_id"], name="people_shared_once")
        ]

"""The two kinds of table: open (published, or about no person) and scoped (about a person).

Every table of Hawl is one or the other. A scoped table names on each row who may see it, is reached only in
the name of an actor, and is guarded again by row-level security (`database_rules`).
"""

from __future__ import annotations

import uuid
from typing import ClassVar, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from hawl.foundations.access.actor import current_actor

EVERYONE = frozenset({"staff", "public", "jobs"})
STAFF_SIDE = frozenset({"staff", "jobs"})
JOBS = frozenset({"jobs"})
NOBODY: frozenset[str] = frozenset()

Row = TypeVar("Row", bound="ScopedModel")


class OpenModel(models.Model):
    """A table about no person. `readers`, `writers` and `adders` name the processes whose role may.

    `adders` may insert but neither change nor delete.
    """

    readers: ClassVar[frozenset[str]] = STAFF_SIDE
    writers: ClassVar[frozenset[str]] = JOBS
    adders: ClassVar[frozenset[str]] = NOBODY

    class Meta:
        abstract = True


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows of a scoped table."""

    def visible(self) -> Self:
        """Only what the current actor may see; `NoActor` where nobody was named."""
        actor = current_actor()
        if actor.machine:
            return self
        may = Q(visible_to__overlap=sorted(actor.organisations))
        if actor.user_id is not None:
            may |= Q(named_users__contains=[actor.user_id])
        return self.filter(may)


class ScopedManager(models.Manager[Row]):
    """The only manager of a scoped table: every query begins with what the actor may see."""

    def get_queryset(self) -> ScopedQuerySet[Row]:
        """Visible rows; raises `NoActor` outside `acting_as`."""
        return ScopedQuerySet[Row](self.model, using=self._db).visible()


class ScopedModel(models.Model):
    """A table about a person.

    `visible_to` holds ids of organisations; a sealed row has none and is open to `named_users` alone. Of a
    restricted row `named_users` are those who see also what tells a place. Whom `denied_users` or
    `denied_organisations` (bodies, as employers) name sees no such row, whatever else lets them.
    """

    # The column whose value is the person or the case that the row belongs to: by it a broken glass opens rows.
    subject_column: ClassVar[str]

    readers: ClassVar[frozenset[str]] = STAFF_SIDE
    writers: ClassVar[frozenset[str]] = STAFF_SIDE

    visible_to = ArrayField(models.IntegerField(), default=list)
    named_users = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # NULL for nearly all rows, so that the walls cost those rows nothing.
    denied_users = ArrayField(models.BigIntegerField(), null=True, blank=True)
    denied_organisations = ArrayField(models.IntegerField(), null=True, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class Body(OpenModel):
    """What the walls need to know of an organisation; the register of organisations keeps it in step.

    `walls` are the organisation and all bodies that it is part of: a wall against any of them stands against it.
    """

    readers = STAFF_SIDE
    writers = JOBS

    organisation_id = models.IntegerField(primary_key=True)
    walls = ArrayField(models.IntegerField())
    police = models.BooleanField(default=False)
    # The first day on which it is no more; NULL while no end is known.
    ended_on = models.DateField(null=True, blank=True)


class BrokenGlass(OpenModel):
    """One emergency opening of a record to one user, for a short time, with what two reviewers made of it.

    `subjects` are the person and their cases; row-level security opens rows of those subjects to that user while
    `until` has not come. It opens nothing that is sealed or denied.
    """

    readers = STAFF_SIDE
    writers = NOBODY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id = models.BigIntegerField(db_index=True)
    organisation_id = models.IntegerField()
    subjects = ArrayField(models.UUIDField())
    reason = models.CharField(max_length=40)
    broken_at = models.DateTimeField()
    until = models.DateTimeField()
    # Told at once; neither is the one who broke it.
    reviewers = ArrayField(models.BigIntegerField())
    # {"<user id>": "upheld" | "not_upheld"} with the time of each in `reviewed_at`.
    reviews = models.JSONField(default=dict)
    reviewed_at = models.DateTimeField(null=True, blank=True)

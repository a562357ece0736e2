"""The two kinds of table: open (published, or about no person) and scoped (about a person).

Every table of Hawl is one or the other. A scoped table names on each row who may see it, is reached only in
the name of an actor, and is guarded again by row-level security (`database_rules`).
"""

from __future__ import annotations

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

    `visible_to` holds ids of organisations; a sealed row has none and is open to `named_users` alone.
    """

    readers: ClassVar[frozenset[str]] = STAFF_SIDE
    writers: ClassVar[frozenset[str]] = STAFF_SIDE

    visible_to = ArrayField(models.IntegerField(), default=list)
    named_users = ArrayField(models.BigIntegerField(), default=list, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

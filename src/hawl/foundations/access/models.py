"""The two kinds of table: open (published, or about no person) and scoped (about a person).

Every table of Hawl is one or the other. A scoped table names on each row who may see it, is reached only in
the name of an actor, and is guarded again by row-level security (`database_rules`).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self, TypeVar, cast

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models

from hawl.foundations.access.actor import WORKS_WITH_PEOPLE, Actor, current_actor, worked_out
from hawl.foundations.access.policy import Action, Level, Purpose, Resource, decide
from hawl.foundations.access.seen import SCOPE_COLUMNS, Seen
from hawl.foundations.clock import now, today

EVERYONE = frozenset({"staff", "public", "jobs"})
STAFF_SIDE = frozenset({"staff", "jobs"})
JOBS = frozenset({"jobs"})
NOBODY: frozenset[str] = frozenset()

Row = TypeVar("Row", bound="ScopedModel")


class OpenModel(models.Model):
    """A table about no person. `readers`, `writers` and `adders` name the processes whose role may.

    `adders` may insert but neither change nor delete. `rewriters` are processes that change these columns and no other.
    """

    readers: ClassVar[frozenset[str]] = STAFF_SIDE
    writers: ClassVar[frozenset[str]] = JOBS
    adders: ClassVar[frozenset[str]] = NOBODY
    rewriters: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType({})

    class Meta:
        abstract = True


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows of a scoped table."""

    def visible(self) -> Self:
        """Only what the current actor may see; `NoActor` where nobody was named."""
        actor = current_actor()
        if actor.machine:
            return self
        if actor.user_id is None or actor.standing.lapsed(today()) or not actor.roles & WORKS_WITH_PEOPLE:
            return self.none()
        return self.filter(Seen(actor, self.model.subject_column))

    def only(self, *fields: str) -> Self:
        """These fields, and of every table on the way to them what the policy asks for at each row."""
        return super().only(*fields, *(place for name in fields for place in self._asked_along(name)))

    def _asked_along(self, name: str) -> Iterator[str]:
        model: type[models.Model] = self.model
        place = ""
        for step in ("", *name.split("__")[:-1]):
            if step:
                model = cast("type[models.Model]", model._meta.get_field(step).related_model)
                place = f"{place}{step}__"
            if issubclass(model, ScopedModel):
                yield from (f"{place}{column}" for column in (*SCOPE_COLUMNS, model.subject_column))

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        """Rows are added within the actor's own scope alone."""
        rows = list(objs)
        check_new(rows)
        add = super().bulk_create
        return add(rows, *args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Taking away is for machines, save where the table says otherwise."""
        check_erasing(self.model)
        return super().delete()


class ScopedManager(models.Manager[Row]):
    """The only manager of a scoped table: every query begins with what the actor may see."""

    def get_queryset(self) -> ScopedQuerySet[Row]:
        """Visible rows; raises `NoActor` outside `acting_as`. The scope of a table is worked out once for an actor."""
        held, place = worked_out(), (self.model, self._db)
        if place not in held:
            held[place] = ScopedQuerySet[Row](self.model, using=self._db).visible()
        visible: ScopedQuerySet[Row] = held[place].all()
        return visible


class NotYours(PermissionDenied):
    """A row would be added outside the actor's scope, or taken away by who may not."""


def check_new(rows: Iterable[ScopedModel]) -> None:
    """Raises `NotYours` where the actor would add a row that they could not see."""
    actor = current_actor()
    if not actor.machine and not all(_within(actor, row) for row in rows):
        raise NotYours


def check_erasing(model: type[ScopedModel]) -> None:
    """Raises `NotYours` where the actor may take no row of this table away."""
    if not current_actor().machine and "staff" not in model.erasers:
        raise NotYours(model.__name__)


def _within(actor: Actor, row: ScopedModel) -> bool:
    """Whether the actor would see the row: `visible` said of one row that is not in the database yet."""
    if actor.user_id is None or actor.standing.lapsed(today()) or not actor.roles & WORKS_WITH_PEOPLE:
        return False
    if actor.user_id in (row.denied_users or ()) or not actor.walls.isdisjoint(row.denied_organisations or ()):
        return False
    under_glass = bool(row.visible_to) and getattr(row, row.subject_column) in actor.glass
    return under_glass or actor.user_id in row.named_users or not actor.organisations.isdisjoint(row.visible_to)


def guards_rows(row: ScopedModel) -> None:
    """Ask the policy of a row that the database gave; raises `Withheld` where it says no.

    The query and the database have left such rows out already, so this is reached where both went wrong, and by
    rows that came along with another (`select_related`).
    """
    actor = current_actor()
    if actor.machine:
        return
    given, scope = worked_out(), row.scope(actor)
    rule = given.get(scope)
    if rule is None:
        decision = decide(actor, Action.LIST, row.as_resource(), Purpose.SUPPORT, now())
        rule = given[scope] = "" if decision.allow else decision.rule
    if rule:
        raise row.Withheld(rule)


class ScopedModel(models.Model):
    """A table about a person.

    `visible_to` holds ids of organisations; a sealed row has none and is open to `named_users` alone. A row with both
    is restricted: `named_users` are those who see also what tells a place. Whom `denied_users` or
    `denied_organisations` (bodies, as employers) name sees no such row, whatever else lets them.
    """

    # The column whose value is the person or the case that the row belongs to: by it a broken glass opens rows.
    subject_column: ClassVar[str]

    readers: ClassVar[frozenset[str]] = STAFF_SIDE
    writers: ClassVar[frozenset[str]] = STAFF_SIDE
    # Who may take rows away; of most tables machines alone.
    erasers: ClassVar[frozenset[str]] = JOBS
    # Columns beside those of scope by which it is decided who sees the row, or for whom that may be moved.
    moved_apart: ClassVar[frozenset[str]] = frozenset()

    visible_to = ArrayField(models.IntegerField(), default=list)
    named_users = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # NULL for nearly all rows, so that the walls cost those rows nothing.
    denied_users = ArrayField(models.BigIntegerField(), null=True, blank=True)
    denied_organisations = ArrayField(models.IntegerField(), null=True, blank=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    @classmethod
    def from_db(  # type: ignore[override]  # the types speak of a later Django
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """A row as it comes from the database, asked of the policy once more."""
        row = super().from_db(db, field_names, values)
        guards_rows(row)
        return row

    @classmethod
    def written_once(cls) -> frozenset[str]:
        """Columns that no person writes again once the row is there: functions of the database alone move them."""
        keys = {str(field.column) for field in cls._meta.pk_fields}
        return frozenset({*SCOPE_COLUMNS, cls.subject_column, *keys, *cls.moved_apart})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new row lies within the scope of the actor who adds it; who sees one that is there stays as it is.

        Machines write all columns. For a person who asks by name for a column that is written once, the database says
        no.
        """
        if self._state.adding:
            check_new([self])
        if not current_actor().machine and not kwargs.get("update_fields"):
            # Else Django would try an update of all columns first.
            if self._state.adding:
                kwargs.setdefault("force_insert", True)
            elif not kwargs.get("force_insert"):
                kwargs["update_fields"] = self._rewritten()
        super().save(*args, **kwargs)

    def _rewritten(self) -> set[str]:
        held = self.get_deferred_fields()
        return {
            field.name
            for field in self._meta.concrete_fields
            if field.attname not in held and field.column not in self.written_once()
        }

    def shows_place(self) -> bool:
        """Whether the actor may read what tells where the person is: of a restricted row, the named alone."""
        actor = current_actor()
        return actor.machine or not (self.visible_to and self.named_users) or actor.user_id in self.named_users

    def scope(self, actor: Actor) -> Hashable:
        """All of the row that a decision about `actor` rests on."""
        return (
            tuple(self.visible_to),
            tuple(self.named_users),
            tuple(self.denied_users or ()),
            tuple(self.denied_organisations or ()),
            bool(actor.glass) and getattr(self, self.subject_column) in actor.glass,
        )

    def as_resource(self) -> Resource:
        """The row as the policy asks for it."""
        return Resource(
            visible_to=frozenset(self.visible_to),
            named_users=frozenset(self.named_users),
            denied_users=frozenset(self.denied_users or ()),
            denied_organisations=frozenset(self.denied_organisations or ()),
            level=Level.SEALED if not self.visible_to else Level.RESTRICTED if self.named_users else Level.OPEN,
            subject=getattr(self, self.subject_column),
            renewed_by_acts="staff" in self.erasers,
        )

    class Withheld(ObjectDoesNotExist):
        """The policy withholds a row that the database gave; to whoever asks it is not there. Its text is the rule."""


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


class KeptScope(OpenModel):
    """Who saw each row of a person when the record was sealed, so that unsealing opens no row further than it was.

    Written and read by `hawl_rescope` alone; gone when the record is unsealed, or when the person is erased, which is
    why the jobs process may take rows away.
    """

    readers = JOBS
    writers = JOBS

    person_id = models.UUIDField()
    # The table, and the row by its key.
    held_in = models.CharField(max_length=63)
    row_key = models.CharField(max_length=40)
    seen_by = ArrayField(models.IntegerField())
    # Whether some were named on it then, who alone saw what tells a place.
    restricted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_id", "held_in", "row_key"], name="access_kept_once"),
        ]

"""Abstract tables of dated and sourced facts."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from hawl.foundations.access.models import EVERYONE, OpenModel
from hawl.registers.dated.plain import plain, values
from hawl.registers.dated.values import PartDate

# Fields of entries that hold the key of an organisation, and are foreign keys in the tables.
REFERENCES = frozenset({"parent", "body", "board"})


class Welsh(models.TextChoices):
    """The standing of a Welsh text."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    OFFICIAL = "official"


class KnownFact(OpenModel):
    """A published fact with its sources. `position` is its place in its list."""

    readers = EVERYONE

    position = models.PositiveSmallIntegerField(default=0)
    source = ArrayField(models.CharField(max_length=12), default=list)
    certainty = models.CharField(max_length=12)

    class Meta:
        abstract = True


class DatedFact(KnownFact):
    """A fact that held for a time. `since` and `until` are as written; `since_on`, `until_on` the days they mean."""

    since = models.CharField(max_length=10, default="", blank=True)
    since_means = models.CharField(max_length=2, default="on")
    since_on = models.DateField(null=True, blank=True)
    until = models.CharField(max_length=10, default="", blank=True)
    until_means = models.CharField(max_length=2, default="on")
    until_on = models.DateField(null=True, blank=True)
    seen = ArrayField(models.CharField(max_length=10), default=list, blank=True)

    class Meta:
        abstract = True


class DatedName(DatedFact):
    """A name in both languages that held for a time."""

    en = models.TextField()
    cy = models.TextField()
    welsh = models.CharField(max_length=8, choices=Welsh)
    cy_also = models.TextField(default="", blank=True)

    class Meta:
        abstract = True


def held_on(day: dt.date) -> Q:
    """The condition that a dated fact held on `day` (a local date)."""
    begun = Q(since_on__isnull=True) | Q(since_on__lte=day)
    return begun & (Q(until_on__isnull=True) | Q(until_on__gte=day))


def columns(entry: Any, *leave_out: str) -> dict[str, Any]:
    """The columns of an entry: part dates as written and as days, nested entries as JSON."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(entry):
        if field.name in leave_out:
            continue
        value = getattr(entry, field.name)
        if isinstance(value, PartDate) or (value is None and field.name in ("since", "until", "expected_end")):
            found[field.name] = value.text if value else ""
        elif isinstance(value, tuple):
            found[field.name] = [one.text if isinstance(one, PartDate) else one for one in value]
        else:
            found[field.name] = as_json(value)
    for name in REFERENCES & found.keys():
        found[f"{name}_id"] = found.pop(name)
    for name, end in (("since", "first"), ("until", "last")):
        if name in found:
            part = getattr(entry, name)
            found[f"{name}_on"] = getattr(part, end) if part else None
    return found


def rows(entries: Iterable[Any], *leave_out: str, **same: Any) -> list[dict[str, Any]]:
    """The columns of entries in their order, with what is the same for all of them."""
    return [columns(one, *leave_out) | same | {"position": at} for at, one in enumerate(entries)]


def as_json(value: Any) -> Any:
    """Plain data that JSON can hold: dates as text."""
    told = plain(value)
    if isinstance(told, dict):
        return {key: as_json(one) for key, one in told.items()}
    if isinstance(told, list):
        return [as_json(one) for one in told]
    return told.isoformat() if isinstance(told, dt.date) else told


Entry = TypeVar("Entry")


def entry_of(kind: type[Entry], row: models.Model, **more: Any) -> Entry:
    """The entry that a row was made of; `more` gives what its table does not hold."""
    data = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]  # every entry is a dataclass
        # A reference is told by the key it holds, so that no row is fetched for it.
        name = f"{field.name}_id" if hasattr(row, f"{field.name}_id") else field.name
        if field.name in more or not hasattr(row, name):
            continue
        value = getattr(row, name)
        if value is None or (value == "" and field.name in ("since", "until", "expected_end")):
            continue
        data[field.name] = value
    return kind(**values(kind, data), **more)

"""Sealing what is held of people anew, many at once; called by this room's actions and by the importer."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Q, QuerySet

from hawl.foundations.vault.fields import opened
from hawl.foundations.vault.keys import key_ring
from hawl.foundations.vault.owners import sealed_fields, sealed_tables, way_to_person
from hawl.foundations.vault.sealing import CannotOpen, Key

_ROWS = 500


@dataclass(frozen=True, slots=True)
class Keys:
    """Under which keys a person's values are to lie: all, and what tells where they are (None: the same)."""

    key: Key
    location: Key | None = None

    def of_class(self, security_class: str) -> Key:
        """The key for values of a class."""
        return self.location if self.location and security_class == "C5" else self.key


def tables_of_people() -> Iterator[tuple[type[models.Model], str]]:
    """Each table with values of people, and the lookup from its rows to the person."""
    for model in sealed_tables():
        if (owner := way_to_person(model)) is not None:
            yield model, owner


def reseal_people(
    people: Mapping[uuid.UUID, Keys | None], *, classes: Collection[str] = ("C3", "C4", "C5")
) -> tuple[int, int]:
    """Bring all values of these people under the given keys; gives how many were sealed and how many do not open."""
    done = failed = 0
    for model, owner in tables_of_people():
        rows = model._base_manager.filter(**{f"{owner}__in": list(people)})
        more, wrong = _reseal(model, owner, rows, people, classes)
        done, failed = done + more, failed + wrong
    return done, failed


def reseal_cases(cases: Collection[uuid.UUID], people: Mapping[uuid.UUID, Keys | None]) -> tuple[int, int]:
    """The same for all rows of these cases, whose people `people` are now: a case passed to another person."""
    done = failed = 0
    for model, owner in tables_of_people():
        names = {field.attname for field in model._meta.concrete_fields}
        belongs = Q(case_id__in=cases) if "case_id" in names else Q(pk__in=cases) if _is_case(model) else None
        if belongs is not None:
            rows = model._base_manager.filter(belongs, **{f"{owner}__in": list(people)})
            more, wrong = _reseal(model, owner, rows, people, ("C3", "C4", "C5"))
            done, failed = done + more, failed + wrong
    return done, failed


def reseal_under_key_file() -> int:
    """Bring what is no person's under the current key of the key file; gives how many values do not open."""
    failed, ring = 0, key_ring()
    head = b"\x01" + ring.current.to_bytes(2, "big")
    for model in sealed_tables():
        if way_to_person(model) is not None:
            continue
        for field in sealed_fields(model):
            column, changes = str(field.column), []
            for pk, value in model._base_manager.exclude(**{field.attname: None}).values_list("pk", field.attname):
                if value.startswith(head):
                    continue
                try:
                    plain = opened(bytes(value), model._meta.db_table, str(pk), column)
                except CannotOpen:
                    failed += 1
                    continue
                changes.append((bytes(field.seal_plain(plain, str(pk), None)), pk))
            _write(model, {column: changes} if changes else {})
    return failed


def _is_case(model: type[models.Model]) -> bool:
    return model._meta.label == "cases.Case"


def _reseal(
    model: type[models.Model],
    owner: str,
    rows: QuerySet[Any],
    people: Mapping[uuid.UUID, Keys | None],
    classes: Collection[str],
) -> tuple[int, int]:
    fields = [field for field in sealed_fields(model) if field.security_class in classes]
    if not fields:
        return 0, 0
    done = failed = 0
    found = list(rows.values_list("pk", owner, *(field.attname for field in fields)))
    for start in range(0, len(found), _ROWS):
        changes: dict[str, list[tuple[bytes, Any]]] = {}
        for pk, person, *values in found[start : start + _ROWS]:
            for field, value in zip(fields, values, strict=True):
                if value is None:
                    continue
                keys, column = people[person], str(field.column)
                key = keys.of_class(field.security_class) if keys else None
                if value.startswith(b"\x02" + key.id.bytes if key else b"\x01"):
                    continue
                try:
                    plain = opened(bytes(value), model._meta.db_table, str(pk), column)
                except CannotOpen:
                    failed += 1
                    continue
                changes.setdefault(column, []).append((bytes(field.seal_plain(plain, str(pk), key)), pk))
        done += _write(model, changes)
    return done, failed


def _write(model: type[models.Model], changes: Mapping[str, list[tuple[bytes, Any]]]) -> int:
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        for column, rows in changes.items():
            cursor.execute(
                f'UPDATE "{table}" t SET "{column}" = n.value FROM unnest(%s::bytea[], %s::text[]) AS n (value, pk)'  # noqa: S608 - names of our own tables
                f' WHERE t."{key}" = n.pk::{_type_of(model)}',
                [[value for value, _ in rows], [str(pk) for _, pk in rows]],
            )
    return sum(len(rows) for rows in changes.values())


def _type_of(model: type[models.Model]) -> str:
    return str(model._meta.pk.rel_db_type(connection) if model._meta.pk else "uuid")

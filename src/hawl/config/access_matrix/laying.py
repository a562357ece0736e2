"""The rows and accounts of the matrix, laid by the owner of a throw-away database."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from hawl.config.access_matrix import cells
from hawl.config.access_matrix.cells import PROFILES, ROLES, SCOPES, Profile, Rows
from hawl.foundations.access.models import Body, BrokenGlass, ScopedModel
from hawl.foundations.access.policy import Action, Resource
from hawl.foundations.access.rescoping_function import scoped_models
from hawl.foundations.clock import now, today
from hawl.foundations.identity.models import User
from hawl.foundations.vault.models import DataKey

# What the columns of a table ask beyond their type: by table, then column.
_PARTICULAR: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Someone:
    """One account of the matrix; `user_id` is None for who has not signed in."""

    role: str
    profile: Profile
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Laid:
    """What was laid: accounts, and for each table the row of each kind."""

    people: tuple[Someone, ...]
    rows: dict[type[ScopedModel], dict[Rows, Any]]
    # For each kind of row a key, handed out as the location key of such a row is.
    keys: dict[Rows, uuid.UUID]
    # What every account is asked, and each row as the policy asks for it (`layers`).
    cells: frozenset[Any] = frozenset()
    resources: dict[tuple[str, Rows, bool], Resource] = field(default_factory=dict)
    # What the database is tried with, filled by `layers.statements_of`.
    statements: dict[type[ScopedModel], dict[Action, list[str]]] = field(default_factory=dict)


def lay() -> Laid:
    """Lay everything; the connection must be the owner's."""
    _bodies()
    people = tuple(_accounts())
    everyone = [each.user_id for each in people if each.user_id is not None]
    subjects = {kind: uuid.uuid4() for kind in Rows}
    cases = {kind: uuid.uuid4() for kind in Rows}
    rows: dict[type[ScopedModel], dict[Rows, Any]] = {}
    for model in in_order():
        rows[model] = {kind: _row(model, kind, subjects[kind], cases[kind], everyone) for kind in Rows}
    for kind, holds in cells.GLASSES.items():
        _glass(everyone, [subjects[kind], cases[kind]], holds=holds)
    _glass([-1], [subjects[Rows.GLASS_OF_ANOTHER], cases[Rows.GLASS_OF_ANOTHER]], holds=True)
    return Laid(people, rows, {kind: _key(kind, everyone) for kind in Rows})


def in_order() -> list[type[ScopedModel]]:
    """Scoped tables that the staff process reads; of people first and of cases next, since others refer to them."""
    first = ("people_person", "cases_case")
    tables = {model._meta.db_table: model for model in scoped_models() if "staff" in model.readers}
    return [tables.pop(each) for each in first] + [tables[each] for each in sorted(tables)]


def new_row(model: type[ScopedModel], like: Any) -> dict[str, Any]:
    """The columns of one more row with the scope of another of its table, as somebody would add it."""
    values: dict[str, Any] = {str(field.column): getattr(like, field.attname) for field in model._meta.concrete_fields}
    for each in model._meta.concrete_fields:
        if each.primary_key or each.unique or (each.column in _once(model) and each.column != model.subject_column):
            values[str(each.column)] = _unlike(each)
    return {column: value for column, value in values.items() if value is not _LEFT_OUT}


_LEFT_OUT = object()


def _once(model: type[ScopedModel]) -> set[str]:
    """Columns that stand in some constraint of uniqueness."""
    names = {name for each in model._meta.constraints for name in getattr(each, "fields", ())}
    names |= {each.name for each in model._meta.pk_fields}
    return {str(field.column) for field in model._meta.concrete_fields if field.name in names}


def _unlike(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.AutoField | models.BigAutoField | models.SmallAutoField):
        return _LEFT_OUT
    if isinstance(field, models.UUIDField | models.ForeignKey):
        return uuid.uuid4()
    if isinstance(field, models.BinaryField):
        return uuid.uuid4().bytes
    if isinstance(field, models.CharField):
        return uuid.uuid4().hex[: field.max_length]
    if isinstance(field, models.IntegerField):
        return int(uuid.uuid4().int % 2**15)
    return field.get_default()


def _row(model: type[ScopedModel], kind: Rows, subject: uuid.UUID, case: uuid.UUID, everyone: list[int]) -> Any:
    values: dict[str, Any] = {}
    for each in model._meta.concrete_fields:
        value = _value(model, each, subject, case)
        if value is not _LEFT_OUT:
            values[each.attname] = value
    scope = SCOPES[kind]
    values |= {
        "visible_to": list(scope.visible_to),
        "named_users": {"": [], "somebody": [-1], "everyone": everyone}[scope.named],
        "denied_users": everyone if scope.denied else None,
        "denied_organisations": list(scope.denied_bodies) or None,
    }
    if "visibility" in {field.attname for field in model._meta.concrete_fields}:
        values["visibility"] = scope.visibility
    row = model(**values)
    models.Model.save_base(row, force_insert=True)
    return row


def _value(model: type[ScopedModel], field: models.Field[Any, Any], subject: uuid.UUID, case: uuid.UUID) -> Any:
    particular = _PARTICULAR.get(model._meta.db_table, {})
    if field.attname in particular:
        return particular[field.attname]
    if field.primary_key:
        return {"people_person": subject, "cases_case": case}.get(model._meta.db_table, _unlike(field))
    if field.column == "person_id":
        return subject
    if field.column == "case_id":
        return case
    if field.null:
        return _LEFT_OUT
    return _by_type(field)


def _by_type(field: models.Field[Any, Any]) -> Any:
    if field.has_default():
        return _LEFT_OUT
    if field.choices:
        return next(iter(field.choices))[0]
    if isinstance(field, models.DateTimeField):
        return now()
    if isinstance(field, models.DateField):
        return today()
    if isinstance(field, models.BooleanField):
        return False
    return _unlike(field)


def _bodies() -> None:
    for pk, walls, ended in (
        (cells.FORCE, [cells.FORCE, cells.POLICE], None),
        (cells.UNIT, [cells.UNIT, cells.FORCE, cells.POLICE], None),
        (cells.HUB, [cells.HUB], None),
        (cells.ELSEWHERE, [cells.ELSEWHERE], None),
        (cells.ENDED, [cells.ENDED], today()),
    ):
        Body.objects.create(organisation_id=pk, walls=walls, police=cells.POLICE in walls, ended_on=ended)


def _accounts() -> Iterator[Someone]:
    for role in ROLES:
        for profile in PROFILES:
            if role == cells.SIGNED_OUT:
                yield Someone(role, profile, None)
                continue
            user = User.objects.create(
                email=f"{role}.{profile.name}@matrix.example",
                display_name=f"{role} {profile.name}",
                organisation_id=profile.organisation,
                employer_id=profile.employer,
                roles=[] if role == cells.NO_ROLE else [role],
                is_active=profile.active,
                vetting_until=cells.day_of(profile.vetting, today()),
                training_until=cells.day_of(profile.training, today()),
            )
            yield Someone(role, profile, user.pk)


def _key(kind: Rows, everyone: list[int]) -> uuid.UUID:
    scope = SCOPES[kind]
    restricted = scope.visible_to and scope.named
    named = (everyone if scope.named == "everyone" else [-1]) if restricted else None
    return DataKey.objects.create(wrapped=b"", kek=1, named_users=named).pk


def _glass(accounts: list[int], subjects: list[uuid.UUID], *, holds: bool) -> None:
    until = now() + dt.timedelta(minutes=30 if holds else -1)
    BrokenGlass.objects.bulk_create(
        BrokenGlass(
            user_id=user_id, organisation_id=cells.HUB, subjects=subjects, reason="threat_to_life",
            broken_at=until - dt.timedelta(minutes=60), until=until, reviewers=[],
        )
        for user_id in accounts
    )  # fmt: skip

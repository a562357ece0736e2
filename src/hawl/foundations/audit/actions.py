"""Writing to the audit, within the transaction of what is recorded; a refusal after it, so that it stays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Field

from hawl.foundations.access.actor import Actor, current_actor, naming
from hawl.foundations.access.preparing import planned_once
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.classes import AuditClass, class_of
from hawl.foundations.audit.context import gathering_refusals, request_id, waiting_refusals
from hawl.foundations.audit.models import AuditEntry

_FIELDS: tuple[Field[Any, Any], ...] = AuditEntry._meta.concrete_fields
_COLUMNS = ", ".join(f'"{field.column}"' for field in _FIELDS)
_INSERT = f'INSERT INTO "{AuditEntry._meta.db_table}" ({_COLUMNS}) VALUES '  # noqa: S608 - names of our own
# A statement takes 65,535 values.
_AT_ONCE = 1000
_ROW = f"({', '.join(f'%s::{field.db_type(connection)}' for field in _FIELDS)})"


def record(
    *,
    action: str,
    object_kind: str = "",
    object_id: str = "",
    grave: bool = False,
    rule: str = "",
    purpose: str = "",
    objects: Iterable[UUID] | None = None,
    **detail: Any,
) -> None:
    """Record an act or a reading of the current actor.

    `action` is a dotted code (`case.referred`, `person.read`) whose last word tells the class (`classes`); `detail`
    holds codes and counts, never content. `objects` are ids of people: those whom a list showed, or whom the object
    belongs to where it is neither a person, a case nor a way of reaching one. A `grave` act is chained at once to the
    grave acts before it. Raises `NoActor` without an actor and Django's `TransactionManagementError` outside a
    transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("The audit is written with the act, in one transaction.")
    entry = _entry(action, object_kind, object_id, rule, purpose, objects, detail, class_of(action, grave=grave))
    with planned_once():
        _add([entry])
    if grave:
        with connection.cursor() as cursor:
            cursor.execute("SELECT hawl_audit_chain(%s)", [entry.pk])


def record_many(*, action: str, object_kind: str, entries: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Record one act on many objects, each with its id and detail, a thousand in a statement; else as `record`."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("The audit is written with the act, in one transaction.")
    kind = class_of(action)
    rows = [_entry(action, object_kind, each, "", "", None, dict(detail), kind) for each, detail in entries]
    for first in range(0, len(rows), _AT_ONCE):
        _add(rows[first : first + _AT_ONCE])


def refuse(
    *,
    action: str,
    object_kind: str = "",
    object_id: str = "",
    rule: str = "",
    purpose: str = "",
    objects: Iterable[UUID] | None = None,
    **detail: Any,
) -> None:
    """Record that something was refused to the current actor; kept also where the transaction rolls back.

    Within a web request it is written when the request's transaction is over. In a command or a job it is written at
    once over a connection of its own.
    """
    entry = _entry(action, object_kind, object_id, rule, purpose, objects, detail, AuditClass.REFUSAL)
    waiting = waiting_refusals()
    if waiting is not None:
        waiting.append(entry)
    elif connection.in_atomic_block:
        _write_beside(entry)
    else:
        _write([entry])


@contextmanager
def keeping_refusals() -> Iterator[None]:
    """Write the refusals of the code within when it is over, however it ends. Stands outside its transaction."""
    gathered: list[AuditEntry] = []
    try:
        with gathering_refusals() as gathered:
            yield
    finally:
        if gathered:
            with transaction.atomic():
                _write(gathered)


def record_list(*, by: Actor, action: str, people: Iterable[UUID], **detail: Any) -> None:
    """Record that `by` was shown a page of people: one entry and one statement, however many there are.

    `action` ends in `listed`, or in `searched` where words were typed, which are not kept.
    """
    # No savepoint: it stands in the request's own transaction and costs one statement.
    with naming(by), transaction.atomic(savepoint=False):
        record(action=action, object_kind="list", objects=people, **detail)


def _entry(
    action: str,
    object_kind: str,
    object_id: str,
    rule: str,
    purpose: str,
    objects: Iterable[UUID] | None,
    detail: dict[str, Any],
    audit_class: AuditClass,
) -> AuditEntry:
    actor = current_actor()
    # Who acts for several bodies at once acts for none in particular.
    organisation = next(iter(actor.organisations)) if len(actor.organisations) == 1 else None
    return AuditEntry(
        actor=actor.label,
        organisation_id=organisation,
        action=action,
        audit_class=audit_class.value,
        object_kind=object_kind,
        object_id=object_id,
        objects_shown=None if objects is None else sorted(set(objects)),
        request_id=request_id(),
        rule=rule,
        purpose=purpose,
        detail=detail,
    )


def _add(entries: list[AuditEntry], using: str = DEFAULT_DB_ALIAS) -> None:
    """In one statement. Every page that shows a person writes one, so it is not put together anew each time."""
    values = [_told(entry, field) for entry in entries for field in _FIELDS]
    with connections[using].cursor() as cursor:
        cursor.execute(_INSERT + ", ".join([_ROW] * len(entries)), values)


def _told(entry: AuditEntry, field: Field[Any, Any]) -> Any:
    value = getattr(entry, field.attname)
    if field.attname == "detail":
        return json.dumps(value)
    if field.attname == "objects_shown" and value is not None:
        return "{" + ",".join(map(str, value)) + "}"
    return value


def _write(entries: Iterable[AuditEntry]) -> None:
    """Each in the name of who did it, which the database asks of an entry (`rules.sql`)."""
    for actor, theirs in groupby(entries, key=lambda entry: entry.actor):
        with acting_as(Actor(label=actor, user_id=_user_of(actor))):
            _add(list(theirs))


def _user_of(label: str) -> int | None:
    kind, _, number = label.partition(":")
    return int(number) if kind == "user" and number.isdecimal() else None


def _write_beside(entry: AuditEntry) -> None:
    """Over a second connection, which what happens to the first does not touch."""
    name = "audit_beside"
    connections[name] = connection.copy(name)
    try:
        with transaction.atomic(using=name), connections[name].cursor() as cursor:
            cursor.execute("SELECT set_config('hawl.user', %s, true)", [str(_user_of(entry.actor) or "")])
            _add([entry], using=name)
    finally:
        connections[name].close()
        del connections[name]

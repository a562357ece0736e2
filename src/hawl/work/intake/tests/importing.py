"""What the tests of importing share: taking rows in, and all that is then held in a form that can be compared."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import models, transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.people.models import Contact, Person
from hawl.rights.duties.models import Duty
from hawl.work.intake import keys
from hawl.work.intake.actions import Imported, import_feed
from hawl.work.intake.desks import desk_of_area
from hawl.work.intake.feed.tests.examples import TODAY, write_jsonl
from hawl.work.intake.models import FeedMessage
from hawl.work.intake.parts import Desk

EVERYBODY = Actor(label="system:tests", machine=True)
# What differs from one import to the next although the same is held.
_OF_THE_DAY = {"data_key", "id", "created_at", "received_at", "recorded_at", "run", "first_run", "case_id"}
# When the police told of it is of the day; whether they did is not.
_WHETHER = {"police_told_at"}


def desk(**changes: Any) -> tuple[Desk, Actor]:
    """The area's desk on the day of the examples, and the feed's actor."""
    found, actor = desk_of_area()
    return replace(found, **{"today": TODAY, **changes}), actor


def take_in(rows: Iterable[Any], **changes: Any) -> Imported:
    """Import the rows as one file of JSON Lines."""
    where, actor = desk(**changes)
    with tempfile.TemporaryDirectory() as folder:
        return import_feed(path=write_jsonl(Path(folder) / "feed.jsonl", list(rows)), by=actor, desk=where)


@contextmanager
def for_nothing() -> Iterator[None]:
    """What is done within is undone at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def case_of(record_id: str) -> Case:
    """The case of a message of the area's force. Call it inside `acting_as`."""
    where, _ = desk()
    key = keys.message_key(where.source, record_id, where.ring)
    return Case.objects.select_related("person").get(pk=FeedMessage.objects.get(key=key).case_id)


def claims_on(value: str, kind: str = "mobile") -> list[Contact]:
    """All claims on a number. Call it inside `acting_as`."""
    key = keys.value_key(kind, value, desk()[0].ring)
    return list(Contact.objects.filter(value_key=key).order_by("message_key"))


def held() -> dict[str, list[Any]]:
    """All that is held of people, opened and sorted, without what differs from import to import."""
    tables: Sequence[type[models.Model]] = (Person, Contact, Case, CaseEvent, Duty, FeedMessage)
    with acting_as(EVERYBODY):
        names = {
            **{each.pk: bytes(each.source_key or b"").hex() for each in Person.objects.all()},
            **{each.pk: each.reference["record_id"] for each in Case.objects.all()},
        }
        return {table.__name__: sorted((_plain(row, names) for row in table._default_manager.all()), key=repr)
                for table in tables}  # fmt: skip


def _plain(row: models.Model, names: dict[Any, str]) -> dict[str, Any]:
    values = {field.name: field.value_from_object(row) for field in row._meta.concrete_fields}
    for name in _WHETHER & set(values):
        values[name] = values[name] is not None
    return {name: _shown(value, names) for name, value in values.items() if name not in _OF_THE_DAY}


def _shown(value: Any, names: dict[Any, str]) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, list):
        return sorted((_shown(each, names) for each in value), key=repr)
    return names.get(value, value) if value.__hash__ else value

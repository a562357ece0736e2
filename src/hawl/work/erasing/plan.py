"""What an erasure does, table by table, as the register of fields says. Nothing is decided here.

`row`: the row goes. `key`: it goes with the row, and was unreadable before that. `count`: it is counted, then goes with
the row. `keep` and `staff` stay; a table with a field that is kept keeps its rows until the purge takes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models

from hawl.foundations.access.models import ScopedModel
from hawl.foundations.fields.reading import Registered, register
from hawl.foundations.vault.owners import way_to_person

GOES = frozenset({"row", "key", "count"})
STAYS = frozenset({"keep", "staff"})
# In the register: rows that nobody's erasure touches, and keys, which the vault destroys.
NOBODY, BY_KEY = "nobody", "key"
_BY_CASE = "case_id"
_COUNTED = frozenset({"council", "offence", "reported_on"})


class NoRule(RuntimeError):
    """The register does not say what an erasure does with a table or a field: nothing is erased."""


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of one table that go. `way` is the lookup from a row to the person (`pk`, `person_id`) or to a case."""

    model: type[models.Model]
    way: str
    by_case: bool
    counted: bool

    @property
    def table(self) -> str:
        """The table by its name."""
        return self.model._meta.label_lower


def steps(rows: Iterable[Registered] | None = None) -> list[Step]:
    """All tables whose rows go, in the order in which they may. Raises `NoRule`.

    The person's own row is first: the database lets decisions about a number go only once nobody is left to whom they
    matter. What hangs from a case goes before the cases.
    """
    held: dict[tuple[str, str], list[Registered]] = defaultdict(list)
    for row in register() if rows is None else rows:
        held[row.room, row.table].append(row)
    known = _models()
    for missing in known.keys() - held.keys():
        raise NoRule(f"{'.'.join(missing)} is not in the register of fields.")
    found = [step for key, fields in held.items() for step in _step(known.get(key), fields)]
    return sorted(found, key=lambda step: (step.way != "pk", not step.by_case, step.table))


def _step(model: type[models.Model] | None, fields: list[Registered]) -> Iterator[Step]:
    name = f"{fields[0].room}.{fields[0].table}"
    if model is None:
        raise NoRule(f"{name} is no table.")
    codes = {each.erasure for each in fields}
    if unknown := codes - GOES - STAYS:
        raise NoRule(f"{name}: no rule says what {', '.join(sorted(unknown))} does.")
    if missing := {each.name for each in model._meta.concrete_fields} - {each.field for each in fields}:
        raise NoRule(f"{name}.{min(missing)} has no rule.")
    if not codes & GOES:
        return
    if codes & STAYS:
        if codes & {"key", "count"}:
            raise NoRule(f"{name} keeps its rows and has fields that go.")
        return
    counted = frozenset(each.field for each in fields if each.erasure == "count")
    if counted not in (frozenset(), _COUNTED):
        raise NoRule(f"{name}: what is counted is {', '.join(sorted(_COUNTED))}.")
    way = (way_to_person(model) if issubclass(model, ScopedModel) else None) or fields[0].person
    if not way:
        raise NoRule(f"{name}: nothing says whose its rows are (`person:` in fields.yaml).")
    if way not in (NOBODY, BY_KEY):
        step, _, further = way.partition("__")
        yield Step(model, step, bool(further) or way == _BY_CASE, bool(counted))


@cache
def _models() -> dict[tuple[str, str], type[models.Model]]:
    """Rooms and tables as the register names them."""
    found: dict[tuple[str, str], type[models.Model]] = {}
    for model in apps.get_models(include_auto_created=True):
        parts = model.__module__.split(".")
        if parts[0] != "hawl":
            found["libraries", model._meta.label] = model
        elif "tests" not in parts:
            found[".".join(parts[1 : parts.index("models")]), model.__name__] = model
    return found

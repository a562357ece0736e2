"""Whose key the values of a table lie under, told by the table itself.

A scoped table names the column of its subject (`subject_column`): the way from there to the person's `data_key` is
the way to the key, so that no table can forget to say it. What belongs to neither a person nor a case, and what is in
no scoped table, lies under the key file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

if TYPE_CHECKING:
    from hawl.foundations.vault.fields import SealedField

OWN = "data_key"
PLAIN = "person_id"


@lru_cache(maxsize=256)
def path_to_key(model: type[models.Model]) -> str | None:
    """`data_key`, `person__data_key`, `case__person__data_key`; `person_id` where the table holds but the person's id;
    None for a table that is about no person.
    """
    subject: str | None = getattr(model, "subject_column", None)
    if subject == "id":
        return OWN if _field(model, OWN) else None
    step = (subject or "").removesuffix("_id")
    field = _field(model, step)
    if field is not None and field.related_model is not None:
        further = path_to_key(cast("type[models.Model]", field.related_model))
        return f"{step}__{further}" if further else None
    return PLAIN if subject == PLAIN else None


def way_to_person(model: type[models.Model]) -> str | None:
    """The lookup from a row to the person whose it is: `pk`, `person`, `case__person`, `person_id`; None for no one."""
    path = path_to_key(model)
    return "pk" if path == OWN else path and path.removesuffix(f"__{OWN}")


def _field(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def sealed_fields(model: type[models.Model]) -> list[SealedField]:
    """The sealed fields of a table."""
    return [cast("SealedField", each) for each in model._meta.concrete_fields if getattr(each, "sealed", False)]


def sealed_tables() -> Iterator[type[models.Model]]:
    """All tables with sealed fields."""
    return (model for model in apps.get_models() if sealed_fields(model))


def owner_table() -> type[models.Model]:
    """The table of those who have keys of their own."""
    return next(model for model in sealed_tables() if path_to_key(model) == OWN)

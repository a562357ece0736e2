"""A table brought to what is wanted, in a few statements whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.db import models


@dataclass(frozen=True)
class Counts:
    """How many rows a load added, changed, left as they were and took away."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
        )

    def as_dict(self) -> dict[str, Any]:
        """For printing as JSON."""
        return asdict(self)


Row = TypeVar("Row", bound=models.Model)


def reconcile(
    existing: models.QuerySet[Row],
    key: Sequence[str],
    wanted: Iterable[Mapping[str, Any]],
    *,
    remove: bool = False,
) -> Counts:
    """Bring `existing` to `wanted`, matching rows by the columns of `key`.

    `wanted` are columns by name; all tables have the same ones. Rows not wanted any more go only with
    `remove`. Two wanted rows of one key raise ValueError.
    """
    model = existing.model
    rows = {tuple(getattr(row, name) for name in key): row for row in existing}
    fresh: list[Row] = []
    changed: list[Row] = []
    met: set[tuple[Any, ...]] = set()
    unchanged = 0
    names: list[str] = []
    for table in wanted:
        mark = tuple(table[name] for name in key)
        if mark in met:
            raise ValueError(f"{model.__name__}: two rows of the key {mark!r}")
        met.add(mark)
        row = rows.get(mark)
        if row is None:
            fresh.append(model(**table))
        elif any(getattr(row, name) != value for name, value in table.items()):
            names = [name for name in table if name not in key]
            for name in names:
                setattr(row, name, table[name])
            changed.append(row)
        else:
            unchanged += 1
    gone = [row.pk for mark, row in rows.items() if mark not in met] if remove else []
    if gone:
        model._default_manager.filter(pk__in=gone).delete()
    model._default_manager.bulk_create(fresh)
    if changed:
        model._default_manager.bulk_update(changed, names)
    return Counts(len(fresh), len(changed), unchanged, len(gone))

"""Counts that stop at a number nobody reads past, so that a large list stays as quick as a small one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from hawl.foundations.access.actor import current_actor
from hawl.foundations.access.preparing import planned_once

# Beyond this a page says "more than".
MOST_COUNTED = 10_000
# Beyond this a count may be so old: who may see a row is asked of each that is counted, twice.
COUNTED_ANEW = 1_000
KEPT_FOR = 60.0
_MOST_KEPT = 2_000

_Statements = dict[str, tuple[str, tuple[Any, ...]]]
# By who asks and what is asked: the number and until when it is told again, in seconds of the monotonic clock.
_kept: dict[tuple[Any, ...], tuple[int, float]] = {}


def counts_apart(
    rows: QuerySet[Any],
    parts: Mapping[str, Q],
    most: int = MOST_COUNTED,
    *,
    narrowed: bool = False,
    anew: int = COUNTED_ANEW,
) -> dict[str, int]:
    """How many of the rows each part has, of parts that share none; `most` + 1 stands for "more than `most`".

    Each part is counted for itself by an index, anew as far as `anew`. A larger number is told for a minute to whoever
    asked for it, as they are now: it is never told to another, nor to them once they may see more or less. Of rows that
    a filter has `narrowed` most are passed over: then one statement reads each row once, unless it finds more than all
    parts could tell anew.
    """
    found = _together(rows, parts, anew * len(parts)) if narrowed else None
    if found is None:
        asked = _statements(rows, parts)
        found = dict.fromkeys(parts, 0) | _counted(asked, anew)
        found |= _far({name: asked[name] for name, count in found.items() if count > anew}, most)
    return {name: min(found[name], most + 1) for name in parts}


def _together(rows: QuerySet[Any], parts: Mapping[str, Q], most: int) -> dict[str, int] | None:
    asked = {name: Count("pk", filter=part) for name, part in parts.items()}
    with planned_once():
        found: dict[str, int] = rows.order_by()[: most + 1].aggregate(together=Count("*"), **asked)
    return None if found.pop("together") > most else found


def _statements(rows: QuerySet[Any], parts: Mapping[str, Q]) -> _Statements:
    found: _Statements = {}
    for name, part in parts.items():
        with suppress(EmptyResultSet):  # nobody in standing asks
            found[name] = rows.filter(part).order_by().values("pk").query.sql_with_params()
    return found


def _counted(asked: _Statements, most: int) -> dict[str, int]:
    if not asked:
        return {}
    # The SQL within is Django's own.
    each = [f"(SELECT count(*) FROM ({sql} LIMIT {most + 1}) AS part)" for sql, _ in asked.values()]  # noqa: S608
    with planned_once(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(each)}", [value for _, values in asked.values() for value in values])
        return dict(zip(asked, cursor.fetchone(), strict=True))


def _far(asked: _Statements, most: int) -> dict[str, int]:
    """Counts that went beyond what is counted anew, kept for whoever asks."""
    at, actor = monotonic(), current_actor()
    keys = {name: (actor, most, sql, repr(values)) for name, (sql, values) in asked.items()}
    found = {name: held[0] for name, key in keys.items() if (held := _kept.get(key)) and held[1] > at}
    counted = _counted({name: told for name, told in asked.items() if name not in found}, most)
    if len(_kept) + len(counted) > _MOST_KEPT:
        _kept.clear()
    _kept.update({keys[name]: (count, at + KEPT_FOR) for name, count in counted.items()})
    return found | counted


def page_of(
    rows: QuerySet[Any], number: str | int | None, *, size: int, count: int, most: int = MOST_COUNTED
) -> Page[Any]:
    """One page of a list whose number of rows is known already; nonsense for a number gives the nearest page."""
    page: Page[Any] = Paginator(range(min(count, most)), size).get_page(number)
    first = max(page.start_index() - 1, 0)
    page.object_list = list(rows[first : first + size])
    return page


def page_of_joined(
    rows: QuerySet[Any],
    number: str | int | None,
    *,
    size: int,
    parts: Sequence[tuple[QuerySet[Any], int]],
    read: Callable[[QuerySet[Any]], Iterable[Any]] = list,
    most: int = MOST_COUNTED,
) -> Page[Any]:
    """One page of rows that bring others along (`select_related`), in two statements.

    `parts` make up the list one after another: rows in an order that an index has, and how many they are. The first
    statement reads keys alone, of no other part than the page touches and no further than the page's end; only the
    rows of the page are joined and carry what they hold, as `read` takes them from their query.
    """
    page: Page[Any] = Paginator(range(min(sum(count for _, count in parts), most)), size).get_page(number)
    keys = _keys(parts, max(page.start_index() - 1, 0), page.end_index())
    with planned_once():
        found = {row.pk: row for row in read(rows.filter(pk__in=_these(rows, keys)))} if keys else {}
    page.object_list = [found[key] for key in keys if key in found]
    return page


def _these(rows: QuerySet[Any], keys: list[Any]) -> RawSQL:
    """Keys as one value, however many they are: the statement stays the same and is planned once."""
    key = rows.model._meta.pk
    return RawSQL(f"SELECT unnest(%s::{key.rel_db_type(connection)}[])", [keys])  # noqa: S611 - a type of our own


def _keys(parts: Sequence[tuple[QuerySet[Any], int]], first: int, end: int) -> list[Any]:
    """The keys from place `first` up to `end` of a list made of these parts."""
    asked: list[str] = []
    values: list[Any] = []
    passed = 0
    for number, (rows, count) in enumerate(parts):
        begins, ends = max(first - passed, 0), min(end - passed, count)
        passed += count
        if begins < ends:
            sql, params = rows.values("pk")[begins:ends].query.sql_with_params()
            # The SQL within is Django's own.
            asked.append(f"SELECT {number}, row_number() OVER (), * FROM ({sql}) AS part_{number}")  # noqa: S608
            values += params
    if not asked:
        return []
    with planned_once(), connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(asked)} ORDER BY 1, 2", values)
        return [key for _, _, key in cursor.fetchall()]

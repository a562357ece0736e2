"""Counts that stop at a number nobody reads past, so that a large list stays as quick as a small one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, Q, QuerySet

# Beyond this a page says "more than".
MOST_COUNTED = 10_000


def counts_apart(rows: QuerySet[Any], parts: Mapping[str, Q], most: int = MOST_COUNTED) -> dict[str, int]:
    """How many of the rows each part has, of parts that share none; `most` + 1 stands for "more than `most`".

    One statement reads each row once, as long as all rows together are no more than `most` for each part; of a larger
    table a second one counts each part for itself.
    """
    enough = most * len(parts) + 1
    asked = {name: Count("pk", filter=part) for name, part in parts.items()}
    found = rows.order_by()[:enough].aggregate(together=Count("*"), **asked)
    if found.pop("together") == enough:
        found = dict(zip(parts, _each_for_itself([rows.filter(part) for part in parts.values()], most), strict=True))
    return {name: min(found[name], most + 1) for name in parts}


def _each_for_itself(querysets: Sequence[QuerySet[Any]], most: int) -> list[int]:
    asked: list[str] = []
    values: list[Any] = []
    for number, rows in enumerate(querysets):
        sql, params = rows.order_by().values("pk")[: most + 1].query.sql_with_params()
        asked.append(f"(SELECT count(*) FROM ({sql}) AS part_{number})")  # noqa: S608 - the SQL is Django's own
        values += params
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(asked), values)
        return [int(count) for count in cursor.fetchone()]


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
    most: int = MOST_COUNTED,
) -> Page[Any]:
    """One page of rows that bring others along (`select_related`), in two statements.

    `parts` make up the list one after another: rows in an order that an index has, and how many they are. The first
    statement reads keys alone, of no other part than the page touches and no further than the page's end; only the
    rows of the page are joined and carry what they hold.
    """
    page: Page[Any] = Paginator(range(min(sum(count for _, count in parts), most)), size).get_page(number)
    keys = _keys(parts, max(page.start_index() - 1, 0), page.end_index())
    found = {row.pk: row for row in rows.filter(pk__in=keys)} if keys else {}
    page.object_list = [found[key] for key in keys if key in found]
    return page


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
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(asked)} ORDER BY 1, 2", values)
        return [key for _, _, key in cursor.fetchall()]

"""Counts that stop at a number nobody reads past, so that a large list stays as quick as a small one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import QuerySet

# Beyond this a page says "more than".
MOST_COUNTED = 10_000


def capped_counts(querysets: Sequence[QuerySet[Any]], most: int = MOST_COUNTED) -> list[int]:
    """How many rows each queryset has, in one statement; `most` + 1 stands for "more than `most`"."""
    parts: list[str] = []
    values: list[Any] = []
    for number, rows in enumerate(querysets):
        try:
            sql, params = rows.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:  # Django knows without asking: nobody in standing asks
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) AS part_{number})")  # noqa: S608 - the SQL is Django's own
        values += params
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), values)
        return [int(count) for count in cursor.fetchone()]


def page_of(
    rows: QuerySet[Any], number: str | int | None, *, size: int, count: int, most: int = MOST_COUNTED
) -> Page[Any]:
    """One page of a list whose number of rows is known already; nonsense for a number gives the nearest page."""
    page: Page[Any] = Paginator(range(min(count, most)), size).get_page(number)
    first = max(page.start_index() - 1, 0)
    page.object_list = list(rows[first : first + size])
    return page


def page_of_joined(rows: QuerySet[Any], number: str | int | None, *, size: int, count: int) -> Page[Any]:
    """The same of rows that bring others along (`select_related`), in two statements.

    The first sorts keys alone; only the rows of the page are joined and carry what they hold.
    """
    page = page_of(rows.values_list("pk", flat=True), number, size=size, count=count)
    found = {row.pk: row for row in rows.order_by().filter(pk__in=page.object_list)}
    page.object_list = [found[key] for key in page.object_list if key in found]
    return page

"""Reading the audit: entries as far as the signed-in reader may, and the seals for those who check them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import psycopg
from django.core.paginator import Page
from django.db import connection, transaction
from django.db.models import QuerySet

from hawl.foundations.access.counting import MOST_COUNTED, page_of
from hawl.foundations.audit.seals import SealedStatement

PAGE = 50
_ENTRIES = "hawl_audit_entries(%s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class EntriesAsked:
    """Which entries are asked for; an empty part asks for all.

    `about`: a person, with what was done to their cases and ways of reaching them. `account`: the id of a user.
    `since` and `until`: moments, the second left out.
    """

    about: UUID | None = None
    account: int | None = None
    action: str = ""
    audit_class: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as a reader may see it: ids and codes, no content. `people` without those hidden from the reader."""

    id: UUID
    at: dt.datetime
    actor: str
    organisation_id: int | None
    action: str
    audit_class: str
    object_kind: str
    object_id: str
    people: tuple[UUID, ...]
    rule: str
    purpose: str
    request_id: str


def entries(asked: EntriesAsked, *, page: str | int | None = 1) -> Page[Entry]:
    """One page, newest first, in two statements.

    The database decides what the signed-in reader may see (`figures.sql`); one who may see nothing gets an empty page.
    """
    found = _Found(asked)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_ENTRIES}", [*found.values, MOST_COUNTED + 1, 0])  # noqa: S608 - a constant
        count = int(cursor.fetchone()[0])
    return cast("Page[Entry]", page_of(cast("QuerySet[Any]", found), page, size=PAGE, count=count))


class _Found:
    """What a page is cut from; only that part is read."""

    def __init__(self, asked: EntriesAsked) -> None:
        account = None if asked.account is None else f"user:{asked.account}"
        self.values = [asked.about, account, asked.action or None, asked.audit_class or None, asked.since, asked.until]

    def __getitem__(self, part: slice) -> list[Entry]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {_ENTRIES}", [*self.values, part.stop - part.start, part.start])  # noqa: S608
            rows: list[Any] = cursor.fetchall()
            return [Entry(*(*row[:8], tuple(row[8] or ()), *row[9:])) for row in rows]


def looks_at(person_id: UUID, *, page: str | int | None = 1) -> Page[Entry]:
    """Who looked at a person's record or changed it; for whoever may see that record, and for stewards."""
    return entries(EntriesAsked(about=person_id), page=page)


_SEALS = (
    "SELECT seq, form, n, merkle_root, prev, key_id, (extract(epoch FROM sealed_at) * 1000000)::bigint,"
    " (extract(epoch FROM first_at) * 1000000)::bigint, (extract(epoch FROM last_at) * 1000000)::bigint, signature"
    " FROM audit_seal "
)


def _held(row: Sequence[Any]) -> tuple[SealedStatement, bytes]:
    return SealedStatement(*(*row[:3], bytes(row[3]), bytes(row[4]), *row[5:9])), bytes(row[9])


def head_of_seals() -> tuple[SealedStatement, bytes] | None:
    """The last seal with its signature."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALS + "ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
    return None if row is None else _held(row)


def links_of_seals(within: psycopg.Connection[Any], numbers: Sequence[int]) -> dict[int, str]:
    """The links of some seals, in hexadecimal."""
    rows = within.execute(_SEALS + "WHERE seq = ANY(%s)", [list(numbers)]).fetchall()
    return {told.seq: told.link(signature).hex() for told, signature in map(_held, rows)}


@contextmanager
def one_snapshot() -> Iterator[psycopg.Connection[Any]]:
    """The plain connection within a transaction that sees one moment throughout and takes the way by the index."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield cast("psycopg.Connection[Any]", connection.connection)

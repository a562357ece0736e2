"""Laying tokens for many people at once; called by this room's actions and by the importer, in their scope."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping

from django.db import connection

from hawl.registers.finding.queries import tokens_held
from hawl.registers.finding.tokens import Described, tokens_of

_ADD = """
INSERT INTO finding_searchtoken (token, person_id, visible_to, named_users, denied_users, denied_organisations)
SELECT n.token, p.id, p.visible_to, p.named_users, p.denied_users, p.denied_organisations
FROM unnest(%s::bigint[], %s::uuid[]) AS n (token, person_id) JOIN people_person p ON p.id = n.person_id
ON CONFLICT DO NOTHING
"""
_TAKE_AWAY = "DELETE FROM finding_searchtoken WHERE person_id = ANY(%s)"


def add(people: Mapping[uuid.UUID, Described]) -> None:
    """Add tokens to open records, by what a feed told of them just now."""
    _add((person, tokens_of(described)) for person, described in people.items())


def renew(people: Collection[uuid.UUID], *, level: str | None = None) -> int:
    """Lay all tokens of these people anew, by what is held of them; gives the number of people that are held.

    An erased person has none any more. `level` is what their visibility is about to become, where it is not that yet.
    """
    held, tokens = tokens_held(people, level=level)
    take_away(people)
    _add(tokens)
    return held


def take_away(people: Collection[uuid.UUID]) -> None:
    """Nobody finds these people by a search any more."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_AWAY, [list(people)])


def _add(rows: Iterable[tuple[uuid.UUID, set[int]]]) -> None:
    tokens: list[int] = []
    people: list[uuid.UUID] = []
    for person, found in rows:
        tokens += found
        people += [person] * len(found)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [tokens, people])

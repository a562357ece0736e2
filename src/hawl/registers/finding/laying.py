"""Laying tokens for many people at once; called by this room's actions and by the importer, in their scope."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping

from django.db import connection

from hawl.registers.finding.models import LAID_FOR
from hawl.registers.finding.queries import Laid, tokens_held
from hawl.registers.finding.tokens import Described, tokens_of
from hawl.registers.people.models import Visibility

# Each token as the row is in which the thing stands: what the actor does not see of a person is not laid.
_ADD = """
INSERT INTO finding_searchtoken (token, person_id, source_id, laid_for,
  visible_to, named_users, denied_users, denied_organisations)
SELECT n.token, n.person_id, n.source_id, n.laid_for,
  s.visible_to, s.named_users, s.denied_users, s.denied_organisations
FROM unnest(%(tokens)s::bigint[], %(people)s::uuid[], %(sources)s::uuid[], %(laid_for)s::smallint[])
  AS n (token, person_id, source_id, laid_for)
JOIN (
  SELECT id, visible_to, named_users, denied_users, denied_organisations FROM people_person
  WHERE id = ANY(%(rows)s::uuid[])
  UNION ALL SELECT id, visible_to, named_users, denied_users, denied_organisations FROM people_contact
  WHERE id = ANY(%(rows)s::uuid[])
  UNION ALL SELECT id, visible_to, named_users, denied_users, denied_organisations FROM cases_case
  WHERE id = ANY(%(rows)s::uuid[])
) AS s ON s.id = n.source_id
ON CONFLICT DO NOTHING
"""
_TAKE_AWAY = "DELETE FROM finding_searchtoken WHERE person_id = ANY(%s)"


def add(people: Mapping[uuid.UUID, Mapping[uuid.UUID, Described]]) -> None:
    """Add tokens to open records, by what a feed told of them just now: by person, by the row in which it stands."""
    _add(
        Laid(person, source, Visibility.OPEN, tokens_of(described))
        for person, sources in people.items()
        for source, described in sources.items()
    )


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


def _add(rows: Iterable[Laid]) -> None:
    tokens: list[int] = []
    people: list[uuid.UUID] = []
    sources: list[uuid.UUID] = []
    laid_for: list[int] = []
    for row in rows:
        each = len(row.tokens)
        tokens += row.tokens
        people += [row.person] * each
        sources += [row.source] * each
        laid_for += [LAID_FOR[row.level]] * each
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"tokens": tokens, "people": people, "sources": sources, "laid_for": laid_for,
                              "rows": list(dict.fromkeys(sources))})  # fmt: skip

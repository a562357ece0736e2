"""Laying tokens for many people at once; called by this room's actions and by the importer, in their scope."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping

from django.db import connection

from hawl.foundations.vault.keys import key_ring
from hawl.registers.finding.models import LAID_FOR
from hawl.registers.finding.queries import Laid, tokens_held
from hawl.registers.finding.tokens import Described, tokens_of
from hawl.registers.people.models import Visibility

# Each token as the row is in which the thing stands: what the actor does not see of a person is not laid.
_ADD = """
INSERT INTO finding_searchtoken (token, person_id, source_id, laid_for,
  visible_to, named_users, denied_users, denied_organisations)
SELECT n.token, r.person_id, r.source_id, r.laid_for,
  s.visible_to, s.named_users, s.denied_users, s.denied_organisations
FROM unnest(%(sources)s::uuid[], %(people)s::uuid[], %(laid_for)s::smallint[]) WITH ORDINALITY
  AS r (source_id, person_id, laid_for, place)
JOIN (
  SELECT id, visible_to, named_users, denied_users, denied_organisations FROM people_person
  WHERE id = ANY(%(sources)s::uuid[])
  UNION ALL SELECT id, visible_to, named_users, denied_users, denied_organisations FROM people_contact
  WHERE id = ANY(%(sources)s::uuid[])
  UNION ALL SELECT id, visible_to, named_users, denied_users, denied_organisations FROM cases_case
  WHERE id = ANY(%(sources)s::uuid[])
) AS s ON s.id = r.source_id
JOIN unnest(%(tokens)s::bigint[], %(places)s::int[]) AS n (token, place) ON n.place = r.place
ORDER BY n.token
ON CONFLICT DO NOTHING
"""
# What one row of a person tells, or the tokens of it where they were worked out before (for open records).
Told = Described | set[int]
_TAKE_AWAY = "DELETE FROM finding_searchtoken WHERE person_id = ANY(%s)"


def add(people: Mapping[uuid.UUID, Mapping[uuid.UUID, Told]]) -> None:
    """Add tokens to open records, by what a feed told of them just now: by person, by the row in which it stands."""
    ring = key_ring()
    _add(
        Laid(person, source, Visibility.OPEN, tokens_of(told, ring=ring) if isinstance(told, Described) else told)
        for person, sources in people.items()
        for source, told in sources.items()
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
    """The rows once, and of each of their tokens the place of its row: a token is a tenth as long as two ids."""
    laid = list(rows)
    tokens = [token for row in laid for token in row.tokens]
    places = [place for place, row in enumerate(laid, 1) for _ in row.tokens]
    told = {
        "sources": _listed(row.source for row in laid),
        "people": _listed(row.person for row in laid),
        "laid_for": _listed(LAID_FOR[row.level] for row in laid),
        "tokens": _listed(tokens),
        "places": _listed(places),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, told)


def _listed(values: Iterable[object]) -> str:
    """An array in PostgreSQL's own writing, of numbers or ids."""
    return "{" + ",".join(map(str, values)) + "}"

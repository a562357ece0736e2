"""Conflicts reach through a crime: whom one victim's record is denied to, the other victims' records are denied to too.

Their own rows would tell of it: the same crime, place and day, often the same address. It reaches one crime far, from
the person of whom the conflict was told, and not on from there.
"""

from __future__ import annotations

import uuid
from typing import Any

_TOLD = "SELECT EXISTS (SELECT 1 FROM protection_conflict WHERE ended_at IS NULL)"

# Row security lets the importer (a machine) see all conflicts. The scope of each row is the person's own.
_INHERIT = """
INSERT INTO protection_conflict (id, person_id, user_id, organisation_id, source, inherited_from, told_at,
  visible_to, named_users, denied_users, denied_organisations)
SELECT gen_random_uuid(), mate.id, k.user_id, k.organisation_id, k.source, k.person_id, now(),
  mate.visible_to, mate.named_users, mate.denied_users, mate.denied_organisations
FROM (
  SELECT DISTINCT told.person_id AS victim, other.person_id AS mate
  FROM cases_case here JOIN cases_case told ON told.crime_key = here.crime_key
  JOIN cases_case other ON other.crime_key = here.crime_key AND other.person_id <> told.person_id
  WHERE here.id IN ({of_cases})
) shared
JOIN protection_conflict k ON k.person_id = shared.victim AND k.inherited_from IS NULL AND k.ended_at IS NULL
JOIN people_person mate ON mate.id = shared.mate
ON CONFLICT DO NOTHING
"""
# Denials only grow here. They end by two people, in actions.
_DENY = """
UPDATE people_person p SET
  denied_users = (SELECT array_agg(DISTINCT x ORDER BY x) FROM unnest(p.denied_users || k.users) AS x),
  denied_organisations = (SELECT array_agg(DISTINCT x ORDER BY x) FROM unnest(p.denied_organisations || k.bodies) AS x)
FROM (
  SELECT person_id, array_remove(array_agg(user_id), NULL) AS users,
    array_remove(array_agg(organisation_id), NULL) AS bodies
  FROM protection_conflict WHERE ended_at IS NULL AND person_id IN (
    SELECT other.person_id FROM cases_case here
    JOIN cases_case other ON other.id = here.id OR other.crime_key = here.crime_key WHERE here.id IN ({of_cases}))
  GROUP BY person_id
) k
WHERE p.id = k.person_id AND NOT (coalesce(p.denied_users, '{{}}') @> k.users
  AND coalesce(p.denied_organisations, '{{}}') @> k.bodies)
RETURNING p.id
"""


def inherit(cursor: Any, *, of_cases: str) -> list[uuid.UUID]:
    """Lay the conflicts of all who share a crime with these cases on each other's people; gives who changed.

    `of_cases` is SQL that gives ids of cases. Call it in a machine's scope; the caller carries the denials of those
    people to the rest of their rows.
    """
    cursor.execute(_TOLD)
    if not cursor.fetchone()[0]:
        return []
    cursor.execute(_INHERIT.format(of_cases=of_cases))
    cursor.execute(_DENY.format(of_cases=of_cases))
    return [row[0] for row in cursor.fetchall()]

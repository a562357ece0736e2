"""The actor that an account is at this moment: what the walls, vetting and broken glass make of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import JSONField
from django.db.models.expressions import RawSQL

from hawl.foundations.access.actor import Actor, Role, Standing

# What is known of the bodies that an account works for and is employed by, and what glass stands broken to it. A body
# that the register does not know gives no scope and no standing.
_BODIES = """
(SELECT coalesce(jsonb_agg(jsonb_build_array(b.organisation_id, b.walls, b.ended_on, ARRAY(
  SELECT DISTINCT subject FROM access_brokenglass g, unnest(g.subjects) AS subject
  WHERE g.user_id = {user} AND g.until > now()))), '[]')
FROM access_body b WHERE b.organisation_id IN ({organisation}, {employer}))
"""
Bodies = list[tuple[int, list[int], str | None, list[str]]]


def bodies_of(table: str) -> RawSQL:
    """The bodies of each account in `table`, as `actor_of` takes them: for reading them in one statement with it."""
    columns = {"user": f"{table}.id", "organisation": f"{table}.organisation_id", "employer": f"{table}.employer_id"}
    return RawSQL(_BODIES.format(**columns), (), output_field=JSONField())  # noqa: S611 - names of our own


@dataclass(frozen=True, slots=True)
class Account:
    """What an account says of itself."""

    user_id: int
    active: bool
    organisation_id: int | None
    employer_id: int | None
    roles: frozenset[Role]
    vetting_until: date | None
    training_until: date | None


def actor_of(account: Account, bodies: Bodies | None = None) -> Actor:
    """The actor, in one statement, or in none where its `bodies` were read with the account just now.

    Worked out anew at each request, so that a leaver is out at the next.
    """
    found = {each[0]: each for each in (_bodies(account) if bodies is None else bodies)}
    own = found.get(account.organisation_id)  # type: ignore[arg-type]
    return Actor(
        label=f"user:{account.user_id}",
        organisations=frozenset() if own is None else frozenset({int(own[0])}),
        user_id=account.user_id,
        roles=account.roles,
        standing=Standing(
            active=account.active and own is not None,
            vetting_until=account.vetting_until,
            training_until=account.training_until,
            ended_on=date.fromisoformat(own[2]) if own and own[2] else None,
        ),
        walls=frozenset(body for each in found.values() for body in each[1]),
        glass=frozenset(UUID(subject) for subject in own[3]) if own else frozenset(),
    )


def _bodies(account: Account) -> Bodies:
    asked = {"user": account.user_id, "organisation": account.organisation_id, "employer": account.employer_id}
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + _BODIES.format(**{name: f"%({name})s" for name in asked}), asked)
        (found,) = cursor.fetchone()
    bodies: Bodies = json.loads(found)
    return bodies

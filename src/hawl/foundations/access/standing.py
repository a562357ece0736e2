"""The actor that an account is at this moment: what the walls, vetting and broken glass make of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from hawl.foundations.access.actor import Actor, Role, Standing

# A body that the register does not know gives no scope and no standing.
_BODIES = """
SELECT b.organisation_id, b.walls, b.ended_on, (
  SELECT array_agg(DISTINCT subject) FROM access_brokenglass g, unnest(g.subjects) AS subject
  WHERE g.user_id = %(user)s AND g.until > now())
FROM access_body b WHERE b.organisation_id = ANY(%(bodies)s)
"""


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


def actor_of(account: Account) -> Actor:
    """The actor, in one statement; worked out anew at each request, so that a leaver is out at the next."""
    bodies = [each for each in (account.organisation_id, account.employer_id) if each is not None]
    with connection.cursor() as cursor:
        cursor.execute(_BODIES, {"user": account.user_id, "bodies": bodies})
        found = {row[0]: row for row in cursor.fetchall()}
    own = found.get(account.organisation_id)
    return Actor(
        label=f"user:{account.user_id}",
        organisations=frozenset() if own is None else frozenset({int(own[0])}),
        user_id=account.user_id,
        roles=account.roles,
        standing=Standing(
            active=account.active and own is not None,
            vetting_until=account.vetting_until,
            training_until=account.training_until,
            ended_on=own[2] if own else None,
        ),
        walls=_together(row[1] for row in found.values()),
        glass=frozenset(own[3] or ()) if own else frozenset(),
    )


def _together(walls: Iterable[Iterable[int]]) -> frozenset[int]:
    return frozenset(body for each in walls for body in each)

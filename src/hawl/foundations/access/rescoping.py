"""Moving who may see a person: one function of the database, which checks for itself who asks.

A worker who seals a record loses sight of it with the same act, which row-level security lets nobody do by an
ordinary update; and what lowers protection takes two people, which no mistake above the database may go round.
These functions only move scope: the calling action decides who may, keeps the record of it, audits it and notes it
in the safety journal. Every table of `ScopedModel` is covered by being one (`rescoping_function`).

What else follows from a change (tokens of a search, the key of what tells a place) hangs on `before_moving`, so that
no caller can forget it: actions, machines, an import's wall and a restore all come through here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from django.db import connection, transaction

# Given the person, the change (`seal`, `name`, `restrict`, `unseal`, `unrestrict`, `deny_user`, …) and its ids.
Follower = Callable[[UUID, str, Collection[int]], None]
_FOLLOWERS: dict[str, Follower] = {}
# By this order: a person's tokens are laid from what is open before it goes under another key.
_ORDER = ("tokens", "location_key")


def before_moving(name: str, follower: Follower) -> None:
    """Have something done with each change of scope, before it moves: who acts may lose sight by it.

    In one transaction with it. `name` is one of tokens, location_key; a second under a name takes the first's place.
    """
    if name not in _ORDER:
        raise ValueError(f"{name} has no place among what follows a change of scope.")
    _FOLLOWERS[name] = follower


def seal(*, person_id: UUID, named_users: Collection[int], proposed_by: int | None = None) -> None:
    """Leave a person and all that is held of them to the named accounts alone.

    One in standing must be among them and, where one person acts (`proposed_by` is None), a lead in standing of a body
    that holds the record. Whoever is named on the record already may grow fewer by one person; to add one takes two, of
    whom one is named. So it is with `name` and `restrict`.
    """
    _rescope(person_id, "seal", named_users, proposed_by)


def name(*, person_id: UUID, named_users: Collection[int], proposed_by: int | None = None) -> None:
    """Put other accounts in the place of those named on a sealed or restricted record; by one of those, as `seal`."""
    _rescope(person_id, "name", named_users, proposed_by)


def restrict(*, person_id: UUID, named_users: Collection[int], proposed_by: int | None = None) -> None:
    """Leave what tells a place to the named accounts alone, as `seal`; the rest stays where it is."""
    _rescope(person_id, "restrict", named_users, proposed_by)


def deny(*, person_id: UUID, user_id: int | None = None, organisation_id: int | None = None) -> None:
    """Deny a person to one account, or to all who work for a body or are employed by it (`POLICE`: any police body).

    Whoever holds the record loses it by one person's act only while somebody in standing besides who denies still sees
    it: where somebody named loses it, a lead who is named. The desk of a case of theirs is denied by machines alone.
    """
    _rescope(person_id, "deny_user" if user_id is not None else "deny_body", [_one(user_id, organisation_id)])


def close_to(*, person_id: UUID, organisation_id: int) -> None:
    """Take a person out of an organisation's sight. Refused where no other sees them."""
    _rescope(person_id, "close_to", [organisation_id])


def unseal(*, person_id: UUID, visible_to: Collection[int], proposed_by: int) -> None:
    """Open each row of a sealed record to those of these organisations who saw it when it was sealed.

    What is younger than the seal follows its case, and a case of which nothing is known goes to its desk. A record that
    was restricted before is so again. `proposed_by` is the account of another than the current actor, in standing or a
    steward's.
    """
    _rescope(person_id, "unseal", visible_to, proposed_by)


def unrestrict(*, person_id: UUID, proposed_by: int) -> None:
    """Show again what tells a place; two people, as `unseal`."""
    _rescope(person_id, "unrestrict", (), proposed_by)


def end_denial(
    *, person_id: UUID, proposed_by: int, user_id: int | None = None, organisation_id: int | None = None
) -> None:
    """End a denial; two people, as `unseal`."""
    ends = "end_deny_user" if user_id is not None else "end_deny_body"
    _rescope(person_id, ends, [_one(user_id, organisation_id)], proposed_by)


def _one(user_id: int | None, organisation_id: int | None) -> int:
    if (user_id is None) == (organisation_id is None):
        raise TypeError("Name one account or one body.")
    return user_id if user_id is not None else organisation_id  # type: ignore[return-value]  # one of them is there


def _rescope(person_id: UUID, change: str, ids: Collection[int], other: int | None = None) -> None:
    """Django's `ProgrammingError` for who may not, `IntegrityError` where nobody would keep sight."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        told = change
        if change == "unseal":
            cursor.execute("SELECT hawl_was_restricted(%s)", [person_id])
            told = "unseal_restricted" if cursor.fetchone()[0] else change
        for follower in (_FOLLOWERS[each] for each in _ORDER if each in _FOLLOWERS):
            follower(person_id, told, ids)
        cursor.execute("SELECT hawl_rescope(%s, %s, %s, %s)", [person_id, change, sorted(ids), other])

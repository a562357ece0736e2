"""Who acts: a person at a desk, a feed, or the system itself.

No Django. An actor names the organisations in whose name it acts; what it may see follows from them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID


class Role(StrEnum):
    """The staff roles of Hawl. A role says what kind of work; the organisation says whose rows."""

    VICTIM_CARE_OFFICER = "victim_care_officer"
    SPECIALIST_LEAD = "specialist_lead"
    HUB_WORKER = "hub_worker"
    PROVIDER_WORKER = "provider_worker"
    JUSTICE_PARTNER = "justice_partner"
    ENGAGEMENT_COORDINATOR = "engagement_coordinator"
    COMMISSIONING_MANAGER = "commissioning_manager"
    BOARD = "board"
    CASE_REVIEW_LEAD = "case_review_lead"
    POLICY_LEAD = "policy_lead"
    STEWARD = "steward"
    ANALYST = "analyst"


class Permission(StrEnum):
    """What a page, command or job asks for before it opens."""

    SEE_PEOPLE = "see_people"  # persons, cases and the duties owed to them, within scope
    RECORD_ACTS = "record_acts"  # write what was done
    SEE_FIGURES = "see_figures"  # counts, never a person
    SEE_OPERATIONS = "see_operations"  # jobs, imports, their failures
    SEE_DIRECTORY = "see_directory"  # services and bodies
    SEE_AUDIT = "see_audit"  # who did what, by ids, never what was read
    REVIEW_ACCESS = "review_access"  # broken glass, looks without a relationship


_CASE_WORK = frozenset(
    {Permission.SEE_PEOPLE, Permission.RECORD_ACTS, Permission.SEE_FIGURES, Permission.SEE_DIRECTORY}
)
_FIGURES_ONLY = frozenset({Permission.SEE_FIGURES, Permission.SEE_DIRECTORY})

# The commissioner's side, boards and analysts see no person, ever (facts/security.md R07).
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VICTIM_CARE_OFFICER: _CASE_WORK | {Permission.SEE_OPERATIONS},
    Role.SPECIALIST_LEAD: _CASE_WORK | {Permission.SEE_OPERATIONS, Permission.REVIEW_ACCESS},
    Role.HUB_WORKER: _CASE_WORK,
    Role.PROVIDER_WORKER: frozenset({Permission.SEE_PEOPLE, Permission.RECORD_ACTS, Permission.SEE_DIRECTORY}),
    Role.JUSTICE_PARTNER: frozenset({Permission.SEE_PEOPLE, Permission.RECORD_ACTS, Permission.SEE_DIRECTORY}),
    Role.ENGAGEMENT_COORDINATOR: _FIGURES_ONLY,
    Role.COMMISSIONING_MANAGER: _FIGURES_ONLY,
    Role.BOARD: _FIGURES_ONLY,
    Role.CASE_REVIEW_LEAD: _FIGURES_ONLY,
    Role.POLICY_LEAD: _FIGURES_ONLY,
    Role.STEWARD: _FIGURES_ONLY
    | {Permission.SEE_OPERATIONS, Permission.SEE_AUDIT, Permission.REVIEW_ACCESS},
    Role.ANALYST: _FIGURES_ONLY,
}  # fmt: skip

# The roles that work with people. Row-level security asks for one of them as well.
WORKS_WITH_PEOPLE = frozenset(role for role, held in PERMISSIONS.items() if Permission.SEE_PEOPLE in held)

# Stands in `denied_organisations` for every police body there is or will be; every police body's walls hold it.
POLICE = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account needs, beyond its role, to be let near people.

    `vetting_until` and `training_until` are the last days (Europe/London) on which each holds; `ended_on` is the first
    day on which the account's organisation is no more.
    """

    active: bool = False
    vetting_until: date | None = None
    training_until: date | None = None
    ended_on: date | None = None

    def lapsed(self, day: date) -> str:
        """Which of them fails on that day, as a code; empty where none does. What nobody recorded does not hold."""
        if not self.active:
            return "not_active"
        if self.ended_on is not None and self.ended_on <= day:
            return "organisation_ended"
        if self.vetting_until is None or self.vetting_until < day:
            return "vetting_lapsed"
        if self.training_until is None or self.training_until < day:
            return "training_lapsed"
        return ""


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts.

    `label` is for the audit (`user:12`, `feed:gwent-police`, `system:jobs`); `organisations` are the ids in
    whose scope the actor reads and writes; `user_id` opens rows sealed to named people. `walls` are the bodies that the
    actor works for, or is employed by, and all that those are part of. `glass` are people and cases opened to the actor
    in an emergency.
    """

    label: str
    organisations: frozenset[int] = frozenset()
    user_id: int | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    standing: Standing = Standing()
    walls: frozenset[int] = frozenset()
    glass: frozenset[UUID] = frozenset()
    # A machine (a feed, a scheduled job) reaches every row, so that it can match what people may not see.
    # The database grants that to the role of the jobs process only.
    machine: bool = False

    def may(self, permission: Permission) -> bool:
        """Does one of the actor's roles carry the permission. No role, no permission."""
        return any(permission in PERMISSIONS[role] for role in self.roles)

    @property
    def police(self) -> bool:
        """Does the actor work for a police body, or is employed by one."""
        return POLICE in self.walls


class NoActor(RuntimeError):
    """A query was made outside `acting_as`: nobody said who asks, so nothing is answered."""


_current: ContextVar[Actor | None] = ContextVar("hawl_actor", default=None)


def current_actor() -> Actor:
    """The actor in whose name this code runs; `NoActor` where nobody was named."""
    actor = _current.get()
    if actor is None:
        raise NoActor("Name who acts first: `with acting_as(actor): …`.")
    return actor


# What was worked out once for the actor who is named: the policy's answers by scope of rows, queries by table.
_worked_out: ContextVar[dict[Hashable, Any] | None] = ContextVar("hawl_worked_out", default=None)


def worked_out() -> dict[Hashable, Any]:
    """What was worked out already for the actor who is named now; gone with the naming."""
    held = _worked_out.get()
    return {} if held is None else held


@contextmanager
def naming(actor: Actor) -> Iterator[Actor]:
    """Name the actor for the code within. Database scope is set by `scope.acting_as`, which uses this."""
    token, kept = _current.set(actor), _worked_out.set({})
    try:
        yield actor
    finally:
        _current.reset(token)
        _worked_out.reset(kept)

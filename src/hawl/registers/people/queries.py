"""Reading a person and how they may be reached, as far as the current actor may see."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hawl.foundations.access.actor import Actor, current_actor
from hawl.foundations.vault.fields import can_open
from hawl.registers.people.contact_rules import TELLS_A_PLACE, counting
from hawl.registers.people.models import Contact, ContactDecision, ContactPlan, Person, Visibility
from hawl.registers.people.plans_told import PlanTold, waits_of
from hawl.registers.people.strictness import strictest

_KINDS = ("mobile", "landline", "email", "address")


@dataclass(frozen=True, slots=True)
class Way:
    """One number or address without its value, and what counts for each use of it.

    `contact_id` is the row by which the value may be shown (`actions.show_contact`). `given_by` and `given_on`
    are those of the newest claim; `decided_at` is set where a person's decision counts in place of claims.
    """

    contact_id: uuid.UUID
    kind: str
    ring: str
    text: str
    message: str
    write: str
    claims: int
    given_by: str
    given_on: date | None
    decided_at: datetime | None
    # Of what people decided: how often, who answers there, and when letters were last said to be safe.
    version: int = 0
    held_by: str = ""
    write_verified_on: date | None = None

    @property
    def may_be_used(self) -> bool:
        """Whether any use of it is open."""
        return not {"safe", "first_approach"}.isdisjoint((self.ring, self.text, self.message, self.write))


def person(person_id: uuid.UUID) -> Person:
    """One person. Raises `Person.DoesNotExist` also where the person is hidden."""
    return Person.objects.get(pk=person_id)


def ways_to_reach(person: Person) -> list[Way]:
    """Each number or address of a person once, the strictest claim counting, in one statement.

    A person's decision comes before every claim. Of a restricted record those who are not named on it get nothing
    that tells a place, nor what they could not open (`may_show`).
    """
    by_value: dict[bytes, list[Contact]] = {}
    by = current_actor()
    for row in Contact.objects.filter(person_id=person.pk).defer("value"):
        if may_show(by, person, row):
            by_value.setdefault(bytes(row.value_key), []).append(row)
    return sorted((merged(rows) for rows in by_value.values()), key=_order)


def may_show(by: Actor, person: Person, row: Contact) -> bool:
    """May `by` be shown this way: of a restricted record the named alone, who alone are handed its key."""
    if by.machine or person.visibility != Visibility.RESTRICTED or by.user_id in person.named_users:
        return True
    return row.shows_place() and row.kind not in TELLS_A_PLACE


def merged(rows: Sequence[Contact]) -> Way:
    """What counts of several rows about one number or address."""
    decided = [row for row in rows if row.decided_at]
    newest = max(rows, key=lambda row: (row.given_on or date.min, str(row.pk)))
    # A decision put back after a restore may know the number by its key alone.
    shown = next((row for row in decided if row.kind), newest)
    return Way(
        shown.pk,
        shown.kind,
        ring=_counts(rows, "ring"),
        text=_counts(rows, "text"),
        message=_counts(rows, "message"),
        write=_counts(rows, "write"),
        claims=len(rows),
        given_by=newest.given_by,
        given_on=newest.given_on,
        decided_at=max((row.decided_at for row in decided if row.decided_at), default=None),
        version=max((row.version for row in decided), default=0),
        held_by=next((row.held_by for row in decided if row.held_by), ""),
        write_verified_on=max((row.write_verified_on for row in decided if row.write_verified_on), default=None),
    )


def _counts(rows: Iterable[Contact], use: str) -> str:
    claims = [getattr(row, use) for row in rows if row.decided_at is None]
    decided = [
        getattr(row, use)
        for row in rows
        if row.decided_at is not None and (row.decided_uses is None or use in row.decided_uses)
    ]
    return counting(claims, strictest(decided) if decided else None)


def _order(way: Way) -> tuple[bool, int, str]:
    kind = _KINDS.index(way.kind) if way.kind in _KINDS else len(_KINDS)
    return not way.may_be_used, kind, str(way.contact_id)


def widens(person_id: uuid.UUID, told: PlanTold) -> bool:
    """Whether a plan so told would wait for a second person, as far as the actor sees the plan that stands."""
    plan = ContactPlan.objects.filter(person_id=person_id).first()
    if plan is not None and not (plan.shows_place() and can_open(plan, "plan")):
        return True
    return bool(waits_of(plan, told))


def decisions_of(person_id: uuid.UUID, *, most: int = 30) -> list[ContactDecision]:
    """What was decided and proposed about the ways of reaching a person, the newest first."""
    return list(ContactDecision.objects.filter(person_id=person_id).order_by("-proposed_at")[:most])

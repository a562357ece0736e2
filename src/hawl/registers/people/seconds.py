"""Who may take protection from a person, as first or as second."""

from __future__ import annotations

import uuid

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.identity.queries import active_user
from hawl.registers.people.models import Person

# Who may take protection away, as first or as second. Others who work with people may only add to it.
MAY_LOWER = frozenset({Role.VICTIM_CARE_OFFICER, Role.SPECIALIST_LEAD, Role.HUB_WORKER})


class CannotDecide(ValueError):
    """What may not be; nothing was written.

    `code` is not_allowed, not_a_word, reason_needed, how_known_needed, proposed_already, nothing_changes, closed,
    overtaken, same_person, proposer_gone or, of a plan, expired.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_second(by: Actor, proposed_by: int | None, person_id: uuid.UUID) -> None:
    """May `by` be the second to what that account proposed of a person: both may lower, and both see the person.

    Raises `CannotDecide`: same_person, not_allowed or proposer_gone.
    """
    if by.user_id == proposed_by:
        raise CannotDecide("same_person")
    if not may_lower(by, person_id):
        raise CannotDecide("not_allowed")
    proposer = active_user(proposed_by or 0)
    actor = proposer.actor() if proposer else None
    if actor is None or actor.standing.lapsed(today()):
        raise CannotDecide("proposer_gone")
    # Whom the record was closed to meanwhile has no part in it.
    with acting_as(actor):
        if not may_lower(actor, person_id):
            raise CannotDecide("proposer_gone")


def may_lower(by: Actor, person_id: uuid.UUID) -> bool:
    """May `by`, who is the current actor, take protection from a person: not by a broken glass alone."""
    if not by.roles & MAY_LOWER:
        return False
    person = Person.objects.filter(pk=person_id).first()
    return person is not None and (
        person_id not in by.glass or bool(set(person.visible_to) & by.organisations) or by.user_id in person.named_users
    )

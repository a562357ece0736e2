"""For tests: ways of reaching somebody on which two people have decided, by the actions themselves."""

from __future__ import annotations

from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.identity.models import User
from hawl.registers.cases.tests.makers import DESK, account
from hawl.registers.people.actions import confirm_decision, decide_contact
from hawl.registers.people.models import Contact, ContactDecision
from hawl.registers.people.queries import merged


def two(organisation: str = DESK) -> tuple[User, User]:
    """Two who may lower protection at one desk."""
    return account(Role.VICTIM_CARE_OFFICER, organisation), account(Role.VICTIM_CARE_OFFICER, organisation)


def decide(user: User, contact: Contact, use: str, to: str, *, held_by: str = "themself") -> ContactDecision:
    """Decide, or propose, as a page would: on the way as it stands."""
    with acting_as(user.actor()) as by:
        rows = Contact.objects.filter(person_id=contact.person_id, value_key=contact.value_key)
        return decide_contact(
            by=by, person_id=contact.person_id, contact_id=contact.pk, use=use, to=to, how_known="person_said",
            version=merged(list(rows)).version, reason="she told us herself", held_by=held_by,
        )  # fmt: skip


def decided(contact: Contact, users: tuple[User, User] | None = None, **words: str) -> Contact:
    """The row of decisions of this number, each use given its word by two people (one is enough to close it)."""
    first, second = users or two()
    for use, to in words.items():
        made = decide(first, contact, use, to)
        if made.state == ContactDecision.State.PROPOSED:
            confirm_decision(by=second.actor(), decision_id=made.pk)
    with acting_as(first.actor()):
        return Contact.objects.get(person_id=contact.person_id, value_key=contact.value_key, decided_at__isnull=False)

"""Opening what is held of a person: each reading is recorded with it."""

from __future__ import annotations

import uuid

from django.db import transaction

from hawl.foundations.access.actor import Actor, naming
from hawl.foundations.access.policy import Action
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.vault.sealing import KeyGone
from hawl.registers.people import queries
from hawl.registers.people.grounds import decided_on, is_grave
from hawl.registers.people.models import Contact, Person


def open_person(*, by: Actor, person_id: uuid.UUID) -> Person:
    """A person, for showing them to `by`; the reading is audited. `Person.DoesNotExist` where hidden or absent.

    Runs in the scope of the request that asks, so that a page costs no statement more than it must.
    """
    with naming(by):
        person = queries.person(person_id)
        decision = decided_on(by, Action.READ, person)
        if not decision.allow:
            raise Person.DoesNotExist
        # No savepoint: looking for who is not there must not spoil the request's own transaction.
        with transaction.atomic(savepoint=False):
            record(
                action="person.read", object_kind="person", object_id=str(person.pk), rule=decision.rule,
                grave=is_grave(decision),
            )  # fmt: skip
    return person


@transaction.atomic
def show_contact(*, by: Actor, person_id: uuid.UUID, contact_id: uuid.UUID) -> str:
    """The value of one number or address, for showing it to `by`; the showing is audited without it.

    `Contact.DoesNotExist` where it is hidden, absent, of another person, or left out of a restricted record.
    """
    with acting_as(by):
        contact = Contact.objects.select_related("person").get(pk=contact_id, person_id=person_id)
        decision = decided_on(by, Action.SHOW_CONTACT, contact)
        if not decision.allow or not queries.may_show(by, contact.person, contact):
            raise Contact.DoesNotExist
        try:
            value = str(contact.value)
        except KeyGone as gone:  # an erased person, or a key that is not handed to who asks
            raise Contact.DoesNotExist from gone
        record(
            action="contact.shown", object_kind="contact", object_id=str(contact.pk), objects=[person_id],
            kind=contact.kind, rule=decision.rule, grave=is_grave(decision),
        )  # fmt: skip
        return value

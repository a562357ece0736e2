"""Opening what is held of a person: each reading is recorded with it."""

from __future__ import annotations

import uuid

from django.db import transaction

from hawl.foundations.access.actor import Actor, naming
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.registers.people import queries
from hawl.registers.people.contact_rules import TELLS_A_PLACE
from hawl.registers.people.models import Contact, Person


def open_person(*, by: Actor, person_id: uuid.UUID) -> Person:
    """A person, for showing them to `by`; the reading is audited. `Person.DoesNotExist` where hidden or absent.

    Runs in the scope of the request that asks, so that a page costs no statement more than it must.
    """
    with naming(by):
        person = queries.person(person_id)
        # No savepoint: looking for who is not there must not spoil the request's own transaction.
        with transaction.atomic(savepoint=False):
            record(action="person.read", object_kind="person", object_id=str(person.pk))
    return person


@transaction.atomic
def show_contact(*, by: Actor, person_id: uuid.UUID, contact_id: uuid.UUID) -> str:
    """The value of one number or address, for showing it to `by`; the showing is audited without it.

    `Contact.DoesNotExist` where it is hidden, absent, of another person, or left out of a restricted record.
    """
    with acting_as(by):
        contact = Contact.objects.select_related("person").get(pk=contact_id, person_id=person_id)
        if contact.person.visibility == "restricted" and contact.kind in TELLS_A_PLACE:
            raise Contact.DoesNotExist
        record(action="contact.shown", object_kind="contact", object_id=str(contact.pk), kind=contact.kind)
        return str(contact.value)

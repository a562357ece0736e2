"""Searching, which is audited without its words, and laying the tokens by which a person is found."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import transaction

from hawl.foundations.access.actor import Actor, naming
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record, record_list
from hawl.registers.finding import laying
from hawl.registers.finding.queries import Asked, Found, find
from hawl.registers.people.models import Person

_AT_ONCE = 500


def search_people(*, by: Actor, asked: Asked, most: int = 50) -> Found:
    """Find people for showing them to `by`; the search is audited without what was asked.

    Runs in the scope of the request that asks, so that a page costs no statement more than it must.
    """
    with naming(by):
        found = find(asked, most=most)
        record_list(
            by=by, action="people.searched", people=[match.person.pk for match in found.matches],
            given=asked.given(), found=len(found.matches), too_many=found.too_many,
        )  # fmt: skip
    return found


@transaction.atomic
def index_person(*, by: Actor, person_id: uuid.UUID) -> bool:
    """Lay the tokens of one person anew, after anything they are found by or their visibility changed.

    Gives False where the person is hidden or absent. Tokens are laid from what `by` sees of the person.
    """
    with acting_as(by):
        held = laying.renew([person_id]) > 0
        record(action="person.indexed", object_kind="person", object_id=str(person_id))
    return held


def reindex(*, by: Actor, progress: Callable[[int], None] = lambda done: None) -> int:
    """Lay the tokens of all people anew, some hundred in a transaction; gives their number. For machines."""
    done, last = 0, uuid.UUID(int=0)
    while True:
        with acting_as(by):
            people = list(Person.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
            if people:
                laying.renew(people)
                done, last = done + len(people), people[-1]
                record(action="people.reindexed", people=len(people))
        progress(done)
        if len(people) < _AT_ONCE:
            return done

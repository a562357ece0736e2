"""What machines do about conflicts and names: they match what people may not see."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.journal.actions import note
from hawl.registers.cases.models import Case
from hawl.registers.people.models import Person
from hawl.work.protection import queries, rules
from hawl.work.protection.actions.conflicts import tell_conflict
from hawl.work.protection.inheriting import inherit
from hawl.work.protection.models import Conflict, Renaming

# Anybody whose number or address a worker gave of themselves, of their household or of somebody they know.
_MATCHES = """
SELECT DISTINCT k.person_id, s.user_id, s.about FROM protection_staffkey s
JOIN people_contact k ON k.value_key = s.key
WHERE s.form IN ('phone', 'address') AND NOT EXISTS (
  SELECT 1 FROM protection_conflict c WHERE c.person_id = k.person_id AND c.user_id = s.user_id
    AND c.inherited_from IS NULL)
"""


@transaction.atomic
def match_staff(*, by: Actor) -> int:
    """Keep each record from the accounts whose own words fit it; gives how many conflicts were new.

    One that two people ended is not told again.
    """
    with acting_as(by):
        with connection.cursor() as cursor:
            cursor.execute(_MATCHES)
            found = cursor.fetchall()
        for person_id, user_id, about in found:
            tell_conflict(
                by=by, person_id=person_id, user_id=user_id, source="declared" if about == "known" else "inferred"
            )
        if found:
            record(action="protection.conflicts_matched", object_kind="conflict", found=len(found),
                   objects={person for person, _, _ in found})  # fmt: skip
    return len(found)


@transaction.atomic
def carry_conflicts(*, by: Actor) -> int:
    """Carry conflicts to all who share a crime, and end those whose source has ended; gives how many people changed."""
    with acting_as(by):
        with connection.cursor() as cursor:
            mates = inherit(cursor, of_cases=_TOLD_CASES)
        for person in Person.objects.filter(pk__in=mates):
            for whom in _denied(person):
                note(kind="denied", subject=person.pk, facts=queries.denial_facts(**whom))
                rescoping.deny(person_id=person.pk, **whom)
        ended = _end_inherited(by)
        if mates or ended:
            record(action="protection.conflicts_carried", object_kind="conflict", laid=len(mates), ended=ended,
                   objects=mates)  # fmt: skip
    return len(mates) + ended


_TOLD_CASES = (
    "SELECT c.id FROM cases_case c JOIN protection_conflict t ON t.person_id = c.person_id "
    "WHERE t.ended_at IS NULL AND t.inherited_from IS NULL"
)


def _denied(person: Person) -> Iterator[dict[str, Any]]:
    for user in person.denied_users or ():
        yield {"user_id": user, "organisation_id": None}
    for body in person.denied_organisations or ():
        yield {"user_id": None, "organisation_id": body}


def _end_inherited(by: Actor) -> int:
    """Two people ended the source: what reached others through a crime ends with it, unless something else holds it."""
    ended = 0
    for row in Conflict.objects.filter(ended_at=None, inherited_from__isnull=False):
        whom = {"user_id": row.user_id, "organisation_id": row.organisation_id}
        if (
            row.inherited_from
            and Conflict.objects.filter(
                person_id=row.inherited_from, inherited_from=None, ended_at=None, **whom
            ).exists()
        ):
            continue
        Conflict.objects.filter(pk=row.pk).update(ended_at=timezone.now())
        ended += 1
        if Conflict.objects.filter(person_id=row.person_id, ended_at=None, **whom).exists():
            continue
        note(kind="denial_ended", subject=row.person_id, facts=queries.denial_facts(**whom))
        rescoping.end_denial(person_id=row.person_id, proposed_by=0, **whom)
    return ended


@transaction.atomic
def name_anew(*, by: Actor) -> int:
    """Carry out what two people agreed on: name the accounts on each record of the desk that nobody can open.

    And on each that one alone can open, who stays named beside them.
    """
    given = 0
    with acting_as(by):
        for asked in Renaming.objects.select_for_update().filter(agreed_at__isnull=False, done_at=None):
            here: list[uuid.UUID] = []
            people = Case.objects.filter(desk_id=asked.organisation_id).values("person_id")
            for person in Person.objects.filter(visibility="sealed", pk__in=people):
                left = rules.reachable(queries.parties(person.named_users, person))
                able = sorted({*left, *rules.reachable(queries.parties(asked.named, person))})
                if len(left) <= 1 and len(able) > len(left):
                    note(kind="sealed", subject=person.pk, facts={"named": able})
                    rescoping.name(person_id=person.pk, named_users=able)
                    here.append(person.pk)
            asked.done_at, asked.given = timezone.now(), len(here)
            asked.save(update_fields=["done_at", "given"])
            record(action="protection.renamed", object_kind="renaming", object_id=str(asked.pk), grave=True,
                   given=len(here), objects=here)  # fmt: skip
            given += len(here)
    return given

"""Who must never see a record: named by the victim, declared by staff, or found by a match."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.journal.actions import note
from hawl.registers.people.models import Person
from hawl.work.protection import queries, rules
from hawl.work.protection.models import Conflict, StaffKey
from hawl.work.protection.refusals import Refused


@transaction.atomic
def tell_conflict(
    *,
    by: Actor,
    person_id: uuid.UUID,
    user_id: int | None = None,
    organisation_id: int | None = None,
    source: str = "victim",
) -> Conflict | None:
    """Keep a record from an account or from a whole body, from the next request on; one person may.

    Raises `Refused`: desk_kept for the desk of a case of theirs; where somebody would lose sight of it, nobody_besides
    and no_lead_besides unless another than `by` keeps it; glass_reads_only. None where it is kept from them already.
    `Person.DoesNotExist` for a record that `by` may not see.
    """
    with acting_as(by):
        person = Person.objects.select_for_update().get(pk=person_id)
        if not by.machine and not by.may(Permission.RECORD_ACTS):
            raise Refused("not_allowed")
        whom = {"user_id": user_id, "organisation_id": organisation_id}
        if Conflict.objects.filter(person_id=person_id, ended_at=None, inherited_from=None, **whom).exists():
            return None
        if not by.machine and (user_id == by.user_id or (organisation_id or -1) in by.walls):
            # Who would shut themselves out declares it, so that nobody need see the record to say so.
            raise Refused("nobody_left")
        if not by.machine:
            denial, held = queries.denial_of(person, **whom), queries.record_of(person)
            if refusal := rules.why_not_kept_from(queries.party_of(by, person), denial, held):
                raise Refused(refusal)
        made = Conflict.objects.create(
            person_id=person.pk, source=source, told_at=timezone.now(), visible_to=person.visible_to,
            named_users=person.named_users, denied_users=person.denied_users,
            denied_organisations=person.denied_organisations, **whom,
        )  # fmt: skip
        record(
            action="protection.conflict_told", object_kind="person", object_id=str(person.pk), grave=True, source=source
        )
        note(kind="denied", subject=person.pk, facts=queries.denial_facts(user_id, organisation_id))
        try:
            rescoping.deny(person_id=person.pk, user_id=user_id, organisation_id=organisation_id)
        except IntegrityError as kept:
            # A desk of theirs by a case that `by` does not see.
            raise Refused("desk_kept") from kept
    return made


@transaction.atomic
def declare(*, by: Actor, about: str, keys: Mapping[str, bytes]) -> int:
    """Keep what a worker says of themselves, their household or somebody they know, as blind keys; how many.

    `keys` by their form (name_born, phone, address). The answer never depends on whether anybody matches: that is
    looked for later, by a machine.
    """
    with acting_as(by):
        if by.user_id is None:
            raise Refused("not_allowed")
        rows = [
            StaffKey(user_id=by.user_id, about=about, form=form, key=key, given_at=timezone.now())
            for form, key in keys.items()
        ]
        StaffKey.objects.bulk_create(rows)
        # Neither how many keys nor their forms: what was declared is the worker's own.
        record(action="protection.declared", object_kind="user", object_id=str(by.user_id))
    return len(rows)

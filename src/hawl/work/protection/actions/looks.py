"""Explaining looks without a relationship."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.work.protection import queries, rules
from hawl.work.protection.models import LookReview
from hawl.work.protection.refusals import Refused


@transaction.atomic
def settle_look(*, by: Actor, look_id: uuid.UUID, outcome: str) -> LookReview:
    """Say what a colleague's looks were, by a code; the owner of a case of the person, or a specialist lead.

    Nobody settles their own. Raises `Refused`, and `LookReview.DoesNotExist` for a record that `by` may not see.
    """
    with acting_as(by):
        held = LookReview.objects.select_for_update().get(pk=look_id)
        refusal = rules.why_not_settled(
            queries.party_of(by), held.user_id, queries.owners_of(held.person_id), settled=held.settled_at is not None
        )
        if refusal or not by.may(Permission.RECORD_ACTS):
            raise Refused(refusal or "not_allowed")
        held.outcome, held.settled_by, held.settled_at = LookReview.Outcome(outcome).value, by.user_id, timezone.now()
        held.save(update_fields=["outcome", "settled_by", "settled_at"])
        record(
            action="protection.look_settled", object_kind="person", object_id=str(held.person_id),
            outcome=held.outcome, of=held.user_id,
        )  # fmt: skip
    return held

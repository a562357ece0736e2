"""Laying the duties of one case anew."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.seen import SCOPE_COLUMNS
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import today
from hawl.registers.cases.models import Case, CaseEvent
from hawl.rights.duties.columns import COLUMNS, duty_values
from hawl.rights.duties.models import Duty
from hawl.rights.duties.queries import evaluated_now

_KEPT = (*COLUMNS, "rank", *SCOPE_COLUMNS)


@transaction.atomic
def recompute(*, case_id: uuid.UUID, by: Actor, events: Iterable[CaseEvent] | None = None) -> int:
    """Evaluate one case from its events and bring its duties to the result; gives their number.

    To be called with every act that adds an event, in the same transaction; `events` are all that the case has by then,
    where the caller holds them under its lock, else they are read. The rows are visible to whom the case is; one that
    stands as it should is not touched. Raises `Case.DoesNotExist` where `by` may not see the case.
    """
    with acting_as(by):
        case = Case.objects.select_for_update().get(pk=case_id)
        of_case = (case.rank, *(getattr(case, name) for name in SCOPE_COLUMNS))
        owed = [(*duty_values(one), *of_case) for one in evaluated_now(case_id, today(), events)]
        held = Duty.objects.filter(case_id=case_id).values_list("pk", *_KEPT)
        standing = {_said(values): key for key, *values in held}
        new = [values for values in owed if standing.pop(_said(values), None) is None]
        # What is left stands no longer, or not as it did; it goes first, since a duty of a trigger stands once.
        if standing:
            Duty.objects.filter(pk__in=list(standing.values())).delete()
        if new:
            Duty.objects.bulk_create([Duty(case=case, **dict(zip(_KEPT, values, strict=True))) for values in new])
        record(action="duties.recomputed", object_kind="case", object_id=str(case_id), duties=len(owed))
    return len(owed)


def _said(values: Iterable[Any]) -> tuple[Any, ...]:
    """All that a row says, to tell whether it stands as it should."""
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)

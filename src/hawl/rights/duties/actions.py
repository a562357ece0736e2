"""Laying the duties of one case anew."""

from __future__ import annotations

import uuid

from django.db import transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import today
from hawl.registers.cases.models import Case
from hawl.rights.duties.columns import COLUMNS, duty_values
from hawl.rights.duties.models import Duty
from hawl.rights.duties.queries import evaluated_now


@transaction.atomic
def recompute(*, case_id: uuid.UUID, by: Actor) -> int:
    """Evaluate one case from its events and put the result in place of its duties; gives their number.

    To be called with every act that adds an event, in the same transaction. The rows are visible to whom the
    case is. Raises `Case.DoesNotExist` where `by` may not see the case.
    """
    with acting_as(by):
        case = Case.objects.select_for_update().get(pk=case_id)
        rows = [
            Duty(
                case=case,
                rank=case.rank,
                visible_to=case.visible_to,
                named_users=case.named_users,
                denied_users=case.denied_users,
                denied_organisations=case.denied_organisations,
                **dict(zip(COLUMNS, duty_values(one), strict=True)),
            )
            for one in evaluated_now(case_id, today())
        ]
        Duty.objects.filter(case_id=case_id).delete()
        Duty.objects.bulk_create(rows)
        record(action="duties.recomputed", object_kind="case", object_id=str(case_id), duties=len(rows))
    return len(rows)

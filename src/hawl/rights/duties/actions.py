"""Laying the duties of one case anew."""

from __future__ import annotations

import uuid
from operator import attrgetter
from typing import Any

from django.db import transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.seen import SCOPE_COLUMNS
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import today
from hawl.registers.cases.models import Case
from hawl.rights.duties.columns import COLUMNS, duty_values
from hawl.rights.duties.models import Duty
from hawl.rights.duties.queries import evaluated_now

_VALUES = attrgetter(*COLUMNS, "rank", *SCOPE_COLUMNS)


@transaction.atomic
def recompute(*, case_id: uuid.UUID, by: Actor) -> int:
    """Evaluate one case from its events and bring its duties to the result; gives their number.

    To be called with every act that adds an event, in the same transaction. The rows are visible to whom the
    case is; one that stands as it should is not touched. Raises `Case.DoesNotExist` where `by` may not see the case.
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
        standing = {_said(row): row.pk for row in Duty.objects.filter(case_id=case_id)}
        new = [row for row in rows if standing.pop(_said(row), None) is None]
        # What is left stands no longer, or not as it did; it goes first, since a duty of a trigger stands once.
        if standing:
            Duty.objects.filter(pk__in=list(standing.values())).delete()
        if new:
            Duty.objects.bulk_create(new)
        record(action="duties.recomputed", object_kind="case", object_id=str(case_id), duties=len(rows))
    return len(rows)


def _said(row: Duty) -> tuple[Any, ...]:
    """All that a row says, to tell whether it stands as it should."""
    return tuple(tuple(value) if isinstance(value, list) else value for value in _VALUES(row))

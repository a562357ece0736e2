"""Writing to the audit, always within the transaction of what is recorded."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from hawl.foundations.access.actor import current_actor
from hawl.foundations.audit.context import request_id
from hawl.foundations.audit.models import AuditEntry


def record(*, action: str, object_kind: str = "", object_id: str = "", **detail: Any) -> None:
    """Record an act or a reading of the current actor.

    `action` is a dotted code (`case.referred`, `person.read`); `detail` holds codes and counts, never content.
    Raises `NoActor` without an actor and Django's `TransactionManagementError` outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("The audit is written with the act, in one transaction.")
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                actor=current_actor().label,
                action=action,
                object_kind=object_kind,
                object_id=object_id,
                request_id=request_id(),
                detail=detail,
            )
        ]
    )

"""What people do about failures of background work."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.jobs.models import JobFailure


class NotAllowed(PermissionError):
    """Who does not look after the installation does not clear its failures away."""


@transaction.atomic
def look_at_failure(*, by: Actor, failure_id: int) -> JobFailure:
    """Mark a failure as looked at; the first who looked counts. Raises JobFailure.DoesNotExist, NotAllowed."""
    if not by.may(Permission.SEE_OPERATIONS):
        raise NotAllowed
    with acting_as(by):
        failure = JobFailure.objects.select_for_update().get(pk=failure_id)
        if failure.looked_at is None:
            failure.looked_at = timezone.now()
            failure.save(update_fields=["looked_at"])
            record(action="job_failure.looked_at", object_kind="job_failure", object_id=str(failure.pk))
    return failure

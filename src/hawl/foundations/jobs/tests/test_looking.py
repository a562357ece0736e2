from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.jobs.actions import NotAllowed, look_at_failure
from hawl.foundations.jobs.models import JobFailure
from hawl.foundations.jobs.queries import failures, not_looked_at, queue

pytestmark = pytest.mark.django_db

STEWARD = Actor(label="user:1", roles=frozenset({Role.STEWARD}))


def a_failure(hours_ago: int = 1) -> JobFailure:
    return JobFailure.objects.create(job="feed-inbox", failed_at=timezone.now() - timedelta(hours=hours_ago), error="E")


def test_the_first_who_looked_counts_and_leaves_an_entry_in_the_audit() -> None:
    from hawl.foundations.audit.models import AuditEntry

    failure = a_failure()
    first = look_at_failure(by=STEWARD, failure_id=failure.pk).looked_at
    assert look_at_failure(by=STEWARD, failure_id=failure.pk).looked_at == first
    entries = AuditEntry.objects.filter(action="job_failure.looked_at", object_id=str(failure.pk))
    assert [entry.actor for entry in entries] == ["user:1"]


def test_who_does_not_look_after_the_installation_changes_nothing() -> None:
    failure = a_failure()
    with pytest.raises(NotAllowed):
        look_at_failure(by=Actor(label="user:2", roles=frozenset({Role.BOARD})), failure_id=failure.pk)
    failure.refresh_from_db()
    assert failure.looked_at is None


def test_a_failure_that_is_not_there_is_told() -> None:
    with pytest.raises(JobFailure.DoesNotExist):
        look_at_failure(by=STEWARD, failure_id=10**9)


def test_those_not_looked_at_come_first_and_the_newest_of_them() -> None:
    old, seen, new = a_failure(9), a_failure(1), a_failure(5)
    look_at_failure(by=STEWARD, failure_id=seen.pk)
    assert [each.pk for each in failures()] == [new.pk, old.pk, seen.pk]
    assert not_looked_at() == 2


@pytest.mark.process("staff")
def test_the_staff_site_may_ask_how_the_work_goes() -> None:
    with acting_as(STEWARD):
        found = queue()
    assert (found.heard_at, found.running) == (None, 0)

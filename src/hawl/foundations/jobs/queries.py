"""Reading how the background work goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from hawl.foundations.jobs.models import JobFailure

SHOWN_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Queue:
    """`heard_at` is when a worker last gave a sign of life, None where none ever did."""

    heard_at: datetime | None
    waiting: int
    running: int


def queue() -> Queue:
    """How many jobs wait and run, and whether anybody works on them; two statements."""
    jobs = ProcrastinateJob.objects.aggregate(
        waiting=Count("pk", filter=Q(status="todo")), running=Count("pk", filter=Q(status="doing"))
    )
    heard = ProcrastinateWorker.objects.aggregate(at=Max("last_heartbeat"))
    return Queue(heard["at"], jobs["waiting"], jobs["running"])


def failures() -> list[JobFailure]:
    """The latest failures, those that nobody has looked at first; at most a hundred."""
    rows = JobFailure.objects.annotate(waits=Q(looked_at=None))
    return list(rows.order_by("-waits", "-failed_at", "-pk")[:SHOWN_AT_MOST])


def not_looked_at() -> int:
    """How many failures nobody has looked at."""
    return JobFailure.objects.filter(looked_at=None).count()

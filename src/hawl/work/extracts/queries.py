"""Reading what is kept of extracts, and what of cases an erasure marks."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from hawl.foundations.vault.keys import key_ring
from hawl.registers.cases.models import Case
from hawl.work.extracts.erased import marks_of_crime
from hawl.work.extracts.models import KeptRow


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows of a source wait for their crime, and when the oldest of them was told."""

    source: str
    rows: int
    oldest: datetime


def waiting() -> list[Waiting]:
    """What waits, by source; one statement."""
    rows = (
        KeptRow.objects.filter(told__isnull=False).values_list("source").annotate(n=Count("pk"), first=Min("told_at"))
    )
    return [Waiting(source, n, first) for source, n, first in rows.order_by("source")]


def marks_of_crimes(cases: Collection[uuid.UUID]) -> list[bytes]:
    """The marks that an erasure of these cases keeps of their crimes (`erased`)."""
    ring, found = key_ring(), set()
    rows = Case.objects.filter(pk__in=cases, crime_key__isnull=False).values_list("crime_key", "person__source_key")
    for crime, person in rows:
        if crime is not None:
            found |= marks_of_crime(bytes(crime), bytes(person) if person else None, ring)
    return sorted(found)

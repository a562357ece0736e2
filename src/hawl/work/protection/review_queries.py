"""Reading what reviewers are shown: never more of a record than they see without the review."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection

from hawl.foundations.access.models import BrokenGlass
from hawl.registers.people.models import Person


def nobody_left(desks: Iterable[int]) -> bool:
    """Has a sealed record of one of these desks lost all who were named on it. Yes or no, and never which."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT bool_or(hawl_nobody_left(desk)) FROM unnest(%s::int[]) AS desk", [sorted(desks)])
        return bool(cursor.fetchone()[0])


def subjects_seen(glass_id: uuid.UUID) -> list[uuid.UUID]:
    """People whom an opening opened and whom the reader may see; none, too, where nothing was opened."""
    subjects = BrokenGlass.objects.filter(pk=glass_id).values_list("subjects", flat=True).first() or []
    return list(Person.objects.filter(pk__in=subjects).order_by("pk").values_list("pk", flat=True))

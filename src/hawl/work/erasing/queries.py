"""Reading what waits to be erased."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import models

from hawl.foundations.clock import now
from hawl.registers.people.models import Person
from hawl.work.erasing.models import Erasure

# How long what is asked for, and what two people agreed to, holds (migration 0002).
WAITS_FOR = timedelta(days=7)


def waiting_erasures() -> list[Erasure]:
    """What waits for a yes of the current actor or of another; nothing for who may not say it."""
    return list(Erasure.objects.raw("SELECT * FROM hawl_erasures_waiting()"))


def seen_by_reader(asked: Iterable[Erasure]) -> set[uuid.UUID]:
    """Whose records the current actor may open, of the people whom these are about."""
    return set(Person.objects.filter(pk__in=[each.person_id for each in asked]).values_list("pk", flat=True))


def waiting_for(person_id: uuid.UUID) -> Erasure | None:
    """What was asked for this person and nobody refused, agreed to or not. For machines."""
    return _held().filter(person_id=person_id).first()


def agreed_erasure(person_id: uuid.UUID) -> Erasure | None:
    """What two people agreed to for this person. For machines."""
    return _held().filter(person_id=person_id, second_by__isnull=False).first()


def _held() -> models.QuerySet[Erasure]:
    return Erasure.objects.filter(refused_by=None, asked_at__gt=now() - WAITS_FOR).order_by("-asked_at")

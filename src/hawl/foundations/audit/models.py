"""The append-only record of who did and who read what. No content, no foreign keys."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from hawl.foundations.access.models import JOBS, NOBODY, STAFF_SIDE, OpenModel


class AuditEntry(OpenModel):
    """One act or one reading. The application's roles may add and never change or delete."""

    readers = JOBS
    writers = NOBODY
    adders = STAFF_SIDE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=80)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=64, blank=True, db_index=True)
    request_id = models.CharField(max_length=40, blank=True)
    # Codes and counts only: never a name, a number or what was searched for.
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("at",)

"""The keys of people, wrapped, and the long work on them."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from hawl.foundations.access.models import JOBS, STAFF_SIDE, OpenModel


class DataKey(OpenModel):
    """The key of one person, wrapped by a key of the key file. Without its row nothing it sealed can be read.

    A key with `named_users` is a location key: what tells where a restricted person is lies under it, and
    row-level security (`rules.sql`) hands it to those users alone.
    """

    readers = STAFF_SIDE
    # Of these rights row-level security leaves the staff process: adding keys, and its own location keys.
    writers = STAFF_SIDE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Nonce and AES-256-GCM of the key, bound to this row's id.
    wrapped = models.BinaryField()
    # Number of the key of the key file that wraps it.
    kek = models.SmallIntegerField()
    named_users = ArrayField(models.BigIntegerField(), null=True, blank=True)
    # Of a location key: the key of the person, beside which it stands.
    beside = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["kek"], name="vault_key_kek"),
            models.Index(fields=["beside"], condition=models.Q(beside__isnull=False), name="vault_key_beside"),
        ]


class KeyWork(OpenModel):
    """A renewal of all keys: how far it has come, so that it goes on where it was cut off."""

    readers = STAFF_SIDE
    writers = JOBS

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Of the last commit: for some minutes after it a page may still hold values under keys that are gone.
    moved_at = models.DateTimeField(default=timezone.now)
    done = models.IntegerField(default=0)

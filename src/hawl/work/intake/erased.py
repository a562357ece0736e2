"""Messages of the feed that were erased, known by a mark that leads back to nothing.

A mark is a keyed digest of the message's key, which is itself one of the sender's record id: it equals nothing else
that is stored. By it a newer version of an erased record is counted and not taken in.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterable

from hawl.foundations.clock import today
from hawl.foundations.vault.keys import KeyRing, key_ring
from hawl.work.intake.models import ErasedMessage, FeedMessage


def mark_of(message_key: bytes, ring: KeyRing) -> bytes:
    """16 bytes."""
    return hashlib.blake2b(message_key, key=ring.index, digest_size=16, person=b"hawl feed.erased").digest()


def marks_of_cases(cases: Collection[uuid.UUID]) -> list[bytes]:
    """The marks of the messages that made these cases."""
    ring = key_ring()
    return [
        mark_of(bytes(key), ring) for key in FeedMessage.objects.filter(case_id__in=cases).values_list("key", flat=True)
    ]


def lay_marks(marks: Iterable[bytes]) -> None:
    """Keep these marks; harmless again."""
    ErasedMessage.objects.bulk_create(
        [ErasedMessage(mark=mark, erased_on=today()) for mark in marks], ignore_conflicts=True
    )


def erased_among(message_keys: Collection[bytes], ring: KeyRing) -> set[bytes]:
    """Which of these messages were erased: one statement, whatever their number."""
    by_mark = {mark_of(key, ring): key for key in message_keys}
    held = ErasedMessage.objects.filter(mark__in=list(by_mark)).values_list("mark", flat=True)
    return {by_mark[bytes(mark)] for mark in held}

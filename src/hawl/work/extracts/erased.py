"""What stays known of those who were erased, so that no extract keeps or brings back what happened to them."""

from __future__ import annotations

from collections.abc import Iterable

from hawl.foundations.vault.keys import KeyRing
from hawl.work.extracts.keys import RowKeys
from hawl.work.extracts.models import KeptRow
from hawl.work.intake.erased import erased_among, mark_of


def marks_of_crime(crime: bytes, person: bytes | None, ring: KeyRing) -> set[bytes]:
    """The marks that an erasure keeps of a crime and of its person in it, beside those of the feed's messages."""
    return {mark_of(crime, ring), mark_of(_pair(crime, person or b""), ring)}


def forget_kept(person_key: bytes) -> int:
    """Take away what is kept of rows that name this person; gives how many."""
    return KeptRow.objects.filter(person_key=person_key).delete()[0]


def of_erased(rows: Iterable[tuple[int, RowKeys]], ring: KeyRing) -> set[int]:
    """Which of these rows, that found no case, are of somebody who was erased; one statement."""
    by_key: dict[bytes, list[int]] = {}
    for n, keys in rows:
        if key := _asked(keys):
            by_key.setdefault(key, []).append(n)
    return {n for key in erased_among(list(by_key), ring) for n in by_key[key]}


def _asked(keys: RowKeys) -> bytes | None:
    """Of a row that names nobody the crime, else whom it names."""
    if keys.record is not None:
        return keys.record
    if keys.crime is not None and keys.person is not None:
        return _pair(keys.crime, keys.person)
    return keys.crime


def _pair(crime: bytes, person: bytes) -> bytes:
    return crime + b"\x00" + person

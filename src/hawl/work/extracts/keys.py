"""The keys by which the rows of an extract find their cases and are known again; ids of the sender are not stored."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from hawl.foundations.vault.keys import KeyRing
from hawl.work.extracts.rows import ExtractRow
from hawl.work.intake.keys import crime_key, message_key, person_key

PREFIX = "extract-"


@dataclass(frozen=True, slots=True)
class RowKeys:
    """The keys of one row. None is "not named"; `about` is empty where the event answers none."""

    crime: bytes | None
    person: bytes | None
    record: bytes | None
    event_id: str
    about: str
    # Of the row while it lies in no case.
    kept: uuid.UUID


def keys_of(row: ExtractRow, *, source: str, ids_of: str, ring: KeyRing) -> RowKeys:
    """`source` says what happened; `ids_of` is the body whose feed knows the crimes and people by these ids."""
    event_id = _event_id(source, row.event_id, ring)
    crime = crime_key(ids_of, row.crime, ring) if row.crime else None
    person = person_key(ids_of, row.person, ring) if row.person else None
    record = message_key(ids_of, row.record, ring) if row.record else None
    about = _event_id(source, row.about, ring) if row.about else ""
    return RowKeys(crime, person, record, event_id, about, kept_id(event_id, person, record, ring))


def kept_id(event_id: str, person: bytes | None, record: bytes | None, ring: KeyRing) -> uuid.UUID:
    """One row is kept for an event and whom it names: a newer one of the same takes its place."""
    told = event_id.encode() + b"\x00" + (person or b"") + b"\x00" + (record or b"")
    return uuid.UUID(bytes=hashlib.blake2b(told, key=ring.index, digest_size=16, person=b"hawl extract.row").digest())


def _event_id(source: str, event_id: str, ring: KeyRing) -> str:
    told = f"{source}\x00{event_id}".encode()
    return PREFIX + hashlib.blake2b(told, key=ring.index, digest_size=16, person=b"hawl extract.evt").hexdigest()

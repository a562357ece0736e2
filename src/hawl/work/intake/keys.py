"""The blind keys by which a feed's messages, people, crimes and numbers are known again."""

from __future__ import annotations

from hawl.foundations.vault.keys import KeyRing
from hawl.foundations.vault.sealing import blind_index


def message_key(source: str, record_id: str, ring: KeyRing) -> bytes:
    """The key of a message: the sender's own id of this person in this crime."""
    return blind_index("intake.message", f"{source}\x00{record_id}", ring)


def person_key(source: str, ref: str, ring: KeyRing) -> bytes:
    """The key of a person as the sender knows them; victims and suspects share one key space."""
    return blind_index("people.source", f"{source}\x00{ref}", ring)


def crime_key(source: str, ref: str, ring: KeyRing) -> bytes:
    """The key of a crime as the sender knows it."""
    return blind_index("cases.crime", f"{source}\x00{ref}", ring)


def value_key(kind: str, value: str, ring: KeyRing) -> bytes:
    """The key of a number or address: spaces, dots, hyphens and case do not count."""
    plain = "".join(value.split()).replace("-", "").replace(".", "") if kind != "email" else value
    return blind_index("people.contact", f"{kind}\x00{plain}", ring)

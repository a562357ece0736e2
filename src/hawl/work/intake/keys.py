"""The blind keys by which a feed's messages, people, crimes, events and numbers are known again.

The sender's ids count letter by letter: two that differ in case alone are two people, and mixing them up would
tell the one of the other.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from hawl.foundations.vault.keys import KeyRing
from hawl.foundations.vault.sealing import blind_index
from hawl.registers.finding.words import phone

TELEPHONES = ("mobile", "landline")


def message_key(source: str, record_id: str, ring: KeyRing) -> bytes:
    """The key of a message: the sender's own id of this person in this crime."""
    return _exact("intake.message", source, record_id, ring=ring)


def person_key(source: str, ref: str, ring: KeyRing) -> bytes:
    """The key of a person as the sender knows them; victims and suspects share one key space."""
    return _exact("people.source", source, ref, ring=ring)


def crime_key(source: str, ref: str, ring: KeyRing) -> bytes:
    """The key of a crime as the sender knows it."""
    return _exact("cases.crime", source, ref, ring=ring)


def event_id(message: bytes, event: str, ring: KeyRing) -> str:
    """The id by which an event of a message is stored: the sender's own may hold a record id or a name."""
    # Of the standard library's keyed digests the quickest by far; a year's feed has half a million events.
    keyed = hashlib.blake2b(message + event.encode(), key=ring.index, digest_size=16, person=b"hawl cases.event")
    return "feed-" + keyed.hexdigest()


def value_key(kind: str, value: str, ring: KeyRing) -> bytes:
    """The key of a number or address: spaces, dots, hyphens and case do not count.

    A number is the same whether it is called mobile or landline, and with +44 as with 0 or with neither.
    """
    if kind in TELEPHONES:
        return blind_index("people.contact", f"telephone\x00{_plain_number(value)}", ring)
    plain = "".join(value.split())
    if kind != "email":
        plain = re.sub(r"[-.,]", "", plain)
    return blind_index("people.contact", f"{kind}\x00{plain}", ring)


def _plain_number(value: str) -> str:
    """A number as release 0.1.0 wrote most of them, so that the keys it stored stay: 0… for one of this country.

    What holds no digit is no number: it stays itself, so that two such are not taken for one.
    """
    number = phone(value)
    if number.startswith("+44"):
        return "0" + number.removeprefix("+44")
    if number:
        return number
    return "".join(
        c for c in unicodedata.normalize("NFKC", value) if unicodedata.category(c) != "Cf" and not c.isspace()
    )


def _exact(purpose: str, *parts: str, ring: KeyRing) -> bytes:
    """A key in which every letter counts: the index itself folds case and forms of letters."""
    return blind_index(purpose, "\x00".join(part.encode().hex() for part in parts), ring)

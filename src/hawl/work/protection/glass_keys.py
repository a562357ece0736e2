"""The blind keys by which a worker in an emergency names exactly one person."""

from __future__ import annotations

from hawl.foundations.vault.keys import KeyRing, key_ring
from hawl.work.intake import keys


def phone(number: str, ring: KeyRing | None = None) -> bytes:
    """The key of a telephone number, as claims of the feed carry it."""
    return keys.value_key("mobile", number, ring or key_ring())


def crime(source: str, reference: str, ring: KeyRing | None = None) -> bytes:
    """The key of a crime at the force `source`."""
    return keys.crime_key(source, reference.strip(), ring or key_ring())


def address(text: str, ring: KeyRing | None = None) -> bytes:
    """The key of an address as it was given."""
    return keys.value_key("address", text, ring or key_ring())

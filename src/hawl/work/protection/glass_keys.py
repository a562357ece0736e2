"""The blind keys by which a worker in an emergency names exactly one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hawl.foundations.vault.keys import KeyRing, key_ring
from hawl.registers.finding.queries import exact_tokens
from hawl.work.intake import keys


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom a glass is broken for, as keys alone: by a `phone`, a `crime`, or a `name` with the day of birth."""

    form: str
    key: bytes = b""
    names: frozenset[int] = frozenset()
    born: frozenset[int] = frozenset()


def by_phone(number: str) -> Sought:
    """By a telephone number."""
    return Sought("phone", phone(number))


def by_crime(source: str, reference: str) -> Sought:
    """By a crime at the force `source`."""
    return Sought("crime", crime(source, reference))


def by_name(name: str, born_on: date) -> Sought:
    """By a whole name and the day of birth, both; `names` is empty where the name is not whole."""
    names, born = exact_tokens(name, born_on)
    return Sought("name", names=names, born=born)


def phone(number: str, ring: KeyRing | None = None) -> bytes:
    """The key of a telephone number, as claims of the feed carry it."""
    return keys.value_key("mobile", number, ring or key_ring())


def crime(source: str, reference: str, ring: KeyRing | None = None) -> bytes:
    """The key of a crime at the force `source`."""
    return keys.crime_key(source, reference.strip(), ring or key_ring())


def address(text: str, ring: KeyRing | None = None) -> bytes:
    """The key of an address as it was given."""
    return keys.value_key("address", text, ring or key_ring())

"""The keyed tokens of a person, and of what is looked for. The two must come to the same: one place makes both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from hawl.foundations.vault.keys import KeyRing, key_ring
from hawl.registers.finding import words

# What a token is of. The last tells where somebody is, and so does a landline among the phones.
REFERENCE, PHONE, EMAIL, FULL_NAME, BORN, FAMILY_YEAR, FAMILY_INITIAL, FAMILY, SOUND_YEAR, SOUND_INITIAL, SOUND = range(
    11
)
POSTCODE = 11
# What cases and contacts tell, of which a person has many. Names and the day of birth stand in the person's row alone.
REPEATED = frozenset({REFERENCE, PHONE, EMAIL, POSTCODE})


@dataclass(slots=True)
class Described:
    """What is looked for, or what one row of a person tells. Texts as they were given."""

    # (given, family) of each name that they go by.
    names: list[tuple[str, str]] = field(default_factory=list)
    born_on: date | None = None
    born_year: int | None = None
    # (kind, value) as contacts have them: mobile, landline, email, address.
    ways: list[tuple[str, str]] = field(default_factory=list)
    postcodes: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)


def names_of(held: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """(given, family) of each name in the sealed names of a person."""
    names = {name: str(value or "") for name, value in (held or {}).items()}
    found = [(names.get("given", ""), names.get("family", ""))]
    if names.get("known_as"):
        found.append((names["known_as"], names.get("family", "")))
    if names.get("organisation"):
        found.append(("", names["organisation"]))
    if names.get("named_contact"):
        given, _, family = names["named_contact"].rpartition(" ")
        found.append((given, family))
    return [each for each in found if any(each)]


def tokens_of(
    described: Described, *, sealed: bool = False, place: bool = True, ring: KeyRing | None = None
) -> set[int]:
    """All tokens of what is told; those of `sealed` people have a key of their own; without `place` none says where."""
    secret = _secret((ring or key_ring()).index, sealed)
    return {_token(secret, kind, text) for kind, text in _texts(described, place=place)}


def by_strength(described: Described, ring: KeyRing | None = None) -> list[tuple[int, set[int]]]:
    """What is looked for: for each kind of token, strongest first, the tokens of open and of sealed people."""
    index = (ring or key_ring()).index
    found: dict[int, set[int]] = {}
    for kind, text in _texts(described, place=True):
        found.setdefault(kind, set()).update(_token(_secret(index, sealed), kind, text) for sealed in (False, True))
    return [(kind, found[kind]) for kind in _ORDER if kind in found]


_ORDER = (REFERENCE, PHONE, EMAIL, FULL_NAME, BORN, FAMILY_YEAR, POSTCODE, FAMILY_INITIAL, FAMILY, SOUND_YEAR,
          SOUND_INITIAL, SOUND)  # fmt: skip


def _texts(described: Described, *, place: bool) -> Iterable[tuple[int, str]]:
    year = described.born_on.year if described.born_on else described.born_year
    for given, family in described.names:
        yield from _of_name(given, family, year)
    if described.born_on:
        yield BORN, described.born_on.isoformat()
    for kind, value in described.ways:
        yield from _of_way(kind, value, place=place)
    if place:
        yield from ((POSTCODE, code) for each in described.postcodes if (code := words.postcode(each)))
    yield from ((REFERENCE, code) for each in described.references if (code := words.reference(each)))


def _of_name(given: str, family: str, year: int | None) -> Iterable[tuple[int, str]]:
    initial = words.initial_of(given)
    sounds = {words.sound_of(part) for part in words.parts_of_family(family)[:3]}
    for name in words.family_names(family):
        yield FAMILY, name
        yield from ((FULL_NAME, f"{first} {name}") for first in words.given_names(given)[:3])
        if initial:
            yield FAMILY_INITIAL, f"{name} {initial}"
        if year:
            yield FAMILY_YEAR, f"{name} {year}"
    for sound in sounds:
        yield SOUND, sound
        if initial:
            yield SOUND_INITIAL, f"{sound} {initial}"
        if year:
            yield SOUND_YEAR, f"{sound} {year}"


def _of_way(kind: str, value: str, *, place: bool) -> Iterable[tuple[int, str]]:
    if kind == "email":
        yield EMAIL, words.email(value)
    elif kind == "address":
        if place and (code := words.postcode(value)):
            yield POSTCODE, code
    elif (place or kind != "landline") and (number := words.phone(value)):
        # One number is one token, whatever it is called; only its kind says whether it tells a place.
        yield PHONE, number


@lru_cache(maxsize=8)
def _secret(index: bytes, sealed: bool) -> bytes:
    purpose = b"hawl finding sealed" if sealed else b"hawl finding open"
    return hashlib.blake2b(purpose, key=index, digest_size=32).digest()


def _token(secret: bytes, kind: int, text: str) -> int:
    digest = hashlib.blake2b(f"{kind}|{text}".encode(), key=secret, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)

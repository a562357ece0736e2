"""What of one row counts when people are compared: names folded and in their forms, days, numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

from hawl.foundations.datafiles import read
from hawl.registers.finding import words

_TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir", "dame", "lady", "lord", "master", "y", "parch"}
_ISO = re.compile(r"^(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})(?:[T ].*)?$")
_EARLIEST, _LATEST = 1850, 2100
# Systems that insist on a day are given one of these.
_STAND_INS = {date(1900, 1, 1), date(1901, 1, 1), date(1899, 12, 30)}
_GENDERS = {
    "f": "f", "female": "f", "woman": "f", "girl": "f", "benyw": "f", "menyw": "f", "b": "f",
    "m": "m", "male": "m", "man": "m", "boy": "m", "gwryw": "m", "dyn": "m", "g": "m",
}  # fmt: skip
_SHORTEST_PHONE = 9


@dataclass(frozen=True, slots=True)
class Person:
    """One row as it is compared. What is absent or cannot be read is None or empty."""

    given: str | None = None  # the first given name, folded
    given_forms: tuple[str, ...] = ()  # of all given names, by which Siân and Jane are met as one
    given_sound: str | None = None
    surname: str | None = None  # folded and joined: ap Rhys is aprhys
    surname_forms: tuple[str, ...] = ()
    surname_sound: str | None = None
    born: date | None = None
    postcode: str | None = None
    address: str | None = None  # folded
    phone: str | None = None  # +44…
    email: str | None = None
    email_name: str | None = None  # before the @
    gender: str | None = None  # f, m or a word that is neither

    def tells_nothing(self) -> bool:
        """Whether nothing is known by which one person differs from the others of their house."""
        return not (self.given or self.surname or self.born or self.phone or self.email)


def person_of(row: Mapping[str, str]) -> Person:
    """The text of each role as a `Person`."""
    given, surname = row.get("forename", ""), row.get("surname", "")
    if "full_name" in row:
        given, surname = parted(row["full_name"])
    said = _said(given)
    phone, email = words.phone(row.get("phone", "")), words.email(row.get("email", ""))
    family = words.parts_of_family(surname)
    return Person(
        given=said[0] if said else None,
        given_forms=tuple(dict.fromkeys(form for word in said for form in given_forms(word))),
        given_sound=words.sound_of(said[0]) or None if said else None,
        surname=family[0] if family else None,
        surname_forms=words.family_names(surname),
        surname_sound=words.sound_of(family[-1]) or None if family else None,
        born=day_of(row.get("dob", "")),
        postcode=words.postcode(row.get("postcode", "")) or words.postcode(row.get("address", "")) or None,
        address=_address(row.get("address", "")),
        phone=phone if len(phone) > _SHORTEST_PHONE else None,
        email=email if "@" in email[1:] else None,
        email_name=email.partition("@")[0] if "@" in email[1:] else None,
        gender=_gender(row.get("gender", "")),
    )


def parted(name: str) -> tuple[str, str]:
    """Given names and surname of a whole name: `Jones, Siân`, `Mrs Siân Jones`, `Siân ferch Dafydd`."""
    family, comma, rest = name.partition(",")
    if comma:
        return rest, family
    said = [word for word in name.split() if words.folded(word) not in _TITLES]
    for place, word in enumerate(said):
        if place and words.folded(word) in words.PATRONYMS:
            return " ".join(said[:place]), " ".join(said[place:])
    return " ".join(said[:-1]), " ".join(said[-1:])


def _said(given: str) -> list[str]:
    found = words.folded(given).split()
    return [word for word in found if word not in _TITLES or len(found) == 1]


@lru_cache(maxsize=1)
def _names() -> tuple[frozenset[str], dict[str, tuple[str, ...]]]:
    """Names that are but themselves, and the groups of forms that each other name is of."""
    data = read(files("hawl.registers.linking") / "names.yaml").data
    groups: dict[str, tuple[str, ...]] = {}
    for first, *others in data["forms"]:
        for name in (first, *others):
            groups[name] = (*groups.get(name, ()), first)
    return frozenset(data["own"]), groups


@lru_cache(maxsize=50_000)
def given_forms(word: str) -> tuple[str, ...]:
    """Names of the groups of forms by which a given name is met as another: finding's, but for names of two people."""
    own, groups = _names()
    if word in own:
        return (word,)
    return tuple(dict.fromkeys((*words.given_names(word), *groups.get(word, ()))))


@lru_cache(maxsize=1)
def names_known() -> frozenset[str]:
    """Given names that are names in their own right, and no slip of another."""
    own, groups = _names()
    listed = read(files("hawl.registers.linking") / "names.yaml").data["given"]
    return frozenset(listed) | own | frozenset(groups)


@lru_cache(maxsize=50_000)
def day_of(text: str) -> date | None:
    """A day as ISO or with the day first; None where it is none, or one that stands for none (1 January 1900)."""
    text = text.strip()
    if found := _ISO.match(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DAY_FIRST.match(text):
        day, month, year = (int(part) for part in found.groups())
    else:
        return None
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return made if _EARLIEST <= year <= _LATEST and made not in _STAND_INS else None


def _address(text: str) -> str | None:
    """Folded, without its postcode, which counts for itself."""
    return words.folded(words.without_postcode(text)) or None


def _gender(text: str) -> str | None:
    said = words.folded(text)
    if said in {"", "u", "unknown", "not known", "not stated", "anhysbys", "0", "9"}:
        return None
    return {"1": "m", "2": "f"}.get(said) or _GENDERS.get(said, said)

"""Invented people of Gwent: names, households, ways to reach them. No real person, no real number.

Telephone numbers come only from the ranges that Ofcom keeps for drama (07700 900000 to 900999 and
01632 960000 to 960999), e-mail only from names that RFC 2606 keeps for examples, postcodes from a
district that is not in use, streets from a list made for this file.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from hawl.demo.choosing import Weighted, by_weight, data_of

YEAR = 365.25
_ACCESS = Weighted({"hearing_loop": 3, "bsl": 1, "large_print": 3, "easy_read": 3, "wheelchair": 3})
_GENDERS = Weighted({"female": 52, "male": 47.4, "other": 0.6})
_ADULT_AGES = Weighted({(18, 24): 17, (25, 34): 24, (35, 44): 21, (45, 54): 16, (55, 64): 12,
                        (65, 79): 8, (80, 97): 2})  # fmt: skip


@dataclass(slots=True)
class Home:
    """A household's address. `council` is the key of the council, `lsoa` one that lies in it."""

    address: str
    town: str
    postcode: str
    council: str
    lsoa: str
    community: int
    family_name: str = ""
    landline: str | None = None


@dataclass(slots=True)
class Person:
    """An invented person or organisation as the force knows it; `ref` is the force's own key."""

    ref: str
    kind: str
    home: Home
    given_name: str | None = None
    family_name: str | None = None
    known_as: str | None = None
    organisation_name: str | None = None
    named_contact: str | None = None
    born_on: date | None = None
    gender: str | None = None
    ethnicity: str | None = None
    language: str = "en"
    interpreter: str | None = None
    access_needs: list[str] = field(default_factory=list)
    ways: list[tuple[str, str]] = field(default_factory=list)
    crimes: int = 0

    def is_under_18(self, on: date) -> bool:
        """Not yet eighteen on that day; an organisation never is."""
        return self.born_on is not None and (on - self.born_on).days < 18 * YEAR

    def row(self) -> dict[str, Any]:
        """The part of a feed row's `person` that does not change from crime to crime."""
        return {
            "ref": self.ref,
            "kind": self.kind,
            "given_name": self.given_name,
            "family_name": self.family_name,
            "known_as": self.known_as,
            "organisation_name": self.organisation_name,
            "named_contact": self.named_contact,
            "born_on": self.born_on.isoformat() if self.born_on else None,
            "age": None,
            "gender": self.gender,
            "ethnicity": self.ethnicity,
            "language": self.language,
            "interpreter": self.interpreter,
            "access_needs": list(self.access_needs),
        }


def plain(text: str) -> str:
    """Lower case without accents, only letters, digits and dots: Siân ap Rhŷs is sian.ap.rhys."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "".join(sign for sign in bare.replace(" ", ".") if sign.isalnum() or sign == ".")


class Places:
    """Draws homes and public places in Gwent's towns."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._data = data_of("places.yaml")
        self._councils = {council["key"]: council for council in self._data["councils"]}
        self._towns = Weighted(
            {(key, town): share for key, council in self._councils.items() for town, share in council["towns"].items()}
        )
        self._streets = self._data["streets"]
        self._street_kinds = Weighted(self._streets["second"])

    def street(self) -> str:
        """An invented street, about one in six of them with a Welsh name."""
        if self._rng.random() < 0.17:
            return str(self._rng.choice(self._streets["welsh"]))
        return f"{self._rng.choice(self._streets['first'])} {self._street_kinds.draw(self._rng)}"

    def home(self, community: int) -> Home:
        """A new address; town as often as crimes are recorded in it."""
        key, town = self._towns.draw(self._rng)
        postcode = self.postcode(key)
        address = f"{self._rng.randint(1, 140)} {self.street()}, {town}, {postcode}"
        return Home(address, town, postcode, key, self.lsoa(key), community)

    def postcode(self, council: str | None) -> str:
        """Well formed and in no use: NP99, a sector digit of the council, two letters."""
        sector = self._councils[council]["sector"] if council in self._councils else 9
        unit = "".join(self._rng.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
        return f"{self._data['district']} {sector}{unit}"

    def lsoa(self, council: str) -> str:
        """An LSOA code that lies in the council in the 2011 and in the 2021 set."""
        first, last = self._rng.choice(self._councils[council]["lsoa"])
        return f"W0100{self._rng.randint(first, last)}"

    def public_place(self, town: str) -> str:
        """Free text of the kind officers write for a crime out of doors."""
        return f"{self._rng.choice(self._data['public'])} {self.street()}, {town}"


class People:
    """Makes people, one after the other; the same seed gives the same people."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._data = data_of("names.yaml")
        self._communities = self._data["communities"]
        self._community = by_weight(self._communities)
        self._given = [
            {gender: Weighted(shares) for gender, shares in one["given"].items()} for one in self._communities
        ]
        self._family = [Weighted(self._family_shares(one)) for one in self._communities]
        self._ethnicity = [Weighted(one["ethnicity"]) for one in self._communities]
        self._firms = Weighted(self._data["organisations"]["second"])
        self.places = Places(rng)
        self.made = 0

    def _family_shares(self, community: dict[str, Any]) -> dict[str, float]:
        shared = self._data["gwent_families"] if community.get("gwent_families") else {}
        return {**shared, **(community["family"] or {})}

    def household(self) -> Home:
        """An address with its people's usual surname and, for one in three, a landline."""
        home = self.places.home(self._community.draw(self._rng))
        home.family_name = self._family[home.community].draw(self._rng)
        if self._rng.random() < 0.35:
            home.landline = f"01632 960{self._rng.randrange(1000):03d}"
        return home

    def adult(self, on: date, home: Home | None = None) -> Person:
        """Someone of 18 to 97 on that day; in `home` if given, else in a household of their own."""
        youngest, oldest = _ADULT_AGES.draw(self._rng)
        return self._person(home or self.household(), on, youngest, oldest)

    def child(self, on: date, home: Home | None = None, youngest: int = 3) -> Person:
        """Someone of `youngest` to 17 on that day."""
        return self._person(home or self.household(), on, youngest, 17)

    def organisation(self) -> Person:
        """A shop, school or firm with a named contact."""
        home = self.household()
        contact = self._full_name(home, self._gender())
        name = f"{self._rng.choice(self._data['organisations']['first'])} {self._firms.draw(self._rng)}"
        made = Person(self._ref(), "organisation", home, organisation_name=name)
        made.named_contact = " ".join(contact)
        made.ways = [("landline", f"01632 960{self._rng.randrange(1000):03d}")]
        if self._rng.random() < 0.5:
            made.ways.append(("email", f"office{self.made}@{plain(name.split()[0])}.example"))
        return made

    def crown(self) -> Person:
        """What forces enter as the victim of an offence against the state."""
        made = self.organisation()
        made.organisation_name = self._data["crown"]["name"]
        made.named_contact = self._data["crown"]["contact"]
        made.ways = []
        return made

    def same_again(self, person: Person) -> Person:
        """The same person under a second key of the force, spelt as someone else heard it."""
        made = Person(self._ref(), person.kind, person.home)
        made.given_name = _without_accents(person.given_name)
        made.family_name = _without_accents(person.family_name)
        made.born_on, made.gender = person.born_on, person.gender
        made.ways = person.ways[:1]
        return made

    def _ref(self) -> str:
        self.made += 1
        return f"GWP-P-{self.made:06d}"

    def _gender(self) -> str:
        return _GENDERS.draw(self._rng)

    def _person(self, home: Home, on: date, youngest: int, oldest: int) -> Person:
        gender = self._gender()
        given, family = self._full_name(home, gender)
        made = Person(self._ref(), "person", home, given_name=given, family_name=family)
        made.gender = gender if self._rng.random() < 0.97 else None
        days = self._rng.randint(int(youngest * YEAR) + 1, int((oldest + 1) * YEAR) - 2)
        made.born_on = on - timedelta(days=days)
        made.known_as = self._known_as(given)
        self._describe(made)
        made.ways = self._ways(made, on)
        return made

    def _known_as(self, given: str) -> str | None:
        short = self._data["known_as"].get(given)
        return short if short and self._rng.random() < 0.4 else None

    def _describe(self, made: Person) -> None:
        community = self._communities[made.home.community]
        if self._rng.random() < 0.85:
            stated = self._rng.random() < 0.95
            made.ethnicity = self._ethnicity[made.home.community].draw(self._rng) if stated else "NS"
        if community["key"] == "welsh" and self._rng.random() < 0.15:
            made.language = "cy"
        elif "interpreter" in community and self._rng.random() < 0.25:
            made.interpreter = community["interpreter"]
        if self._rng.random() < 0.06:
            made.access_needs = [_ACCESS.draw(self._rng)]

    def _full_name(self, home: Home, gender: str) -> tuple[str, str]:
        sex = gender if gender != "other" else "female"
        given = self._given[home.community][sex].draw(self._rng)
        return given, self._surname(home, sex)

    def _surname(self, home: Home, sex: str) -> str:
        chance = self._rng.random()
        usual = home.family_name or self._family[home.community].draw(self._rng)
        if chance < 0.22 and self._communities[home.community].get("gwent_families"):
            other = self._family[home.community].draw(self._rng)
            if chance < 0.04:
                return f"{usual}-{other}" if other != usual else usual
            if chance < 0.06:
                return f"{other} {usual}" if other != usual else usual
            return other
        if chance > 0.96 and "patronymic" in self._communities[home.community]:
            return self._patronymic(sex)
        return usual

    def _patronymic(self, sex: str) -> str:
        father = self._rng.choice(self._communities[0]["patronymic"])
        if sex == "female" and self._rng.random() < 0.4:
            return f"ferch {father}"
        # ab before a vowel; the i of Iestyn sounds as a consonant, that of Ieuan is written with ab
        return f"{'ab' if father[0] in 'AEOU' or father == 'Ieuan' else 'ap'} {father}"

    def _ways(self, made: Person, on: date) -> list[tuple[str, str]]:
        ways: list[tuple[str, str]] = []
        if not made.is_under_18(on) or self._rng.random() < 0.4:
            ways.append(("mobile", self._mobile()))
        if made.home.landline and self._rng.random() < 0.6:
            ways.append(("landline", made.home.landline))
        if self._rng.random() < 0.45:
            host = self._rng.choice(("example.org", "post.example", "ebost.example"))
            local = plain(f"{made.given_name} {made.family_name}") or "person"
            ways.append(("email", f"{local}{self.made % 100}@{host}"))
        if self._rng.random() < 0.8:
            ways.append(("address", made.home.address))
        return ways[:3]

    def _mobile(self) -> str:
        number = f"900{self._rng.randrange(1000):03d}"
        return self._rng.choice((f"07700 {number}", f"07700{number}", f"+44 7700 {number}"))


def _without_accents(name: str | None) -> str | None:
    if name is None:
        return None
    marks = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in marks if not unicodedata.combining(sign))

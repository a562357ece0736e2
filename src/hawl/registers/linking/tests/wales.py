"""Invented people of Wales in their households, as the rows of several systems would have them, with who is who.

Names are read from ../shared/data, which is not part of the repository; every other word here is made up. Mistakes are
those of desks that write by ear: circumflexes lost, an English form for a Welsh one, a slip of a letter, names in each
other's place, a day and month turned round, a move, a marriage.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

NAMES = Path(__file__).parents[6] / "shared/data/record-linkage/names-welsh.csv"
COLUMNS = ("id", "forename", "surname", "dob", "address", "postcode", "phone", "email", "gender")
MAPPING = tuple(f"{name}={name}" for name in COLUMNS[1:])
_FIRST_DAY = date(1935, 1, 1)
# Written out here and not read from `variants.yaml`, so that the forms known are tried against forms met.
_FORMS = {
    "Siân": ("Sian", "Jane"), "Siôn": ("Sion", "John"), "Ioan": ("John",), "Ieuan": ("Evan", "Ifan"),
    "Dafydd": ("David", "Dai"), "David": ("Dafydd", "Dave"), "Rhys": ("Rees", "Reece"), "Owain": ("Owen",),
    "Gruffudd": ("Gruffydd", "Griff"), "Gwilym": ("William", "Wil"), "Huw": ("Hugh",), "Tomos": ("Thomas", "Tom"),
    "Thomas": ("Tom", "Tomos"), "Catrin": ("Catherine", "Cati"), "Catherine": ("Kate", "Catrin"), "Elin": ("Ellen",),
    "Mair": ("Mary",), "Mary": ("Mair",), "Marged": ("Margaret",), "Margaret": ("Maggie", "Marged"),
    "Llŷr": ("Llyr", "Llir"), "Michael": ("Mike", "Mihangel"), "Christopher": ("Chris", "Crispher"),
    "Stephen": ("Steven", "Steffan"), "Elizabeth": ("Liz", "Beth"), "Robert": ("Rob", "Bob"), "Geraint": ("Gerant",),
    "Angharad": ("Anghared",), "Gwenllian": ("Gwenllïan", "Gwen"), "Hywel": ("Howell",), "Iestyn": ("Yestin",),
    "Daniel": ("Dan", "Deiniol"), "Matthew": ("Matt",), "Andrew": ("Andy",), "Deborah": ("Debbie", "Debra"),
    "Jennifer": ("Jenny",), "Susan": ("Sue",), "Alun": ("Alan",), "Alan": ("Alun",), "Myfanwy": ("Myfi",),
}  # fmt: skip
_FAMILIES = {
    "Rees": ("Rhys", "Reece"), "Price": ("Pryce", "ap Rhys", "Prys"), "Jones": ("Jones-Evans",), "Evans": ("Ifans",),
    "Davies": ("Davis", "Dafis"), "Hughes": ("Huws",), "Griffiths": ("Griffith", "Gruffydd"), "Lloyd": ("Llwyd",),
    "Thomas": ("Tomos",), "Pugh": ("ap Huw",), "Parry": ("ap Harri", "Parri"), "Owen": ("Owens", "Owain"),
    "Roberts": ("Robert",), "Phillips": ("Philips", "Phylip"), "Pritchard": ("Prichard", "ap Rhisiart"),
    "Morris": ("Morus",), "Jenkins": ("Jenkin",), "Howells": ("Howell",), "Llewellyn": ("Llywelyn", "Llewelyn"),
}  # fmt: skip
_STREETS = [f"{first} {last}" for first in ("Heol y", "Ffordd yr", "Stryd", "Clos y", "Maes") for last in (
    "Afallen", "Bedwen", "Capel", "Dderwen", "Eos", "Felin", "Garreg", "Helyg", "Llan", "Mynydd", "Nant", "Onnen",
    "Parc", "Rhedyn", "Waun", "Ysgol", "Gog", "Barcud", "Ywen", "Castell")]  # fmt: skip
_LETTERS = "abcdefghilmnoprstuwy"


@dataclass(frozen=True, slots=True)
class Someone:
    """One person as they are, before anybody wrote them down."""

    forename: str
    surname: str
    born: date
    address: str
    postcode: str
    phone: str
    email: str
    gender: str


class Wales:
    """Invents households from a seed: the same seed, the same people."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        found: dict[str, list[tuple[str, float]]] = defaultdict(list)
        with NAMES.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                found[row["kind"]].append((row["name"], float(row["weight"] or 1)))
        self._names = {kind: ([n for n, _ in names], [w for _, w in names]) for kind, names in found.items()}
        self._house = 0

    def _name(self, kind: str) -> str:
        names, weights = self._names[kind]
        return self.chance.choices(names, weights)[0]

    def forename(self, gender: str) -> str:
        kind = "forename_" + {"F": "female", "M": "male"}[gender]
        return self._name(kind if self.chance.random() < 0.5 else f"welsh_{kind}")

    def mobile(self) -> str:
        return f"07700 9{self.chance.randrange(100_000):05}"

    def postcode(self) -> str:
        chance = self.chance
        end = chance.choice("ABDEFGHJ") + chance.choice("LNPQRSTU")
        return f"NP{chance.randrange(1, 45)} {chance.randrange(1, 9)}{end}"

    def household(self) -> list[Someone]:
        """One to six people: alone, couples, parents with children; among them twins, and sons with father's name."""
        chance, surname = self.chance, self._name("surname")
        self._house += 1
        address = f"{chance.randrange(1, 120)} {chance.choice(_STREETS)}"
        postcode = self.postcode()
        landline = f"01632 {960_000 + self._house % 1_000:06}{self._house // 1_000 % 10}"
        shared_mail = f"teulu{self._house}@post.example"
        days = (date(2008, 12, 31) - _FIRST_DAY).days

        def one(gender: str, born: date, forename: str = "", family: str = surname) -> Someone:
            name = forename or self.forename(gender)
            own = f"{name[:1].lower()}.{family.split()[-1].lower()}{chance.randrange(1, 2_000)}@post.example"
            return Someone(
                name, family, born, address, postcode,
                landline if chance.random() < 0.4 else self.mobile(),
                shared_mail if chance.random() < 0.15 else own, gender,
            )  # fmt: skip

        first = one(chance.choice("FM"), _FIRST_DAY + timedelta(chance.randrange(days)))
        people = [first]
        if chance.random() < 0.6:
            near = first.born + timedelta(chance.randrange(-3_000, 3_000))
            people.append(one("F" if first.gender == "M" else "M", near, family=self._partner_of(surname)))
        if chance.random() < 0.5:
            people += self._children(first, one)
        return people

    def _partner_of(self, surname: str) -> str:
        return surname if self.chance.random() < 0.6 else self._name("surname")

    def _children(self, parent: Someone, one: Callable[..., Someone]) -> Iterator[Someone]:
        chance = self.chance
        born = parent.born + timedelta(chance.randrange(18 * 365, 36 * 365))
        for number in range(chance.randrange(1, 4)):
            gender = chance.choice("FM")
            alike = not number and chance.random() < 0.12 and gender == parent.gender
            yield one(gender, born, parent.forename if alike else "")
            if chance.random() < 0.08:
                yield one(chance.choice("FM"), born)
            born += timedelta(chance.randrange(500, 1_500))

    def slip(self, text: str) -> str:
        """One letter lost, doubled, changed, or two turned round."""
        if len(text) < 3:
            return text
        at = self.chance.randrange(1, len(text) - 1)
        return self.chance.choice((
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + self.chance.choice(_LETTERS) + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ))  # fmt: skip

    def other_day(self, born: date) -> date:
        """The day as a desk gets it wrong: day and month turned round, a digit, a year."""
        how = self.chance.random()
        if how < 0.4 and born.day <= 12:
            return born.replace(month=born.day, day=born.month)
        if how < 0.7:
            return born.replace(day=born.day % 28 + 1)
        return born.replace(year=born.year + self.chance.choice((-10, -1, 1, 10)), day=min(born.day, 28))

    def written(self, person: Someone) -> list[str]:
        """One row of a person: forename, surname, dob and so on, as some system has them."""
        chance = self.chance
        person = self._moved_on(person)
        forename, surname, born = person.forename, person.surname, person.born
        if chance.random() < 0.3:
            forename = _without_marks(forename)
        if chance.random() < 0.15:
            forename = chance.choice(_FORMS.get(person.forename, (forename,)))
        if chance.random() < 0.08:
            surname = chance.choice(_FAMILIES.get(person.surname, (surname,)))
        if chance.random() < 0.06:
            forename = self.slip(forename)
        if chance.random() < 0.06:
            surname = self.slip(surname)
        if chance.random() < 0.02:
            forename = forename[:1]
        if chance.random() < 0.02:
            forename, surname = surname, forename
        if chance.random() < 0.08:
            born = self.other_day(born)
        day = born.strftime("%d/%m/%Y") if chance.random() < 0.3 else born.isoformat()
        values = [forename, surname, day, person.address, person.postcode, person.phone, person.email, person.gender]
        lacking = (0.01, 0.01, 0.08, 0.15, 0.15, 0.3, 0.5, 0.1)
        return ["" if chance.random() < share else value for value, share in zip(values, lacking, strict=True)]

    def _moved_on(self, person: Someone) -> Someone:
        chance = self.chance
        if chance.random() < 0.12:
            elsewhere = f"{chance.randrange(1, 120)} {chance.choice(_STREETS)}"
            person = replace(
                person, address=elsewhere, postcode=f"NP{chance.randrange(1, 45)} {chance.randrange(1, 9)}AA"
            )
        if chance.random() < 0.15:
            person = replace(person, phone=self.mobile())
        if person.gender == "F" and chance.random() < 0.04:
            person = replace(person, surname=self._name("surname"))
        if chance.random() < 0.05:
            person = replace(person, address=self.slip(person.address))
        return person


def _without_marks(name: str) -> str:
    return name.translate(str.maketrans("âêîôûŵŷïÂÊÎÔÛŴŶ", "aeiouwyiAEIOUWY"))


def people_of_wales(rows: int, seed: int = 4) -> Iterator[tuple[str, list[str]]]:
    """So many rows in no order, each with the name of its person: one row of most, up to five of some."""
    wales, made, person = Wales(seed), [], 0
    while len(made) < rows:
        for someone in wales.household():
            person += 1
            for _ in range(wales.chance.choices((1, 2, 3, 4, 5), (60, 20, 10, 6, 4))[0]):
                made.append((f"p{person}", wales.written(someone)))
    del made[rows:]
    wales.chance.shuffle(made)
    for number, (who, values) in enumerate(made):
        yield who, [str(number), *values]


def write_people(path: Path, rows: int, seed: int = 4) -> dict[str, str]:
    """Write them as CSV; whose row each id is."""
    whose: dict[str, str] = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for who, values in people_of_wales(rows, seed):
            whose[values[0]] = who
            writer.writerow(values)
    return whose


def pairs_of(groups: Sequence[tuple[str, object]]) -> set[tuple[str, str]]:
    """The pairs of ids that have one group."""
    together: dict[object, list[str]] = defaultdict(list)
    for known_as, which in groups:
        together[which].append(known_as)
    return {
        (one, other) if one < other else (other, one)
        for ids in together.values()
        for place, one in enumerate(ids)
        for other in ids[place + 1 :]
    }

"""What of a name, number or address counts when a person is looked for. Pure: no keys, no Django.

Welsh names are met in many forms: with circumflex or without, in English or Welsh spelling, with ap or ab apart,
joined or swallowed (ap Rhys, Aprhys, Price), doubled with a hyphen. Folding takes the marks away, `variants.yaml`
brings the forms of one name together, and the sound stands for what neither knows.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

from hawl.foundations.datafiles import read

PATRONYMS = ("ap", "ab", "fab", "mab", "ferch", "verch")
_DIGITS = re.compile(r"[^0-9]")
_NUMBER = re.compile(r"[+0-9][^A-Za-z]*")


def folded(text: str) -> str:
    """Lower-case letters and spaces only: `Siân ap-Rhŷs` is `sian ap rhys`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"['’ʼ`´.]", "", plain)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


@lru_cache(maxsize=1)
def _groups() -> dict[str, dict[str, tuple[str, ...]]]:
    data = read(files("hawl.registers.finding") / "variants.yaml").data
    found: dict[str, dict[str, tuple[str, ...]]] = {"family": {}, "given": {}}
    for kind, names in found.items():
        for line in data[kind]:
            name = folded(str(line[0]))
            for each in {folded(str(one)) for one in line}:
                names[each] = (*names.get(each, ()), name)
    return found


def parts_of_family(name: str) -> list[str]:
    """The forms of a family name that each find it: joined whole, each half, without ap or ab; most telling first."""
    words = folded(name).split()
    found = ["".join(words)]
    for place, word in enumerate(words):
        if word in PATRONYMS and place + 1 < len(words):
            found += [word[:2] + words[place + 1], words[place + 1]]
        elif word not in PATRONYMS:
            found.append(word)
    # Joined already: Aprhys, Abowen.
    found += [each[2:] for each in found if each.startswith(("ap", "ab")) and each in _groups()["family"]]
    return list(dict.fromkeys(each for each in found if len(each) > 1))


@lru_cache(maxsize=20_000)
def family_names(name: str) -> tuple[str, ...]:
    """Names of the groups of forms that a family name belongs to; a name of no group is its own."""
    groups = _groups()["family"]
    return tuple(dict.fromkeys(group for part in parts_of_family(name) for group in groups.get(part, (part,))))


@lru_cache(maxsize=20_000)
def given_names(name: str) -> tuple[str, ...]:
    """The same of given names, of which each word counts."""
    groups = _groups()["given"]
    return tuple(dict.fromkeys(group for word in folded(name).split() for group in groups.get(word, (word,))))


_SOUNDS = (
    (r"^ap(?=rh|h|r)", "p"), (r"^ab(?=[aeiouwy])", "b"), (r"^(?:ff|ph|v)", "f"),
    (r"rh", "r"), (r"wr", "r"), (r"ll|fl(?=[eouy])", "l"), (r"dd|th", "d"), (r"ph|ff|f|v", "f"),
    (r"ch|gh|ck|c|k|q|x", "k"),
    (r"si(?=[aeiouw])|sh|j|tsh|ti(?=a)", "j"), (r"z|s", "s"), (r"gw|wh|w(?=[aeiouy])|hw", "w"), (r"mh", "m"),
    (r"ngh|ng", "n"), (r"nh", "n"), (r"t|d", "d"), (r"g", "k"), (r"b|p", "p"),
)  # fmt: skip
_SOUND = [(re.compile(pattern), sound) for pattern, sound in _SOUNDS]


@lru_cache(maxsize=20_000)
def sound_of(name: str) -> str:
    """How a name sounds, roughly, to a Welsh or an English ear: consonants only, hard and soft alike.

    Welsh ll, rh, dd, ff, ch, si and the consonant w are heard as what English writes for them.
    """
    heard = "".join(folded(name).split())
    for pattern, sound in _SOUND:
        heard = pattern.sub(sound, heard)
    first = "a" if heard[:1] in "aeiouwy" and not heard.startswith("w") else heard[:1]
    rest = re.sub(r"[aeiouyh]|w(?![aeiou])", "", heard[1:])
    return re.sub(r"(.)\1+", r"\1", first + rest)[:8]


def initial_of(given: str) -> str:
    """The first letter of a given name, as the forms of that name share it."""
    names = given_names(given)
    return names[0][:1] if names else ""


def phone(number: str) -> str:
    """A telephone number as +44…, or + and its country; empty where it holds none. The one way of the house.

    Only digits up to the first word after them count: "(work)", "ext 12" and marks that nobody sees do not. A number
    that lost its zero or its plus on the way through a spreadsheet is the number it was.
    """
    seen = (c for c in unicodedata.normalize("NFKC", number) if unicodedata.category(c) != "Cf")
    found = _NUMBER.search("".join(str(unicodedata.digit(c, c)) for c in seen))
    if found is None:
        return ""
    digits, abroad = _DIGITS.sub("", found[0]), found[0].startswith("+")
    if digits.startswith("00") and digits.strip("0"):
        digits, abroad = digits.lstrip("0"), True
    elif digits.startswith("0") and len(digits) > 1:
        digits, abroad = digits[1:], False
    # No number of this country has more than ten digits after its zero, or begins with 44.
    if len(digits) > 10 and digits.startswith("44"):
        return "+44" + digits[2:].removeprefix("0")
    return "+" + digits if abroad or len(digits) > 10 else "+44" + digits


_POSTCODE = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?)\s*([0-9][a-z]{2})\b", re.I)


def postcode(text: str) -> str:
    """The first postcode in a text, joined in capitals; empty where there is none."""
    found = _POSTCODE.search(text)
    return (found[1] + found[2]).upper() if found else ""


def without_postcode(text: str) -> str:
    """An address without the postcode that `postcode` reads out of it."""
    return _POSTCODE.sub(" ", text, count=1)


def email(text: str) -> str:
    """An e-mail address as it counts."""
    return "".join(text.split()).casefold()


def reference(text: str) -> str:
    """A crime reference or the sender's own number: letters and digits alone."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())

"""How far two rows agree, in levels, the closest first. Each level is a condition of DuckDB's SQL on `_l` and `_r`.

The same conditions make Splink's comparisons (`model`) and say which rows are never of one person (`grouping`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ELSE = "ELSE"


@dataclass(frozen=True, slots=True)
class Level:
    """`name` is that of its numbers in `priors.yaml`; `often` the column whose commonness is weighed (Jones, Siân)."""

    name: str
    condition: str
    often: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared. `absent` is the condition under which nothing can be said; `columns` are what it rests on."""

    name: str
    absent: str
    levels: tuple[Level, ...]
    columns: tuple[str, ...]

    def level_sql(self) -> str:
        """An expression of the level's name; NULL where nothing can be said."""
        whens = " ".join(f"WHEN {level.condition} THEN '{level.name}'" for level in self.levels[:-1])
        return f"CASE WHEN {self.absent} THEN NULL {whens} ELSE '{self.levels[-1].name}' END"

    def number_of(self, name: str) -> int:
        """Splink's number of a level: 0 is the last, the closest is the highest."""
        return len(self.levels) - 1 - [level.name for level in self.levels].index(name)


def _absent(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def _slip(column: str, *, most: int = 1, shortest: int = 4) -> str:
    """Written apart by so many letters added, lost, changed or turned round."""
    one, other = f"{column}_l", f"{column}_r"
    return f"(least(length({one}), length({other})) >= {shortest} AND damerau_levenshtein({one}, {other}) <= {most})"


# Forename in the surname's place and the other way about, each as it is written or nearly.
_CROSSED = (
    "(given_l <> given_r AND jaro_winkler_similarity(given_l, surname_r) >= 0.85"
    " AND jaro_winkler_similarity(surname_l, given_r) >= 0.85)"
)
# One of them alone, where the other is lacking or is somehow alike: else it is but the name of the family.
_CROSSED_HALF = (
    "(given_l <> given_r AND coalesce(jaro_winkler_similarity(surname_l, surname_r), 0) < 0.8"
    " AND ((jaro_winkler_similarity(given_l, surname_r) >= 0.88"
    " AND coalesce(jaro_winkler_similarity(surname_l, given_r), 1) >= 0.6)"
    " OR (jaro_winkler_similarity(given_r, surname_l) >= 0.88"
    " AND coalesce(jaro_winkler_similarity(surname_r, given_l), 1) >= 0.6)))"
)
# Each a name in its own right: that they look alike says nothing.
_TWO_NAMES = "(given_known_l AND given_known_r)"
_INITIAL = "least(length(given_l), length(given_r)) = 1"
_JUMBLED = "list_sort(string_split(given_l, '')) = list_sort(string_split(given_r, ''))"

GIVEN = Comparison(
    "given",
    _absent("given"),
    (
        Level("same", "given_l = given_r", often="given"),
        Level("crossed", _CROSSED),
        Level("crossed_half", _CROSSED_HALF),
        Level("form", "list_has_any(given_forms_l, given_forms_r)"),
        Level(
            "initial",
            f"({_INITIAL} AND left(given_l, 1) = left(given_r, 1))",
        ),
        Level(
            "slip",
            f"(NOT {_TWO_NAMES} AND NOT {_INITIAL} AND ({_slip('given')} OR {_JUMBLED}"
            " OR jaro_winkler_similarity(given_l, given_r) >= 0.9"
            " OR (given_sound_l = given_sound_r AND length(given_sound_l) > 1)))",
        ),
        Level(
            "faint",
            f"(NOT {_TWO_NAMES} AND NOT {_INITIAL} AND ({_slip('given', most=2, shortest=5)}"
            " OR jaro_winkler_similarity(given_l, given_r) >= 0.7))",
        ),
        Level("other", ELSE),
    ),
    ("given", "given_forms", "given_sound", "given_known", "surname"),
)
SURNAME = Comparison(
    "surname",
    # Names that changed places are weighed once, with the forename.
    f"{_absent('surname')} OR {_CROSSED}",
    (
        Level("same", "surname_l = surname_r", often="surname"),
        Level("form", "list_has_any(surname_forms_l, surname_forms_r)"),
        Level("slip", f"({_slip('surname')} OR jaro_winkler_similarity(surname_l, surname_r) >= 0.92)"),
        Level("sound", "surname_sound_l = surname_sound_r"),
        Level(
            "faint",
            f"({_slip('surname', most=2, shortest=5)} OR jaro_winkler_similarity(surname_l, surname_r) >= 0.8)",
        ),
        Level("other", ELSE),
    ),
    ("surname", "surname_forms", "surname_sound", "given"),
)
_DAYS = "abs(born_l - born_r)"
_YEARS = "abs(year(born_l) - year(born_r))"
_OF_YEAR = "(month(born_l) = month(born_r))::INT + (day(born_l) = day(born_r))::INT"
BORN = Comparison(
    "born",
    _absent("born"),
    (
        Level("same", "born_l = born_r", often="born"),
        Level(
            "slip",
            "(damerau_levenshtein(born_text_l, born_text_r) <= 1 OR (year(born_l) = year(born_r)"
            " AND month(born_l) = day(born_r) AND day(born_l) = month(born_r)))",
        ),
        Level("part", f"({_OF_YEAR} + (year(born_l) = year(born_r))::INT >= 2 OR {_DAYS} <= 31)"),
        Level("near", f"({_DAYS} <= 370 OR ({_YEARS} IN (9, 10, 11) AND {_OF_YEAR} >= 1))"),
        # Years by which a parent is older, of whom the child may have the whole name.
        Level("generation", f"{_YEARS} >= 13"),
        Level("other", ELSE),
    ),
    ("born", "born_text"),
)
POSTCODE = Comparison(
    "postcode",
    _absent("postcode"),
    (
        Level("same", "postcode_l = postcode_r", often="postcode"),
        Level("slip", _slip("postcode")),
        Level("district", "left(postcode_l, length(postcode_l) - 3) = left(postcode_r, length(postcode_r) - 3)"),
        Level("other", ELSE),
    ),
    ("postcode",),
)
ADDRESS = Comparison(
    "address",
    _absent("address"),
    (
        Level("same", "address_l = address_r", often="address"),
        # One house number differs by one letter from the next house.
        Level(
            "slip",
            f"(address_number_l IS NOT DISTINCT FROM address_number_r AND ({_slip('address', most=2, shortest=5)}"
            " OR jaro_winkler_similarity(address_l, address_r) >= 0.9))",
        ),
        Level("faint", "jaro_winkler_similarity(address_l, address_r) >= 0.8"),
        Level("other", ELSE),
    ),
    ("address", "address_number"),
)
PHONE = Comparison(
    "phone",
    _absent("phone"),
    (
        Level("same", "phone_l = phone_r", often="phone"),
        Level("slip", "damerau_levenshtein(phone_l, phone_r) <= 1"),
        Level("other", ELSE),
    ),
    ("phone",),
)
EMAIL = Comparison(
    "email",
    _absent("email"),
    (
        Level("same", "email_l = email_r", often="email"),
        Level("slip", _slip("email", most=2, shortest=8)),
        Level(
            "faint",
            f"((email_name_l = email_name_r AND length(email_name_l) >= 4) OR {_slip('email', most=4, shortest=12)}"
            " OR jaro_winkler_similarity(email_l, email_r) >= 0.9)",
        ),
        Level("other", ELSE),
    ),
    ("email", "email_name"),
)
GENDER = Comparison(
    "gender",
    _absent("gender"),
    (Level("same", "gender_l = gender_r"), Level("other", ELSE)),
    ("gender",),
)

# By which role of a column each comes to be.
_BY_ROLE = {
    "forename": (GIVEN,),
    "surname": (SURNAME,),
    "full_name": (GIVEN, SURNAME),
    "dob": (BORN,),
    "postcode": (POSTCODE,),
    "address": (ADDRESS,),
    "phone": (PHONE,),
    "email": (EMAIL,),
    "gender": (GENDER,),
}


def comparisons_for(roles: Iterable[str]) -> tuple[Comparison, ...]:
    """What can be compared of a file with these roles."""
    return tuple(comparison for role in _BY_ROLE if role in set(roles) for comparison in _BY_ROLE[role])

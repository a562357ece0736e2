"""Finding people by tokens: a few are opened and weighed, and many are answered by asking for one thing more."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.expressions import RawSQL
from rapidfuzz import fuzz

from hawl.foundations.access.actor import current_actor
from hawl.foundations.access.preparing import planned_once
from hawl.foundations.vault.hand import with_keys
from hawl.foundations.vault.sealing import CannotOpen
from hawl.registers.cases.models import Case
from hawl.registers.finding import tokens, words
from hawl.registers.finding.models import SearchToken
from hawl.registers.finding.tokens import Described, names_of
from hawl.registers.people.models import Contact, Person, Visibility

# So many records a search may open at the most.
MOST_OPENED = 200
_NEAR = 0.3
_WEIGHED = ("names", "born_on", "visibility", "data_key")
# Where too many are of a kind, the database does not even send who they are.
_FEW_OF_A_KIND = """
SELECT kind, CASE WHEN count(DISTINCT person_id) <= %s THEN array_agg(DISTINCT person_id) END
FROM ({each}) AS found (kind, person_id) GROUP BY kind
"""
_PREFIXES = ("ap", "ab", "ferch", "fab")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of whom is looked for. An empty part is not asked for; `name` is in any order of first and last."""

    name: str = ""
    born_on: date | None = None
    born_year: int | None = None
    phone: str = ""
    email: str = ""
    postcode: str = ""
    reference: str = ""

    def given(self) -> list[str]:
        """Names of the parts that are asked for, in their order."""
        return [each.name for each in fields(self) if getattr(self, each.name)]


@dataclass(frozen=True, slots=True)
class Match:
    """A person who was found, how near they come (0 to 1), and what of it was met."""

    person: Person
    nearness: float
    met: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found, the nearest first.

    `too_many`: more match than may be opened, so nobody is shown and one thing more is asked for. `more`: some are
    shown, and others with a like name were left out. Neither knows of what the actor may not see.
    """

    matches: list[Match] = field(default_factory=list)
    too_many: bool = False
    more: bool = False
    ask_for: tuple[str, ...] = ()


def find(asked: Asked, *, most: int = 50) -> Found:
    """The people of whom what is asked holds, as far as the current actor may see, at most `most`.

    Strong tokens count before weak ones; at most 200 records are opened.
    """
    if not (wanted := tokens.by_strength(described := _described(asked))):
        return Found()
    met: dict[uuid.UUID, set[int]] = {}
    left_out = False
    for kind, new in _people_with(wanted, MOST_OPENED):
        if new is None or len(new - met.keys()) + len(met) > MOST_OPENED:
            left_out = True
            continue
        for person in new:
            met.setdefault(person, set()).add(kind)
    if not met:
        return Found(too_many=left_out, ask_for=_to_ask(asked) if left_out else ())
    matches = [match for person in _opened(met) if (match := _match(person, met[person.pk], asked, described))]
    matches.sort(key=lambda match: (-match.nearness, str(match.person.pk)))
    more = left_out or len(matches) > most
    return Found(matches[:most], more=more, ask_for=_to_ask(asked) if more else ())


def exact_tokens(name: str, born_on: date) -> tuple[frozenset[int], frozenset[int]]:
    """Tokens of a whole name, in any order of its parts, and of a day of birth, for who looks for exactly one person.

    The first are none where the name is not whole: a family name alone names nobody.
    """
    held = dict(tokens.by_strength(Described(names=_splits(name), born_on=born_on)))
    return frozenset(held.get(tokens.FULL_NAME, ())), frozenset(held.get(tokens.BORN, ()))


def _people_with(wanted: list[tuple[int, set[int]]], most: int) -> Iterator[tuple[int, set[uuid.UUID] | None]]:
    """For each kind of token its people, in one statement; None for more than `most`, of whom no more rows are read."""
    people: dict[int, set[uuid.UUID] | None] = {kind: set() for kind, _ in wanted}
    with suppress(EmptyResultSet), connection.cursor() as cursor:  # nobody in standing asks
        parts, values = [], []
        for repeats in (False, True):
            asked = [(kind, token) for kind, each in wanted if (kind in tokens.REPEATED) == repeats for token in each]
            if asked:
                sql, more = _people_of_each(asked, most, repeats=repeats)
                parts.append(sql)
                values += more
        with planned_once():
            cursor.execute(_FEW_OF_A_KIND.format(each=" UNION ALL ".join(parts)), [most, *values])
        people.update((kind, None if found is None else set(found)) for kind, found in cursor.fetchall())
    return iter(people.items())


def _people_of_each(asked: list[tuple[int, int]], most: int, *, repeats: bool) -> tuple[str, list[Any]]:
    """Each kind with one more than `most` of the people of each of its tokens.

    What may be seen is written once, for whichever token: twelve kinds would else cost twelve times as much to plan.
    Of what stands in one row of a person alone no more rows are read than people are asked for; what `repeats` has to
    be brought down to people first.
    """
    people = SearchToken.objects.filter(token=RawSQL("asked.token", ())).order_by().values_list("person_id")
    sql, values = (people.distinct() if repeats else people)[: most + 1].query.sql_with_params()
    statement = f"""
        SELECT asked.kind, found.person_id FROM unnest(%s::int[], %s::bigint[]) AS asked (kind, token),
        LATERAL ({sql}) AS found"""  # noqa: S608 - the SQL is Django's own
    return statement, [[kind for kind, _ in asked], [token for _, token in asked], *values]


def _opened(people: Collection[uuid.UUID]) -> list[Person]:
    """As much of each as is weighed and shown, with their keys: of all of them the names are opened."""
    # One value however many they are: the statement stays the same and is planned once.
    these = RawSQL("SELECT unnest(%s::uuid[])", [list(people)])
    with planned_once():
        return with_keys(Person.objects.filter(pk__in=these).only(*_WEIGHED))


def _described(asked: Asked) -> Described:
    return Described(
        names=_splits(asked.name),
        born_on=asked.born_on,
        born_year=asked.born_year,
        ways=[(kind, value) for kind, value in (("mobile", asked.phone), ("email", asked.email)) if value],
        postcodes=[asked.postcode] if asked.postcode else [],
        references=[asked.reference] if asked.reference else [],
    )


def _splits(name: str) -> list[tuple[str, str]]:
    """The ways in which a name may fall into given and family name."""
    if "," in name:
        family, _, given = name.partition(",")
        return [(given, family)]
    parts = words.folded(name).split()
    if len(parts) < 2:
        return [("", name)] if parts else []
    for place, word in enumerate(parts):
        if word in _PREFIXES:
            return [(" ".join(parts[:place]), " ".join(parts[place:]))]
    return [(" ".join(parts[:place]), " ".join(parts[place:])) for place in range(1, min(len(parts), 4))]


def _match(person: Person, kinds: set[int], asked: Asked, described: Described) -> Match | None:
    """How near a candidate comes; None for one who does not, or whose place alone was met and is not for the actor."""
    if person.visibility == Visibility.RESTRICTED and current_actor().user_id not in person.named_users:
        kinds = kinds - {tokens.POSTCODE}
    if not kinds:
        return None
    try:
        names = names_of(person.names)
        # Opened only where it is asked for: of most who are weighed nothing is shown.
        born = person.born_on if asked.born_on or asked.born_year else None
    except CannotOpen:
        return None
    weights: list[tuple[str, float, float]] = []
    if asked.name:
        weights.append(("name", 3.0, _likeness(described.names, names)))
    if asked.born_on:
        near = 0.3 if born and born.year == asked.born_on.year else 0.0
        weights.append(("born_on", 2.0, 1.0 if born == asked.born_on else near))
    elif asked.born_year:
        weights.append(("born_year", 1.0, float(bool(born and born.year == asked.born_year))))
    for name, kind, weight in (("phone", tokens.PHONE, 3.0), ("email", tokens.EMAIL, 3.0),
                               ("reference", tokens.REFERENCE, 4.0), ("postcode", tokens.POSTCODE, 1.0)):  # fmt: skip
        if getattr(asked, name):
            weights.append((name, weight, float(kind in kinds)))
    total = sum(weight for _, weight, _ in weights)
    nearness = sum(weight * part for _, weight, part in weights) / total
    met = frozenset(name for name, _, part in weights if part >= 0.75)
    return Match(person, nearness, met) if nearness >= _NEAR and met else None


def _likeness(asked: list[tuple[str, str]], held: list[tuple[str, str]]) -> float:
    """0 to 1: how like two names are, each in the forms that belong together."""
    return max((_like(one, other) for one in asked for other in held), default=0.0)


def _like(one: tuple[str, str], other: tuple[str, str]) -> float:
    family = _part(words.family_names(one[1]), words.family_names(other[1]))
    if not one[0].strip():
        return family
    given = _part(words.given_names(one[0]), words.given_names(other[0]))
    if given < 1 and words.initial_of(one[0]) == words.initial_of(other[0]) and len(words.folded(one[0])) == 1:
        given = 0.9
    return 0.6 * family + 0.4 * given


def _part(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if set(one) & set(other):
        return 1.0
    return max((_sounds_like(a, b) for a in one for b in other), default=0.0)


def _sounds_like(one: str, other: str) -> float:
    same = 0.85 if words.sound_of(one) == words.sound_of(other) else 0.0
    return max(same, fuzz.ratio(one, other) / 100)


def _to_ask(asked: Asked) -> tuple[str, ...]:
    wanted = []
    if not asked.born_on and not asked.born_year:
        wanted.append("born_year")
    if asked.name and len(words.folded(asked.name).split()) < 2:
        wanted.append("first_name")
    if not asked.postcode:
        wanted.append("postcode")
    return tuple(wanted) or ("phone",)


@dataclass(frozen=True, slots=True)
class Laid:
    """The tokens of one row: of a person, or of a case or contact of theirs. `level` is the visibility they are for."""

    person: uuid.UUID
    source: uuid.UUID
    level: str
    tokens: set[int]


def tokens_held(people: Collection[uuid.UUID], *, level: str | None = None) -> tuple[int, list[Laid]]:
    """How many of these people are held, and the tokens that each row of theirs is to have; none for the erased."""
    held = {person.pk: person for person in Person.objects.filter(pk__in=people)}
    described = []
    for person in held.values():
        with suppress(CannotOpen):
            described.append((person, person.pk, Described(names=names_of(person.names), born_on=person.born_on)))
    readable = {pk for _, pk, _ in described}
    for contact in Contact.objects.filter(person_id__in=readable):
        with suppress(CannotOpen):
            of_contact = Described(ways=[(contact.kind, contact.value)])
            described.append((held[contact.person_id], contact.pk, of_contact))
    for case in Case.objects.filter(person_id__in=readable):
        with suppress(CannotOpen):
            described.append((held[case.person_id], case.pk, _of_case(case)))
    found = []
    for person, source, each in described:
        now = level or person.visibility
        made = tokens.tokens_of(each, sealed=now == Visibility.SEALED, place=now != Visibility.RESTRICTED)
        found.append(Laid(person.pk, source, now, made))
    return len(held), found


def _of_case(case: Case) -> Described:
    reference = case.reference or {}
    described = Described(
        references=[str(value) for name in ("crime_ref", "record_id") if (value := reference.get(name))]
    )
    if code := (case.location or {}).get("postcode"):
        described.postcodes.append(code)
    return described

"""Finding one person among many: sealed, by tokens, under row-level security, against plain names without any of it.

python benchmarks/search.py [PEOPLE]     lays invented people straight into a database of its own; one line of JSON
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from as_owner import superuser

from hawl.config.throw_away import home_of_its_own

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
_BATCH, _TIMES = 5_000, 15
# Shares of the commonest surnames in Wales in thousandths, roughly, and a long tail of invented ones.
COMMON = {
    "Jones": 57,
    "Davies": 37,
    "Williams": 37,
    "Evans": 25,
    "Thomas": 24,
    "Roberts": 15,
    "Lewis": 15,
    "Hughes": 14,
    "Morgan": 13,
    "Griffiths": 13,
    "Edwards": 11,
    "Smith": 10,
    "James": 10,
    "Rees": 9,
    "Jenkins": 8,
    "Owen": 8,
    "Price": 8,
    "Phillips": 7,
    "Morris": 7,
    "Richards": 6,
    "Lloyd": 6,
    "Parry": 5,
    "Bowen": 4,
    "Powell": 4,
}
GIVEN = (
    "Siân",
    "David",
    "Rhys",
    "Emma",
    "Gareth",
    "Carys",
    "John",
    "Sarah",
    "Huw",
    "Bethan",
    "Paul",
    "Megan",
    "Ceri",
    "Mark",
    "Elin",
    "Thomas",
    "Nia",
    "Owain",
    "Claire",
    "Dylan",
)
RAREST = "Zzyzywyn"


def _staff_environment() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hawl.config.settings")
    import django

    django.setup()


def invented(chance: random.Random) -> list[tuple[str, str, date]]:
    """Names and birth days."""
    ends = ("well", "ford", "ton", "by", "man", "son", "wick", "ley")
    tail = [
        f"{chance.choice('BCDFGHKLMNPRST')}{chance.choice('aeiou')}{chance.choice('bdklmnrst')}{chance.choice('aeio')}"
        f"{chance.choice('lmnrst')}{chance.choice(ends)}"
        for _ in range(6000)
    ]
    families = [*COMMON, *tail]
    left = 1000 - sum(COMMON.values())
    shares = [*COMMON.values(), *(left / (3.05 * (rank + 300)) for rank in range(len(tail)))]
    drawn = chance.choices(families, shares, k=PEOPLE - 1)
    days = [
        date.fromordinal(chance.randrange(date(1935, 1, 1).toordinal(), date(2012, 1, 1).toordinal())) for _ in drawn
    ]
    return [*zip(chance.choices(GIVEN, k=len(drawn)), drawn, days, strict=True), ("Siân", RAREST, date(1987, 3, 1))]


def lay(people: list[tuple[str, str, date]], desk: int) -> Counter[int]:
    """Straight into the tables; gives how often each token of a surname was laid, for the observer's part."""
    from django.db import connection

    from hawl.foundations.access.actor import Actor
    from hawl.foundations.access.scope import acting_as
    from hawl.foundations.vault.sealing import new_key
    from hawl.registers.finding.tokens import Described, tokens_of

    seen: Counter[int] = Counter()
    for start in range(0, len(people), _BATCH):
        rows, keys, tokens, whose = [], [], [], []
        for given, family, born in people[start : start + _BATCH]:
            who, (key, wrapped, kek) = uuid.uuid4(), new_key()
            names = json.dumps({"given": given, "family": family}).encode()
            rows.append(
                (
                    who,
                    key.seal(names, "people_person", str(who), "names"),
                    key.seal(born.isoformat().encode(), "people_person", str(who), "born_on"),
                    key.id,
                )
            )
            keys.append((key.id, wrapped, kek))
            made = tokens_of(
                Described(names=[(given, family)], born_on=born, ways=[("mobile", f"07{who.int % 10**9:09}")])
            )
            seen.update(made)
            tokens += made
            whose += [who] * len(made)
        with acting_as(Actor(label="bench", machine=True)), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO vault_datakey (id, wrapped, kek, created_at) SELECT i, w, k, now() "
                "FROM unnest(%s::uuid[], %s::bytea[], %s::int[]) AS n (i, w, k)",
                [list(column) for column in zip(*keys, strict=True)],
            )
            cursor.execute(
                "INSERT INTO people_person (id, kind, names, born_on, language, deceased, visibility, data_key, "
                "created_at, visible_to, named_users) SELECT i, 'person', n, b, '', false, 'open', k, %s, %s, '{}' "
                "FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[], %s::uuid[]) AS t (i, n, b, k)",
                [datetime.now(UTC), [desk], *(list(column) for column in zip(*rows, strict=True))],
            )
            cursor.execute(
                "INSERT INTO finding_searchtoken (token, person_id, source_id, laid_for, visible_to, named_users) "
                "SELECT t, p, p, 0, %s, '{}' FROM unnest(%s::bigint[], %s::uuid[]) AS n (t, p)",
                [[desk], tokens, whose],
            )
    return seen


def _milliseconds(work: Callable[[], Any]) -> float:
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[_TIMES // 2] * 1000


def guessed(seen: Counter[int], people: list[tuple[str, str, date]], most: int) -> dict[str, int]:
    """How many of the commonest surnames an observer of the table names by frequency alone.

    The observer knows how common each surname is in the country, and nothing of the key. `by_rank`: the n-th commonest
    token of all is taken for the n-th commonest surname. `kind_known`: the observer can tell tokens of surnames from
    the others, which the worst one could by what stands together.
    """
    from hawl.foundations.vault.keys import key_ring
    from hawl.registers.finding import tokens, words

    secret = tokens._secret(key_ring().index, False)
    ranked = [name for name, _ in Counter(family for _, family, _ in people).most_common()]
    country = sorted(COMMON, key=lambda name: -COMMON[name])[:most]
    of = {name: tokens._token(secret, tokens.FAMILY, words.family_names(name)[0]) for name in ranked[:2000]}
    family_tokens = set(of.values())
    everything = [token for token, _ in seen.most_common(most)]
    families = [token for token, _ in seen.most_common() if token in family_tokens][:most]
    pairs = {"by_rank": everything, "kind_known": families}
    return {
        how: sum(of.get(name) == token for name, token in zip(country, found, strict=False))
        for how, found in pairs.items()
    }


def _plainly(people: list[tuple[str, str, date]]) -> tuple[float, float]:
    """Milliseconds for the rarest and the commonest name in a plain indexed table, without any control.

    As the server's own account: no role of the product may make tables.
    """
    with superuser() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE plain_people (id int, given text, family text, born_on date)")
        given, family, born = zip(*people, strict=True)
        cursor.execute(
            "INSERT INTO plain_people SELECT row_number() over (), * FROM unnest(%s::text[], %s::text[], %s::date[])",
            [list(given), list(family), list(born)],
        )
        cursor.execute("CREATE INDEX ON plain_people (lower(family), lower(given))")
        cursor.execute("ANALYZE plain_people")

        def plain(sql: str, *values: str) -> Callable[[], list[Any]]:
            def run() -> list[Any]:
                cursor.execute(
                    f"SELECT id, given, family, born_on FROM plain_people WHERE {sql} LIMIT 201", list(values)
                )
                return list(cursor.fetchall())

            return run

        rare = _milliseconds(plain("lower(family) = %s AND lower(given) = %s", RAREST.lower(), "siân"))
        return rare, _milliseconds(plain("lower(family) = %s", "jones"))


def measure(people: list[tuple[str, str, date]], seen: Counter[int], user: Any) -> dict[str, Any]:
    """Look-ups of the commonest and the rarest name, sealed and plain."""
    from hawl.foundations.access.scope import acting_as
    from hawl.registers.finding.queries import Asked, find

    rare_plain, common_plain = _plainly(people)
    answers = {}

    def sealed(asked: Asked, name: str) -> float:
        def run() -> None:
            with acting_as(user.actor()):
                answers[name] = find(asked)

        return _milliseconds(run)

    rare = sealed(Asked(name=f"Sian {RAREST}"), "rare")
    from hawl.foundations.vault import fields

    with mock.patch.object(fields, "opened", wraps=fields.opened) as opened:
        common = sealed(Asked(name="Jones"), "common")
    narrowed = sealed(Asked(name="Sian Jones", born_on=date(1987, 3, 1)), "narrowed")
    # Others whose names sound alike may follow.
    assert answers["rare"].matches[0].person.names["family"] == RAREST
    assert answers["common"].too_many
    return {
        "rarest_ms": round(rare, 1),
        "rarest_plain_ms": round(rare_plain, 2),
        "rarest_times": round(rare / rare_plain, 1),
        "jones_ms": round(common, 1),
        "jones_plain_ms": round(common_plain, 2),
        "jones_times": round(common / common_plain, 1),
        "jones_opened": opened.call_count,
        "jones_with_birth_day_ms": round(narrowed, 1),
        "found_then": len(answers["narrowed"].matches),
        "tokens_per_person": round(sum(seen.values()) / len(people), 1),
        "surnames_guessed_of_10": guessed(seen, people, 10),
        "surnames_guessed_of_24": guessed(seen, people, 24),
    }


def main() -> None:
    """Prepare, lay, measure, print."""
    with home_of_its_own():
        subprocess.run([str(Path(sys.executable).parent / "hawl"), "prepare"], check=True, capture_output=True)
        _staff_environment()
        from django.db import connection

        from hawl.foundations.access.actor import Actor, Role
        from hawl.foundations.database.connection import credential
        from hawl.foundations.identity.actions import put_account
        from hawl.registers.organisations.queries import ids_by_key

        desk = ids_by_key(["victim-care-unit"])["victim-care-unit"]
        user = put_account(
            by=Actor(label="bench"),
            email="bench@example.org",
            display_name="Bench",
            organisation_id=desk,
            roles=frozenset({Role.VICTIM_CARE_OFFICER}),
            password="for the benchmark only",  # noqa: S106
            vetting_until=date(2999, 1, 1),
            training_until=date(2999, 1, 1),
        )
        people = invented(random.Random(7))  # noqa: S311 - invented people need repeatable chance
        began = time.monotonic()
        seen = lay(people, desk)
        laid = time.monotonic() - began
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        who = credential("staff")
        connection.close()
        connection.settings_dict.update(USER=who.user, PASSWORD=who.password)
        print(
            json.dumps(
                {"benchmark": "search", "people": PEOPLE, "laid_seconds": round(laid), **measure(people, seen, user)}
            )
        )


if __name__ == "__main__":
    main()

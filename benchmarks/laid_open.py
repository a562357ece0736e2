"""The comparison build of `protection.py`: the controls taken out of a process, and the copy of the database laid open.

It lives here alone, and the product has no switch for it.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any


def without_controls() -> None:
    """Take the controls out of this process."""
    from contextlib import contextmanager

    from django.db import models, transaction

    from hawl.foundations.access import models as access
    from hawl.foundations.access import scope
    from hawl.foundations.access.actor import Actor, Role, Standing, naming
    from hawl.foundations.audit import actions as audit
    from hawl.foundations.identity import sessions
    from hawl.foundations.identity.models import User
    from hawl.foundations.vault import fields, hand
    from hawl.registers.finding import queries as finding

    @contextmanager
    def acting_as(actor: Any) -> Any:
        with naming(actor), transaction.atomic():
            yield actor

    def nothing(*_: Any, **__: Any) -> None:
        return None

    def actor_of(user: User, _bodies: Any = None) -> Actor:
        """What any site knows of who signed in: the account's own row."""
        far = date(2999, 1, 1)
        return Actor(
            label=f"user:{user.pk}",
            user_id=user.pk,
            organisations=frozenset({user.organisation_id} if user.organisation_id else ()),
            roles=frozenset(Role(each) for each in user.roles),
            standing=Standing(active=True, vetting_until=far, training_until=far),
        )

    _everywhere(scope.acting_as, acting_as)
    for name in ("record", "record_list"):
        _everywhere(getattr(audit, name), nothing)
    User.actor = actor_of
    access.ScopedQuerySet.visible = lambda self: self
    access.ScopedModel.from_db = classmethod(models.Model.from_db.__func__)
    fields.SealedField.from_db_value = lambda self, value, *_: None if value is None else fields.Sealed(value)
    fields.SealedField.open_stored = lambda self, instance, value: value
    finding._people_with = _by_plain_names
    sessions._ALONG = {}
    _everywhere(hand.with_keys, list)


def _by_plain_names(wanted: list[tuple[int, set[int]]], most: int) -> Any:
    """The same candidates from an indexed column of plain words, in one statement."""
    from django.db import connection

    from hawl.registers.finding import queries as finding

    with connection.cursor() as cursor:
        parts, values = [], []
        for kind, words in wanted:
            parts.append(f"(SELECT {int(kind)}, person_id FROM bench_words WHERE word = ANY(%s) LIMIT %s)")
            values += [sorted(words), most * len(words) + 1]
        cursor.execute(finding._FEW_OF_A_KIND.format(each=" UNION ALL ".join(parts)), [most, *values])
        people: dict[int, set[Any] | None] = {kind: set() for kind, _ in wanted}
        people.update((kind, None if found is None else set(found)) for kind, found in cursor.fetchall())
    return iter(people.items())


def _everywhere(old: Any, new: Any) -> None:
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("hawl."):
            for name, value in list(vars(module).items()):
                if value is old:
                    setattr(module, name, new)


def lay_open() -> None:
    """Write every sealed value of the copy as plain bytes. Runs with the keys, as the superuser of the copy."""
    from django.db import connection

    from hawl.foundations.access.actor import Actor
    from hawl.foundations.access.scope import acting_as
    from hawl.foundations.vault.owners import sealed_fields, sealed_tables

    with acting_as(Actor(label="system:benchmark", machine=True)), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        _lay_words(cursor)
        for model in sealed_tables():
            table, key = model._meta.db_table, model._meta.pk
            named = sealed_fields(model)
            columns = ", ".join(f"{field.column} = %s" for field in named)
            cursor.executemany(
                f"UPDATE {table} SET {columns} WHERE {key.column} = %s",
                [[*(_plain(field, row) for field in named), row.pk] for row in model._default_manager.all()],
            )
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")


def _lay_words(cursor: Any) -> None:
    """The plain words by which each person is found, where the product has keyed tokens; and whom to look for."""
    from hawl.registers.finding import tokens
    from hawl.registers.finding.queries import tokens_held
    from hawl.registers.people.models import Person

    plain_words(tokens)
    cursor.execute("CREATE TABLE bench_words (word text, person_id uuid)")
    everyone = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(everyone), 500):
        held = tokens_held(everyone[start : start + 500])[1]
        # A word stands once for a person here, of however many rows of theirs it is.
        pairs = sorted({(str(word), each.person) for each in held for word in each.tokens})
        cursor.execute(
            "INSERT INTO bench_words SELECT * FROM unnest(%s::text[], %s::uuid[])",
            [list(each) for each in zip(*pairs, strict=True)],
        )
    # Only of whom the worker would find with controls too: the two answer with the same page.
    seen = "SELECT p.id FROM people_person p JOIN identity_user u ON u.organisation_id = ANY(p.visible_to)"
    cursor.execute(f"DELETE FROM bench_words WHERE person_id NOT IN ({seen} WHERE u.email = 'bench@example.org')")
    cursor.execute("ALTER TABLE bench_words ADD PRIMARY KEY (word, person_id)")
    Path(os.environ["BENCH_SEARCHES"]).write_text(json.dumps(_searches(list(Person.objects.all()[:20_000]))))


def plain_words(tokens: Any) -> None:
    """Words as they are in place of keyed tokens, in this process."""
    tokens._token = lambda _secret, kind, text: f"{kind}|{text}"


def _searches(people: list[Any]) -> dict[str, list[dict[str, str]]]:
    """What is typed: a common family name with first name and day of birth, one alone, and rare names."""
    known = [(each.names.get("given"), each.names.get("family"), each.born_on) for each in people if each.names]
    known = [each for each in known if all(each)]
    often = Counter(family for _, family, _ in known)
    common = [family for family, _ in often.most_common(5)]
    rare = [each for each in known if often[each[1]] == 1] or [each for each in known if often[each[1]] < 4]
    dated = [each for each in known if each[1] in common]
    chance = random.Random(7)  # noqa: S311 - the same people in each run
    return {
        "search, common name with day of birth": [
            {"name": f"{given} {family}", "born_on": f"{born:%d/%m/%Y}"}
            for given, family, born in chance.sample(dated, min(40, len(dated)))
        ],
        "search, rare name": [
            {"name": f"{given} {family}"} for given, family, _ in chance.sample(rare, min(40, len(rare)))
        ],
        "search, common name alone": [{"name": family} for family in common],
    }


def _plain(field: Any, row: Any) -> bytes | None:
    value = getattr(row, field.name)
    return None if value is None else field.to_plain(value).encode()

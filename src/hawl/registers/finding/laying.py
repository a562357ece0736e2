"""Laying tokens for many people at once; called by this room's actions and by the importer, in their scope."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping

from django.db import connection

from hawl.foundations.vault.sealing import CannotOpen
from hawl.registers.cases.models import Case
from hawl.registers.finding.tokens import Described, names_of, tokens_of
from hawl.registers.people.models import Contact, Person, Visibility

_ADD = """
INSERT INTO finding_searchtoken (token, person_id, visible_to, named_users, denied_users, denied_organisations)
SELECT n.token, p.id, p.visible_to, p.named_users, p.denied_users, p.denied_organisations
FROM unnest(%s::bigint[], %s::uuid[]) AS n (token, person_id) JOIN people_person p ON p.id = n.person_id
ON CONFLICT DO NOTHING
"""
_TAKE_AWAY = "DELETE FROM finding_searchtoken WHERE person_id = ANY(%s)"


def add(people: Mapping[uuid.UUID, Described]) -> None:
    """Add tokens to open records, by what a feed told of them just now."""
    _add((person, tokens_of(described)) for person, described in people.items())


def renew(people: Collection[uuid.UUID]) -> int:
    """Lay all tokens of these people anew, by what is held of them; gives the number of people that are held.

    An erased person has none any more.
    """
    held = {person.pk: person for person in Person.objects.filter(pk__in=people)}
    described = {pk: Described() for pk in held}
    for contact in Contact.objects.filter(person_id__in=held):
        with _Erased():
            described[contact.person_id].ways.append((contact.kind, contact.value))
    for case in Case.objects.filter(person_id__in=held):
        with _Erased():
            _of_case(described[case.person_id], case)
    rows = []
    for pk, person in held.items():
        with _Erased():
            described[pk].names, described[pk].born_on = names_of(person.names), person.born_on
            sealed, place = person.visibility == Visibility.SEALED, person.visibility != Visibility.RESTRICTED
            rows.append((pk, tokens_of(described[pk], sealed=sealed, place=place)))
    take_away(people)
    _add(rows)
    return len(held)


def take_away(people: Collection[uuid.UUID]) -> None:
    """Nobody finds these people by a search any more."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_AWAY, [list(people)])


class _Erased:
    """What does not open any more is not found by it."""

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, CannotOpen)


def _of_case(described: Described, case: Case) -> None:
    reference = case.reference or {}
    described.references += [str(value) for name in ("crime_ref", "record_id") if (value := reference.get(name))]
    if code := (case.location or {}).get("postcode"):
        described.postcodes.append(code)


def _add(rows: Iterable[tuple[uuid.UUID, set[int]]]) -> None:
    tokens, people = [], []
    for person, found in rows:
        tokens += found
        people += [person] * len(found)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [tokens, people])

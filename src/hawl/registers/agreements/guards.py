"""What the database itself keeps to: no police body near who came without the police, and closing at once everywhere.

Laid down after each migration, from the models: a table about people that is added later is under it at once. Nothing
here decides; `actions` do.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables only

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.row_conditions import visible_without_glass

# Without these the guards have nothing to stand on, as while an earlier release is brought up to this one.
_NEEDED = {"people_person", "cases_case", "agreements_sharingagreement", "agreements_camewithoutpolice"}


@dataclass(frozen=True, slots=True)
class GuardedTable:
    """A table about people: the column with its person or case, and which of the two, and a case beside a person."""

    name: str
    subject: str
    of_case: bool
    own_case: str  # the column that names a case where the subject is a person; empty where there is none


def guarded() -> list[GuardedTable]:
    """All tables about people that are there."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    return [
        _table(model)
        for model in apps.get_models()
        if issubclass(model, ScopedModel) and not model._meta.abstract and model._meta.db_table in there
    ]


def _table(model: type[ScopedModel]) -> GuardedTable:
    columns = {field.column for field in model._meta.concrete_fields}
    of_case = model.subject_column == "case_id"
    of_claim = "case_id" if "case_id" in columns and not of_case else ""
    own_case = "id" if model._meta.label == "cases.Case" else of_claim
    return GuardedTable(model._meta.db_table, model.subject_column, of_case, own_case)


def statements(tables: Sequence[GuardedTable]) -> Iterator[str]:
    """The functions with their parts for each table, and two triggers on each table. Idempotent."""
    text = (Path(__file__).parent / "guards.sql").read_text(encoding="utf-8")
    if not {table.name for table in tables} >= _NEEDED:
        return
    parts = {
        "{visible}": [visible_without_glass("id")],
        "{close}": [_close(table) for table in tables],
        "{wall}": [_wall(table) for table in tables],
        "{unwall}": [_unwall(table) for table in tables],
        "{open}": [_open(table) for table in tables],
    }
    for mark, found in parts.items():
        text = text.replace(mark, "\n".join(found))
    yield text
    for table in tables:
        for verb in ("INSERT", "UPDATE"):
            name = f"hawl_no_police_{verb.lower()}"
            yield f'DROP TRIGGER IF EXISTS {name} ON "{table.name}"'
            yield (
                f'CREATE TRIGGER {name} AFTER {verb} ON "{table.name}" REFERENCING NEW TABLE AS fresh '
                f"FOR EACH STATEMENT EXECUTE FUNCTION "
                f"hawl_no_police('{table.subject}', '{'case' if table.of_case else 'person'}')"
            )


def _of_person(table: GuardedTable) -> str:
    if table.of_case:
        return f'"{table.subject}" IN (SELECT id FROM cases_case WHERE person_id = the_person)'
    return f'"{table.subject}" = the_person'


def _close(table: GuardedTable) -> str:
    if table.of_case:
        where = f'"{table.subject}" = ANY(shut_cases)'
    elif table.own_case:
        whole = "" if table.name == "cases_case" else f' OR (NOT still_some AND "{table.subject}" = the_person)'
        where = f'("{table.own_case}" = ANY(shut_cases){whole})'
    else:
        where = f'NOT still_some AND "{table.subject}" = the_person'
    return (
        f'UPDATE "{table.name}" SET visible_to = array_remove(visible_to, the_body) '
        f"WHERE visible_to @> ARRAY[the_body] AND {where};"
    )


def _wall(table: GuardedTable) -> str:
    return (
        f'UPDATE "{table.name}" SET denied_organisations = array_append(denied_organisations, 0), '
        f"visible_to = ARRAY(SELECT one FROM unnest(visible_to) AS one WHERE one <> ALL (not_agreed)), "
        f"named_users = ARRAY(SELECT one FROM unnest(named_users) AS one WHERE NOT EXISTS (SELECT FROM identity_user u "
        f"WHERE u.id = one AND ARRAY[u.organisation_id, u.employer_id] && not_agreed)) "
        f"WHERE {_of_person(table)} AND NOT coalesce(denied_organisations, '{{}}') @> ARRAY[0];"
    )


def _unwall(table: GuardedTable) -> str:
    return (
        f"UPDATE \"{table.name}\" SET denied_organisations = nullif(array_remove(denied_organisations, 0), '{{}}') "
        f"WHERE {_of_person(table)} AND denied_organisations @> ARRAY[0];"
    )


def _open(table: GuardedTable) -> str:
    level = ", visibility = new_level" if table.name == "people_person" else ""
    return f'UPDATE "{table.name}" SET visible_to = new_seen, named_users = new_named{level} WHERE {_of_person(table)};'


def lay_down(**_: Any) -> None:
    """Run the statements as the owner; called after migrating."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements(guarded()):
            cursor.execute(statement)

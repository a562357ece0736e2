"""Each layer asked alone: policy, guard on rows, managers without row-level security, row-level security by SQL."""

# ruff: noqa: S608 - tables and columns are named by our own models

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import psycopg
from django.db import connection

from hawl.config.access_matrix import cells
from hawl.config.access_matrix.cells import Rows
from hawl.config.access_matrix.laying import Laid, Someone, new_row
from hawl.foundations.access import models
from hawl.foundations.access.actor import Actor, naming
from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.policy import Action, Purpose, Resource, decide
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import now
from hawl.foundations.identity.models import User

# A cell: table, kind of row, action. A layer's answer is the set of cells that it lets this account do.
Cell = tuple[str, Rows, Action]
# Referring and agreeing are the actions' own and move scope by functions of their rooms, which those rooms try.
ASKED = tuple(each for each in Action if each not in (Action.PROTECT, Action.REFER, Action.AGREE))


def actor_of(someone: Someone) -> Actor:
    """The actor as the staff site would name it for this account."""
    return Actor(label="anyone") if someone.user_id is None else User.objects.get(pk=someone.user_id).actor()


def cells_of(laid: Laid) -> Iterator[Cell]:
    """Every cell that an account is asked: writing where the staff process writes the table at all.

    Protecting is asked of people: it moves all else with them.
    """
    for model, rows in laid.rows.items():
        table = model._meta.db_table
        asked = [action for action in ASKED if action not in cells.WRITING or "staff" in model.writers]
        for kind in rows:
            yield from ((table, kind, action) for action in asked)
            if model.subject_column == model._meta.pk.column:
                yield table, kind, Action.PROTECT


def by_policy(laid: Laid, actor: Actor) -> set[Cell]:
    """What `decide` allows, for support of the person. Rows that differ in their table alone are decided once."""
    moment, decided, allowed = now(), {}, set()
    for model, rows in laid.rows.items():
        table = model._meta.db_table
        for kind in rows:
            for action in Action:
                resource = laid.resources[table, kind, action == Action.RECORD]
                same = (kind, action, resource.renewed_by_acts, resource.subject in actor.glass)
                if same not in decided:
                    decided[same] = decide(actor, action, resource, Purpose.SUPPORT, moment).allow
                if decided[same]:
                    allowed.add((table, kind, action))
    return allowed & laid.cells | _for_other_purposes(laid, actor)


def resources_of(rows: dict[type[ScopedModel], dict[Rows, Any]]) -> dict[tuple[str, Rows, bool], Resource]:
    """Each row as the policy asks for it; with True, one more row like it."""
    return {
        (model._meta.db_table, kind, more): (added(row) if more else row).as_resource()
        for model, kinds in rows.items()
        for kind, row in kinds.items()
        for more in (False, True)
    }


def _for_other_purposes(laid: Laid, actor: Actor) -> set[Cell]:
    """Reading that would be let for what opens no record: cells of no layer, so that each counts as a leak."""
    row = next(iter(laid.rows.values()))[Rows.BOTH]
    others = (Purpose.OVERSIGHT, Purpose.STATISTICS)
    let = any(decide(actor, Action.READ, row.as_resource(), purpose, now()).allow for purpose in others)
    return {("for another purpose", Rows.BOTH, Action.READ)} if let else set()


def added(row: ScopedModel) -> ScopedModel:
    """One more row like it. Where a person has one row, it is another person's, and no glass was broken for them."""
    more = copy(row)
    subject = next(each for each in type(row)._meta.concrete_fields if each.column == row.subject_column)
    if subject.unique:
        setattr(more, row.subject_column, uuid4())
    return more


def by_managers(laid: Laid, actor: Actor) -> set[Cell]:
    """What the scoped managers let through by themselves: the policy's guard on rows is taken away meanwhile."""
    allowed: set[Cell] = set()
    with _guard_off(), acting_as(actor):
        for model, rows in laid.rows.items():
            table = model._meta.db_table
            kinds = {_key_of(row): kind for kind, row in rows.items()}
            found = model.objects.filter(**{f"{_key(model)}__in": list(kinds)})
            seen = {kinds[key] for key in found.values_list(_key(model), flat=True)}
            shown = {kinds[_key_of(row)] for row in found if row.shows_place()}
            for kind in seen:
                allowed |= {(table, kind, action) for action in cells.READING}
                allowed.add((table, kind, Action.CHANGE))
                # The managers know nothing of acts; that who sees a person by a glass alone protects nothing is asked
                # by each act (the policy) and by the function that moves scope (the database).
                if model.subject_column == model._meta.pk.column and kind not in cells.BY_GLASS_ALONE:
                    allowed.add((table, kind, Action.PROTECT))
            allowed |= {(table, kind, Action.SHOW_CONTACT) for kind in shown}
            allowed |= {
                (table, kind, Action.RECORD)
                for kind, row in rows.items()
                if _lets(partial(models.check_new, [added(row)]))
            }
            if _lets(partial(models.check_erasing, model)):
                allowed |= {(table, kind, Action.ERASE) for kind in seen}
    return allowed & laid.cells


def _lets(check: Callable[[], None]) -> bool:
    try:
        check()
    except models.NotYours:
        return False
    return True


@contextmanager
def _guard_off() -> Iterator[None]:
    with mock.patch.object(models, "guards_rows"):
        yield


def by_guard(laid: Laid, actor: Actor) -> set[Cell]:
    """What the guard on rows lets through, asked of rows that came without query or database leaving any out."""
    allowed = set()
    with naming(actor):
        for model, rows in laid.rows.items():
            for kind, row in rows.items():
                try:
                    models.guards_rows(row)
                except ScopedModel.Withheld:
                    continue
                allowed.add((model._meta.db_table, kind, Action.LIST))
    return allowed


# Tries each statement in the role of who asks and takes it back; gives the numbers of those that were done to a row.
# Laid by the owner into a database that is thrown away.
TRYING = """
CREATE OR REPLACE FUNCTION hawl_try(statements text[]) RETURNS int[] LANGUAGE plpgsql AS $try$
DECLARE done int[] := '{}'; touched bigint;
BEGIN
  FOR n IN 1 .. coalesce(array_length(statements, 1), 0) LOOP
    BEGIN
      touched := 0;
      EXECUTE statements[n];
      GET DIAGNOSTICS touched = ROW_COUNT;
      RAISE EXCEPTION 'taken back';
    EXCEPTION WHEN OTHERS THEN
      IF SQLERRM = 'taken back' AND touched > 0 THEN done := done || n; END IF;
    END;
  END LOOP;
  RETURN done;
END $try$;
GRANT EXECUTE ON FUNCTION hawl_try(text[]) TO "{staff}"
"""


def by_database(laid: Laid, actor: Actor) -> set[Cell]:
    """What the database lets the role of the staff process do by plain SQL, told who acts and nothing else."""
    allowed: set[Cell] = set()
    with acting_as(actor), connection.cursor() as cursor:
        handed = _handed(cursor, laid)
        for model, rows in laid.rows.items():
            table, kinds = model._meta.db_table, list(rows)
            cursor.execute(f'SELECT "{_key(model)}" FROM "{table}" WHERE "{_key(model)}" = ANY(%s)', [_keys(rows)])
            seen = {pk for (pk,) in cursor.fetchall()}
            for kind, row in rows.items():
                if _key_of(row) in seen:
                    allowed |= {(table, kind, action) for action in cells.READING}
                if _key_of(row) in seen and laid.keys[kind] in handed:
                    allowed.add((table, kind, Action.SHOW_CONTACT))
            for action, statements in laid.statements[model].items():
                cursor.execute("SELECT hawl_try(%s)", [statements])
                allowed |= {(table, kinds[n - 1], action) for n in cursor.fetchone()[0]}
    return allowed & laid.cells


def statements_of(rows: dict[type[ScopedModel], dict[Rows, Any]]) -> dict[type[ScopedModel], dict[Action, list[str]]]:
    """What is tried on each row, as SQL with its values in it, in the order of the kinds."""
    made = {}
    connection.ensure_connection()
    with psycopg.ClientCursor(connection.connection) as cursor:
        for model, kinds in rows.items():
            table, key, of_it = model._meta.db_table, _key(model), _of_content(model)

            def written(statement: str, values: list[Any], cursor: psycopg.ClientCursor[Any] = cursor) -> str:
                return str(cursor.mogrify(statement, values))

            made[model] = {
                Action.CHANGE: [
                    written(f'UPDATE "{table}" SET {of_it} = {of_it} WHERE "{key}" = %s', [_key_of(row)])
                    for row in kinds.values()
                ],
                Action.ERASE: [
                    written(f'DELETE FROM "{table}" WHERE "{key}" = %s', [_key_of(row)]) for row in kinds.values()
                ],
                Action.RECORD: [written(*_insert(model, row)) for row in kinds.values()],
            }
            if model.subject_column == model._meta.pk.column:
                protect = "SELECT hawl_rescope(%s, 'deny_user', '{0}', NULL)"
                made[model][Action.PROTECT] = [written(protect, [_key_of(row)]) for row in kinds.values()]
    return made


def _of_content(model: type[ScopedModel]) -> str:
    """A column that has nothing to do with who sees the row: that one functions alone may write."""
    return next(f'"{each.column}"' for each in model._meta.concrete_fields if each.column not in model.written_once())


def _insert(model: type[ScopedModel], like: Any) -> tuple[str, list[Any]]:
    values = new_row(model, like)
    fields = {field.column: field for field in model._meta.concrete_fields}
    given = [fields[column].get_db_prep_save(value, connection) for column, value in values.items()]
    columns = ", ".join(f'"{column}"' for column in values)
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({", ".join(["%s"] * len(values))})', given


def _handed(cursor: Any, laid: Laid) -> set[UUID]:
    """The location keys that the database hands to who acts."""
    cursor.execute("SELECT id FROM vault_datakey WHERE id = ANY(%s)", [list(laid.keys.values())])
    return {key for (key,) in cursor.fetchall()}


def _key(model: type[ScopedModel]) -> str:
    """The column by which a row of the matrix is found: of a key of two columns the person, who has one row here."""
    return str(model._meta.pk.column or model.subject_column)


def _key_of(row: ScopedModel) -> Any:
    return getattr(row, "pk" if type(row)._meta.pk.column else row.subject_column)


def _keys(rows: dict[Rows, Any]) -> list[Any]:
    return [_key_of(row) for row in rows.values()]

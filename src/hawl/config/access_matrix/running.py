"""One run of the matrix: a throw-away database with row-level security, and a copy of it without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from django.db import connection

from hawl.config.access_matrix import layers, laying
from hawl.config.access_matrix.counting import Answers, Asking, Matrix, count
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.database_rules import lay_down
from hawl.foundations.access.rescoping_function import scoped_models
from hawl.foundations.access.scope import acting_as
from hawl.foundations.database.connection import asking, credential
from hawl.foundations.database.roles import role_name

_LAYING = Actor(label="system:matrix", machine=True)


class Run:
    """Lays the rows once; each layer's answers are kept until something is planted that may change them."""

    def __init__(self) -> None:
        _bare_tables()
        owner_does([layers.TRYING.replace("{staff}", role_name("staff"))])
        with as_role("owner"), acting_as(_LAYING):
            laid = laying.lay()
            self.laid = replace(laid, cells=frozenset(layers.cells_of(laid)), resources=layers.resources_of(laid.rows))
        with as_role("staff"):
            self.laid.statements.update(layers.statements_of(self.laid.rows))
        self.read_actors()
        self.guard: Answers = {}
        self.managers: Answers = {}
        self.database: Answers = {}

    def read_actors(self) -> None:
        """The actors as the staff site would name them now."""
        with as_role("staff"):
            self.asking = Asking(self.laid)

    def ask_guard(self) -> None:
        """Ask the guard on rows of every account."""
        self.guard = self._of_each(layers.by_guard)

    def ask_managers(self) -> None:
        """Ask the managers, with row-level security taken away from the staff role meanwhile."""
        with _no_row_security(), as_role("staff"):
            self.managers = self._of_each(layers.by_managers)

    def ask_database(self, table: str = "") -> None:
        """Ask the database, in the role of the staff process; of one table alone where it is named."""
        rows = {model: kinds for model, kinds in self.laid.rows.items() if table in ("", model._meta.db_table)}
        part = replace(self.laid, rows=rows)
        with as_role("staff"):
            asked = {someone: layers.by_database(part, actor) for someone, actor in self.asking.actors.items()}
        kept = {} if not table else self.database
        self.database = {
            someone: cells | {cell for cell in kept.get(someone, ()) if cell[0] != table}
            for someone, cells in asked.items()
        }

    def ask_all(self) -> Matrix:
        """Ask every layer anew and compare."""
        self.ask_guard()
        self.ask_managers()
        self.ask_database()
        return self.compared()

    def compared(self) -> Matrix:
        """What the answers at hand come to."""
        return count(self.asking, guard=self.guard, managers=self.managers, database=self.database)

    def _of_each(self, ask: Callable[[laying.Laid, Actor], set[layers.Cell]]) -> Answers:
        return {someone: ask(self.laid, actor) for someone, actor in self.asking.actors.items()}


_BARE = """
DO $$ DECLARE each record; BEGIN
FOR each IN SELECT conrelid::regclass AS held, conname FROM pg_constraint
  WHERE conrelid = ANY ('{tables}'::regclass[]) AND contype IN ('c', 'f', 'u')
LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.held, each.conname); END LOOP;
FOR each IN SELECT a.attrelid::regclass AS held, attname FROM pg_attribute a
  WHERE attrelid = ANY ('{tables}'::regclass[]) AND attnum > 0 AND attnotnull AND NOT attisdropped
    AND attname NOT IN ('visible_to', 'named_users') AND NOT EXISTS (
      SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey))
LOOP EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', each.held, each.attname); END LOOP; END $$
"""


def _bare_tables() -> None:
    """Leave of the tables nothing but who may see and write a row: what else a row must be, each room's tests show."""
    tables = [model._meta.db_table for model in scoped_models()]
    owner_does(
        [f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in tables]
        + [_BARE.replace("{tables}", f"{{{','.join(tables)}}}")]
    )


@contextmanager
def as_role(process: str) -> Iterator[None]:
    """Speak to the database in the role of that process, and as it asks."""
    settings = connection.settings_dict
    before = {name: settings[name] for name in ("USER", "PASSWORD", "OPTIONS")}
    who = credential(process)
    connection.close()
    settings.update(USER=who.user, PASSWORD=who.password, OPTIONS={**settings["OPTIONS"], **asking(process)})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@contextmanager
def _no_row_security() -> Iterator[None]:
    tables = [model._meta.db_table for model in scoped_models()]
    owner_does([f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY' for table in tables])
    try:
        yield
    finally:
        owner_does([f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY' for table in tables])


def owner_does(statements: list[str]) -> None:
    """Run statements as the owner of the tables."""
    settings, who = connection.settings_dict, credential("owner")
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], dbname=settings["NAME"], user=who.user, password=who.password,
        autocommit=True,
    ) as owner:  # fmt: skip
        for statement in statements:
            owner.execute(statement)


def rules_as_declared() -> None:
    """Lay grants and row-level security down anew, as the models declare them."""
    with as_role("owner"):
        lay_down()
    owner_does([f'ALTER TABLE "{model._meta.db_table}" DISABLE TRIGGER USER' for model in scoped_models()])

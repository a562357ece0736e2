"""Row-level security as the database itself keeps it, asked by SQL in the role of each process."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from hawl.foundations.access.actor import Actor, NoActor
from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.database.connection import credential
from hawl.registers.cases.tests.makers import make_case, make_contact, make_person
from hawl.registers.people.models import Person
from hawl.rights.duties.models import Duty

OURS, THEIRS = 1001, 1002
_US = Actor(label="system:tests", organisations=frozenset({OURS}), user_id=7)
_THEM = Actor(label="system:tests", organisations=frozenset({THEIRS}), user_id=8)
SCOPED = sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, ScopedModel))


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


@pytest.fixture
def caseload(new_database: Callable[[], str]) -> None:
    """One case of ours, with all that hangs on it, committed."""
    new_database()
    with acting_as(_US):
        person = make_person(desk=OURS)
        make_contact(person)
        case = make_case(desk=OURS, person=person)
        Duty.objects.create(
            case=case, duty_id="4.4", right=4, trigger_event_id="e", standing="open", tier="standard", enforced=True,
            bearer="police", rulebook="r", rank=2, visible_to=[OURS],
        )  # fmt: skip


def test_there_are_scoped_tables() -> None:
    assert {"people_person", "people_contact", "cases_case", "cases_caseevent", "duties_duty"} <= set(SCOPED)


@pytest.mark.django_db
@pytest.mark.parametrize("table", SCOPED)
def test_every_scoped_table_forces_row_level_security(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table])
        assert cursor.fetchone() == (True, True)


@pytest.mark.django_db
@pytest.mark.parametrize("process", ["staff", "public", "jobs"])
def test_no_role_of_a_process_is_above_the_rules(process: str) -> None:
    name = credential(process).user
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
            " WHERE rolname = %s",
            [name],
        )
        assert cursor.fetchone() == (False,) * 5
        cursor.execute("SELECT count(*) FROM pg_class JOIN pg_roles r ON r.oid = relowner WHERE rolname = %s", [name])
        assert cursor.fetchone() == (0,)
        # Nor a member of one that is, so that SET ROLE leads nowhere.
        cursor.execute(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s", [name]
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("process", ["staff", "jobs"])
@pytest.mark.usefixtures("caseload")
def test_who_names_nobody_sees_nothing(process: str) -> None:
    with as_process(process):
        assert {table: rows(table) for table in SCOPED} == dict.fromkeys(SCOPED, 0)
        with pytest.raises(NoActor):
            Person.objects.all()


@pytest.mark.parametrize("process", ["staff", "jobs"])
@pytest.mark.usefixtures("caseload")
def test_an_organisation_sees_its_own_rows_and_another_none(process: str) -> None:
    with as_process(process):
        with acting_as(_US):
            assert all(rows(table) == 1 for table in SCOPED)
            assert Person.objects.count() == 1
        with acting_as(_THEM):
            assert {table: rows(table) for table in SCOPED} == dict.fromkeys(SCOPED, 0)
            assert Person.objects.count() == 0


@pytest.mark.usefixtures("caseload")
def test_the_scope_ends_with_its_transaction() -> None:
    with as_process("staff"):
        with acting_as(_US):
            assert rows("people_person") == 1
        assert rows("people_person") == 0
        with pytest.raises(ZeroDivisionError), acting_as(_US):
            raise ZeroDivisionError
        assert rows("people_person") == 0


@pytest.mark.usefixtures("caseload")
def test_acting_within_acting_puts_the_outer_scope_back() -> None:
    with as_process("staff"), acting_as(_US):
        with acting_as(_THEM):
            assert rows("people_person") == 0
        assert rows("people_person") == 1
        with pytest.raises(ZeroDivisionError), acting_as(_THEM):
            raise ZeroDivisionError
        assert rows("people_person") == 1


@pytest.mark.usefixtures("caseload")
def test_the_staff_role_cannot_become_a_machine() -> None:
    with as_process("staff"), transaction.atomic(), connection.cursor() as cursor:
        for name in ("on", "true", "1"):
            cursor.execute("SELECT set_config('hawl.machine', %s, true)", [name])
            assert {table: rows(table) for table in SCOPED} == dict.fromkeys(SCOPED, 0)
    with as_process("jobs"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hawl.machine', 'on', true)")
        assert rows("people_person") == 1, "what the staff role cannot, the jobs role can"


@pytest.mark.usefixtures("caseload")
@pytest.mark.parametrize("table", SCOPED)
def test_the_public_role_reaches_no_table_about_a_person(table: str) -> None:
    with as_process("public"), pytest.raises(ProgrammingError, match="permission denied"):
        rows(table)


@pytest.mark.usefixtures("caseload")
@pytest.mark.parametrize("process", ["staff", "jobs"])
def test_nobody_writes_a_row_for_another_organisation(process: str) -> None:
    with as_process(process):
        with pytest.raises(ProgrammingError, match="row-level security"), acting_as(_US):
            Person.objects.create(id=uuid.uuid4(), created_at=timezone.now(), visible_to=[THEIRS])
        with acting_as(_THEM):
            assert Person.objects.update(deceased=True) == 0
        with acting_as(_US), connection.cursor() as cursor:
            cursor.execute("UPDATE people_person SET deceased = true WHERE visible_to && '{1002}'")
            assert cursor.rowcount == 0
        with acting_as(_US):
            assert not Person.objects.get().deceased


@pytest.mark.usefixtures("caseload")
def test_nobody_gives_a_row_away_so_that_they_cannot_see_it_any_more() -> None:
    with as_process("staff"), pytest.raises(ProgrammingError, match="row-level security"), acting_as(_US):
        Person.objects.update(visible_to=[THEIRS])


@pytest.mark.usefixtures("caseload")
def test_the_staff_role_changes_neither_rules_nor_grants() -> None:
    for statement in (
        "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY",
        "DROP POLICY hawl_scope ON people_person",
        "TRUNCATE people_person CASCADE",
        "CREATE TABLE mine (id int)",
        "COPY people_person TO PROGRAM 'cat'",
        "SET ROLE hawl_jobs",
        "SET SESSION AUTHORIZATION hawl_owner",
    ):
        with as_process("staff"), connection.cursor() as cursor, pytest.raises((ProgrammingError, psycopg.Error)):
            cursor.execute(statement)
    with as_process("staff"), connection.cursor() as cursor:
        cursor.execute("GRANT ALL ON people_person TO PUBLIC")  # PostgreSQL answers with no more than a warning
        cursor.execute("SELECT has_table_privilege('hawl_public', 'people_person', 'SELECT')")
        assert cursor.fetchone() == (False,)

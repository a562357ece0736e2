"""Row-level security as the database itself keeps it, asked by SQL in the role of each process."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from hawl.foundations.access.actor import Actor, NoActor, Role
from hawl.foundations.access.models import NotYours, ScopedModel
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.database.connection import credential
from hawl.registers.cases.tests.makers import DESK, HUB, account, make_case, make_contact, make_person
from hawl.registers.people.models import Person
from hawl.rights.duties.models import Duty

LAID = ("people_person", "people_contact", "cases_case", "cases_caseevent", "duties_duty")
MODELS = {model._meta.db_table: model for model in apps.get_models() if issubclass(model, ScopedModel)}
SCOPED = sorted(MODELS)


def read_by(process: str) -> list[str]:
    """Scoped tables that a process may ask at all."""
    return [table for table in SCOPED if process in MODELS[table].readers]


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Two:
    """A worker of the desk whose case it is, and one of another body."""

    us: Actor
    them: Actor

    @property
    def ours(self) -> int:
        return min(self.us.organisations)

    @property
    def theirs(self) -> int:
        return min(self.them.organisations)


@pytest.fixture
def caseload(new_database: Callable[[], str]) -> Two:
    """One case of ours, with all that hangs on it, committed."""
    new_database()
    two = Two(account(Role.VICTIM_CARE_OFFICER, DESK).actor(), account(Role.HUB_WORKER, HUB).actor())
    with acting_as(two.us):
        person = make_person(desk=two.ours)
        make_contact(person)
        case = make_case(desk=two.ours, person=person)
        Duty.objects.create(
            case=case, duty_id="4.4", right=4, trigger_event_id="e", standing="open", tier="standard", enforced=True,
            bearer="police", rulebook="r", rank=2, visible_to=[two.ours],
        )  # fmt: skip
    return two


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
def test_who_names_nobody_sees_nothing(caseload: Two, process: str) -> None:
    with as_process(process):
        assert {table: rows(table) for table in read_by(process)} == dict.fromkeys(read_by(process), 0)
        with pytest.raises(NoActor):
            Person.objects.all()


@pytest.mark.parametrize("process", ["staff", "jobs"])
def test_an_organisation_sees_its_own_rows_and_another_none(caseload: Two, process: str) -> None:
    with as_process(process):
        with acting_as(caseload.us):
            assert {table: rows(table) for table in LAID} == dict.fromkeys(LAID, 1)
            assert Person.objects.count() == 1
        with acting_as(caseload.them):
            assert {table: rows(table) for table in read_by(process)} == dict.fromkeys(read_by(process), 0)
            assert Person.objects.count() == 0


def test_the_scope_ends_with_its_transaction(caseload: Two) -> None:
    with as_process("staff"):
        with acting_as(caseload.us):
            assert rows("people_person") == 1
        assert rows("people_person") == 0
        with pytest.raises(ZeroDivisionError), acting_as(caseload.us):
            raise ZeroDivisionError
        assert rows("people_person") == 0


def test_acting_within_acting_puts_the_outer_scope_back(caseload: Two) -> None:
    with as_process("staff"), acting_as(caseload.us):
        with acting_as(caseload.them):
            assert rows("people_person") == 0
        assert rows("people_person") == 1
        with pytest.raises(ZeroDivisionError), acting_as(caseload.them):
            raise ZeroDivisionError
        assert rows("people_person") == 1


def test_the_staff_role_cannot_become_a_machine(caseload: Two) -> None:
    with as_process("staff"), transaction.atomic(), connection.cursor() as cursor:
        for name in ("on", "true", "1"):
            cursor.execute("SELECT set_config('hawl.machine', %s, true)", [name])
            assert {table: rows(table) for table in read_by("staff")} == dict.fromkeys(read_by("staff"), 0)
    with as_process("jobs"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hawl.machine', 'on', true)")
        assert rows("people_person") == 1, "what the staff role cannot, the jobs role can"


@pytest.mark.parametrize("table", SCOPED)
def test_the_public_role_reaches_no_table_about_a_person(caseload: Two, table: str) -> None:
    with as_process("public"), pytest.raises(ProgrammingError, match="permission denied"):
        rows(table)


@pytest.mark.parametrize("process", ["staff", "jobs"])
def test_nobody_writes_a_row_for_another_organisation(caseload: Two, process: str) -> None:
    with as_process(process):
        theirs = Person(id=uuid.uuid4(), created_at=timezone.now(), visible_to=[caseload.theirs])
        with pytest.raises(NotYours), acting_as(caseload.us):
            theirs.save()
        with pytest.raises(NotYours), acting_as(caseload.us):
            Person.objects.bulk_create([theirs])
        with pytest.raises(ProgrammingError, match="row-level security"), acting_as(caseload.us):
            theirs.save_base(force_insert=True)  # what goes round the house's own check meets the database's
        with acting_as(caseload.them):
            assert Person.objects.update(deceased=True) == 0
        with acting_as(caseload.us), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE people_person SET deceased = true WHERE visible_to && %s::int[]", [[caseload.theirs]]
            )
            assert cursor.rowcount == 0
        with acting_as(caseload.us):
            assert not Person.objects.get().deceased


def test_nobody_gives_a_row_away_so_that_they_cannot_see_it_any_more(caseload: Two) -> None:
    for process, how in (("staff", "permission denied"), ("jobs", "row-level security")):
        with as_process(process), pytest.raises(ProgrammingError, match=how), acting_as(caseload.us):
            Person.objects.update(visible_to=[caseload.theirs])


def test_the_staff_role_changes_neither_rules_nor_grants(caseload: Two) -> None:
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

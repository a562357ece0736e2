"""The functions of the database that run with another's rights: nobody slips something of their own under one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import ProgrammingError, connection, transaction

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.database.roles import FOR_FUNCTIONS, role_name
from hawl.registers.cases.tests.makers import DESK, HUB, account, make_case

# Functions of an extension belong to who installed it.
_OURS = (
    " p.pronamespace = 'public'::regnamespace"
    " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
)


def ask(statement: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def searched_carelessly() -> list[str]:
    """Functions with another's rights whose search path is open, or comes to temporary tables before the end."""
    found = ask(f"SELECT p.oid::regprocedure::text, p.proconfig FROM pg_proc p WHERE p.prosecdef AND {_OURS}")
    return [str(name) for name, held in found if not _last_is_temporary(held or [])]


def _last_is_temporary(settings: list[str]) -> bool:
    paths = [each.removeprefix("search_path=") for each in settings if each.startswith("search_path=")]
    return paths in (["pg_catalog, public, pg_temp"], ["public, pg_temp"])


def open_to_everybody() -> list[str]:
    found = ask(
        "SELECT p.oid::regprocedure::text FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
        f" WHERE a.grantee = 0 AND {_OURS}"
    )
    return [str(name) for (name,) in found]


@contextmanager
def planted(statement: str) -> Iterator[None]:
    """What the owner would make, taken back at the end."""
    with as_process("owner"):
        connection.ensure_connection()
        with transaction.atomic():
            ask(statement)
            yield
            transaction.set_rollback(True)


@dataclass(frozen=True, slots=True)
class Two:
    """A worker whose case it is, and one of another body who knows SQL."""

    theirs: Actor
    mine: Actor


@pytest.fixture
def two(new_database: Callable[[], str]) -> Two:
    new_database()
    both = Two(account(Role.VICTIM_CARE_OFFICER, DESK).actor(), account(Role.HUB_WORKER, HUB).actor())
    for each in (both.theirs, both.mine):
        with acting_as(each):
            make_case(desk=min(each.organisations))
    return both


@pytest.mark.django_db
def test_a_function_with_anothers_rights_searches_temporary_tables_last() -> None:
    assert ask(f"SELECT 1 FROM pg_proc p WHERE p.prosecdef AND {_OURS} LIMIT 1")
    assert searched_carelessly() == []


@pytest.mark.parametrize(
    "path", ["", "SET search_path = pg_catalog, public", "SET search_path = pg_temp, public", "SET work_mem = '4MB'"]
)
def test_a_planted_function_that_searches_them_first_is_seen(new_database: Callable[[], str], path: str) -> None:
    new_database()
    making = f"CREATE FUNCTION careless() RETURNS int LANGUAGE sql SECURITY DEFINER {path} AS 'SELECT 1'"
    with planted(making):
        assert searched_carelessly() == ["careless()"]


@pytest.mark.django_db
def test_no_function_is_open_to_everybody() -> None:
    assert open_to_everybody() == []


def test_a_function_that_somebody_opens_to_everybody_is_seen_and_a_new_one_is_not_open(
    new_database: Callable[[], str],
) -> None:
    new_database()
    making = "CREATE FUNCTION careless() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    with planted(making):
        assert open_to_everybody() == []
    with planted(f"{making}; GRANT EXECUTE ON FUNCTION careless() TO PUBLIC"):
        assert open_to_everybody() == ["careless()"]


@pytest.mark.django_db
def test_no_process_may_hang_a_function_of_the_owners_on_a_table() -> None:
    found = ask(
        "SELECT r.rolname, p.oid::regprocedure::text FROM pg_proc p, pg_roles r WHERE p.prorettype = 'trigger'::regtype"
        f" AND r.rolname = ANY(%s) AND has_function_privilege(r.oid, p.oid, 'EXECUTE') AND {_OURS}",
        [role_name(each) for each in ("staff", "public", "jobs", "sealer")],
    )
    assert found == []


@pytest.mark.django_db
def test_only_jobs_makes_tables_of_its_own_and_nobody_makes_any_in_the_schema() -> None:
    names = {role_name(each): each for each in ("staff", "public", "jobs", "sealer", *FOR_FUNCTIONS)}
    found = ask(
        "SELECT rolname, has_database_privilege(oid, current_database(), 'TEMPORARY'),"
        " has_database_privilege(oid, current_database(), 'CREATE'), has_schema_privilege(oid, 'public', 'CREATE')"
        " FROM pg_roles WHERE rolname = ANY(%s)",
        list(names),
    )
    assert {names[str(name)]: rights for name, *rights in found} == {
        each: [each == "jobs", False, False] for each in names.values()
    }
    everybody = ask(
        "SELECT a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a"
        " WHERE n.nspname = 'public' AND a.grantee = 0"
        " UNION ALL SELECT a.privilege_type FROM pg_database d, aclexplode(d.datacl) a"
        " WHERE d.datname = current_database() AND a.grantee = 0"
    )
    assert everybody == []


def test_a_worker_who_knows_sql_does_not_become_the_owner(two: Two) -> None:
    with as_process("staff"):
        for statement in (
            "CREATE TEMP TABLE finding_searchtoken (person_id uuid, visible_to int[])",
            "CREATE TABLE pg_temp.loot (who text)",
            "CREATE FUNCTION pg_temp.evil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE TEMP VIEW people_person AS SELECT 1",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), acting_as(two.mine):
                ask(statement)


def test_even_a_table_under_a_functions_name_is_not_taken_for_the_houses(two: Two) -> None:
    # The jobs role may make tables of its own: what it lays under the name of one of the house's stays empty.
    with as_process("jobs"), acting_as(two.mine):
        ask("CREATE TEMP TABLE access_body (organisation_id int, walls int[], ended_on date)")
        ask("CREATE TEMP TABLE identity_user (id bigint); GRANT ALL ON pg_temp.identity_user TO PUBLIC")
        assert ask("SELECT hawl_user()") == [(two.mine.user_id,)]


def test_a_trigger_of_the_owners_hangs_on_no_table_of_a_process(two: Two) -> None:
    with as_process("jobs"):
        for name in ("hawl_plan_follows_person", "hawl_guard_contact", "hawl_guard_undeciding"):
            with pytest.raises(ProgrammingError, match="permission denied"), acting_as(two.mine):
                ask(
                    "CREATE TEMP TABLE mine (id uuid, visibility text, visible_to int[]);"
                    f" CREATE TRIGGER t AFTER UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION {name}()"
                )

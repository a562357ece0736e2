"""Grants and row-level security, worked out from the models and laid down as the owner after migrating.

Default deny: a table that no model declares is granted to nobody. Scoped tables get forced row-level
security with one rule for reading and writing (docs/decisions/0013). The database is told nothing but who signed
in (`hawl.user`): where that person works, what walls stand against them and whether they are in standing it looks
up itself, by functions that belong to a role of their own. The functions of figures run as a role that may read
scoped rows and do nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import connection, models

from hawl.foundations.access import rescoping_function
from hawl.foundations.access.models import OpenModel, ScopedModel
from hawl.foundations.access.row_conditions import visible, visible_without_glass
from hawl.foundations.access.sight import OF_ACCOUNTS, sight_functions
from hawl.foundations.database.roles import FIGURES, FOR_FUNCTIONS, KEEPER, role_name

_MACHINE = "(SELECT hawl_machine())"

_MACHINE_FUNCTION = """
CREATE OR REPLACE FUNCTION hawl_machine() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('hawl.machine', true), '') = 'on' $$
"""


_DROP_COUNTING = """
DO $$ DECLARE each regprocedure; BEGIN
FOR each IN SELECT p.oid FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE r.rolname = '{figures}'
  AND p.proname <> ALL ('{sight}')
LOOP EXECUTE format('DROP FUNCTION %s', each); END LOOP; END $$
"""

# A function is everybody's to run, and to hang on a table of their own, until somebody says otherwise.
_TO_NOBODY = """
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
DO $$ DECLARE each regprocedure; BEGIN
FOR each IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
  AND pg_has_role(p.proowner, 'USAGE')
LOOP EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', each); END LOOP; END $$
"""

# The job queue's own functions: who queues may queue, and the jobs process does all the rest.
_LIBRARY_FUNCTIONS = """
DO $$ DECLARE each regprocedure; BEGIN
FOR each IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
  AND p.proname LIKE 'procrastinate\\_%' AND p.prorettype <> 'trigger'::regtype
LOOP
  EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO "{jobs}"', each);
  IF each::text LIKE 'procrastinate\\_defer\\_job%' THEN
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO "{staff}"', each);
  END IF;
END LOOP; END $$
"""

# Tables of libraries, with who may use them: sessions and sign-in for staff, the job queue for those who queue.
_LIBRARY_TABLES: dict[str, dict[str, str]] = {
    "django_session": {"staff": "SELECT, INSERT, UPDATE, DELETE"},
    "django_migrations": {"staff": "SELECT", "jobs": "SELECT", "public": "SELECT", "partner": "SELECT"},
    "django_content_type": {"staff": "SELECT", "jobs": "SELECT"},
    # Second factors. The command line (jobs) gives a demo's accounts theirs and takes none away.
    "mfa_authenticator": {"staff": "SELECT, INSERT, UPDATE, DELETE", "jobs": "SELECT, INSERT, UPDATE, DELETE"},
    "procrastinate_jobs": {"jobs": "SELECT, INSERT, UPDATE, DELETE", "staff": "SELECT, INSERT"},
    "procrastinate_events": {"jobs": "SELECT, INSERT, UPDATE, DELETE", "staff": "SELECT, INSERT"},
    "procrastinate_periodic_defers": {"jobs": "SELECT, INSERT, UPDATE, DELETE"},
    "procrastinate_workers": {"jobs": "SELECT, INSERT, UPDATE, DELETE", "staff": "SELECT"},
}


def statements() -> Iterator[str]:
    """All SQL that brings grants and row-level security to what the models declare. Idempotent."""
    roles = [role_name(each) for each in ("staff", "public", "partner", "jobs", *FOR_FUNCTIONS)]
    everyone = ", ".join(f'"{role}"' for role in roles)
    yield f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {everyone}, "{role_name("sealer")}"'
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {everyone}"
    yield _MACHINE_FUNCTION
    yield f"GRANT EXECUTE ON FUNCTION hawl_machine() TO {everyone}"
    yield from _sight(role_name(FIGURES), everyone)
    for table, rights in _LIBRARY_TABLES.items():
        for process, verbs in rights.items():
            yield _grant(verbs, table, process)
    there = set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        # The table of a migration to come: until then it is granted to nobody.
        if model._meta.db_table not in there:
            continue
        if issubclass(model, ScopedModel):
            yield from _scoped(model)
        elif issubclass(model, OpenModel):
            yield from _open(model)
    yield from _rules_of_apps()
    yield from _moving_function(there)
    yield from _counting_functions()
    yield _TO_NOBODY
    yield _LIBRARY_FUNCTIONS.format(jobs=role_name("jobs"), staff=role_name("staff"))
    for process in ("staff", "jobs"):
        yield f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{role_name(process)}"'


def _sight(figures: str, everyone: str) -> Iterator[str]:
    yield f'GRANT SELECT ({", ".join(OF_ACCOUNTS)}) ON identity_user TO "{figures}"'
    yield f'GRANT SELECT ON access_body, access_brokenglass TO "{figures}"'
    for signature, making in sight_functions():
        yield making
        yield from handed_to(signature, FIGURES)
        yield f"GRANT EXECUTE ON FUNCTION {signature} TO {everyone}"


def handed_to(signature: str, role: str) -> Iterator[str]:
    """The function belongs to that role, runs with its rights, and is open to nobody yet."""
    owner = role_name(role)
    yield f'GRANT CREATE ON SCHEMA public TO "{owner}"'
    yield f'ALTER FUNCTION {signature} OWNER TO "{owner}"'
    yield f'REVOKE CREATE ON SCHEMA public FROM "{owner}"'
    yield f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC"


def _rules_of_apps() -> Iterator[str]:
    """Each app's `rules.sql`: rules of its own for tables that are not scoped; `{staff}` stands for that role."""
    return _texts("rules.sql")


def _moving_function(there: set[str]) -> Iterator[str]:
    """The function that moves who may see a person (`rescoping`), and those of each app's `moving.sql`.

    They belong to the role `keeper`; in the file `{seen}` stands for a row's being seen by more than a broken glass,
    and `{staff}`, `{jobs}` and `{keeper}` for those roles.
    """
    keeper = role_name(KEEPER)
    yield f'GRANT SELECT ({", ".join(OF_ACCOUNTS)}) ON identity_user TO "{keeper}"'
    scoped = [model for model in rescoping_function.scoped_models() if model._meta.db_table in there]
    for model in scoped:
        table, moved = model._meta.db_table, rescoping_function.moved_columns(model)
        read = sorted({*(str(each.column) for each in model._meta.pk_fields), model.subject_column, *moved})
        yield f'DROP POLICY IF EXISTS hawl_keeper ON "{table}"'
        yield f'CREATE POLICY hawl_keeper ON "{table}" TO "{keeper}" USING (true) WITH CHECK (true)'
        yield f'GRANT SELECT ({", ".join(read)}), UPDATE ({", ".join(moved)}) ON "{table}" TO "{keeper}"'
    yield rescoping_function.making(scoped)
    yield from handed_to(rescoping_function.SIGNATURE, KEEPER)
    callers = ", ".join(f'"{role_name(each)}"' for each in ("staff", "jobs"))
    yield f"GRANT EXECUTE ON FUNCTION {rescoping_function.SIGNATURE} TO {callers}"
    if len(scoped) < len(list(rescoping_function.scoped_models())):
        return
    for text in _texts("moving.sql"):
        yield text.replace("{seen}", visible_without_glass("id"))
        for signature in _signatures(text):
            yield from handed_to(signature, KEEPER)
            yield f"GRANT EXECUTE ON FUNCTION {signature} TO {callers}"


def _counting_functions() -> Iterator[str]:
    """Functions of each app's `figures.sql`: they count over all rows and give back numbers only.

    They belong to the role `figures` and run with its rights; the staff and jobs roles may call them.
    """
    callers = ", ".join(f'"{role_name(each)}"' for each in ("staff", "jobs"))
    # Those of an earlier release go first: what a function gives back cannot be changed in place.
    sight = ",".join(signature.removesuffix("()") for signature, _ in sight_functions())
    yield _DROP_COUNTING.replace("{figures}", role_name(FIGURES)).replace("{sight}", f"{{{sight}}}")
    for text in _texts("figures.sql"):
        # The first release's functions belonged to another role.
        yield from (f"DROP FUNCTION IF EXISTS {signature}" for signature in _signatures(text))
        yield text
        for signature in _signatures(text):
            yield from handed_to(signature, FIGURES)
            yield f"GRANT EXECUTE ON FUNCTION {signature} TO {callers}"


def _signatures(text: str) -> Iterator[str]:
    """The functions that the text makes, each with the types of what it is given."""
    for signature in re.findall(r"CREATE OR REPLACE FUNCTION (hawl_\w+\([^)]*\))", text):
        yield re.sub(r"(\w+ )(\w+)(?=[,)])", r"\2", signature)


def _texts(file_name: str) -> Iterator[str]:
    """What the apps' files of this name say, with roles in place of their marks."""
    names = {each: f'"{role_name(each)}"' for each in ("staff", "public", "partner", "jobs", FIGURES, KEEPER)}
    for app in apps.get_app_configs():
        file = Path(app.path) / file_name
        if file.exists():
            text = file.read_text(encoding="utf-8")
            for name, role in {**names, "owner": "CURRENT_USER"}.items():
                text = text.replace(f"{{{name}}}", role)
            yield text


def _update(model: type[ScopedModel], process: str) -> str:
    """People move nobody's sight by writing a row again: for that there are functions, which ask who they are."""
    if process != "staff":
        return "UPDATE"
    columns = {str(field.column) for field in model._meta.concrete_fields} - model.written_once()
    return "UPDATE ({})".format(", ".join(f'"{column}"' for column in sorted(columns)))


def lay_down() -> None:
    """Run `statements` on the current connection, which must be the owner's."""
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


def _grant(verbs: str, table: str, process: str) -> str:
    # A library may not be migrated yet when only some apps are.
    return (
        f"DO $$ BEGIN IF to_regclass('public.{table}') IS NOT NULL THEN "
        f'GRANT {verbs} ON "{table}" TO "{role_name(process)}"; END IF; END $$'
    )


def _open(model: type[OpenModel]) -> Iterator[str]:
    table = model._meta.db_table
    for process in sorted(model.readers | model.writers | model.adders | set(model.rewriters)):
        verbs = ["SELECT"] if process in model.readers | model.writers else []
        if process in model.writers:
            verbs += ["INSERT", "UPDATE", "DELETE"]
        elif process in model.adders:
            verbs += ["INSERT"]
        if process in model.rewriters:
            verbs += [f"UPDATE ({', '.join(model.rewriters[process])})"]
        yield _grant(", ".join(verbs), table, process)


def _scoped(model: type[ScopedModel]) -> Iterator[str]:
    table = model._meta.db_table
    figures, owner = role_name(FIGURES), "CURRENT_USER"
    roles = ", ".join(f'"{role_name(each)}"' for each in sorted(model.readers | model.writers))
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
    for name in ("hawl_scope", "hawl_machine", "hawl_figures", "hawl_owner"):
        yield f'DROP POLICY IF EXISTS {name} ON "{table}"'
    seen = visible(model.subject_column)
    yield f'CREATE POLICY hawl_scope ON "{table}" TO {roles} USING ({seen}) WITH CHECK ({seen})'
    jobs = role_name("jobs")
    yield f'CREATE POLICY hawl_machine ON "{table}" TO "{jobs}" USING ({_MACHINE}) WITH CHECK ({_MACHINE})'
    # Counting functions read rows and give back numbers only; migrations must reach every row.
    yield f'CREATE POLICY hawl_figures ON "{table}" FOR SELECT TO "{figures}" USING (true)'
    yield f'CREATE POLICY hawl_owner ON "{table}" TO {owner} USING (true) WITH CHECK (true)'
    for process in sorted(model.readers | model.writers):
        verbs = ["SELECT", *(["INSERT", _update(model, process)] if process in model.writers else [])]
        yield _grant(", ".join(verbs + (["DELETE"] if process in model.erasers else [])), table, process)
    open_to_counting = [
        field.column
        for field in model._meta.concrete_fields
        if not getattr(field, "sealed", False) and not isinstance(field, models.JSONField)
    ]
    columns = ", ".join(f'"{column}"' for column in open_to_counting)
    yield f'GRANT SELECT ({columns}) ON "{table}" TO "{figures}"'

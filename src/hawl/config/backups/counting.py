"""What is in a database, table by table, so that a restored one can be compared: counts, digests, row security."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

from hawl.foundations.database.home import InstallationError

Connection = psycopg.Connection[Any]

# Left out of every backup: whether this database may serve, and who is signed in.
LEFT_OUT = ("journal_journalstanding", "django_session")

_TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.oid
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
_AS_EVERYWHERE = (
    "SET datestyle = 'ISO, YMD'", "SET timezone = 'UTC'", "SET intervalstyle = 'iso_8601'", "SET bytea_output = 'hex'",
    "SET extra_float_digits = 1",
)  # fmt: skip
# A row is the same row wherever it stands: digests are added up, so that order does not count and nothing is held.
_CONTENT = (
    "SELECT count(*), coalesce(sum(hashtextextended(t::text, 1)::numeric), 0)::text, "
    "coalesce(sum(hashtextextended(t::text, 2)::numeric), 0)::text FROM {} AS t"
)
_UNSEEN = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
AND (c.relforcerowsecurity OR c.relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user))
AND NOT EXISTS (
    SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'r')
    AND pg_get_expr(p.polqual, p.polrelid) = 'true'
    AND (p.polroles = '{0}' OR (SELECT oid FROM pg_roles WHERE rolname = current_user) = ANY (p.polroles)))
"""


def refuse_partial_sight(connection: Connection) -> None:
    """A copy made by a role that row security keeps rows from would be short and look whole."""
    unseen = [str(row[0]) for row in connection.execute(_UNSEEN)]
    if unseen:
        raise InstallationError(
            f"The owner does not see all rows of {', '.join(unseen)}.",
            "Run `hawl prepare`, which lays down its right to.",
        )


def count(connection: Connection, tell: Callable[[int], None] | None = None) -> dict[str, dict[str, Any]]:
    """For each table: rows, digest of the content, and whether row security is on and forced."""
    for setting in _AS_EVERYWHERE:
        connection.execute(setting)
    found: dict[str, dict[str, Any]] = {}
    for number, (name, on, forced, _) in enumerate(connection.execute(_TABLES).fetchall(), start=1):
        one: dict[str, Any] = {"row_security": bool(on), "forced": bool(forced)}
        if name not in LEFT_OUT:
            rows, first, second = connection.execute(sql.SQL(_CONTENT).format(sql.Identifier(name))).fetchone() or (
                0,
                "0",
                "0",
            )
            one |= {"rows": int(rows), "content": f"{first}:{second}"}
        found[str(name)] = one
        if tell:
            tell(number)
    return found


def migrations(connection: Connection) -> list[str]:
    """The migrations that the database has had, as `app.name`."""
    rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    return [str(row[0]) for row in rows]


def differences(was: dict[str, dict[str, Any]], found: dict[str, dict[str, Any]]) -> list[str]:
    """In words, what of `was` a restored database does not have, or has otherwise. No content."""
    told: list[str] = []
    for name, one in was.items():
        other = found.get(name)
        if other is None:
            told.append(f"{name} is missing")
            continue
        if one.get("rows") != other.get("rows") and name not in LEFT_OUT:
            told.append(f"{name} has {other.get('rows')} rows instead of {one.get('rows')}")
        elif one.get("content") != other.get("content"):
            told.append(f"{name} has other content")
        for flag in ("row_security", "forced"):
            if one[flag] and not other[flag]:
                told.append(f"{name} has lost its row security")
                break
    told += [f"{name} was not in the backup" for name in found if name not in was]
    return told

"""How the database works out by itself who signed in: functions that row-level security asks.

The application tells it an account's id and nothing else. The functions belong to a role that may read accounts,
bodies and broken glass, so the roles of processes need not.
"""
# ruff: noqa: S608 - the statements are put together from the constants of this file

from __future__ import annotations

from collections.abc import Iterator

from hawl.foundations.access.actor import WORKS_WITH_PEOPLE

# What an account needs beyond its role; {people} are the roles that work with people. Each may be taken away alone.
STANDING = {
    "active": "u.is_active",
    "works_with_people": "u.roles && ARRAY[{people}]::varchar[]",
    "vetting": "u.vetting_until >= {today}",
    "training": "u.training_until >= {today}",
    "body_not_ended": "(b.ended_on IS NULL OR b.ended_on > {today})",
}
_TODAY = "(now() AT TIME ZONE 'Europe/London')::date"
_TOLD = "nullif(current_setting('hawl.user', true), '')::bigint"
_OF_FIGURES = "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

# The columns of accounts that these functions read.
OF_ACCOUNTS = ("id", "organisation_id", "employer_id", "is_active", "roles", "vetting_until", "training_until")


def in_standing() -> str:
    """The condition under which an account `u` of a body `b` is let near people today."""
    people = ", ".join(f"'{role.value}'" for role in sorted(WORKS_WITH_PEOPLE))
    return " AND ".join(STANDING.values()).replace("{people}", people).replace("{today}", _TODAY)


def sight_functions() -> Iterator[tuple[str, str]]:
    """Functions by which the database works out who signed in: signature and the SQL that makes it."""
    standing = in_standing()
    account = "identity_user u JOIN access_body b ON b.organisation_id = u.organisation_id"
    yield _function("hawl_user()", "bigint", f"SELECT u.id FROM {account} WHERE u.id = {_TOLD} AND {standing}")
    yield _function(
        "hawl_organisations()",
        "int[]",
        "SELECT coalesce("
        f"(SELECT ARRAY[u.organisation_id] FROM {account} WHERE u.id = {_TOLD} AND {standing}), '{{}}')",
    )
    yield _function(
        "hawl_walls()",
        "int[]",
        "SELECT coalesce(array_agg(DISTINCT wall), '{}') FROM identity_user u JOIN access_body b"
        f" ON b.organisation_id IN (u.organisation_id, u.employer_id), unnest(b.walls) AS wall WHERE u.id = {_TOLD}",
    )
    yield _function(
        "hawl_glass()",
        "uuid[]",
        "SELECT coalesce(array_agg(DISTINCT subject), '{}')"
        f" FROM {account} JOIN access_brokenglass g ON g.user_id = u.id, unnest(g.subjects) AS subject"
        f" WHERE u.id = {_TOLD} AND {standing} AND g.until > now()",
    )


def _function(signature: str, gives: str, body: str) -> tuple[str, str]:
    return signature, f"CREATE OR REPLACE FUNCTION {signature} RETURNS {gives} {_OF_FIGURES} AS $$ {body} $$"

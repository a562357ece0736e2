"""Plans that PostgreSQL keeps for a statement, for tests that show what a kept plan answers."""

from __future__ import annotations

from django.db import connection


def keep_every_plan() -> None:
    """Keep one plan for each prepared statement until this transaction ends.

    Left to itself, PostgreSQL keeps one only where it thinks it the cheaper, which moves with its statistics.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")


def kept_plans(like: str) -> int:
    """How many statements of this connection that are LIKE `like` were answered by a plan that is kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE generic_plans > 0 AND statement LIKE %s", [like]
        )
        return int(cursor.fetchone()[0])

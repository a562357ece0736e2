"""Which pairs of rows are compared at all: those that share one of these keys, unless too many rows share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A key of this many rows would make a million pairs and tells little; its rows meet by other keys.
MOST_ROWS_OF_A_KEY = 1_500

# Each survives other mistakes: a day that is wrong, names that changed places, a move, a new number.
_KEYS = {
    "born": "born_text",
    "names": "surname_forms[1] || '|' || given_forms[1]",
    "crossed": "least(given, surname) || '|' || greatest(given, surname)",
    "email": "email",
    "email_name": "CASE WHEN length(email_name) >= 5 THEN email_name END",
    "phone": "phone",
    "house_given": "postcode || '|' || left(given_forms[1], 1)",
    "house_surname": "postcode || '|' || surname_sound",
    "address_given": "address || '|' || left(given_forms[1], 1)",
    "sound_month": "surname_sound || '|' || left(born_text, 6)",
    "sound_day": "surname_sound || '|' || right(born_text, 4)",
    "given_month": "given_sound || '|' || left(born_text, 6)",
    "given_day": "given_sound || '|' || right(born_text, 4)",
    "given_year": "given_sound || '|' || surname_sound || '|' || left(born_text, 4)",
}
KEYS = tuple(f"key_{name}" for name in _KEYS)


def lay_keys(connection: DuckDBPyConnection) -> int:
    """Add the keys to the table `people`, NULL where too common; how many values were too common."""
    many = " UNION ALL ".join(
        f"SELECT 'key_{name}' AS key, {sql} AS value FROM people GROUP BY value HAVING count(*) > {MOST_ROWS_OF_A_KEY}"  # noqa: S608 - keys of our own
        for name, sql in _KEYS.items()
    )
    connection.execute(f"CREATE OR REPLACE TABLE common AS SELECT * FROM ({many}) WHERE value IS NOT NULL")  # noqa: S608 - keys of our own
    made = ", ".join(
        f"CASE WHEN {sql} NOT IN (SELECT value FROM common WHERE key = 'key_{name}') THEN {sql} END AS key_{name}"  # noqa: S608
        for name, sql in _KEYS.items()
    )
    connection.execute(f"CREATE TABLE keyed AS SELECT *, {made} FROM people ORDER BY row")  # noqa: S608
    connection.execute("DROP TABLE people; ALTER TABLE keyed RENAME TO people")
    ((common,),) = connection.execute("SELECT count(*) FROM common").fetchall()
    return int(common)

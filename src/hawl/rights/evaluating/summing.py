"""How evaluated duties were kept, in numbers: by right, bearer, month, tier and duty, with coverage."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hawl.rights.evaluating.reading import WrongShape
from hawl.rights.evaluating.tables import lay_table
from hawl.rights.rulebook import COUNTED_AS, STATES, built_in, column_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_READ = {".csv": "read_csv($path, all_varchar = true)", ".jsonl": "read_json($path, format = 'newline_delimited')",
         ".ndjson": "read_json($path, format = 'newline_delimited')", ".parquet": "read_parquet($path)"}  # fmt: skip
_ASKED = ("case_id", "duty_id", "started_on", "due_on", "state", "tier", "enforced", "bearer", "rulebook")
_STATEMENTS = (files("hawl.rights.evaluating") / "summing.sql").read_text(encoding="utf-8")


def sum_duties(connection: DuckDBPyConnection, path: Path) -> None:
    """Sum a file of `hawl duties evaluate` into the table `summary`, a row for each thing that tells duties apart.

    `enforced` (advisory duties are summed apart), `part` (all, right, bearer, month, tier or duty) and `value` name a
    row; `duties` is how many there are, COUNTED_AS how many of them of each kind. `rate` is per cent kept in time, of
    what was kept, late or overdue; `coverage` per cent with a known outcome, of those known or not known. Both are
    NULL where there is nothing to say. A right that no rulebook here names for a duty is the rulebook's id. A month is
    that of the day on which the clock started, empty where there is none. Raises `WrongShape`.
    """
    reader = _READ.get(path.suffix.lower())
    if reader is None:
        raise WrongShape(f"{path.name} is of no kind that is read: its name must end in {', '.join(_READ)}.")
    if not path.is_file():
        raise WrongShape(f"There is no file {path}.")
    rights = [(book.id, duty.id, str(duty.right)) for book in built_in() for duty in book.duties if duty.right]
    counted = [(state, timed, column_of(state, timed=timed)) for state in STATES for timed in (False, True)]
    lay_table(connection, "rights", {"rulebook": "VARCHAR", "duty_id": "VARCHAR", "right_no": "VARCHAR"}, rights)
    lay_table(connection, "counted", {"state": "VARCHAR", "timed": "BOOLEAN", "kept_as": "VARCHAR"}, counted)
    try:
        _check_shape(connection, path, reader)
        columns = ", ".join(f"{name}::VARCHAR AS {name}" for name in _ASKED)
        connection.execute(f"CREATE OR REPLACE TABLE said AS SELECT {columns} FROM {reader}", {"path": str(path)})  # noqa: S608 - names of our own
        _check_states(connection, path)
        connection.execute(_STATEMENTS.replace("{counts}", _counts()))
    except duckdb.Error as error:
        raise WrongShape(f"{path.name} cannot be read as {path.suffix[1:]}.") from error


def _counts() -> str:
    return ", ".join(f"count(*) FILTER (WHERE kept_as = '{name}') AS \"{name}\"" for name in COUNTED_AS)


def _check_shape(connection: DuckDBPyConnection, path: Path, reader: str) -> None:
    found = {row[0] for row in connection.execute(f"DESCRIBE FROM {reader}", {"path": str(path)}).fetchall()}
    lacking = [name for name in _ASKED if name not in found]
    if lacking:
        raise WrongShape(f"{path.name} has no {', '.join(lacking)}: it is no file of `hawl duties evaluate`.")


def _check_states(connection: DuckDBPyConnection, path: Path) -> None:
    # What is not a state is not quoted: columns that are one place off are about people.
    unknown = connection.execute(
        "SELECT count(*) FROM said WHERE state IS NULL OR state NOT IN (SELECT state FROM counted)"
    ).fetchall()[0][0]
    if unknown:
        raise WrongShape(
            f"{path.name} holds {unknown:,} rows whose state is none: it is no file of `hawl duties evaluate`."
        )

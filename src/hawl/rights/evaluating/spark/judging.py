"""What a worker does: one part's events through the columnar statements. Knows nothing of Spark."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from hawl.foundations.clock import BeyondCalendar, WorkingCalendar
from hawl.rights.evaluating.columnar import evaluate_columnar
from hawl.rights.evaluating.spark.parts import given, judged
from hawl.rights.evaluating.writing import write_duties
from hawl.rights.rulebook import Rulebook

# Beyond it DuckDB goes on in files beside the parts.
_MEMORY = "1GB"
# What duties come of, besides the rulebooks and the calendar, which are sent.
_CODE = ("hawl.foundations.clock", "hawl.rights.rulebook", "hawl.rights.evaluating", "hawl.rights.evaluating.columnar")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is the same for all parts. `likeness` is that of who asks, `folder` seen by all under the same name."""

    folder: str
    rulebooks: Sequence[Rulebook]
    as_of: dt.date
    calendar: WorkingCalendar
    likeness: str


@cache
def likeness() -> str:
    """A digest of the code that makes duties: two machines with the same one answer alike."""
    digest = hashlib.sha256(duckdb.__version__.encode())
    for package in _CODE:
        for file in sorted(files(package).iterdir(), key=lambda file: file.name):
            if file.name.endswith((".py", ".sql")):
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def judge(part: int, asked: Asked) -> str:
    """Evaluate one part into the file `parts.judged`, which stands whole or not at all. Empty, or why it is refused.

    A refusal is a sentence: a limit beyond the calendar, or a worker whose code is another. What else goes wrong is
    raised, and Spark tries the part again.
    """
    if likeness() != asked.likeness:
        return "A worker has another release of hawl or of DuckDB than the machine that asks."
    folder = Path(asked.folder)
    with tempfile.TemporaryDirectory(prefix=f"judging-{part}-", dir=folder) as own:
        spilled = f"{own}/spilled"
        with duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY, "temp_directory": spilled}) as connection:
            connection.execute(
                "CREATE TABLE taken AS SELECT * EXCLUDE (part) FROM read_parquet($files, hive_partitioning = true)",
                {"files": given(folder, part)},
            )
            try:
                evaluate_columnar(connection, asked.rulebooks, asked.as_of, calendar=asked.calendar)
            except BeyondCalendar as fault:
                return str(fault)
            write_duties(connection, judged(folder, part), Path(own))
    return ""

"""Taking street files in: the only writer of recorded crime and ASB rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import today
from hawl.registers.demand.layout import BadLine, StreetLine
from hawl.registers.demand.models import StreetCount, StreetFile, StreetRow
from hawl.registers.demand.queries import Totals, installed_area, totals_of
from hawl.registers.demand.reading import Area, Checked, LeftOut, check, find_street_files, read_street_file
from hawl.registers.demand.sources import UnusableFile

# Told how far it has come: what is being done (`checked`, `imported`) and rows so far over all files.
Progress = Callable[[str, int], None]
# Told of each row that is not taken: the file's name and the row with its reason.
Refused = Callable[[str, BadLine], None]

_TELL_EVERY = 2_000
# Two imports of one month wait for each other instead of failing on the unique pair. Any fixed number would do.
_ONE_AT_A_TIME = 4_711_002

_COPIED = (
    "file_id", "row_number", "crime_id", "month", "reported_by", "falls_within", "longitude", "latitude",
    "location", "lsoa_code", "lsoa_name", "council", "crime_type", "outcome", "context", "in_area",
)  # fmt: skip
_COPY = f"COPY {StreetRow._meta.db_table} ({', '.join(_COPIED)}) FROM STDIN"
_COUNT = f"""
    INSERT INTO {StreetCount._meta.db_table} (file_id, force, month, council, crime_type, in_area, n)
    SELECT file.id, file.force, file.month, held.council, held.crime_type, held.in_area, count(*)
    FROM {StreetRow._meta.db_table} AS held JOIN {StreetFile._meta.db_table} AS file ON file.id = held.file_id
    WHERE held.file_id = ANY(%s)
    GROUP BY file.id, held.council, held.crime_type, held.in_area
"""  # noqa: S608 - only table names of our own models


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to. `rows` counts rows read; `held` what the database now holds of the same months."""

    files: int
    rows: int
    refused: int
    left_out: tuple[LeftOut, ...]
    months: tuple[tuple[str, date], ...]
    held: Totals


def import_street_files(
    *,
    paths: Iterable[Path],
    by: Actor,
    progress: Progress = lambda stage, rows: None,
    refused: Refused = lambda name, line: None,
) -> Imported:
    """Take in every street file the paths hold, replacing what was held of the same force and month.

    All files are read to their end first: if one cannot be trusted, UnusableFile is raised and nothing is
    written. Then each file is one transaction, so that a kill leaves each month whole, old or new. A row with
    a wrong value is refused alone. The force is who published the row (`Reported by`).
    """
    sources, left_out = find_street_files(paths)
    area = installed_area()
    files: list[Checked] = []
    rows = 0
    for source in sources:
        files.append(check(source, area, today().replace(day=1), _from(rows, "checked", progress)))
        rows += files[-1].rows
    before = 0
    for file in files:
        with acting_as(by):
            _replace(file, area, _from(before, "imported", progress), refused)
        before += file.rows
    months = tuple(sorted({key for file in files for key in file.tallies}))
    return Imported(
        files=len(files),
        rows=rows,
        refused=sum(file.refused for file in files),
        left_out=tuple(left_out),
        months=months,
        held=totals_of(months),
    )


def _from(before: int, stage: str, progress: Progress) -> Callable[[int], None]:
    return lambda rows: progress(stage, before + rows)


def _replace(file: Checked, area: Area, progress: Callable[[int], None], refused: Refused) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    _remove_earlier(file)
    made = {(one.force, one.month): one.pk for one in StreetFile.objects.bulk_create(_files(file))}
    copied = _copy(file, made, area, progress, refused)
    if copied != sum(tally.rows for tally in file.tallies.values()) or file.source.digest() != file.digest:
        raise UnusableFile(f"{file.source} changed while it was read.", "Import it again when nothing writes to it.")
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(made.values())])
    record(
        action="crime.imported",
        object_kind="street_file",
        object_id=file.digest,
        months=len(made),
        rows=copied,
        refused=file.refused,
    )


def _remove_earlier(file: Checked) -> None:
    held = StreetFile.objects.filter(
        force__in={force for force, _ in file.tallies}, month__in={month for _, month in file.tallies}
    )
    gone = [pk for pk, force, month in held.values_list("pk", "force", "month") if (force, month) in file.tallies]
    StreetRow.objects.filter(file__in=gone).delete()
    StreetCount.objects.filter(file__in=gone).delete()
    StreetFile.objects.filter(pk__in=gone).delete()


def _files(file: Checked) -> Iterator[StreetFile]:
    now = timezone.now()
    for (force, month), tally in sorted(file.tallies.items()):
        yield StreetFile(
            force=force,
            month=month,
            name=file.source.name[-500:],
            digest=file.digest,
            lsoa_vintage=tally.vintage,
            rows=tally.rows,
            without_id=tally.without_id,
            out_of_area=tally.out_of_area,
            no_location=tally.no_location,
            imported_at=now,
        )


def _copy(
    file: Checked, made: dict[tuple[str, date], Any], area: Area, progress: Callable[[int], None], refused: Refused
) -> int:
    copied = 0
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for line in read_street_file(file.source, today().replace(day=1)):
            if isinstance(line, BadLine):
                refused(str(file.source), line)
                continue
            copy.write_row(_columns(line, made, area))
            copied += 1
            if copied % _TELL_EVERY == 0:
                progress(copied)
    return copied


def _columns(line: StreetLine, made: dict[tuple[str, date], Any], area: Area) -> tuple[Any, ...]:
    number, force, month, crime_id, *rest = line
    return (made[force, month], number, crime_id, month, *rest, bool(line.lsoa_code) and area.has(line.council))

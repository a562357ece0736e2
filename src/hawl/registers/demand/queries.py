"""Reading recorded crime and ASB. Everything but `totals_of` reads the small table of counts, never the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Sum

from hawl.registers.demand.models import StreetCount, StreetFile, StreetRow
from hawl.registers.demand.reading import Area
from hawl.registers.places.queries import area_keys, councils_of

# The publisher's name for anti-social behaviour, which is no crime type: it is counted beside them.
ASB = "Anti-social behaviour"


@dataclass(frozen=True, slots=True)
class Totals:
    """What is held of some months. `lsoa_2011` and `lsoa_2021` count months of a force by the census of their areas."""

    kept: int = 0
    without_id: int = 0
    out_of_area: int = 0
    no_location: int = 0
    lsoa_2011: int = 0
    lsoa_2021: int = 0

    def as_dict(self) -> dict[str, int]:
        """For printing as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class HeldMonth:
    """One force's month that was imported; `lsoa_vintage` is `2011`, `2021` or `unknown`."""

    force: str
    month: date
    rows: int
    without_id: int
    out_of_area: int
    no_location: int
    lsoa_vintage: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows to count; what is left empty is not asked. `year` is the calendar year.

    `in_area`: True only the installed area's councils, False only rows elsewhere or without a place, None all.
    """

    force: str = ""
    council: str = ""
    crime_type: str = ""
    year: int | None = None
    in_area: bool | None = True


@dataclass(frozen=True, slots=True)
class MonthCount:
    """A month that is held, with its crimes and its ASB incidents."""

    month: date
    crimes: int
    asb: int


@dataclass(frozen=True, slots=True)
class CouncilCount:
    """A council's crimes and ASB incidents; `council` is empty for rows that name no place."""

    council: str
    in_area: bool
    crimes: int
    asb: int


@dataclass(frozen=True, slots=True)
class TypeCount:
    """How many rows of a crime type, ASB among them."""

    crime_type: str
    n: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be filtered by: all that is held, whatever is filtered now."""

    forces: tuple[str, ...]
    councils: tuple[str, ...]
    crime_types: tuple[str, ...]
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """All that a page of demand shows, filtered by `wanted`, from five statements.

    `held` and `missing` are not filtered but by force: `missing` are months between the first and the last held
    of each force, and must be drawn as gaps, not as none.
    """

    wanted: Wanted
    crimes: int
    asb: int
    months: tuple[MonthCount, ...]
    councils: tuple[CouncilCount, ...]
    types: tuple[TypeCount, ...]
    held: tuple[HeldMonth, ...]
    missing: tuple[tuple[str, date], ...]
    choices: Choices


def demand(wanted: Wanted) -> Demand:
    """Counts, what they rest on and what can be chosen."""
    months = by_month(wanted)
    held = held_months(wanted.force)
    return Demand(
        wanted=wanted,
        crimes=sum(one.crimes for one in months),
        asb=sum(one.asb for one in months),
        months=months,
        councils=by_council(wanted),
        types=by_type(wanted),
        held=held,
        missing=months_missing([(one.force, one.month) for one in held]),
        choices=choices(),
    )


def by_month(wanted: Wanted) -> tuple[MonthCount, ...]:
    """Counts of each month that has any, oldest first."""
    rows = _counted(wanted).values("month", "crime_type").annotate(total=Sum("n"))
    months: dict[date, list[int]] = {}
    for row in rows:
        months.setdefault(row["month"], [0, 0])[row["crime_type"] == ASB] += row["total"]
    return tuple(MonthCount(month, *both) for month, both in sorted(months.items()))


def by_council(wanted: Wanted) -> tuple[CouncilCount, ...]:
    """Counts of each council: those of the area first, then by number."""
    rows = _counted(wanted).values("council", "in_area", "crime_type").annotate(total=Sum("n"))
    councils: dict[tuple[str, bool], list[int]] = {}
    for row in rows:
        councils.setdefault((row["council"], row["in_area"]), [0, 0])[row["crime_type"] == ASB] += row["total"]
    counts = [CouncilCount(*key, *both) for key, both in councils.items()]
    return tuple(sorted(counts, key=lambda one: (not one.in_area, -one.crimes - one.asb, one.council)))


def by_type(wanted: Wanted) -> tuple[TypeCount, ...]:
    """Counts of each crime type, the most frequent first."""
    rows = _counted(wanted).values("crime_type").annotate(total=Sum("n")).order_by("-total", "crime_type")
    return tuple(TypeCount(row["crime_type"], row["total"]) for row in rows)


def held_months(force: str = "") -> tuple[HeldMonth, ...]:
    """The months imported, of one force or of all, in order of force and month."""
    files = StreetFile.objects.filter(**({"force": force} if force else {})).order_by("force", "month")
    names = ("force", "month", "rows", "without_id", "out_of_area", "no_location", "lsoa_vintage")
    return tuple(HeldMonth(*row) for row in files.values_list(*names))


def months_missing(held: Iterable[tuple[str, date]]) -> tuple[tuple[str, date], ...]:
    """The months not held between the first and the last of each force; months are first days."""
    forces: dict[str, set[date]] = {}
    for force, month in held:
        forces.setdefault(force, set()).add(month)
    return tuple(
        (force, month)
        for force, months in sorted(forces.items())
        for month in _every_month(min(months), max(months))
        if month not in months
    )


def choices() -> Choices:
    """What the counts can be filtered by; councils are those of the installed area."""
    seen = StreetCount.objects.values_list("force", "council", "crime_type", "in_area", "month__year").distinct()
    rows = list(seen)
    return Choices(
        forces=tuple(sorted({row[0] for row in rows})),
        councils=tuple(sorted({row[1] for row in rows if row[3]})),
        crime_types=tuple(sorted({row[2] for row in rows})),
        years=tuple(sorted({row[4] for row in rows})),
    )


def totals_of(months: Sequence[tuple[str, date]]) -> Totals:
    """What is held of these months, counted afresh from the rows themselves in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, [[force for force, _ in months], [month for _, month in months]])
        found: Any = cursor.fetchone()
    return Totals(*(int(number) for number in found))


def installed_area() -> Area:
    """The councils of the area this installation is for, as published rows name them: in English.

    Raises NoSuchArea where none is loaded.
    """
    keys = area_keys()
    # The setting may be a folder; then its area is the one that was loaded.
    key = keys[0] if len(keys) == 1 else settings.HAWL_AREA
    return Area({name.en for council in councils_of(key) for name in council.names})


_TOTALS = f"""
    WITH wanted AS (
        SELECT file.id, file.lsoa_vintage
        FROM unnest(%s::text[], %s::date[]) AS asked (force, month)
        JOIN {StreetFile._meta.db_table} AS file USING (force, month)
    )
    SELECT count(*),
           count(*) FILTER (WHERE held.crime_id IS NULL),
           count(*) FILTER (WHERE held.lsoa_code <> '' AND NOT held.in_area),
           count(*) FILTER (WHERE held.lsoa_code = ''),
           (SELECT count(*) FROM wanted WHERE lsoa_vintage = '2011'),
           (SELECT count(*) FROM wanted WHERE lsoa_vintage = '2021')
    FROM {StreetRow._meta.db_table} AS held
    WHERE held.file_id IN (SELECT id FROM wanted)
"""  # noqa: S608 - only table names of our own models


def _counted(wanted: Wanted) -> QuerySet[StreetCount]:
    asked = {
        "force": wanted.force or None,
        "council": wanted.council or None,
        "crime_type": wanted.crime_type or None,
        "month__year": wanted.year,
        "in_area": wanted.in_area,
    }
    return StreetCount.objects.filter(**{name: value for name, value in asked.items() if value is not None})


def _every_month(first: date, last: date) -> Iterable[date]:
    month = first
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)

"""Counts of recorded crime for a page: exact, filtered, in few statements."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hawl.foundations.access.actor import Actor
from hawl.registers.demand.tests.files import ASB, CARDIFF, NOWHERE, independent_rows, real, table, write

NEWPORT = {"LSOA code": "W01001607", "LSOA name": "Newport 012A"}
FEBRUARY = {"Month": "2023-02"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(tmp_path: Path, db: None) -> None:
    rows = [
        {}, {}, ASB, NEWPORT, {**NEWPORT, "Crime type": "Robbery"}, CARDIFF, NOWHERE,
        {**NEWPORT, **FEBRUARY}, {**ASB, **FEBRUARY}, {**FEBRUARY, "Reported by": "South Wales Police"},
    ]  # fmt: skip
    take(write(tmp_path / "a.csv", table(*rows)))


def take(path: Path) -> None:
    from hawl.registers.demand.actions import import_street_files

    import_street_files(paths=[path], by=Actor(label="system:test"))


def demand(**wanted: Any) -> Any:
    from hawl.registers.demand import queries

    return queries.demand(queries.Wanted(**wanted))


def test_without_filters_all_rows_within_the_area_are_counted(small: None) -> None:
    shown = demand()
    assert (shown.crimes, shown.asb) == (6, 2)
    assert [(f"{one.month:%Y-%m}", one.crimes, one.asb) for one in shown.months] == [
        ("2023-02", 2, 1),
        ("2024-01", 4, 1),
    ]
    assert [(one.council, one.crimes, one.asb) for one in shown.councils] == [
        ("Blaenau Gwent", 3, 2),
        ("Newport", 3, 0),
    ]
    assert [(one.crime_type, one.n) for one in shown.types] == [
        ("Burglary", 5), ("Anti-social behaviour", 2), ("Robbery", 1),
    ]  # fmt: skip


def test_rows_elsewhere_and_without_a_place_can_be_counted_too(small: None) -> None:
    both = demand(in_area=None)
    assert both.crimes + both.asb == 10
    assert [(one.council, one.in_area) for one in both.councils] == [
        ("Blaenau Gwent", True), ("Newport", True), ("", False), ("Cardiff", False),
    ]  # fmt: skip
    assert {one.council for one in demand(in_area=False).councils} == {"", "Cardiff"}


@pytest.mark.parametrize(
    ("wanted", "total"),
    [
        ({"council": "Newport"}, 3),
        ({"crime_type": "Burglary"}, 5),
        ({"year": 2023}, 3),
        ({"year": 2022}, 0),
        ({"force": "south-wales-police"}, 1),
        ({"council": "Newport", "crime_type": "Burglary", "year": 2024}, 1),
        ({"council": "'; drop table demand_streetrow; --"}, 0),
    ],
)
def test_each_filter_narrows_every_count_alike(small: None, wanted: dict[str, Any], total: int) -> None:
    shown = demand(**wanted)
    assert shown.crimes + shown.asb == total
    assert sum(one.n for one in shown.types) == total
    assert sum(one.crimes + one.asb for one in shown.councils) == total


def test_what_can_be_chosen_does_not_depend_on_what_is_chosen(small: None) -> None:
    assert demand(year=2022).choices == demand().choices
    choices = demand().choices
    assert (choices.forces, choices.years) == (("gwent-police", "south-wales-police"), (2023, 2024))
    assert choices.councils == ("Blaenau Gwent", "Newport")


def test_months_between_the_first_and_last_held_that_are_missing_are_told(small: None) -> None:
    missing = demand(force="gwent-police").missing
    assert [month for _, month in missing] == [date(2023, month, 1) for month in range(3, 13)]
    assert demand(force="south-wales-police").missing == ()


def test_nothing_held_is_an_empty_answer(db: None) -> None:
    shown = demand()
    assert (shown.crimes, shown.asb, shown.months, shown.held, shown.missing) == (0, 0, (), (), ())


def test_a_page_takes_five_statements_however_much_is_held(
    small: None, tmp_path: Path, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5):
        demand()
    take(write(tmp_path / "b.csv", table(*({"Month": f"2022-{n:02}"} for n in range(1, 13)))))
    with django_assert_num_queries(5):
        demand()


def test_the_counts_of_a_real_month_are_those_of_its_rows(db: None) -> None:
    path = real("police-gwent") / "2022-10-gwent-street.csv.gz"
    take(path)
    rows = independent_rows(path)
    shown = demand(in_area=None)
    assert {one.crime_type: one.n for one in shown.types} == {
        kind: sum(row["Crime type"] == kind for row in rows) for kind in {row["Crime type"] for row in rows}
    }
    newport = [row for row in rows if row["LSOA name"].startswith("Newport ")]
    (shown,) = demand(council="Newport").councils
    assert shown.crimes + shown.asb == len(newport)
    assert shown.asb == sum(row["Crime type"] == "Anti-social behaviour" for row in newport)


@pytest.mark.process("staff")
def test_staff_may_read_counts_and_not_write_them(db: None) -> None:
    from django.db import connection, transaction
    from django.db.utils import ProgrammingError

    from hawl.registers.demand.models import StreetCount, StreetFile, StreetRow

    assert demand().crimes == 0
    for model in (StreetCount, StreetFile, StreetRow):
        for verb in ("DELETE FROM", "TRUNCATE"):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"{verb} {model._meta.db_table}")

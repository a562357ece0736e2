"""Taking street files in: every row kept, a month replaced whole, the same again after a kill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hawl.foundations.access.actor import Actor
from hawl.registers.demand.layout import COLUMNS, BadLine
from hawl.registers.demand.sources import UnusableFile
from hawl.registers.demand.tests.files import ASB, CARDIFF, NOWHERE, USUAL, independent_rows, real, table, write

BY = Actor(label="system:test")
JANUARY = date(2024, 1, 1)


def take(*paths: Path, **more: Any) -> Any:
    from hawl.registers.demand.actions import import_street_files

    return import_street_files(paths=paths, by=BY, **more)


def held(*names: str) -> list[tuple[Any, ...]]:
    from hawl.registers.demand.models import StreetRow

    return list(StreetRow.objects.order_by("file__force", "month", "row_number").values_list(*names))


def state() -> dict[str, Any]:
    """All that is held, without ids and the time of import."""
    from hawl.registers.demand.models import StreetCount, StreetFile, StreetRow

    left_out = {"id", "file", "imported_at"}
    return {
        model.__name__: sorted(
            repr(row)
            for row in model.objects.values_list(
                *(field.name for field in model._meta.concrete_fields if field.name not in left_out)
            )
        )
        for model in (StreetFile, StreetRow, StreetCount)
    }


@pytest.mark.django_db
def test_every_row_is_kept_equal_ones_too(tmp_path: Path) -> None:
    done = take(write(tmp_path / "a.csv", table(ASB, ASB, {}, {}, NOWHERE)))
    assert (done.files, done.rows, done.refused) == (1, 5, 0)
    assert done.held.as_dict() == {
        "kept": 5, "without_id": 2, "out_of_area": 0, "no_location": 1, "lsoa_2011": 1, "lsoa_2021": 0,
    }  # fmt: skip
    assert held("row_number", "crime_id", "council", "in_area", "longitude") == [
        (1, None, "Blaenau Gwent", True, -3.193791),
        (2, None, "Blaenau Gwent", True, -3.193791),
        (3, "a" * 64, "Blaenau Gwent", True, -3.193791),
        (4, "a" * 64, "Blaenau Gwent", True, -3.193791),
        (5, "a" * 64, "", False, None),
    ]


@pytest.mark.django_db
def test_all_columns_come_back_as_published(tmp_path: Path) -> None:
    row = {**USUAL, "Context": "Tŷ\tcoch\\N\n\\.", "Falls within": "Heddlu Gwent"}
    take(write(tmp_path / "a.csv", table(row)))
    columns = (
        "crime_id", "reported_by", "falls_within", "location", "lsoa_code", "lsoa_name",
        "crime_type", "outcome", "context", "month", "latitude",
    )  # fmt: skip
    assert held(*columns) == [
        (
            row["Crime ID"], "Gwent Police", "Heddlu Gwent", row["Location"], row["LSOA code"], row["LSOA name"],
            row["Crime type"], row["Last outcome category"], row["Context"], JANUARY, 51.798553,
        )
    ]  # fmt: skip


@pytest.mark.django_db
def test_rows_outside_the_installed_area_are_kept_and_flagged(tmp_path: Path) -> None:
    done = take(write(tmp_path / "a.csv", table({}, CARDIFF, NOWHERE)))
    assert (done.held.kept, done.held.out_of_area, done.held.no_location) == (3, 1, 1)
    assert held("council", "in_area") == [("Blaenau Gwent", True), ("Cardiff", False), ("", False)]


@pytest.mark.django_db
def test_a_file_of_the_same_force_and_month_replaces_the_earlier_one(tmp_path: Path) -> None:
    take(write(tmp_path / "a.csv", table({}, {}, {}, {"Month": "2024-02"})))
    done = take(write(tmp_path / "b.csv", table(ASB)))
    assert done.held.kept == 1
    assert held("month", "crime_id") == [(JANUARY, None), (date(2024, 2, 1), "a" * 64)]


@pytest.mark.django_db
def test_two_files_of_one_month_in_one_command_leave_the_later(tmp_path: Path) -> None:
    done = take(write(tmp_path / "a.csv", table({}, {})), write(tmp_path / "b.csv", table(ASB)))
    assert (done.files, done.rows, done.held.kept, done.months) == (2, 3, 1, (("gwent-police", JANUARY),))


@pytest.mark.django_db
def test_another_force_of_the_same_month_is_left_alone(tmp_path: Path) -> None:
    take(write(tmp_path / "a.csv", table({}, {"Reported by": "South Wales Police"}, {"Month": "2024-02"})))
    take(write(tmp_path / "b.csv", table({}, {}, {"Month": "2024-02", "Reported by": "South Wales Police"})))
    assert [len(set(held("file__force", "month"))), len(held("id"))] == [4, 5]


@pytest.mark.django_db
def test_the_same_again_changes_nothing_and_tells_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table({}, ASB, CARDIFF, NOWHERE))
    first, before = take(path), state()
    assert (take(path).held, state()) == (first.held, before)


@pytest.mark.django_db
def test_counts_are_kept_with_the_rows(tmp_path: Path) -> None:
    from hawl.registers.demand.models import StreetCount

    path = write(tmp_path / "a.csv", table({}, {}, ASB, CARDIFF, NOWHERE))
    for _ in range(2):
        take(path)
        counts = StreetCount.objects.order_by("council", "crime_type")
        assert list(counts.values_list("force", "month", "council", "crime_type", "in_area", "n")) == [
            ("gwent-police", JANUARY, "", "Burglary", False, 1),
            ("gwent-police", JANUARY, "Blaenau Gwent", "Anti-social behaviour", True, 1),
            ("gwent-police", JANUARY, "Blaenau Gwent", "Burglary", True, 2),
            ("gwent-police", JANUARY, "Cardiff", "Burglary", False, 1),
        ]


@pytest.mark.django_db
def test_bad_rows_are_told_by_number_and_the_rest_is_taken(tmp_path: Path) -> None:
    told: list[tuple[str, BadLine]] = []
    path = write(tmp_path / "a.csv", table({}, {"Month": "x"}, {"Longitude": "?"}, ASB))
    done = take(path, refused=lambda name, line: told.append((name, line)))
    assert (done.rows, done.refused, done.held.kept) == (4, 2, 2)
    assert [(name, line.number) for name, line in told] == [(str(path), 2), (str(path), 3)]
    assert held("row_number") == [(1,), (4,)]


@pytest.mark.django_db
def test_nothing_of_any_file_is_written_when_one_cannot_be_trusted(tmp_path: Path) -> None:
    take(write(tmp_path / "old.csv", table({})))
    before = state()
    good = write(tmp_path / "a.csv", table({}, {}))
    bad = write(tmp_path / "b.csv", table({}) + "\0\n")
    with pytest.raises(UnusableFile, match="NUL"):
        take(good, bad)
    assert state() == before


@pytest.mark.django_db
def test_a_file_that_changes_while_it_is_read_leaves_what_was(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table(*[{}] * 3_000))
    take(path)
    before = state()
    write(path, table(*[ASB] * 5_000))

    def meddle(stage: str, rows: int) -> None:
        if stage == "imported":
            with path.open("a", encoding="utf-8") as file:
                file.write(table({}).splitlines()[1] + "\r\n")

    with pytest.raises(UnusableFile, match="changed while it was read"):
        take(path, progress=meddle)
    assert state() == before


@pytest.mark.django_db
def test_the_import_is_audited_with_counts_only(tmp_path: Path) -> None:
    from hawl.foundations.audit.models import AuditEntry

    take(write(tmp_path / "a.csv", table({}, ASB)))
    (entry,) = AuditEntry.objects.filter(action="crime.imported")
    assert (entry.actor, entry.object_kind, entry.detail) == (
        "system:test", "street_file", {"months": 1, "rows": 2, "refused": 0},
    )  # fmt: skip


@pytest.mark.django_db
def test_naughty_strings_go_in_and_come_back(tmp_path: Path) -> None:
    path = real("naughty-strings") / "blns.json"
    texts = [text for text in json.loads(path.read_text(encoding="utf-8")) if "\0" not in text]
    rows = [{"Location": text[:300], "Last outcome category": text[:200], "Context": text[:1000]} for text in texts]
    assert take(write(tmp_path / "a.csv", table(*rows))).refused == 0
    assert held("location", "outcome", "context") == [
        (row["Location"], row["Last outcome category"], row["Context"]) for row in rows
    ]


def expected(paths: list[Path]) -> dict[str, int]:
    """The counts of real files, made without Hawl's reader."""
    gwent = ("Blaenau Gwent ", "Caerphilly ", "Monmouthshire ", "Newport ", "Torfaen ")
    rows = [row for path in paths for row in independent_rows(path)]
    placed = [row for row in rows if row["LSOA code"]]
    return {
        "kept": len(rows),
        "without_id": sum(row["Crime ID"] == "" for row in rows),
        "out_of_area": sum(not row["LSOA name"].startswith(gwent) for row in placed),
        "no_location": len(rows) - len(placed),
        "lsoa_2011": sum(path.name < "2022-11" for path in paths),
        "lsoa_2021": sum(path.name >= "2022-11" for path in paths),
    }


@pytest.mark.slow
@pytest.mark.django_db
def test_all_months_of_gwent_come_back_exactly() -> None:
    from hawl.registers.demand.models import StreetRow
    from hawl.registers.demand.queries import held_months

    folder = real("police-gwent")
    paths = sorted(folder.glob("*-street.csv.gz"))
    done = take(folder)
    assert (done.files, done.refused) == (len(paths), 0)
    assert {"rows": done.rows, **done.held.as_dict()} == {"rows": done.held.kept, **expected(paths)}
    by_month = {path.name[:7]: len(independent_rows(path)) for path in paths}
    assert {f"{one.month:%Y-%m}": one.rows for one in held_months()} == by_month
    for month, rows in list(by_month.items())[::12]:
        assert StreetRow.objects.filter(month=f"{month}-01").count() == rows
    assert take(folder).held == done.held


@pytest.mark.django_db
@pytest.mark.parametrize("folder", ["police-wales-other", "police-bedfordshire"])
def test_other_forces_come_in_by_the_same_way(folder: str) -> None:
    paths = sorted(real(folder).glob("*-street.csv.gz"))
    done = take(real(folder))
    assert done.held.as_dict() == expected(paths)
    others = [path for path in real(folder).glob("*.csv.gz") if path not in paths]
    assert sorted(one.name for one in done.left_out) == sorted(map(str, others))


@pytest.mark.django_db
def test_a_real_row_comes_back_as_it_was() -> None:
    path = real("police-gwent") / "2024-01-gwent-street.csv.gz"
    take(path)
    columns = (
        "crime_id", "reported_by", "falls_within", "longitude", "latitude", "location",
        "lsoa_code", "lsoa_name", "crime_type", "outcome", "context",
    )  # fmt: skip
    names = [name for name in COLUMNS if name != "Month"]
    published = [
        tuple(
            (float(row[name]) if row[name] else None) if name in ("Longitude", "Latitude") else
            (row[name] or None) if name == "Crime ID" else row[name]
            for name in names
        )
        for row in independent_rows(path)
    ]  # fmt: skip
    assert held(*columns) == published


# Imports the paths of the command line and kills itself, with no way to tidy up, at the row given first.
_KILLED = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from hawl.foundations.access.actor import Actor
from hawl.registers.demand.actions import import_street_files
at = int(sys.argv[1])
def kill(stage, rows):
    if stage == "imported" and rows >= at:
        os.kill(os.getpid(), signal.SIGKILL)
import_street_files(paths=[Path(one) for one in sys.argv[2:]], by=Actor(label="system:test"), progress=kill)
"""


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """A database that other processes see, and the environment in which they reach it; emptied at the end."""
    from django.db import connection

    from hawl.foundations.database.connection import Address

    with django_db_blocker.unblock():
        told = connection.settings_dict
        mode = told["OPTIONS"].get("sslmode", "prefer")
        where = Address(told["HOST"], int(told["PORT"]), told["NAME"], mode).as_text()
        yield {**os.environ, "HAWL_DATABASE_ADDRESS": where, "HAWL_PROCESS": "jobs"}
        _empty()
        _forget_in_the_audit(told)
        connection.close()


def _forget_in_the_audit(told: dict[str, Any]) -> None:
    """Other tests begin with an audit that holds nothing of this one; only the owner may take from it."""
    import psycopg

    from hawl.foundations.database.connection import credential

    who = credential("owner")
    with psycopg.connect(
        host=told["HOST"], port=told["PORT"], dbname=told["NAME"], user=who.user, password=who.password
    ) as owner:
        owner.execute("DELETE FROM audit_auditentry WHERE action = 'crime.imported'")


def test_a_kill_in_the_middle_leaves_old_or_new_months_and_the_next_run_completes_them(
    committed: dict[str, str], tmp_path: Path
) -> None:
    months = [write(tmp_path / f"{n}.csv", table(*[{"Month": f"2024-0{n}"}] * 5_000)) for n in (1, 2, 3)]
    take(write(tmp_path / "old.csv", table(ASB, ASB, {**ASB, "Month": "2024-02"})))
    for at, sizes in ((2_000, [2, 1]), (7_500, [5_000, 1]), (14_000, [5_000, 5_000])):
        run = subprocess.run(
            [sys.executable, "-c", _KILLED, str(at), *map(str, months)], env=committed, check=False, capture_output=True
        )
        assert run.returncode == -signal.SIGKILL, run.stderr
        assert [rows for (rows,) in _sizes()] == sizes
    again = take(*months)
    after = state()
    assert again.held.kept == 15_000
    _empty()
    assert take(*months).held == again.held
    assert state() == after


def _sizes() -> list[tuple[int]]:
    """Rows held of each month, counted from the rows."""
    from django.db.models import Count

    from hawl.registers.demand.models import StreetFile

    counted = StreetFile.objects.annotate(held=Count("streetrow")).order_by("month")
    assert all(one.rows == one.held for one in counted)
    return list(counted.values_list("held"))


def _empty() -> None:
    from hawl.registers.demand.models import StreetCount, StreetFile, StreetRow

    for model in (StreetRow, StreetCount, StreetFile):
        model.objects.all().delete()


@pytest.mark.slow
def test_a_kill_in_the_middle_of_real_months_and_then_again_equals_an_uninterrupted_import(
    committed: dict[str, str], tmp_path: Path
) -> None:
    for path in sorted(real("police-gwent").glob("2022-*-street.csv.gz"))[:4]:
        shutil.copy(path, tmp_path)
    run = subprocess.run([sys.executable, "-c", _KILLED, "12000", str(tmp_path)], env=committed, check=False)
    assert run.returncode == -signal.SIGKILL
    assert len(_sizes()) == 2
    take(tmp_path)
    after = state()
    _empty()
    take(tmp_path)
    assert state() == after

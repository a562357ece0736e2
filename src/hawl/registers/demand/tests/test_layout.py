"""What a row of a street file may hold."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawl.registers.demand.layout import (
    COLUMNS,
    LIMITS,
    BadLine,
    RowReader,
    StreetLine,
    council_of,
    force_key,
    missing_columns,
    other_kind,
    vintage_of,
)
from hawl.registers.demand.tests.files import ASB, NOWHERE, USUAL, independent_rows, real

THIS_MONTH = date(2024, 6, 1)


def read(**changes: str) -> StreetLine | BadLine:
    values = {**USUAL, **{name.replace("_", " "): value for name, value in changes.items()}}
    return RowReader(COLUMNS, THIS_MONTH).read(1, [values[name] for name in COLUMNS])


def reason(**changes: str) -> str:
    line = read(**changes)
    assert isinstance(line, BadLine)
    return line.reason


def test_a_usual_row_keeps_every_value() -> None:
    assert read() == StreetLine(
        1, "gwent-police", date(2024, 1, 1), "a" * 64, "Gwent Police", "Gwent Police", -3.193791, 51.798553,
        "On or near South Bank", "W01001440", "Blaenau Gwent 001A", "Blaenau Gwent", "Burglary",
        "Awaiting court outcome", "",
    )  # fmt: skip


def test_an_asb_row_has_no_id_and_a_row_may_have_no_place() -> None:
    line = RowReader(COLUMNS, THIS_MONTH).read(7, [{**USUAL, **ASB, **NOWHERE}[name] for name in COLUMNS])
    assert isinstance(line, StreetLine)
    assert (line.number, line.crime_id, line.longitude, line.lsoa_code, line.council) == (7, None, None, "", "")


def test_columns_may_come_in_any_order_with_others_among_them() -> None:
    header = ["Extra", *reversed(COLUMNS)]
    fields = ["x", *(USUAL[name] for name in reversed(COLUMNS))]
    assert RowReader(header, THIS_MONTH).read(1, fields) == read()


def test_the_force_is_the_one_that_published_the_row() -> None:
    # A row may one day fall within another force's area; it still belongs to this force's file.
    line = read(Falls_within="South Wales Police")
    assert isinstance(line, StreetLine)
    assert line.force == "gwent-police"
    other = read(Reported_by="", Falls_within="South Wales Police")
    assert isinstance(other, StreetLine)
    assert other.force == "south-wales-police"


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("Month", "2024-1", "not written as"),
        ("Month", "2024-13", "not written as"),
        ("Month", "2024-01-01", "longer than 7"),
        ("Month", "", "not written as"),
        ("Month", "٢٠٢٤-٠١", "not written as"),
        ("Month", "2010-11", "before December 2010"),
        ("Month", "0000-01", "before December 2010"),
        ("Month", "2024-07", "has not begun"),
        ("Crime type", " ", "Crime type is empty"),
        ("Longitude", "", "not a pair"),
        ("Latitude", "", "not a pair"),
        ("Longitude", "nan", "not a pair"),
        ("Longitude", "1e1", "not a pair"),
        ("Longitude", "-180.1", "off the map"),
        ("Latitude", "90.000001", "off the map"),
    ],
)
def test_a_wrong_value_refuses_the_row_with_its_reason(column: str, value: str, words: str) -> None:
    if len(value) > LIMITS[column]:
        words = "not written as"  # lengths are looked at only when some value is long
    assert words in reason(**{column.replace(" ", "_"): value})


def test_months_count_from_the_first_published_to_this_one() -> None:
    for month in ("2010-12", "2024-06"):
        line = read(Month=month)
        assert isinstance(line, StreetLine)
        assert line.month == date.fromisoformat(f"{month}-01")


@pytest.mark.parametrize("column", [name for name, limit in LIMITS.items() if limit > 64])
def test_a_text_may_be_as_long_as_its_column_and_no_longer(column: str) -> None:
    name = column.replace(" ", "_")
    assert isinstance(read(**{name: "x" * LIMITS[column]}), StreetLine)
    assert reason(**{name: "x" * (LIMITS[column] + 1)}) == f"{column} is longer than {LIMITS[column]} characters"


def test_a_row_without_a_force_is_refused() -> None:
    assert "no force" in reason(Reported_by="", Falls_within=" ")
    assert "no force" in reason(Reported_by="警察", Falls_within="")


def test_a_row_of_another_width_is_refused() -> None:
    line = RowReader(COLUMNS, THIS_MONTH).read(3, ["x"] * 11)
    assert line == BadLine(3, "11 columns where the header has 12")


@given(st.lists(st.text(max_size=40), min_size=12, max_size=12))
def test_no_row_whatever_it_holds_stops_the_reading(fields: list[str]) -> None:
    assert isinstance(RowReader(COLUMNS, THIS_MONTH).read(1, fields), StreetLine | BadLine)


@given(st.text(max_size=30))
def test_a_reason_never_holds_what_the_row_held(text: str) -> None:
    secret = f"zq{text}zq"
    for column in COLUMNS:
        line = read(**{column.replace(" ", "_"): secret})
        assert isinstance(line, StreetLine) or "zq" not in line.reason


@pytest.mark.parametrize(
    ("codes", "vintage"),
    [
        (["W01001958", "E01033768"], "2011"),
        (["W01001440", "W01001959"], "2021"),
        (["E01033769"], "2021"),
        (["W01001440", "E01033769"], "2021"),
        ([], "unknown"),
        (["95AA01S1", "S01006506"], "unknown"),
        (["W0100195", "W010019599"], "unknown"),
        (["W01001440", "W010019599"], "2011"),
    ],
)
def test_one_code_beyond_those_of_2011_tells_the_census(codes: list[str], vintage: str) -> None:
    assert vintage_of(codes) == vintage


def test_the_published_lookup_of_gwent_agrees_on_which_codes_are_new() -> None:
    path = real("geography") / "lookups" / "lsoa11_lsoa21_ltla22.gwent.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    old, new = {row["lsoa11_code"] for row in rows}, {row["lsoa21_code"] for row in rows}
    assert {vintage_of([code]) for code in old} == {"2011"}
    assert {code for code in new if vintage_of([code]) == "2021"} == new - old
    assert len(new - old) == 18


@pytest.mark.parametrize("folder", ["police-gwent", "police-bedfordshire", "police-wales-other"])
def test_the_real_months_of_forces_tell_the_census_by_their_codes(folder: str) -> None:
    for path in sorted(real(folder).glob("*-street.csv.gz")):
        codes = [row["LSOA code"] for row in independent_rows(path)]
        assert vintage_of(codes) == ("2011" if path.name < "2022-11" else "2021"), path.name


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Gwent Police", "gwent-police"),
        ("Dyfed-Powys Police", "dyfed-powys-police"),
        ("Devon & Cornwall Police", "devon-cornwall-police"),
        ("Heddlu Môn", "heddlu-mon"),
        ("!", ""),
    ],
)
def test_a_force_is_known_by_a_plain_key(name: str, key: str) -> None:
    assert force_key(name) == key


def test_the_council_is_the_name_of_the_area_without_its_number() -> None:
    assert council_of("Rhondda Cynon Taf 001A") == "Rhondda Cynon Taf"
    assert council_of("Bristol, City of 053B") == "Bristol, City of"
    assert council_of("") == ""


def test_other_files_are_told_by_a_column_of_theirs() -> None:
    assert other_kind(["Crime ID", "Month", "Outcome type"]) == "outcomes"
    assert other_kind(["Type", "Date", "Object of search"]) == "stop and search"
    assert other_kind(["a", "b"]) == ""
    assert missing_columns(["Crime ID", "Month"])[:2] == ["Reported by", "Falls within"]

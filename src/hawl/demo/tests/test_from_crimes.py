from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hawl.demo.choosing import data_of
from hawl.demo.from_crimes import UnusableCrimes, make_feed_from_crimes
from hawl.work.intake.feed.offences import offences

TODAY = date(2026, 11, 22)
HEAD = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)
BURGLARY = (
    "a1,2024-03,Gwent Police,Gwent Police,-3.2,51.7,On or near Lôn Dychmyg,W01001440,Blaenau Gwent 001A,"
    "Burglary,Investigation complete; no suspect identified,\n"
)
ASB = ",2024-03,Gwent Police,Gwent Police,,,No Location,,,Anti-social behaviour,,\n"
REAL = Path(__file__).parents[5] / "shared" / "data" / "police-gwent" / "2024-03-gwent-street.csv.gz"


def _file(folder: Path, text: str | bytes, name: str = "2024-03-gwent-street.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _rows(*paths: Path, today: date = TODAY) -> list[dict[str, Any]]:
    return [row for row in make_feed_from_crimes(paths, 7, today) if isinstance(row, dict)]


def test_month_type_place_and_outcome_are_the_published_ones(tmp_path: Path) -> None:
    crime = _rows(_file(tmp_path, HEAD + BURGLARY))[0]["crime"]
    assert crime["reported_on"].startswith("2024-03-")
    assert crime["offence"] in ("burglary_dwelling", "burglary_other")
    assert (crime["place"], crime["lsoa"], crime["council"]) == ("On or near Lôn Dychmyg", "W01001440", "blaenau-gwent")
    assert crime["outcome"] == "Investigation complete; no suspect identified"


def test_the_outcome_decides_what_happened(tmp_path: Path) -> None:
    row = max(_rows(_file(tmp_path, HEAD + BURGLARY)), key=lambda row: row["version"])
    assert "investigation_declined" in {event["event"] for event in row["events"]}
    assert not row["suspect"]["known"]
    charged = BURGLARY.replace("Investigation complete; no suspect identified", "Awaiting court outcome")
    row = max(_rows(_file(tmp_path, HEAD + charged)), key=lambda row: row["version"])
    assert "suspect_charged" in {event["event"] for event in row["events"]}
    assert row["suspect"]["known"]


def test_a_crime_still_under_investigation_has_no_end(tmp_path: Path) -> None:
    going_on = BURGLARY.replace("Investigation complete; no suspect identified", "Under investigation")
    told = {event["event"] for row in _rows(_file(tmp_path, HEAD + going_on * 60)) for event in row["events"]}
    assert "suspect_released_under_investigation" in told
    assert not {"investigation_declined", "suspect_released_without_charge", "out_of_court_disposal_given"} & told


def test_equal_rows_without_an_id_are_crimes_of_their_own(tmp_path: Path) -> None:
    rows = _rows(_file(tmp_path, HEAD + ASB * 3))
    assert len({row["crime"]["ref"] for row in rows}) == 3
    assert {row["crime"]["offence"] for row in rows} == {"asb"}
    assert all(row["crime"]["lsoa"] is None and row["crime"]["council"] is None for row in rows)


def test_the_same_file_gives_the_same_feed_plain_or_gzipped(tmp_path: Path) -> None:
    text = (HEAD + BURGLARY * 5).encode()
    plain = _file(tmp_path, text)
    zipped = _file(tmp_path, gzip.compress(text), "2024-03-gwent-street.csv.gz")
    assert _rows(plain) == _rows(zipped)


def test_a_month_under_way_ends_yesterday(tmp_path: Path) -> None:
    rows = _rows(_file(tmp_path, HEAD + BURGLARY * 40), today=date(2024, 3, 4))
    assert {row["crime"]["reported_on"] for row in rows} == {"2024-03-01", "2024-03-02", "2024-03-03"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no column"),
        (HEAD, "no crimes"),
        ("a,b\n1,2\n", "no column"),
        (HEAD + "a1,2024-03\n", "wrong number of columns"),
        (HEAD + BURGLARY.replace("2024-03", "March"), "month"),
        (HEAD + BURGLARY.replace("2024-03", "2026-12"), "has not begun"),
        ((HEAD + BURGLARY).encode("latin-1"), "not UTF-8"),
        (gzip.compress((HEAD + BURGLARY * 500).encode(), mtime=0)[:60], "damaged"),
        ((HEAD + BURGLARY.replace("Lôn", "x" * 200_000)), "damaged"),
    ],
)
def test_an_unusable_file_is_named_before_any_row_comes(tmp_path: Path, content: str | bytes, told: str) -> None:
    path = _file(tmp_path, content)
    with pytest.raises(UnusableCrimes, match=told) as caught:
        make_feed_from_crimes([path], 7, TODAY)
    assert str(path) in str(caught.value)


def test_a_missing_file_and_no_file_are_told() -> None:
    with pytest.raises(UnusableCrimes, match="no file"):
        make_feed_from_crimes([Path("/nowhere/at/all.csv")], 7, TODAY)
    with pytest.raises(UnusableCrimes, match="No street file"):
        make_feed_from_crimes([], 7, TODAY)


def test_offences_we_invent_are_those_of_the_feed_and_published_types_lead_to_them() -> None:
    mix = data_of("mix.yaml")
    ours = {*mix["offences"], *mix["only_published"]}
    assert ours == set(offences())
    assert {offence for shares in mix["published"].values() for offence in shares} <= ours


@pytest.mark.skipif(not REAL.exists(), reason="needs ../shared/data/police-gwent, which is not here")
def test_a_real_month_gives_each_of_its_rows_a_crime() -> None:
    with gzip.open(REAL, "rt", encoding="utf-8") as text:
        published = list(csv.DictReader(text))
    crimes = {row["crime"]["ref"]: row["crime"] for row in _rows(REAL)}
    ours = Counter(crime["lsoa"] or "" for crime in crimes.values() if crime["offence"] == "asb")
    theirs = Counter(row["LSOA code"] for row in published if row["Crime type"] == "Anti-social behaviour")
    assert ours == theirs
    assert len(crimes) == len(published)
    assert all(crime["reported_on"][:7] == "2024-03" for crime in crimes.values())

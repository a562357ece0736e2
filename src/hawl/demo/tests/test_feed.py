from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hawl.demo.breaking import OLDER_VERSION, REPEATED, kinds_for
from hawl.demo.feed import make_feed
from hawl.demo.writing import CSV_COLUMNS, form_of, line_of, write_feed
from hawl.rights.rulebook import vocabulary
from hawl.work.intake.feed.csv_rows import column_names
from hawl.work.intake.feed.reading import read_feed
from hawl.work.intake.feed.rows import Refused

TODAY = date(2026, 11, 22)
VIOLENCE = {"violence_injury", "violence_without_injury", "harassment", "stalking", "malicious_communications"}
SEXUAL = {"rape", "sexual_assault", "sexual_other", "child_sexual_offence"}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """The sound rows of 5,000 people."""
    return [row for row in make_feed(5000, 7, TODAY, broken_share=0) if isinstance(row, dict)]


@pytest.fixture(scope="module")
def last(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The highest version of each message."""
    newest: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["version"] >= newest.get(row["record_id"], row)["version"]:
            newest[row["record_id"]] = row
    return list(newest.values())


def share(rows: list[dict[str, Any]], wanted: Any) -> float:
    return sum(bool(wanted(row)) for row in rows) / len(rows)


def _bytes(seed: int, today: date, form: str = "jsonl") -> bytes:
    return b"".join(line_of(row, form) for row in make_feed(300, seed, today, form=form))


def test_the_same_seed_and_day_give_the_same_bytes_and_others_do_not() -> None:
    assert _bytes(7, TODAY) == _bytes(7, TODAY)
    assert _bytes(7, TODAY, "csv") == _bytes(7, TODAY, "csv")
    assert _bytes(8, TODAY) != _bytes(7, TODAY)
    assert _bytes(7, TODAY + timedelta(days=1)) != _bytes(7, TODAY)


def test_the_feed_moves_with_today() -> None:
    for today in (TODAY, date(2027, 2, 3)):
        reported = [row["crime"]["reported_on"] for row in make_feed(1500, 7, today, broken_share=0)]
        assert max(reported) == str(today - timedelta(days=1))
        assert min(reported) == str(today - timedelta(days=365))


def test_there_are_exactly_as_many_people_as_asked_for(last: list[dict[str, Any]]) -> None:
    assert len({row["person"]["ref"] for row in last}) == 5000
    for people in (1, 2, 13):
        few = [row for row in make_feed(people, 2, TODAY, days=3, broken_share=0)]
        assert len({row["person"]["ref"] for row in few}) == people


@pytest.mark.parametrize(("people", "days"), [(0, 10), (10, 0), (-1, 10)])
def test_no_people_or_no_days_is_an_error(people: int, days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        make_feed(people, 1, TODAY, days=days)


def test_proportions_are_those_of_a_gwent_year(last: list[dict[str, Any]]) -> None:
    violence = [row for row in last if row["crime"]["offence"] in VIOLENCE]
    people = [row for row in last if row["person"]["kind"] == "person"]
    crimes = Counter(row["person"]["ref"] for row in people if row["person"]["role"] == "victim")
    victims = Counter(row["crime"]["ref"] for row in last if row["person"]["role"] == "victim")
    measured = {
        "violence": (share(last, lambda row: row["crime"]["offence"] in VIOLENCE), 0.45, 0.60),
        "sexual": (share(last, lambda row: row["crime"]["offence"] in SEXUAL), 0.03, 0.06),
        "fraud": (share(last, lambda row: row["crime"]["offence"] == "fraud"), 0.015, 0.04),
        "domestic": (share(violence, lambda row: "domestic_abuse" in row["crime"]["flags"]), 0.14, 0.21),
        "organisations": (1 - len(people) / len(last), 0.065, 0.11),
        "welsh": (share(people, lambda row: row["person"]["language"] == "cy"), 0.025, 0.055),
        "interpreter": (share(people, lambda row: row["person"]["interpreter"]), 0.01, 0.05),
        "declined": (share(last, lambda row: row["person"]["agreement"] == "no"), 0.03, 0.07),
        "high risk": (share(last, lambda row: row["person"]["risk"] == "high"), 0.04, 0.08),
        "repeat": (sum(n > 1 for n in crimes.values()) / len(crimes), 0.09, 0.16),
        "several victims": (sum(n > 1 for n in victims.values()) / len(victims), 0.03, 0.08),
    }
    assert {name for name, (got, low, high) in measured.items() if not low <= got <= high} == set(), measured


def test_about_one_in_eleven_is_under_18(last: list[dict[str, Any]]) -> None:
    def young(row: dict[str, Any]) -> bool:
        person = row["person"]
        if person["age"] is not None:
            return bool(person["age"] < 18)
        days = date.fromisoformat(row["crime"]["reported_on"]) - date.fromisoformat(person["born_on"])
        return days.days < 18 * 365.25

    people = [row for row in last if row["person"]["kind"] == "person" and row["person"]["role"] == "victim"]
    assert 0.07 < share(people, young) < 0.11


def test_the_rare_people_are_there(last: list[dict[str, Any]]) -> None:
    assert {row["person"]["role"] for row in last} == {
        "victim", "witness", "bereaved_relative", "parent", "spokesperson"
    }  # fmt: skip
    for where in ("known", "lives_here", "police_employee", "person_ref"):
        assert any(row["suspect"][where] for row in last), where
    assert any(row["person"]["deceased"] for row in last)
    assert any("bsl" in row["person"]["access_needs"] for row in last)


def test_no_number_or_address_in_a_feed_can_reach_anybody(last: list[dict[str, Any]]) -> None:
    safe = {
        "mobile": r"(07700 ?|\+44 7700 )900\d{3}",
        "landline": r"01632 960\d{3}",
        "email": r"[a-z0-9.]+@([a-z]+\.example|example\.org)",
        "address": r".+, NP99 [1-5][A-Z]{2}",
    }
    for row in last:
        assert re.fullmatch(r"NP99 [1-5][A-Z]{2}", row["crime"]["postcode"])
        for contact in row["contacts"]:
            assert re.fullmatch(safe[contact["kind"]], contact["value"]), contact


def test_who_stands_for_another_names_someone_in_the_same_crime(last: list[dict[str, Any]]) -> None:
    victims = {(row["crime"]["ref"], row["person"]["ref"]) for row in last if row["person"]["role"] == "victim"}
    for row in last:
        stands = row["person"]["role"] in ("bereaved_relative", "parent", "spokesperson")
        assert bool(row["person"]["on_behalf_of"]) == stands
        if stands:
            assert (row["crime"]["ref"], row["person"]["on_behalf_of"]) in victims


def test_a_counter_allegation_names_each_as_the_suspect_of_the_other(last: list[dict[str, Any]]) -> None:
    accused = {(row["person"]["ref"], row["suspect"]["person_ref"]) for row in last if row["suspect"]["person_ref"]}
    assert accused
    assert {(other, one) for one, other in accused} == accused


def test_rows_arrive_in_the_order_of_their_nights_and_hold_nothing_later(rows: list[dict[str, Any]]) -> None:
    highest: dict[str, int] = {}
    nights = []
    for row in rows:
        night = row["sent_at"][:10]
        if row["version"] > highest.get(row["record_id"], 0):
            nights.append(night)
        highest[row["record_id"]] = max(row["version"], highest.get(row["record_id"], 0))
        assert row["crime"]["reported_on"] < night <= str(TODAY)
        assert all(event["occurred_on"] is None or event["occurred_on"] < night for event in row["events"])
    assert nights == sorted(nights)


def test_a_later_version_holds_all_events_of_an_earlier_one(rows: list[dict[str, Any]]) -> None:
    versions: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        versions.setdefault(row["record_id"], []).append(row)
    several = [sorted(some, key=lambda row: row["version"]) for some in versions.values() if len(some) > 1]
    assert len(several) > 200
    for some in several:
        assert [row["version"] for row in some] == list(range(1, len(some) + 1))
        for one, next_one in pairwise(some):
            assert all(event in next_one["events"] for event in one["events"])


def test_an_act_never_comes_before_what_it_is_about(last: list[dict[str, Any]]) -> None:
    for row in last:
        days = {event["event_id"]: event["occurred_on"] for event in row["events"]}
        assert len(days) == len(row["events"])
        days[f"{row['record_id']}-reported"] = row["crime"]["reported_on"]
        for event in row["events"]:
            assert event["occurred_on"] is None or event["occurred_on"] >= row["crime"]["reported_on"]
            if event["about"]:
                assert days[event["about"]] is None or event["occurred_on"] >= days[event["about"]]


def test_about_one_row_in_a_hundred_is_broken_and_every_kind_is_there() -> None:
    for form in ("jsonl", "csv"):
        broken: list[tuple[int, str]] = []
        count = sum(1 for _ in make_feed(5000, 7, TODAY, form=form, broken=broken))
        kinds = Counter(kind for _, kind in broken)
        assert set(kinds) == {*kinds_for(form), OLDER_VERSION}
        assert 0.006 < (len(broken) - kinds[OLDER_VERSION]) / count < 0.014


def test_the_sound_rows_are_the_same_in_either_form() -> None:
    def sound(form: str) -> list[dict[str, Any]]:
        broken: list[tuple[int, str]] = []
        rows = list(make_feed(400, 7, TODAY, form=form, broken=broken))
        before = 1 if form == "csv" else 0
        left_out = {number - before for number, kind in broken if kind != OLDER_VERSION}
        return [row for number, row in enumerate(rows, 1) if number not in left_out]

    assert sound("jsonl") == sound("csv")


@pytest.mark.parametrize("name", ["feed.jsonl", "feed.csv", "feed.csv.gz"])
def test_the_reader_refuses_exactly_the_rows_that_were_broken(tmp_path: Path, name: str) -> None:
    path, broken = tmp_path / name, []
    form = form_of(path)
    count = write_feed(path, make_feed(2000, 7, TODAY, form=form, broken=broken))
    read = list(read_feed(path, today=TODAY, known_events=vocabulary().events))
    refused = {row.row_number for row in read if isinstance(row, Refused)}
    assert len(read) == count
    assert refused == {number for number, kind in broken if kind not in (REPEATED, OLDER_VERSION)}
    assert refused


def test_a_repeated_message_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    path, broken = tmp_path / "feed.jsonl", []
    write_feed(path, make_feed(3000, 7, TODAY, broken=broken))
    lines = path.read_bytes().splitlines()
    repeats = [number for number, kind in broken if kind == REPEATED]
    assert repeats
    assert all(lines[number - 1] == lines[number - 2] for number in repeats)


def test_our_csv_columns_are_those_of_the_format() -> None:
    assert set(CSV_COLUMNS) == set(column_names())


def test_welsh_letters_survive_both_forms(tmp_path: Path) -> None:
    names = {}
    for name in ("feed.jsonl", "feed.csv"):
        path = tmp_path / name
        write_feed(path, make_feed(1500, 7, TODAY, form=form_of(path), broken_share=0))
        read = read_feed(path, today=TODAY)
        names[name] = [row.person.given_name for row in read if not isinstance(row, Refused)]
    assert names["feed.jsonl"] == names["feed.csv"]
    assert {"Siân", "Llŷr"} <= set(names["feed.csv"])


def test_a_gzipped_feed_holds_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "b.jsonl.gz", "c.jsonl"):
        write_feed(tmp_path / name, make_feed(100, 7, TODAY))
    zipped = (tmp_path / "a.jsonl.gz").read_bytes()
    assert zipped == (tmp_path / "b.jsonl.gz").read_bytes()
    assert gzip.decompress(zipped) == (tmp_path / "c.jsonl").read_bytes()


def test_a_feed_that_fails_half_way_leaves_no_file(tmp_path: Path) -> None:
    def failing() -> Any:
        yield b"{}\n"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_feed(tmp_path / "feed.jsonl", failing())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["feed", "feed.txt", "feed.gz", "feed.json"])
def test_a_name_that_tells_no_form_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="must end in"):
        form_of(Path(name))


def test_a_csv_row_has_a_cell_for_each_column_and_events_as_json() -> None:
    row = next(row for row in make_feed(50, 7, TODAY, broken_share=0) if isinstance(row, dict) and row["events"])
    cells = dict(zip(CSV_COLUMNS, next(csv.reader(io.StringIO(line_of(row, "csv").decode()))), strict=True))
    assert json.loads(cells["events"]) == row["events"]
    assert cells["suspect_known"] == str(row["suspect"]["known"]).lower()
    assert cells["crime_flags"].split(";") == (row["crime"]["flags"] or [""])

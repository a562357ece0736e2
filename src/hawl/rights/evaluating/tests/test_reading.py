"""What of a file of events is taken, and what is left out and why."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from hawl.rights.evaluating.checking import check_events
from hawl.rights.evaluating.reading import COLUMNS, WrongShape, read_events

HEADER = ",".join(COLUMNS)
SOUND = {"case_id": "c1", "event_id": "e1", "event": "crime_reported", "occurred_on": "2026-04-01"}
Rows = list[dict[str, Any]]


def as_csv(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def as_json_lines(path: Path, rows: Rows) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path) -> tuple[list[tuple[Any, ...]], list[tuple[int, str]]]:
    """What is taken, and row and reason of what is not."""
    with duckdb.connect() as connection:
        read_events(connection, path)
        check_events(connection)
        taken = connection.execute("FROM taken ORDER BY case_id, event_id").fetchall()
        left_out = connection.execute("SELECT row, reason FROM left_out ORDER BY row").fetchall()
    return taken, left_out


def faults(tmp_path: Path, *rows: dict[str, Any]) -> list[tuple[int, str]]:
    return read(as_json_lines(tmp_path / "events.jsonl", list(rows)))[1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"case_id": ""}, "case_id is empty."),
        ({"event_id": None}, "event_id is empty."),
        ({"event": ""}, "event is empty."),
        ({"event": "crime_forgotten"}, "The event is none that is known: crime_forgotten."),
        ({"occurred_on": "2026-02-30"}, "occurred_on is no date: 2026-02-30."),
        ({"occurred_on": "1 April 2026"}, "occurred_on is no date."),
        ({"occurred_on": "20260401"}, "occurred_on is no date: 20260401."),
        ({"occurred_on": "2026-04-01 (BC)"}, "occurred_on is no date."),
        ({"occurred_on": "-infinity"}, "occurred_on is no date."),
        ({"occurred_on": "10000-01-01"}, "occurred_on is no date: 10000-01-01."),
        ({"occurred_on": "2026-4-1"}, "occurred_on is no date: 2026-4-1."),
        ({"occurred_on": "0000-01-01"}, "occurred_on is no date: 0000-01-01."),
        ({"occurred_on": "01/04/2026"}, "occurred_on is no date: 01/04/2026."),
        ({"event": "Siân Jones"}, "The event is none that is known."),
        ({"event": "e" * 41}, "The event is none that is known."),
        ({"received_on": "soon"}, "received_on is no date."),
        ({"received_on": "2026-03-31"}, "received_on lies before occurred_on."),
        ({"attributes": [1]}, "attributes is no JSON object."),
        ({"attributes": "not JSON"}, "attributes is no JSON object."),
        ({"attributes": '{"kind": 1, "kind": 2}'}, "attributes names a key twice."),
    ],
)
def test_a_row_that_cannot_be_taken_is_left_out_with_the_reason(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    other = SOUND | {"case_id": "c2"}
    assert faults(tmp_path, other, SOUND | change) == [(2, reason)]


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_on": None},
        {"received_on": "2026-04-01"},
        {"attributes": None},
        {"attributes": {"kind": 'á"'}},
        {"attributes": '{"kind": 1}'},
        {"event": "vrr_requested", "about": "nothing there"},  # a victim may ask by a time, and so starts duties too
        {"about": "nothing there"},  # it starts duties and answers nothing: what it is about is of no consequence
    ],
)
def test_what_is_unusual_and_no_fault_is_taken(tmp_path: Path, change: dict[str, Any]) -> None:
    assert faults(tmp_path, SOUND | change) == []


def test_of_rows_with_one_id_in_a_case_the_first_is_taken(tmp_path: Path) -> None:
    again = SOUND | {"occurred_on": "2026-04-02"}
    elsewhere = SOUND | {"case_id": "c2"}
    taken, left_out = read(as_json_lines(tmp_path / "e.jsonl", [SOUND, elsewhere, again, again]))
    told = "The case has this event_id in row 1 already."
    assert left_out == [(3, told), (4, told)]
    assert [(row[0], str(row[3])) for row in taken] == [("c1", "2026-04-01"), ("c2", "2026-04-01")]


def act(**changes: Any) -> dict[str, Any]:
    return SOUND | {"event_id": "e2", "event": "needs_assessed", "about": "e1"} | changes


def test_an_act_about_no_event_of_its_case_is_left_out(tmp_path: Path) -> None:
    other_case = SOUND | {"case_id": "c2", "event_id": "e9"}
    found = faults(tmp_path, SOUND, other_case, act(about="e9"), act(event_id="e3", about="e1"))
    assert found == [(3, "It is about an id that is no event of its case.")]


@pytest.mark.parametrize(("day", "left_out"), [("2026-03-31", 1), ("2026-04-01", 0), ("2026-04-02", 0)])
def test_an_act_is_left_out_where_it_is_dated_before_what_it_is_about(tmp_path: Path, day: str, left_out: int) -> None:
    found = faults(tmp_path, SOUND, act(occurred_on=day), act(event_id="e3", event="reason_recorded", occurred_on=day))
    assert [reason for _, reason in found] == ["It is dated before the event that it is about."] * 2 * left_out


def test_an_act_about_a_row_that_was_left_out_is_taken_and_answers_nothing(tmp_path: Path) -> None:
    assert [row for row, _ in faults(tmp_path, SOUND | {"occurred_on": "soon"}, act())] == [1]


def test_an_act_before_the_report_or_without_about_is_life(tmp_path: Path) -> None:
    assert faults(tmp_path, SOUND, act(about=None, occurred_on="2026-03-01")) == []


def test_a_line_that_is_no_object_is_left_out_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(
        f"{json.dumps(SOUND)}\n\n[1]\n{{broken\n{json.dumps(SOUND | {'case_id': 'c2'})}\n", encoding="utf-8"
    )
    taken, left_out = read(path)
    assert [row[0] for row in taken] == ["c1", "c2"]
    assert left_out == [(3, "The line is no JSON object."), (4, "The line is no JSON object.")]


def test_text_with_quotes_commas_line_ends_and_welsh_comes_through_a_csv(tmp_path: Path) -> None:
    line = '"c,1\n""ŵ""",e1,crime_reported,2026-04-01,,,"{""kind"": ""á, b""}"'
    ((case_id, *_, attributes),) = read(as_csv(tmp_path / "events.csv", line))[0]
    assert case_id == 'c,1\n"ŵ"'
    assert json.loads(attributes) == {"kind": "á, b"}


def test_a_csv_may_begin_with_a_byte_order_mark_and_have_its_columns_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(
        b"\xef\xbb\xbfevent_id,case_id,event,attributes,about,received_on,occurred_on\r\ne1,c1,crime_reported,,,,2026-04-01\r\n"
    )
    ((case_id, event_id, *_),) = read(path)[0]
    assert (case_id, event_id) == ("c1", "e1")


def test_a_byte_that_is_no_utf_8_is_found_however_deep_it_lies(tmp_path: Path) -> None:
    for name, head, line in (
        ("a.csv", f"{HEADER}\n".encode(), b"c%d,e1,crime_reported,2026-04-01,,,\n"),
        ("a.jsonl", b"", b'{"case_id": "c%d", "event_id": "e1", "event": "crime_reported"}\n'),
    ):
        rows = b"".join(line % number for number in range(30_000))
        (tmp_path / name).write_bytes(head + rows + line.replace(b"c%d", b"Si\xe2n"))
        with duckdb.connect() as connection, pytest.raises(WrongShape) as refused:
            read_events(connection, tmp_path / name)
        assert "Si" not in str(refused.value)


def test_json_lines_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(SOUND).encode() + b"\n")
    taken, left_out = read(path)
    assert (len(taken), left_out) == (1, [])


def test_columns_beyond_the_seven_are_named_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"{HEADER},officer\nc1,e1,crime_reported,2026-04-01,,,,PC 1\n", encoding="utf-8")
    with duckdb.connect() as connection:
        assert read_events(connection, path) == ("officer",)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"", "has no case_id"),
        ("a.csv", b"case_id,event_id\n", "has no event, occurred_on"),
        ("a.csv", HEADER.encode() + b",about\n", "names a column twice"),
        ("a.csv", HEADER.encode() + b"\nc1,e1,crime_reported,2026-04-01,,\n", "Line: 2"),
        ("a.csv", HEADER.encode() + b"\nc1,e1,crime_reported,2026-04-01,,,,one more\n", "Line: 2"),
        ("a.csv", HEADER.encode() + b"\nc\xff1,e1,crime_reported,2026-04-01,,,\n", "UTF-8"),
        ("a.jsonl", b"Once upon a time\n", "holds no JSON object"),
        ("a.jsonl", b'{"case": 1}\n', "has no case_id, event_id, event"),
        ("a.parquet", b"PAR1 and no more", "cannot be read as parquet"),
        ("a.xlsx", b"", "its name must end in .csv"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused_with_a_sentence(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with duckdb.connect() as connection, pytest.raises(WrongShape, match=told) as refused:
        read_events(connection, tmp_path / name)
    assert "crime_reported" not in str(refused.value), "rows are about people: no message quotes one"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with duckdb.connect() as connection, pytest.raises(WrongShape, match="There is no file"):
        read_events(connection, tmp_path / "none.csv")


@pytest.mark.parametrize("kind", ["DATE", "TIMESTAMP", "VARCHAR"])
def test_days_of_parquet_are_read_whatever_their_kind(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "events.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (SELECT 'c1' AS case_id, 7 AS event_id, 'crime_reported' AS event,
            '2026-04-01'::{kind} AS occurred_on,
            NULL::{kind} AS received_on, NULL AS about, {{'kind': 'a'}} AS attributes) TO '{path}' (FORMAT parquet)"""
        )
    ((case_id, event_id, _, occurred_on, _, _, attributes),) = read(path)[0]
    assert (case_id, event_id, str(occurred_on), json.loads(attributes)) == ("c1", "7", "2026-04-01", {"kind": "a"})


def test_what_was_read_is_given_as_it_was_written(tmp_path: Path) -> None:
    lines = ["c1,e1,crime_reported,2026-04-01,,,", "c2,,of_no_book,soon,2026-04-02,e1,[]", "c3,e1,,,,,"]
    with duckdb.connect() as connection:
        read_events(connection, as_csv(tmp_path / "events.csv", *lines))
        rows = connection.execute(f"SELECT {HEADER} FROM given ORDER BY row").fetchall()
    assert [",".join(one or "" for one in row) for row in rows] == lines


def test_another_file_may_be_read_on_the_same_connection(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        for number in (1, 2):
            read_events(connection, as_csv(tmp_path / "events.csv", *["c1,e1,crime_reported,2026-04-01,,,"] * number))
            check_events(connection)
            assert connection.execute("SELECT count(*) FROM given").fetchall() == [(number,)]


def test_a_moment_within_a_day_is_no_day(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (SELECT 'c1' AS case_id, '7' AS event_id, 'crime_reported' AS event,
            '2026-04-01 23:30:00'::TIMESTAMP AS occurred_on, NULL AS received_on, NULL AS about, NULL AS attributes)
            TO '{path}' (FORMAT parquet)"""
        )
    assert read(path)[1] == [(1, "occurred_on is no date: 2026-04-01 23:30:00.")]


@pytest.mark.parametrize("seed", range(12))
def test_every_row_is_taken_or_left_out_and_never_both(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    rows = [
        {
            "case_id": chance.choice(["c1", "c2", "c3", ""]),
            "event_id": chance.choice(["e1", "e2", "e3", "e4", None]),
            "event": chance.choice(["crime_reported", "needs_assessed", "reason_recorded", "of_no_book"]),
            "occurred_on": chance.choice(["2026-04-01", "2026-04-02", None, "soon"]),
            "received_on": chance.choice(["2026-04-01", "2026-04-02", None]),
            "about": chance.choice(["e1", "e2", "e9", None]),
            "attributes": chance.choice([{}, None, 5]),
        }
        for _ in range(60)
    ]
    taken, left_out = read(as_json_lines(tmp_path / "events.jsonl", rows))
    assert len(taken) + len(left_out) == len(rows)
    assert len({row for row, _ in left_out}) == len(left_out)
    assert len({(case, event) for case, event, *_ in taken}) == len(taken)
    assert all(reason.endswith(".") for _, reason in left_out)

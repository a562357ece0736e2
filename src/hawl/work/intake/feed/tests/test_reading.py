"""Whole files: both forms, broken neighbours, what makes a file unusable, bounded memory."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hawl.work.intake.feed.csv_rows import column_names
from hawl.work.intake.feed.reading import FeedUnusable, counted, read_feed
from hawl.work.intake.feed.rows import FeedRow, Refused
from hawl.work.intake.feed.tests.examples import (
    TODAY,
    csv_text,
    flat,
    full_row,
    small_row,
    write_jsonl,
)

GOOD = json.dumps(full_row(), ensure_ascii=False).encode()
HEADER = ",".join(column_names())


def read(path: Path) -> list[FeedRow | Refused]:
    return list(read_feed(path, today=TODAY))


def read_bytes(folder: Path, name: str, content: bytes) -> list[FeedRow | Refused]:
    path = folder / name
    path.write_bytes(content)
    return read(path)


def outcome(rows: list[FeedRow | Refused]) -> list[tuple[int, str]]:
    return [(r.row_number, r.reason if isinstance(r, Refused) else "taken") for r in rows]


ROWS = [
    full_row(),
    small_row(),
    full_row(crime__flags=["hate", "stalking"], person__given_name="Llŷr D’Arcy", events=None),
    full_row(crime__note="un\ndau, tri; 'pedwar' \"pump\"", person__deceased=True),
    full_row(contacts=[{"kind": "email", "value": "a@example.org"}] * 3, version=2),
    small_row(suspect__known=True, person__age=17, crime__place="=1+1"),
]


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_csv_and_json_lines_of_the_same_rows_give_the_same(tmp_path: Path, ending: str) -> None:
    pack = gzip.compress if ending else bytes
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()
    from_json = read_bytes(tmp_path, f"feed.jsonl{ending}", pack(lines))
    from_csv = read_bytes(tmp_path, f"feed.csv{ending}", pack(csv_text(ROWS).encode()))
    assert len(from_json) == len(ROWS)
    assert from_json == from_csv
    for one, other in zip(from_json, from_csv, strict=True):
        assert isinstance(one, FeedRow)
        assert isinstance(other, FeedRow)
        assert one.canonical() == other.canonical()


def test_csv_columns_may_come_in_any_order_and_empty_ones_be_left_out(tmp_path: Path) -> None:
    columns = tuple(sorted(flat(small_row()), reverse=True))
    short = read_bytes(tmp_path, "a.csv", csv_text([small_row()], columns).encode())
    assert short == read(write_jsonl(tmp_path / "a.jsonl", [small_row()]))


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_utf8_mark_and_windows_line_ends_change_nothing(tmp_path: Path, name: str) -> None:
    text = csv_text([small_row()]) if name.endswith("csv") else json.dumps(small_row()) + "\n"
    plain = text.replace("\r\n", "\n").encode()
    dressed = b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n") + b"\r\n"
    taken = read_bytes(tmp_path, name, plain)
    assert isinstance(taken[0], FeedRow)
    assert read_bytes(tmp_path, name, dressed) == taken


def test_a_bad_line_costs_no_other_row(tmp_path: Path) -> None:
    lines = [GOOD, b"{", GOOD, b"[]", b"null", b"\xff\xfe{}", b"", GOOD[:-40]]
    lines += [b'{"source": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000, b"{" + b'"a":[' * 5000]
    lines += [b'{"version": ' + b"9" * 10_000 + b"}", GOOD + GOOD, GOOD]
    assert outcome(read_bytes(tmp_path, "a.jsonl", b"\n".join(lines))) == [
        (1, "taken"),
        (2, "not_json"),
        (3, "taken"),
        (4, "not_object"),
        (5, "not_object"),
        (6, "not_utf8"),
        (8, "not_json"),
        (9, "not_json"),
        (10, "not_json"),
        (11, "not_json"),
        (12, "not_json"),
        (13, "not_json"),
        (14, "not_json"),
        (15, "taken"),
    ]


def test_a_cut_off_last_line_is_a_refused_row(tmp_path: Path) -> None:
    for cut in range(1, len(GOOD) - 1, 97):
        rows = read_bytes(tmp_path, "a.jsonl", GOOD + b"\n" + GOOD[:cut])
        assert outcome(rows)[0] == (1, "taken")
        assert outcome(rows)[1][1] in ("not_json", "not_utf8")
    whole = csv_text([full_row(), full_row()]).encode().rstrip()
    start = csv_text([full_row()]).encode()
    for cut in range(len(start) + 1, len(whole) - 1, 41):
        rows = read_bytes(tmp_path, "a.csv", whole[:cut])
        assert isinstance(rows[0], FeedRow)
        assert all(isinstance(row, Refused) for row in rows[1:]), cut
        assert len(rows) > 1


def test_a_quote_that_is_not_closed_costs_its_own_row_only(tmp_path: Path) -> None:
    header, *good = csv_text([small_row(record_id=f"R{n}") for n in range(5)]).splitlines()
    good[1] = good[1].replace("R1", '"R1')
    rows = read_bytes(tmp_path, "a.csv", "\n".join([header, *good]).encode())
    assert outcome(rows) == [(2, "taken"), (3, "wrong_columns"), *((n, "taken") for n in (4, 5, 6))]


def test_a_quote_opened_before_a_row_with_quotes_swallows_nothing(tmp_path: Path) -> None:
    header, *good = csv_text([small_row(record_id="A"), small_row(record_id='B"b'), small_row()]).splitlines()
    good[0] = good[0].replace("A", '"A', 1)
    rows = read_bytes(tmp_path, "a.csv", "\n".join([header, *good]).encode())
    assert [reason for _, reason in outcome(rows)] == ["wrong_columns", "taken", "taken"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda row: row + ",more", "wrong_columns"),
        (lambda row: row.rsplit(",", 3)[0], "wrong_columns"),
        (lambda row: row.replace(",1,", ",one,", 1), "wrong_value:version"),
        (lambda row: row.replace("Jones", "Jo\x00nes"), "bad_text:person.family_name"),
        (lambda row: row.replace("Jones", "J" * 70_000), "too_long:person.family_name"),
        (lambda row: row.replace("Jones", "J" * 200_000), "too_big"),
        (lambda row: row.replace("Jones", "J" * 2_000_000), "too_big"),
        (lambda row: row.replace("Jones", "Jo\rnes"), "wrong_columns"),
        (lambda row: row[:-1] + ",not json", "wrong_value:events"),
        (lambda row: row[:-1] + ',"{}"', "wrong_value:events"),
        (lambda row: row[:-1] + ',"' + "[" * 70_000 + '"', "too_long:events"),
    ],
)
def test_a_bad_csv_row_is_refused_between_two_good_ones(tmp_path: Path, change: Any, reason: str) -> None:
    header, good = csv_text([small_row()]).splitlines()
    rows = read_bytes(tmp_path, "a.csv", "\n".join([header, good, change(good), good]).encode())
    assert outcome(rows) == [(2, "taken"), (3, reason), (4, "taken")]


def test_a_huge_line_is_passed_over_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(GOOD + b'\n{"source": "')
        for _ in range(64):
            file.write(b"x" * (1 << 20))
        file.write(b'"}\n' + GOOD + b"\n")
    tracemalloc.start()
    rows = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outcome(rows) == [(1, "taken"), (2, "too_big"), (3, "taken")]
    assert peak < 8 << 20


def test_many_rows_are_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(5000):
            file.write(GOOD + b"\n")
    tracemalloc.start()
    assert counted(read_feed(path, today=TODAY)) == (5000, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_the_line_limit_is_one_megabyte_to_the_byte(tmp_path: Path) -> None:
    limit = 1024 * 1024
    fits = b'"' + b"x" * (limit - 2) + b'"'
    rows = read_bytes(tmp_path, "a.jsonl", b"\n".join([GOOD, fits, fits + b" ", fits]))
    assert outcome(rows) == [
        (1, "taken"),
        (2, "not_object"),
        (3, "too_big"),
        (4, "not_object"),
    ]


def a_file(name: str, content: bytes) -> Any:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def a_folder(folder: Path) -> Path:
    path = folder / "feed.csv"
    path.mkdir()
    return path


def a_pipe(folder: Path) -> Path:
    path = folder / "feed.csv"
    os.mkfifo(path)
    return path


WHOLE_CSV = csv_text([full_row()]).encode()
UNUSABLE = {
    "missing": lambda folder: folder / "nothing.csv",
    "a folder": a_folder,
    "a pipe": a_pipe,
    "empty": a_file("a.jsonl", b""),
    "only blanks": a_file("a.csv", b"\xef\xbb\xbf \r\n\n"),
    "another name": a_file("a.xlsx", GOOD),
    "binary": a_file("a.csv", bytes(range(256)) * 40),
    "binary lines": a_file("a.jsonl", b"\x89PNG\r\n\x1a\n" + bytes(2000)),
    "a zip": a_file("a.csv", b"PK\x03\x04" + os.urandom(500)),
    "utf-16": a_file("a.csv", WHOLE_CSV.decode().encode("utf-16")),
    "utf-16 without a mark": a_file("a.csv", WHOLE_CSV.decode().encode("utf-16-le")),
    "utf-16 lines": a_file("a.jsonl", GOOD.decode().encode("utf-16-be")),
    "latin-1 header": a_file("a.csv", b"caf\xe9,source\n"),
    "no header": a_file("a.csv", WHOLE_CSV.split(b"\n", 1)[1]),
    "a column lacking": a_file("a.csv", WHOLE_CSV.replace(b"person_ref", b"ref", 1)),
    "a column too many": a_file("a.csv", WHOLE_CSV.replace(b"source,", b"source,x,", 1)),
    "a column twice": a_file("a.csv", WHOLE_CSV.replace(b"source,", b"source,source,", 1)),
    "semicolons": a_file("a.csv", HEADER.replace(",", ";").encode() + b"\n"),
    "an open quote": a_file("a.csv", b'"source\n' * 1000),
    "a huge header": a_file("a.csv", b"x" * 3_000_000),
    "a list": a_file("a.jsonl", b"[" + GOOD + b"]"),
    "spread out": a_file("a.jsonl", json.dumps(full_row(), indent=1).encode()),
    "prose": a_file("a.jsonl", b"no feed\nat all\n"),
    "a cut archive": a_file("a.csv.gz", gzip.compress(WHOLE_CSV * 50)[:-300]),
    "an archive without its end": a_file("a.csv.gz", gzip.compress(WHOLE_CSV)[:-4]),
    "a damaged archive": a_file("a.csv.gz", gzip.compress(WHOLE_CSV)[:40] + b"\0" * 400),
    "no archive": a_file("a.csv.gz", WHOLE_CSV),
    "an empty archive": a_file("a.csv.gz", gzip.compress(b"")),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_an_unusable_file_is_refused_before_its_first_row(tmp_path: Path, kind: str) -> None:
    path = UNUSABLE[kind](tmp_path)
    with pytest.raises(FeedUnusable) as caught:
        read_feed(path, today=TODAY)
    assert caught.value.what.endswith(".")
    assert caught.value.mend
    for private in ("Siân", "ap Rhys", "GWP-", "07700"):
        assert private not in str(caught.value)


def test_a_header_without_rows_is_a_day_without_rows(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "a.csv", HEADER.encode()) == []


def test_a_row_number_is_the_line_where_the_row_starts(tmp_path: Path) -> None:
    two = csv_text([full_row(), full_row()]).encode()
    first, second = read_bytes(tmp_path, "a.csv", two)
    assert isinstance(first, FeedRow)
    assert (first.row_number, second.row_number) == (2, 4)
    assert replace(first, row_number=9) == second

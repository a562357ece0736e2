"""Finding street files and reading them; what cannot be trusted is refused in one sentence."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import pytest

from hawl.registers.demand.layout import COLUMNS, BadLine, StreetLine
from hawl.registers.demand.reading import Area, Checked, check, find_street_files, read_street_file
from hawl.registers.demand.sources import Source, UnusableFile
from hawl.registers.demand.tests.files import ASB, CARDIFF, NOWHERE, independent_rows, real, table, write

THIS_MONTH = date(2024, 6, 1)
GWENT = Area({"Blaenau Gwent", "Caerphilly", "Monmouthshire", "Newport", "Torfaen"})


def checked(path: Path) -> Checked:
    return check(Source(path), GWENT, THIS_MONTH, lambda rows: None)


def lines(path: Path) -> list[StreetLine | BadLine]:
    return list(read_street_file(Source(path), THIS_MONTH))


def refusal(path: Path) -> str:
    with pytest.raises(UnusableFile) as refused:
        checked(path)
    words = str(refused.value)
    assert "\n" not in words
    assert str(path) in words
    return words


def found(*paths: Path) -> tuple[list[str], dict[str, str]]:
    sources, left_out = find_street_files(paths)
    return [source.name for source in sources], {Path(one.name).name: one.reason for one in left_out}


def test_a_file_is_counted_row_by_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table({}, ASB, ASB, CARDIFF, NOWHERE))
    one = checked(path)
    assert (one.rows, one.refused) == (5, 0)
    tally = one.tallies["gwent-police", date(2024, 1, 1)]
    assert (tally.rows, tally.without_id, tally.out_of_area, tally.no_location) == (5, 2, 1, 1)
    assert tally.vintage == "2011"


def test_forces_and_months_in_one_file_are_counted_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table({}, {"Month": "2024-02"}, {"Reported by": "BTP"}, {}))
    assert {key: tally.rows for key, tally in checked(path).tallies.items()} == {
        ("gwent-police", date(2024, 1, 1)): 2,
        ("gwent-police", date(2024, 2, 1)): 1,
        ("btp", date(2024, 1, 1)): 1,
    }


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "gzipped-without-saying.csv"])
def test_plain_and_gzipped_read_alike_with_or_without_a_mark(tmp_path: Path, name: str) -> None:
    text = "\ufeff" + table({"Location": "Tŷ Ddewi, “Heol y Môr”"})
    data = gzip.compress(text.encode()) if name.startswith("gzipped") else text
    (line,) = lines(write(tmp_path / name, data))
    assert isinstance(line, StreetLine)
    assert line.location == "Tŷ Ddewi, “Heol y Môr”"


def test_quoted_commas_quotes_and_line_ends_are_one_value(tmp_path: Path) -> None:
    (line, after) = lines(write(tmp_path / "a.csv", table({"Location": 'The "Inn",\nHigh Street'}, {})))
    assert isinstance(line, StreetLine)
    assert isinstance(after, StreetLine)
    assert (line.location, after.number) == ('The "Inn",\nHigh Street', 2)


def test_a_bad_row_is_listed_by_number_and_the_rest_is_taken(tmp_path: Path) -> None:
    one = checked(write(tmp_path / "a.csv", table({}, {"Month": "soon"}, {})))
    assert (one.rows, one.refused, sum(tally.rows for tally in one.tallies.values())) == (3, 1, 2)
    assert [line.number for line in lines(tmp_path / "a.csv") if isinstance(line, BadLine)] == [2]


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    head, row = table({}).splitlines()
    assert checked(write(tmp_path / "a.csv", f"{head}\n\n{row}\n\r\n{row}\n\n")).rows == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        ("\ufeff".encode(), "is empty"),
        (table(), "no rows"),
        (b"Name,Age\nAda,36\n", "no column Crime ID, Month, Reported by and 9 more"),
        (table({}, columns=[*COLUMNS[:9], "Kind", *COLUMNS[10:]]), "no column Crime type."),
        (table({}).replace("Context", "Month"), "no column Context"),
        (table({}).replace("Context", "Context,Month"), "the column Month twice"),
        (table({}, {"Location": "Sbyty"}).encode("utf-16"), "not UTF-8"),
        (table({}).encode() + table({"Location": "Tŷ"}).encode("cp1250", "replace") + b"\xff\xfe", "not UTF-8"),
        (table({}, {"Location": "a\0b"}), "NUL character in line 3"),
        (table({}, {"Location": "x" * 70_000}), "more than 65,536 characters (line 3)"),
        (table({}) + '"open, and never closed\n' * 9_000, "broken at line"),
        (table({}) + '"open', "broken at line"),
        (table({}) + 'a"b,"c"d,\n', "broken at line"),
        (table({"Month": "1"}, {"Month": "2"}), "no row that can be used (row 1: Month is not written"),
        (table({}, {}).rstrip()[:-25], "ends in the middle of row 2"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_refused_whole(tmp_path: Path, content: str | bytes, words: str) -> None:
    assert words in refusal(write(tmp_path / "bad.csv", content))


def test_a_gzip_cut_short_or_damaged_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(table(*({"Crime ID": f"{n * 7919:064x}"} for n in range(500))).encode())
    assert "cut short" in refusal(write(tmp_path / "a.csv", whole[: len(whole) // 2]))
    middle = len(whole) // 2
    assert "damaged" in refusal(write(tmp_path / "b.csv", whole[:middle] + b"\0" * 40 + whole[middle + 40 :]))
    assert "cut short" in refusal(write(tmp_path / "c.csv", whole[:5]))


def test_a_quoted_column_name_or_spaces_around_it_do_no_harm(tmp_path: Path) -> None:
    head, row = table({}).splitlines()
    quoted = ",".join(f'" {name} "' for name in head.split(","))
    assert checked(write(tmp_path / "a.csv", f"{quoted}\n{row}\n")).rows == 1


def test_a_missing_path_is_told() -> None:
    with pytest.raises(UnusableFile, match="There is no file or folder nowhere"):
        find_street_files([Path("nowhere")])


def test_no_path_and_an_empty_folder_are_told(tmp_path: Path) -> None:
    for paths in ([], [tmp_path]):
        with pytest.raises(UnusableFile, match="No street file was found"):
            find_street_files(paths)


def test_a_pipe_or_device_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnusableFile, match="neither a file nor a folder"):
        find_street_files([tmp_path / "pipe"])


def test_a_folder_gives_its_street_files_in_order_and_names_what_it_leaves_out(tmp_path: Path) -> None:
    write(tmp_path / "2024-02" / "2024-02-gwent-street.csv", table({}))
    write(tmp_path / "2024-01" / "2024-01-gwent-street.csv.gz", table({}))
    write(tmp_path / "2024-01" / "2024-01-gwent-outcomes.csv.gz", "not looked into")
    write(tmp_path / "2024-01" / "2024-01-gwent-stop-and-search.csv", "nor this")
    write(tmp_path / "renamed.csv", table({}))
    write(tmp_path / "people.csv", "Name,Age\n")
    write(tmp_path / "picture.csv", b"\x89PNG\xff\xff")
    write(tmp_path / "SOURCE.txt", "words")
    names, left_out = found(tmp_path)
    assert names == ["renamed.csv", "2024-01-gwent-street.csv.gz", "2024-02-gwent-street.csv"]
    assert left_out == {
        "2024-01-gwent-outcomes.csv.gz": "a file of outcomes, which is not read yet",
        "2024-01-gwent-stop-and-search.csv": "a file of stop and search, which is not read yet",
        "people.csv": "its columns are not those of a street file",
        "picture.csv": "it cannot be read as a table of UTF-8 text",
    }


def test_a_street_file_named_or_called_so_must_be_one(tmp_path: Path) -> None:
    path = write(tmp_path / "2024-01-gwent-street.csv", "Name,Age\n")
    for given in (path, tmp_path):
        with pytest.raises(UnusableFile, match="is not a street file"):
            find_street_files([given])
    with pytest.raises(UnusableFile, match="is not a street file"):
        find_street_files([write(tmp_path / "people.csv", "Name,Age\n")])


def test_a_named_file_of_outcomes_is_left_out_beside_others_and_refused_alone(tmp_path: Path) -> None:
    outcomes = write(tmp_path / "x.csv", "Crime ID,Month,Outcome type\n")
    street = write(tmp_path / "y.csv", table({}))
    assert found(outcomes, street) == (["y.csv"], {"x.csv": "a file of outcomes, which is not read yet"})
    with pytest.raises(UnusableFile, match="a file of outcomes"):
        find_street_files([outcomes])


def test_a_file_met_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "2024-01-gwent-street.csv", table({}))
    assert found(path, tmp_path, path)[0] == [path.name]


def test_the_zip_as_downloaded_is_read_without_unpacking(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "crime.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2024-02/2024-02-gwent-street.csv", table({}, {}))
        archive.writestr("2024-02/2024-02-gwent-outcomes.csv", "Outcome type\n")
    sources, left_out = find_street_files([tmp_path / "crime.zip"])
    assert [source.member for source in sources] == ["2024-02/2024-02-gwent-street.csv"]
    assert [one.reason for one in left_out] == ["a file of outcomes, which is not read yet"]
    assert check(sources[0], GWENT, THIS_MONTH, lambda rows: None).rows == 2


def test_a_zip_cut_short_or_damaged_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a-street.csv", table({}, {}))
    whole = (tmp_path / "whole.zip").read_bytes()
    with pytest.raises(UnusableFile, match="damaged or cut short"):
        find_street_files([write(tmp_path / "cut.zip", whole[:200])])
    with pytest.raises(UnusableFile, match="damaged or cut short"):
        find_street_files([write(tmp_path / "bad.zip", whole.replace(b"South Bank", b"North Bank"))])


def test_a_council_is_told_by_its_english_name_in_any_case() -> None:
    assert GWENT.has("BLAENAU GWENT")
    assert not GWENT.has("Cardiff")
    assert not GWENT.has("")
    for n in range(10_001):
        assert not GWENT.has(f"Nowhere {n}")
    assert GWENT.has("Torfaen")


def naughty() -> list[str]:
    path = real("naughty-strings") / "blns.json"
    texts: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return [text for text in texts if "\0" not in text]


def test_naughty_strings_in_any_column_stay_as_they_are_or_refuse_their_row(tmp_path: Path) -> None:
    texts = naughty()
    assert len(texts) > 400
    rows = [{"Location": text[:300], "Context": text[:1000]} for text in texts]
    read = lines(write(tmp_path / "a.csv", table(*rows)))
    assert [(line.location, line.context) for line in read if isinstance(line, StreetLine)] == [
        (row["Location"], row["Context"]) for row in rows
    ]
    for column in COLUMNS:
        assert len(lines(write(tmp_path / "b.csv", table(*({column: text} for text in texts))))) == len(texts)


def test_reading_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table(*({"Crime ID": f"{n:064x}"} for n in range(30_000))))
    tracemalloc.start()
    count = sum(1 for _ in read_street_file(Source(path), THIS_MONTH))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 30_000
    assert most < 2_000_000 < path.stat().st_size


def test_progress_is_told_while_checking(tmp_path: Path) -> None:
    heard: list[int] = []
    check(Source(write(tmp_path / "a.csv", table(*[{}] * 4_500))), GWENT, THIS_MONTH, heard.append)
    assert heard == [2_000, 4_000]


@pytest.mark.parametrize("folder", ["police-gwent", "police-bedfordshire", "police-wales-other"])
def test_no_row_of_the_real_files_is_refused(folder: str) -> None:
    for path in sorted(real(folder).glob("*-street.csv.gz")):
        one = check(Source(path), GWENT, date(2026, 1, 1), lambda rows: None)
        assert (one.refused, one.rows) == (0, len(independent_rows(path))), path.name

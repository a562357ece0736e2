"""`hawl crime import`: one line of JSON, exit codes, clear sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hawl.registers.demand.commands import crime
from hawl.registers.demand.tests.files import ASB, CARDIFF, NOWHERE, table, write

pytestmark = pytest.mark.django_db


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(crime, ["import", *map(str, arguments)])


def test_json_is_one_line_with_exactly_the_agreed_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "2024-01-gwent-street.csv.gz", table({}, ASB, ASB, CARDIFF, NOWHERE))
    first, second = run(path, "--json"), run(path, "--json")
    assert (first.exit_code, first.stdout.count("\n"), first.stdout) == (0, 1, second.stdout)
    assert json.loads(first.stdout) == {
        "files": 1, "rows": 5, "kept": 5, "without_id": 2, "out_of_area": 1, "no_location": 1,
        "lsoa_2011": 1, "lsoa_2021": 0,
    }  # fmt: skip
    assert "gwent-police 2024-01: 5 rows" in first.stderr


def test_without_json_the_counts_are_told_in_words(tmp_path: Path) -> None:
    done = run(write(tmp_path / "a.csv", table({}, ASB)))
    assert done.stdout.startswith("2 rows of 1 files read; 2 now held of these months: 1 without an id")


def test_single_bad_rows_end_with_3_and_are_listed_by_number(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table({}, {"Month": "never, Mrs Jones"}))
    done = run(path, "--json")
    assert done.exit_code == 3
    assert (json.loads(done.stdout)["rows"], json.loads(done.stdout)["kept"]) == (2, 1)
    assert f"{path}, row 2: Month is longer than" in done.stderr or f"{path}, row 2: Month is not" in done.stderr
    assert "Jones" not in done.stderr


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n1,2\n", b"\x1f\x8b\x08", table().encode()])
def test_an_unusable_file_ends_with_2_one_sentence_and_no_output(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path / "a.csv", content)
    done = run(path, "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(path) in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_missing_path_and_no_path_end_with_2(tmp_path: Path) -> None:
    for arguments in ([tmp_path / "none.csv"], []):
        assert run(*arguments).exit_code == 2


def test_files_left_out_are_named_with_the_reason(tmp_path: Path) -> None:
    write(tmp_path / "2024-01-gwent-street.csv", table({}))
    write(tmp_path / "2024-01-gwent-outcomes.csv", "Outcome type\n")
    done = run(tmp_path, "--json")
    assert done.exit_code == 0
    assert "2024-01-gwent-outcomes.csv (a file of outcomes, which is not read yet)" in done.stderr
    assert json.loads(done.stdout)["files"] == 1


def test_an_installation_without_its_area_says_how_to_mend_it(tmp_path: Path, settings: Any) -> None:
    from hawl.registers.places.models import PoliceArea

    PoliceArea.objects.all().delete()
    done = run(write(tmp_path / "a.csv", table({})))
    assert done.exit_code == 2
    assert "hawl area load" in done.stderr

"""`hawl feed check`: exit codes, one line of JSON, no personal data, nothing half written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hawl.foundations import clock
from hawl.work.intake.feed.commands import feed
from hawl.work.intake.feed.tests.examples import TODAY, full_row, small_row, write_jsonl
from hawl.work.intake.feed.tests.test_reading import UNUSABLE


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def check(*arguments: str | Path) -> Result:
    return CliRunner().invoke(feed, ["check", *map(str, arguments)])


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    bad = full_row(person__role="Siân ap Rhys", crime__note="07700 900123")
    rows = [full_row(), small_row(), bad, full_row(crime__ref=None), bad]
    return write_jsonl(tmp_path / "feed.jsonl", rows)


def test_a_good_file_ends_with_0(tmp_path: Path) -> None:
    result = check(write_jsonl(tmp_path / "a.jsonl", [full_row(), small_row()]), "--json")
    assert result.exit_code == 0
    assert result.stdout == '{"rows": 2, "accepted": 2, "rejected": 0, "reasons": {}}\n'
    assert result.stderr == ""


def test_refused_rows_are_listed_by_line_and_reason_and_end_with_3(mixed: Path) -> None:
    result = check(mixed, "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout) == {
        "rows": 5,
        "accepted": 2,
        "rejected": 3,
        "reasons": {"missing:crime.ref": 1, "wrong_value:person.role": 2},
    }
    assert result.stdout.count("\n") == 1
    assert result.stderr == ("3\twrong_value:person.role\n4\tmissing:crime.ref\n5\twrong_value:person.role\n")


def test_nothing_of_a_person_is_printed(mixed: Path, tmp_path: Path) -> None:
    out = tmp_path / "refused.tsv"
    for result in (check(mixed), check(mixed, "--json"), check(mixed, "--out", out)):
        for private in ("Siân", "Rhys", "07700", "GWP", "2600123456"):
            assert private not in result.output + result.stderr
    assert out.read_text().count("\n") == 3


def test_an_out_file_takes_the_list_from_standard_error(mixed: Path, tmp_path: Path) -> None:
    out = tmp_path / "refused.tsv"
    result = check(mixed, "--out", out)
    assert (result.exit_code, result.stderr) == (3, "")
    assert out.read_text().splitlines()[1] == "4\tmissing:crime.ref"


@pytest.mark.parametrize("kind", UNUSABLE)
def test_an_unusable_file_ends_with_2_and_writes_nothing(tmp_path: Path, kind: str) -> None:
    make: Callable[[Path], Path] = UNUSABLE[kind]
    (tmp_path / "in").mkdir()
    path = make(tmp_path / "in")
    (tmp_path / "out").mkdir()
    result = check(path, "--json", "--out", tmp_path / "out" / "refused.tsv")
    assert result.exit_code == 2
    assert "Mend:" in result.stderr
    assert set(json.loads(result.stdout)) == {"error", "mend"}
    assert list((tmp_path / "out").iterdir()) == []


def test_an_out_file_that_cannot_be_written_ends_with_2(mixed: Path, tmp_path: Path) -> None:
    result = check(mixed, "--out", tmp_path / "no" / "such" / "folder.tsv")
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_an_earlier_out_file_is_kept_when_the_feed_is_unusable(tmp_path: Path) -> None:
    out = tmp_path / "refused.tsv"
    out.write_text("before")
    assert check(tmp_path / "none.csv", "--out", out).exit_code == 2
    assert out.read_text() == "before"

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hawl.demo.commands import feed
from hawl.demo.tests.test_from_crimes import BURGLARY, HEAD


def _run(*words: object) -> Result:
    return CliRunner().invoke(feed, [str(word) for word in words])


def test_the_summary_is_one_line_of_json(tmp_path: Path) -> None:
    out = tmp_path / "feed.jsonl"
    done = _run("--people", 200, "--seed", 3, "--out", out, "--today", "2026-11-22", "--json")
    assert done.exit_code == 0
    assert done.stdout.count("\n") == 1
    summary = json.loads(done.stdout)
    assert summary["rows"] == out.read_bytes().count(b"\n") > 200


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    out = tmp_path / "feed.csv"
    out.write_text("mine")
    refused = _run("--people", 5, "--out", out)
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert out.read_text() == "mine"
    assert _run("--people", 5, "--out", out, "--force").exit_code == 0
    assert out.read_text().startswith("source,")


def test_crimes_may_follow_one_option_or_several_or_be_a_folder(tmp_path: Path) -> None:
    crimes = tmp_path / "2024-03-gwent-street.csv"
    crimes.write_text(HEAD + BURGLARY * 3)
    counts = []
    for number, words in enumerate((["--from-crimes", crimes], ["--from-crimes", tmp_path])):
        done = _run(*words, "--out", tmp_path / f"{number}.jsonl", "--json")
        assert done.exit_code == 0, done.stderr
        counts.append(json.loads(done.stdout)["rows"])
    other = tmp_path / "2024-04-gwent-street.csv"
    other.write_text(crimes.read_text().replace("2024-03", "2024-04"))
    done = _run("--from-crimes", crimes, other, "--out", tmp_path / "two.jsonl", "--json")
    assert counts[0] == counts[1] < json.loads(done.stdout)["rows"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--out", "{}/f.jsonl"], "--people"),
        (["--people", "3", "--out", "{}/f.txt"], "must end in"),
        (["--people", "3", "--out", "{}"], "is a folder"),
        (["--people", "3", "--out", "{}/no/f.jsonl"], "no folder"),
        (["--people", "0", "--out", "{}/f.jsonl"], "people"),
        (["--people", "3", "--out", "{}/f.jsonl", "--today", "31/02/2026"], "today"),
        (["--people", "3", "--out", "{}/f.jsonl", "--today", "1826-01-01"], "between 2000 and 2100"),
        (["--people", "3", "--from-crimes", "{}", "--out", "{}/f.jsonl"], "not both"),
        (["--people", "3", "{}/x.csv", "--out", "{}/f.jsonl"], "was not expected"),
        (["--from-crimes", "{}", "--out", "{}/f.jsonl"], "no street file"),
        (["--from-crimes", "{}/gone.csv", "--out", "{}/f.jsonl"], "no file"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(tmp_path: Path, words: list[str], told: str) -> None:
    done = _run(*(word.format(tmp_path) for word in words))
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []

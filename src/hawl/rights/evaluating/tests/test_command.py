"""`hawl duties evaluate` as whoever runs it meets it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from hawl.rights.evaluating import commands
from hawl.rights.evaluating.commands import duties
from hawl.rights.evaluating.reading import COLUMNS
from hawl.rights.evaluating.tests.both import random_cases

ENGINES = ("one", "columnar")
ENDINGS = ("csv", "jsonl", "parquet")
HEADER = ",".join(COLUMNS)
REPORT = "c1,e1,crime_reported,2026-04-02,,,"
WRITTEN = "case_id,duty_id,trigger_event_id,started_on,due_on,target_on,state,done_on,tier,enforced,bearer,rulebook,why"


def evaluate(events: Path, out: Path, *more: str, as_of: str = "2026-04-20") -> Result:
    given = ["evaluate", "--events", str(events), "--as-of", as_of, "--out", str(out), "--json", *more]
    return CliRunner().invoke(duties, given)


def told(result: Result) -> dict[str, Any]:
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(f"{HEADER}\n{REPORT}\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def random_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same random events, some of which must be left out, in each kind of file."""
    folder = tmp_path_factory.mktemp("events")
    events = [event for case in random_cases(Random(2), 300) for event in case]
    with (folder / "events.jsonl").open("w", encoding="utf-8") as file:
        for event in events:
            row = {name: getattr(event, name) for name in COLUMNS}
            file.write(json.dumps(row, default=str) + "\n")
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        source = f"read_json('{folder}/events.jsonl', columns = {dict.fromkeys(COLUMNS, 'VARCHAR')})"
        for ending in ("csv", "parquet"):
            connection.execute(f"COPY (FROM {source}) TO '{folder}/events.{ending}' (FORMAT {ending})")
    return {ending: folder / f"events.{ending}" for ending in ENDINGS}


@pytest.mark.parametrize("ending", ENDINGS)
def test_both_engines_write_the_same_bytes_whatever_the_kind_of_the_events(
    random_files: dict[str, Path], tmp_path: Path, ending: str
) -> None:
    written = {}
    for kind, events in random_files.items():
        for engine in ENGINES:
            out = tmp_path / f"{kind}-{engine}.{ending}"
            result = evaluate(events, out, "--engine", engine)
            assert result.exit_code == 3, result.stderr
            assert told(result)["duties"] > 300
            written[kind, engine] = out.read_bytes()
    assert len(set(written.values())) == 1, [key for key, value in written.items() if value != written["csv", "one"]]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_file_has_the_columns_of_the_contract_in_its_order(report: Path, tmp_path: Path, engine: str) -> None:
    result = evaluate(report, tmp_path / "out.csv", "--engine", engine)
    assert result.exit_code == 0, result.stderr
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == WRITTEN
    rows = list(csv.DictReader(text.splitlines()))
    referral = next(row for row in rows if row["due_on"])
    assert (referral["started_on"], referral["due_on"]) == ("2026-04-02", "2026-04-08")  # Good Friday, Easter Monday
    assert {key: referral[key] for key in ("state", "tier", "enforced", "done_on")} == {
        "state": "overdue", "tier": "undetermined", "enforced": "true", "done_on": "",
    }  # fmt: skip
    assert [row["due_on"] for row in rows] == ["2026-04-08", "", "", ""], "those without a day come last"
    assert json.loads(referral["why"])["skipped"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("as_of", "state"), [("2026-04-07", "pending"), ("2026-04-08", "pending"), ("2026-04-09", "overdue")]
)
def test_a_duty_is_pending_to_the_end_of_its_day(
    report: Path, tmp_path: Path, engine: str, as_of: str, state: str
) -> None:
    result = evaluate(report, tmp_path / "out.csv", "--engine", engine, as_of=as_of)
    assert told(result)["states"] == {"no_limit": 3, state: 1}


def test_rows_that_were_left_out_are_told_and_kept_and_the_rest_is_done(report: Path, tmp_path: Path) -> None:
    report.write_text(f"{HEADER}\n{REPORT}\nc1,e2,unheard_of,2026-04-02,,,\n", encoding="utf-8")
    result = evaluate(report, tmp_path / "out.csv", "--problems", str(tmp_path / "problems.csv"))
    assert result.exit_code == 3
    assert "row 2: The event is none that is known: unheard_of." in result.stderr
    assert {key: told(result)[key] for key in ("events", "taken", "left_out", "duties")} == {
        "events": 2, "taken": 1, "left_out": 1, "duties": 4,
    }  # fmt: skip
    kept = (tmp_path / "problems.csv").read_text(encoding="utf-8").splitlines()
    assert kept == ["row,case_id,event_id,reason", "2,c1,e2,The event is none that is known: unheard_of."]


def test_a_file_without_rows_gives_a_file_without_rows(report: Path, tmp_path: Path) -> None:
    report.write_text(f"{HEADER}\n", encoding="utf-8")
    result = evaluate(report, tmp_path / "out.csv")
    assert (result.exit_code, told(result)["duties"]) == (0, 0)
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").strip() == WRITTEN


@pytest.mark.parametrize(
    ("out", "more", "as_of", "sentence"),
    [
        ("out.csv", ["--rulebook", "victims-code-2077"], "2026-04-20", "There is no rulebook victims-code-2077"),
        ("out.xlsx", [], "2026-04-20", "Let its name end in .csv"),
        ("none/out.csv", [], "2026-04-20", "There is no folder"),
        ("out.csv", ["--problems", "/none/problems.csv"], "2026-04-20", "There is no folder"),
        ("out.csv", [], "2026-02-30", "2026-02-30"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    report: Path, tmp_path: Path, out: str, more: list[str], as_of: str, sentence: str
) -> None:
    result = evaluate(report, tmp_path / out, *more, as_of=as_of)
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [report.name]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_limit_beyond_the_known_bank_holidays_is_refused_and_nothing_is_written(
    report: Path, tmp_path: Path, engine: str
) -> None:
    report.write_text(f"{HEADER}\nc1,e1,crime_reported,2099-04-02,,,\n", encoding="utf-8")
    result = evaluate(report, tmp_path / "out.csv", "--engine", engine, as_of="2099-05-01")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "bank holidays are known" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [report.name]


@pytest.mark.parametrize(
    "places",
    [("events.csv", None), ("out.csv", "events.csv"), ("out.csv", "out.csv"), ("../same/events.csv", None)],
)
def test_nothing_is_written_over_the_events_or_over_each_other(tmp_path: Path, places: tuple[str, str | None]) -> None:
    folder = tmp_path / "same"
    folder.mkdir()
    events = folder / "events.csv"
    events.write_text(f"{HEADER}\n{REPORT}\n", encoding="utf-8")
    out, problems = places
    more = ["--problems", str(folder / problems)] if problems else []
    result = evaluate(events, folder / out, *more)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "must be different files" in result.stderr
    assert [path.name for path in folder.iterdir()] == ["events.csv"]
    assert events.read_text(encoding="utf-8").splitlines() == [HEADER, REPORT]


def test_a_place_that_cannot_be_written_is_said_and_no_half_file_is_left(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(commands, "write_duties", full)
    result = evaluate(report, tmp_path / "out.csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "No space left on device" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [report.name]


def test_a_wrong_file_leaves_an_older_output_as_it_was(report: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert evaluate(report, out).exit_code == 0
    before = out.read_bytes()
    report.write_text("nothing,of,the,kind\n", encoding="utf-8")
    assert evaluate(report, out).exit_code == 2
    assert out.read_bytes() == before


def test_a_chosen_rulebook_alone_is_applied(report: Path, tmp_path: Path) -> None:
    result = evaluate(report, tmp_path / "out.csv", "--rulebook", "victims-code-2021")
    assert told(result)["rulebooks"] == ["victims-code-2021"]


def test_the_command_needs_no_database_no_keys_and_no_django(report: Path, tmp_path: Path) -> None:
    given = ["evaluate", "--events", str(report), "--as-of", "2026-04-20", "--out", str(tmp_path / "o.csv")]
    code = (
        "import sys; from hawl.rights.evaluating.commands import duties\n"
        f"try: duties({given!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert not {'django', 'psycopg', 'cryptography'} & sys.modules.keys()"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HAWL", "DJANGO"))}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment | {"HOME": str(tmp_path)})
    assert (tmp_path / "o.csv").exists()

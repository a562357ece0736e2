from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hawl.rights.evaluating.columnar import evaluate_columnar
from hawl.rights.evaluating.commands import duties
from hawl.rights.evaluating.tests.both import AS_OF, BOOKS, random_cases, taken
from hawl.rights.evaluating.writing import write_duties
from hawl.rights.rulebook import STATES, column_of

HEADER = "case_id,duty_id,trigger_event_id,started_on,due_on,target_on,state,done_on,tier,enforced,bearer,rulebook,why"
ROWS = [
    "a,4.4,1,2026-03-02,2026-03-04,,met,2026-03-03,standard,true,police,victims-code-2021,",
    "b,4.4,1,2026-03-02,2026-03-04,,met_late,2026-03-09,standard,true,police,victims-code-2021,",
    "c,4.4,1,2026-04-02,2026-04-08,,overdue,,enhanced,true,police,victims-code-2021,",
    "d,4.4,1,2026-04-02,2026-04-08,,declined,2026-04-03,enhanced,true,police,victims-code-2021,",
    "e,12.1,1,,,,data_missing,,standard,true,service_provider,victims-code-2021,",
    "e,3.1,2,2026-04-02,,,met,2026-04-03,standard,true,police,victims-code-2021,",
    "f,x.1,1,2026-04-02,2026-04-08,,met,2026-04-03,standard,false,police,of-no-book,",
]


def run(*asked: object) -> Result:
    return CliRunner().invoke(duties, ["summary", *map(str, asked)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "duties.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    return path


def rows(*asked: object) -> dict[tuple[bool, str, str], dict[str, Any]]:
    found = run(*asked, "--json")
    assert found.exit_code == 0, found.output
    return {(row["enforced"], row["part"], row["value"]): row for row in json.loads(found.output)["rows"]}


def test_rates_are_of_what_was_due_and_coverage_of_what_is_known(file: Path) -> None:
    found = rows("--duties", file)
    whole = found[True, "all", ""]
    assert (whole["duties"], whole["kept"], whole["late"], whole["overdue"], whole["closed"]) == (6, 1, 1, 1, 1)
    assert (whole["done"], whole["unknown"], whole["rate"], whole["coverage"]) == (1, 1, 33.3, 83.3)
    assert found[False, "all", ""]["rate"] == 100.0


def test_each_part_has_its_own_rate(file: Path) -> None:
    found = rows("--duties", file)
    assert [value for enforced, part, value in found if enforced and part == "right"] == ["3", "4", "12"]
    assert (found[True, "right", "12"]["rate"], found[True, "right", "12"]["coverage"]) == (None, 0.0)
    assert (found[True, "month", "2026-03"]["rate"], found[True, "month", "2026-04"]["rate"]) == (50.0, 0.0)
    assert found[True, "month", ""]["unknown"] == 1
    assert found[True, "tier", "enhanced"]["overdue"] == 1
    assert found[True, "bearer", "service_provider"]["duties"] == 1
    assert found[False, "right", "of-no-book"]["duties"] == 1


def test_every_part_sums_to_the_whole_whatever_the_cases(tmp_path: Path) -> None:
    events = [event for case in random_cases(Random(3), 400) for event in case]
    for ending in ("csv", "jsonl", "parquet"):
        path = tmp_path / f"duties.{ending}"
        with taken(events) as connection:
            evaluate_columnar(connection, BOOKS, AS_OF)
            by_state = Counter(
                dict(connection.execute("SELECT state, count(*) FROM evaluated GROUP BY ALL").fetchall())
            )
            write_duties(connection, path, tmp_path)
        found = rows("--duties", path)
        assert set(by_state) <= set(STATES)
        for part in ("all", "right", "bearer", "month", "tier", "duty"):
            parts = [row for (_, of, _), row in found.items() if of == part]
            assert sum(row["duties"] for row in parts) == sum(by_state.values())
            assert sum(row["unknown"] for row in parts) == by_state["data_missing"]
            assert sum(row["overdue"] for row in parts) == by_state["overdue"] + by_state["missed"]


def test_each_state_is_counted_once_with_and_without_a_due_day() -> None:
    assert {column_of(state, timed=True) for state in STATES} == {
        "kept", "late", "overdue", "running", "closed", "unknown", "open", "done",
    }  # fmt: skip
    assert (column_of("met", timed=True), column_of("met", timed=False)) == ("kept", "done")
    with pytest.raises(KeyError):
        column_of("kept", timed=True)


def test_it_reads_well_and_can_be_narrowed_and_written(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "summary.csv"
    told = run("--duties", file, "--by", "tier", "--out", out)
    assert told.exit_code == 0
    assert "ADVISORY DUTIES: NEVER A BREACH" in told.output
    assert "33.3%" in told.output
    assert "month" not in told.output
    with out.open(encoding="utf-8") as opened:
        written = list(csv.DictReader(opened))
    assert [(row["enforced"], row["part"], row["value"]) for row in written][:3] == [
        ("true", "all", ""), ("true", "tier", "enhanced"), ("true", "tier", "standard"),
    ]  # fmt: skip


def test_an_empty_file_of_duties_says_so(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text(HEADER + "\n", encoding="utf-8")
    assert run("--duties", path).output == "The file holds no duties.\n"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("duties.txt", "x", "of no kind that is read"),
        ("duties.csv", "case_id,state\n1,met\n", "no duty_id, started_on, due_on, tier, enforced, bearer, rulebook"),
        ("duties.csv", f"{HEADER}\na,4.4,1,,,,Siân Jones,,,true,police,x,\n", "1 rows whose state is none"),
        ("duties.parquet", "no parquet", "cannot be read as parquet"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused_and_not_quoted(tmp_path: Path, name: str, text: str, told: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = run("--duties", path)
    assert found.exit_code == 2
    assert told in found.output
    assert "Siân" not in found.output


def test_what_is_read_is_never_written_over(file: Path, tmp_path: Path) -> None:
    assert run("--duties", file, "--out", file).exit_code == 2
    assert run("--duties", tmp_path / "none.csv").exit_code == 2
    assert run("--duties", file, "--out", tmp_path / "no" / "out.csv").exit_code == 2

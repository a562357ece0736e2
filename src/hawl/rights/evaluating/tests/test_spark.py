"""Evaluation in parts: without Spark wherever the tests run, and by Spark where it is installed (`make spark`)."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from hawl.foundations.clock import england_and_wales
from hawl.rights.evaluating.commands import duties
from hawl.rights.evaluating.spark import evaluation, parts
from hawl.rights.evaluating.spark.judging import Asked, judge, likeness
from hawl.rights.evaluating.tests.both import AS_OF, Row, columnar, random_cases, taken
from hawl.rights.evaluating.tests.test_agreement import files
from hawl.rights.rulebook import Event
from hawl.rights.rulebook.tests.test_histories import BOOKS, DAYS

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or not (os.environ.get("JAVA_HOME") or shutil.which("java")),
    reason="Spark or Java is not installed (make spark)",
)


def asked(folder: Path, as_of: dt.date = AS_OF) -> Asked:
    return Asked(str(folder), BOOKS, as_of, england_and_wales(), likeness())


def in_parts(events: Sequence[Event], folder: Path, as_of: dt.date, workers: int) -> list[Row]:
    """What all parts of these events give, put together."""
    with taken(events) as connection:
        sizes = parts.lay_parts(connection, folder, workers)
        for part in range(len(sizes)):
            assert judge(part, asked(folder, as_of)) == ""
        parts.gather(connection, folder, len(sizes))
        return connection.execute("FROM evaluated").fetchall()


@settings(max_examples=25, deadline=None)
@given(files(), DAYS, st.integers(1, 4))
def test_parts_put_together_are_the_whole_for_random_histories(
    events: list[Event], as_of: dt.date, workers: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(parts, "_LEAST_EVENTS", 1)
        assert in_parts(events, Path(folder), as_of, workers) == columnar(events, as_of)


def cases(many: int, events_each: int) -> list[Event]:
    """Cases whose ids sort otherwise as text than as numbers."""
    day = dt.date(2026, 4, 2)
    return [Event(str(case), str(event), "crime_reported", day) for case in range(many) for event in range(events_each)]


def laid(tmp_path: Path, events: Sequence[Event], workers: int) -> list[list[str]]:
    """The cases of each part, in the order of the parts."""
    with taken(events) as connection:
        sizes = parts.lay_parts(connection, tmp_path, workers)
        reading = "SELECT case_id FROM read_parquet($files) ORDER BY case_id"
        found = [
            [case_id for (case_id,) in connection.execute(reading, {"files": parts.given(tmp_path, part)}).fetchall()]
            for part in range(len(sizes))
        ]
        assert [len(one) for one in found] == sizes
        return found


def test_a_part_holds_whole_cases_all_before_those_of_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_LEAST_EVENTS", 1)
    found = laid(tmp_path, cases(40, 5), workers=4)
    assert len(found) == 4
    assert [case for part in found for case in part] == sorted(str(case) for case in range(40) for _ in range(5))
    assert all(not set(one) & set(next_) for one, next_ in pairwise(found))


def test_no_part_is_larger_than_a_worker_can_hold_however_few_workers_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_LEAST_EVENTS", 1)
    monkeypatch.setattr(parts, "MOST_EVENTS", 20)
    assert [len(part) for part in laid(tmp_path, cases(40, 5), workers=1)] == [20] * 10


def test_a_case_larger_than_a_part_is_one_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_LEAST_EVENTS", 1)
    monkeypatch.setattr(parts, "MOST_EVENTS", 10)
    large = [replace(event, case_id="0") for event in cases(1, 35)]
    found = laid(tmp_path, [*large, *(replace(event, case_id="1") for event in cases(1, 3))], workers=2)
    assert [set(part) for part in found] == [{"0"}, {"1"}]


def test_few_events_are_not_cut_for_many_workers(tmp_path: Path) -> None:
    assert len(laid(tmp_path, cases(40, 5), workers=100)) == 1


def test_no_events_are_no_parts_and_no_duties(tmp_path: Path) -> None:
    assert in_parts([], tmp_path, AS_OF, workers=4) == []


def test_a_worker_with_other_code_refuses_and_writes_nothing(tmp_path: Path) -> None:
    with taken(cases(2, 2)) as connection:
        parts.lay_parts(connection, tmp_path, 1)
    said = judge(0, replace(asked(tmp_path), likeness="another"))
    assert "another release" in said
    assert not parts.judged(tmp_path, 0).exists()


def test_a_part_judged_twice_is_there_once(tmp_path: Path) -> None:
    with taken(cases(2, 2)) as connection:
        parts.lay_parts(connection, tmp_path, 1)
        assert judge(0, asked(tmp_path)) == judge(0, asked(tmp_path)) == ""
        parts.gather(connection, tmp_path, 1)
        assert connection.execute("SELECT count(*) FROM evaluated").fetchall() == [(len(columnar(cases(2, 2))),)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given", "judged-0.parquet"]


HEADER = "case_id,event_id,event,occurred_on,received_on,about,attributes"


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """A file of random cases, some of whose rows must be left out."""
    path = tmp_path / "events.jsonl"
    names = HEADER.split(",")
    with path.open("w", encoding="utf-8") as file:
        for case in random_cases(Random(8), 700):
            file.writelines(json.dumps({n: getattr(event, n) for n in names}, default=str) + "\n" for event in case)
    return path


def evaluate(events: Path, out: Path, *more: str, as_of: str = "2026-04-20") -> Result:
    given = ["evaluate", "--events", str(events), "--as-of", as_of, "--out", str(out), "--json", *more]
    return CliRunner().invoke(duties, given)


def told(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return {name: value for name, value in found.items() if name not in ("engine", "out")}


@needs_spark
@pytest.mark.timeout(180)
def test_spark_writes_the_same_bytes_as_the_columnar_engine(events: Path, tmp_path: Path) -> None:
    found = {engine: tmp_path / f"{engine}.csv" for engine in ("columnar", "spark")}
    results = {engine: evaluate(events, out, "--engine", engine) for engine, out in found.items()}
    assert [result.exit_code for result in results.values()] == [3, 3], results["spark"].stderr
    assert told(results["spark"]) == told(results["columnar"])
    assert told(results["spark"])["duties"] > 700
    assert found["spark"].read_bytes() == found["columnar"].read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["columnar.csv", "events.jsonl", "spark.csv"]


@needs_spark
@pytest.mark.timeout(180)
def test_spark_writes_the_same_rows_into_parquet_in_the_same_order(events: Path, tmp_path: Path) -> None:
    """Not the same bytes: how rows lie in pages follows the parts they come in."""
    rows = []
    for engine in ("columnar", "spark"):
        out = tmp_path / f"{engine}.parquet"
        assert evaluate(events, out, "--engine", engine).exit_code == 3
        with duckdb.connect() as connection:
            described = connection.execute("DESCRIBE FROM read_parquet($out)", {"out": str(out)}).fetchall()
            rows.append([*described, *connection.execute("FROM read_parquet($o)", {"o": str(out)}).fetchall()])
    assert rows[0] == rows[1]


@needs_spark
@pytest.mark.timeout(180)
def test_a_limit_beyond_the_calendar_is_refused_by_spark_with_the_same_sentence(tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    events.write_text(f"{HEADER}\nc1,e1,crime_reported,2099-04-02,,,\n", encoding="utf-8")
    by_spark, plain = (
        evaluate(events, tmp_path / "out.csv", "--engine", engine, as_of="2099-05-01")
        for engine in ("spark", "columnar")
    )
    assert (by_spark.exit_code, by_spark.stdout) == (2, "")
    assert by_spark.stderr.splitlines()[-1] == plain.stderr.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == [events.name]


@needs_spark
@pytest.mark.timeout(180)
def test_an_address_that_is_none_of_spark_is_said(events: Path, tmp_path: Path) -> None:
    result = evaluate(events, tmp_path / "out.csv", "--engine", "spark", "--master", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Spark could not be started at nowhere" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [events.name]


@pytest.mark.parametrize(("lacking", "sentence"), [("pyspark", "hawl[spark]"), ("java", "needs Java 17")])
def test_where_spark_is_not_installed_the_mend_is_said_before_the_file_is_read(
    events: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str, sentence: str
) -> None:
    there = {"pyspark": None if lacking == "pyspark" else object()}
    monkeypatch.setattr(evaluation, "find_spec", there.get)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "none"))
    result = evaluate(events, tmp_path / "out.csv", "--engine", "spark")
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert "Reading" not in result.stderr


@pytest.mark.parametrize("engine", ["one", "columnar"])
def test_an_address_without_spark_is_a_mistake_that_is_said(events: Path, tmp_path: Path, engine: str) -> None:
    result = evaluate(events, tmp_path / "out.csv", "--engine", engine, "--master", "local[2]")
    assert result.exit_code == 2
    assert "--master is the address of Spark" in result.stderr


def test_a_log_is_quoted_only_in_the_kinds_of_its_faults(tmp_path: Path) -> None:
    log = tmp_path / "spark.log"
    log.write_text("INFO fine\nduckdb.ConversionException: could not read 'Siân Jones'\n", encoding="utf-8")
    assert evaluation._kinds(ValueError("Siân Jones"), log) == ["ValueError", "ConversionException"]

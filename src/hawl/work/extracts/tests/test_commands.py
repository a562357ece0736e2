"""`hawl extract` as it is typed, and the inbox that needs no typing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result

from hawl.entrances.cli.main import hawl
from hawl.foundations.access.scope import acting_as
from hawl.foundations.jobs.models import JobFailure
from hawl.work.extracts import finding, jobs
from hawl.work.extracts.mapping import read_mapping
from hawl.work.extracts.models import KeptRow
from hawl.work.extracts.tests.extracting import MAPPING, bring, codes_of, row, written
from hawl.work.intake.tests.importing import EVERYBODY

pytestmark = pytest.mark.django_db
TRIED = str(Path(__file__).parent / "tried.yaml")


@pytest.fixture(autouse=True)
def _on_the_day_of_the_examples() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=True):
        yield


def run(*words: str) -> Result:
    return CliRunner().invoke(hawl, ["extract", *words])


def said(done: Result) -> dict[str, Any]:
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_an_import_ends_with_0_and_tells_its_counts_on_one_line(tmp_path: Path) -> None:
    bring(("C1", "Ann"))
    done = run("import", str(written([row()], tmp_path)), "--from", TRIED, "--json")
    assert done.exit_code == 0, done.output
    found = said(done)
    assert {name: found[name] for name in ("rows", "accepted", "events", "waiting")} == {
        "rows": 1, "accepted": 1, "events": 1, "waiting": 0,
    }  # fmt: skip


def test_refused_and_waiting_rows_are_listed_by_number_and_reason_and_end_with_3(tmp_path: Path) -> None:
    bring(("C1", "Ann"))
    rows = [row(what="WHAT"), row(2, crime="C7"), row(3)]
    done = run("import", str(written(rows, tmp_path)), "--from", TRIED)
    assert done.exit_code == 3, done.output
    assert "row 2: unknown_code" in done.stderr
    assert "row 3: waits_for_crime" in done.stderr
    assert "1 wait, 1 refused" in done.stdout
    assert said(run("waiting", "--json"))["tried"]["rows"] == 1


def test_what_cannot_be_used_ends_with_2_and_says_the_mend(tmp_path: Path) -> None:
    file = written([row()], tmp_path)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(Path(TRIED).read_text().replace("source: tried", "source: wrong").replace("DIARY/", "CHARGE/"))
    other = tmp_path / "other.yaml"
    other.write_text(Path(TRIED).read_text().replace("source: tried", "source: other").replace("gwent-police", "x"))
    for words, says in (
        ((str(tmp_path / "none.csv"), "--from", TRIED), "There is no such file."),
        ((str(file), "--from", "courts"), "no mapping called courts"),
        ((str(file), "--from", str(wrong)), "wrong.yaml:"),
        ((str(file), "--from", str(other)), "whose feed is not taken here"),
        ((str(file), "--from", "witness-care"), "nobody has seen these columns"),
        ((str(file), "--from", "witness-care", "--unseen"), "The header lacks"),
    ):
        done = run("import", *words)
        assert (done.exit_code, says in done.stderr) == (2, True), (words, done.output)
    assert codes_of_nobody()


def codes_of_nobody() -> bool:
    with acting_as(EVERYBODY):
        return not KeptRow.objects.exists()


def test_a_mapping_is_checked_alone_and_with_rows(tmp_path: Path) -> None:
    assert run("check", TRIED).exit_code == 0
    example = run("check", "niche-events")
    assert (example.exit_code, "nobody has seen" in example.stderr) == (0, True)
    rows = [row(), row(2, "DIARY"), row(3, what="WHAT")]
    done = run("check", TRIED, "--rows", str(written(rows, tmp_path)), "--json")
    assert done.exit_code == 3
    assert said(done)["reasons"] == {"unknown_code": 1}
    assert (said(done)["accepted"], said(done)["left_out"]) == (1, 1)


def test_the_inbox_is_taken_in_by_itself_and_then_what_waited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "mapping_of", lambda source: MAPPING)
    folder = tmp_path / "extracts" / "tried"
    folder.mkdir(parents=True)
    written([row()], folder, "2026-11-21.csv")
    written([row(2, "OPEN")], folder, "2026-11-22.csv.part")
    (folder / "broken.csv").write_bytes(b"")
    jobs.take_in_source("tried", str(tmp_path))
    assert sorted(each.name for each in folder.iterdir()) == ["2026-11-22.csv.part", "refused"]
    assert [each.name for each in (folder / "refused").iterdir()] == ["broken.csv.sealed"]
    assert JobFailure.objects.filter(job="extract-inbox").count() == 1
    bring(("C1", "Ann"))
    jobs.take_in_source("tried", None)
    assert codes_of("Ann") == ["suspect_charged"]


def test_nothing_is_taken_in_by_itself_by_a_mapping_that_nobody_confirmed(tmp_path: Path) -> None:
    assert not read_mapping(finding.mappings_in(finding.area_folder("gwent"))[1]).columns_seen
    folder = tmp_path / "extracts" / "witness-care"
    folder.mkdir(parents=True)
    (folder / "extract.csv").write_text("anything")
    jobs.take_in_source("witness-care", str(tmp_path))
    assert (folder / "extract.csv").exists()

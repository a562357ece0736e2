"""`hawl feed import` as it is typed: bad files, odd names, two at once, a clock put back."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hawl.entrances.cli.main import hawl
from hawl.foundations.access.models import OpenModel, ScopedModel
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import BeyondCalendar
from hawl.registers.cases.models import Case
from hawl.work.intake import actions, parts, working_out
from hawl.work.intake.feed.tests.examples import csv_text, full_row, small_row, write_jsonl
from hawl.work.intake.models import FeedRun
from hawl.work.intake.tests.importing import EVERYBODY, held

pytestmark = pytest.mark.django_db
NAUGHTY = Path(__file__).parents[6] / "shared/data/naughty-strings/blns.json"
COUNTS = ["rows", "accepted", "rejected", "repeated", "erased", "people", "cases", "routes", "events", "duties",
          "seconds"]  # fmt: skip


@pytest.fixture(autouse=True)
def _on_the_day_of_the_examples() -> Any:
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=True):
        yield


def run(file: Path, *options: str) -> Result:
    return CliRunner().invoke(hawl, ["feed", "import", str(file), *options], catch_exceptions=True)


def counted(file: Path) -> dict[str, Any]:
    """The counts of an import that went through, printed as exactly one line."""
    done = run(file, "--json")
    assert done.exit_code in (0, 3), done.output
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    assert list(found) == COUNTS
    return found


def rows_in_every_table() -> dict[str, int]:
    tables = [model._meta.db_table for model in apps.get_models() if issubclass(model, OpenModel | ScopedModel)]
    with acting_as(EVERYBODY), connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                found[table] = cursor.fetchone()[0]
    return found


GOOD = json.dumps(full_row()).encode()
BAD_FILES: dict[str, tuple[str, bytes | None]] = {
    "missing": ("feed.jsonl", None),
    "empty": ("feed.jsonl", b""),
    "blank": ("feed.csv", b"\n \n"),
    "an unknown ending": ("feed.xlsx", GOOD),
    "a list": ("feed.jsonl", b"[" + GOOD + b"]"),
    "UTF-16": ("feed.jsonl", GOOD.decode().encode("utf-16")),
    "UTF-16 without a mark": ("feed.csv", csv_text([full_row()]).encode("utf-16-le")),
    "binary": ("feed.jsonl", bytes(range(256)) * 50),
    "NULs": ("feed.jsonl", bytes(5000)),
    "a truncated archive": ("feed.jsonl.gz", gzip.compress(GOOD * 500)[:-20]),
    "a damaged archive": ("feed.jsonl.gz", gzip.compress(GOOD)[:30] + b"\x00" * 40),
    "no archive": ("feed.jsonl.gz", GOOD),
    "a wrong header": ("feed.csv", b"name;phone\nSian;07700\n"),
    "a header twice": ("feed.csv", b"source,source,record_id\nx,y,z\n"),
    "a header without required columns": ("feed.csv", b"source,record_id,version\nx,y,1\n"),
    "a page of the web": ("feed.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_file_that_cannot_be_used_ends_with_2_a_sentence_and_nothing_written(
    name: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    called, content = BAD_FILES[name]
    file = tmp_path / called
    if content is not None:
        file.write_bytes(content)
    before = rows_in_every_table()
    done = run(file, *options)
    assert done.exit_code == 2, done.output
    assert done.stderr.startswith("hawl: ")
    assert done.stderr.rstrip().endswith(".")
    assert "Traceback" not in done.output
    assert len(done.stdout.splitlines()) == len(options)
    if options:
        assert set(json.loads(done.stdout)) == {"error", "mend"}
    assert rows_in_every_table() == before


def test_a_folder_and_a_device_are_no_files(tmp_path: Path) -> None:
    folder = tmp_path / "feed.jsonl"
    folder.mkdir()
    before = rows_in_every_table()
    for path in (folder, Path("/dev/null")):
        assert run(path).exit_code == 2
    assert rows_in_every_table() == before


def test_bad_rows_are_listed_by_number_and_reason_and_the_others_taken(tmp_path: Path) -> None:
    canary = "Zzyzx-Canary"
    rows: list[Any] = [full_row(), "no object", small_row(version=0), small_row(crime__reported_on="2030-01-01")]
    rows.append(small_row(person__family_name=canary + "x" * 300))
    file = write_jsonl(tmp_path / "feed.jsonl", rows)
    with file.open("ab") as more:
        more.write(b'{"source": "' + canary.encode() + b'\xff"}\n' + b"x" * 3_000_000 + b"\n" + GOOD[: len(GOOD) // 2])
    done = run(file, "--json")
    assert done.exit_code == 3
    counts = json.loads(done.stdout)
    assert (counts["rows"], counts["accepted"], counts["rejected"]) == (8, 1, 7)
    listed = [line for line in done.stderr.splitlines() if line.startswith("row ")]
    assert listed == [
        "row 2: not_object", "row 3: wrong_value:version", "row 4: future_date:crime.reported_on",
        "row 5: too_long:person.family_name", "row 6: not_utf8", "row 7: too_big", "row 8: not_json",
    ]  # fmt: skip
    assert canary not in done.output


def test_a_second_import_takes_nothing_and_refuses_the_same(tmp_path: Path) -> None:
    rows = [full_row(version=n) for n in (1, 3, 2)] + [small_row(), "no object", full_row(version=1, person__age=5)]
    file = write_jsonl(tmp_path / "feed.jsonl", rows)
    first = counted(file)
    before = held()
    again = counted(file)
    assert (first["accepted"], first["repeated"], first["rejected"]) == (3, 1, 2)
    assert (again["accepted"], again["repeated"], again["rejected"]) == (0, 4, 2)
    assert not any(again[name] for name in ("people", "cases", "routes", "events", "duties"))
    refusals = [list(run.refusals.values_list("row_number", "reason")) for run in FeedRun.objects.all()]
    assert refusals[0] == refusals[1] == [(5, "not_object"), (6, "same_version_other_content")]
    assert held() == before


def test_the_same_rows_in_another_form_are_the_same_rows(tmp_path: Path) -> None:
    rows = [full_row(), small_row()]
    first = counted(write_jsonl(tmp_path / "feed.jsonl", rows))
    packed = tmp_path / "feed.csv.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + csv_text(rows).encode()))
    assert (first["accepted"], counted(packed)["repeated"]) == (2, 2)


ODD_NAMES = [
    "a b.jsonl", "Siân ŵ.jsonl", "a\nb.jsonl", "'; DROP TABLE people_person; --.jsonl", "-x.jsonl", "%s{0}.jsonl",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_may_have_any_name(name: str, tmp_path: Path) -> None:
    assert counted(write_jsonl(tmp_path / name, [small_row()]))["accepted"] == 1
    assert "\n" not in FeedRun.objects.get().file_name


def test_a_file_name_that_is_no_text_is_kept_as_far_as_it_is(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "feed.jsonl", [small_row()])
    odd = tmp_path / "s\udcffn.jsonl"
    file.rename(odd)
    assert counted(odd)["accepted"] == 1
    assert FeedRun.objects.get().file_name == "s\ufffdn.jsonl"


def test_a_file_that_grew_since_is_a_new_run_that_doubles_nothing(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "feed.jsonl", [full_row()])
    counted(file)
    write_jsonl(file, [full_row(), small_row()])
    assert (counted(file)["accepted"], FeedRun.objects.count()) == (1, 2)


def test_a_file_that_changed_after_its_import_was_cut_off_is_taken_from_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "ROWS_IN_A_PART", 1)
    rows = [small_row(record_id=f"R{n}", person__ref=f"P{n}") for n in range(4)]
    file = write_jsonl(tmp_path / "feed.jsonl", rows)
    _cut_off_after(2, file, monkeypatch)
    changed = [small_row(record_id="R9", person__ref="P9"), *rows[:2]]
    write_jsonl(file, changed)
    counts = counted(file)
    assert (counts["rows"], counts["accepted"], counts["repeated"]) == (3, 1, 2)
    write_jsonl(file, rows)
    counts = counted(file)  # the first file again goes on where it stopped
    assert (counts["rows"], counts["accepted"], counts["cases"], counts["rejected"]) == (4, 4, 4, 0)
    with acting_as(EVERYBODY):
        assert Case.objects.count() == 5


def _cut_off_after(whole: int, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, done = parts.build, []

    def build(*given: Any) -> Any:
        if len(done) == whole:
            raise KeyboardInterrupt
        done.append(1)
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(parts, "build", build)
        run(file)
    unfinished = FeedRun.objects.get(finished_at=None)
    assert unfinished.rows_done == whole


def test_a_file_that_breaks_off_while_it_is_read_is_told_and_taken_up_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "ROWS_IN_A_PART", 1)
    file = write_jsonl(tmp_path / "feed.jsonl", [small_row(record_id=f"R{n}", person__ref=f"P{n}") for n in range(4)])
    real = actions.read_feed

    def broken(*given: Any, **named: Any) -> Any:
        for n, row in enumerate(real(*given, **named)):
            if n == 3:
                raise OSError("Input/output error")
            yield row

    with monkeypatch.context() as patch:
        patch.setattr(actions, "read_feed", broken)
        done = run(file)
    assert done.exit_code == 2
    assert "could not be read to its end" in done.stderr
    assert counted(file)["accepted"] == 4


def test_limits_beyond_the_known_holidays_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def beyond(*_: Any) -> Any:
        raise BeyondCalendar("5 working days after 2028-12-29 is beyond 2028-12-31")

    monkeypatch.setattr(working_out, "evaluate", beyond)
    done = run(write_jsonl(tmp_path / "feed.jsonl", [small_row()]))
    assert done.exit_code == 2
    assert "Bring Hawl up to date" in done.stderr


def test_a_clock_before_the_last_run_refuses_what_lies_ahead_and_harms_nothing(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "feed.jsonl", [full_row(), small_row()])
    counted(file)
    before = held()
    with time_machine.travel(datetime(2026, 11, 19, 12, tzinfo=UTC)):
        again = counted(file)
    assert (again["accepted"], again["repeated"], again["rejected"]) == (0, 0, 2)
    assert held() == before
    with time_machine.travel(datetime(2036, 11, 19, 12, tzinfo=UTC)):
        assert counted(file)["repeated"] == 2
    assert held() == before


def test_hostile_strings_in_every_field_are_taken_or_refused_and_never_break_anything(tmp_path: Path) -> None:
    if not NAUGHTY.exists():
        pytest.skip("the naughty strings are not in ../shared/data")
    rows = []
    for n, text in enumerate(json.loads(NAUGHTY.read_text(encoding="utf-8"))):
        row = full_row(
            record_id=f"R{n} {text}", crime__title=text, crime__place=text, crime__note=text, crime__outcome=text,
            crime__ref=f"{n}{text}", person__ref=f"{n}{text}", person__given_name=text, person__family_name=text or "x",
            person__known_as=text, person__on_behalf_of=None,
        )  # fmt: skip
        row["contacts"][0]["value"] = text or "x"
        row["events"][0] |= {"event_id": text or "x", "about": text, "attributes": {"note": text}}
        rows.append(row)
    rows += [full_row(record_id=f"S{n}", **{place: row["crime"]["title"]}) for n, row in enumerate(rows)
             for place in ("crime__postcode", "person__language", "crime__council", "person__gender")]  # fmt: skip
    counts = counted(write_jsonl(tmp_path / "feed.jsonl", rows))
    assert counts["rows"] == len(rows)
    assert counts["accepted"] + counts["rejected"] == len(rows)
    assert counts["accepted"] > 400
    with acting_as(EVERYBODY):
        kept = {case.reference["title"] for case in Case.objects.all()}
    assert "DROP TABLE users" in " ".join(map(str, kept))
    assert "<script>" in " ".join(map(str, kept))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from(["feed.jsonl", "feed.csv", "feed.jsonl.gz"]), st.booleans())
def test_no_bytes_at_all_end_in_a_traceback(tmp_path: Path, content: bytes, name: str, after_a_row: bool) -> None:
    file = tmp_path / name
    file.write_bytes(GOOD + b"\n" + content if after_a_row else content)
    done = run(file)
    assert done.exit_code in (0, 2, 3), (done.output, done.exception)

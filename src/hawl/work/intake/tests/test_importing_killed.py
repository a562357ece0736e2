"""Imports that are killed, run into each other or leave traces: each in a database of its own, by the real command."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DataError, connection, transaction

from hawl.demo.feed import make_feed
from hawl.demo.writing import write_feed
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.database.connection import Address
from hawl.foundations.database.home import home
from hawl.work.intake import actions
from hawl.work.intake.feed.tests.examples import full_row, small_row, write_jsonl
from hawl.work.intake.tests.importing import EVERYBODY, desk, held
from hawl.work.intake.tests.test_importing_by_command import counted, rows_in_every_table, run

HAWL = [sys.executable, "-c", "from hawl.config.command import main; main()"]


def address() -> str:
    """The connection's database, as a process of its own is told of it."""
    known = connection.settings_dict
    return Address(known["HOST"], int(known["PORT"]), known["NAME"], "disable").as_text()


def command(*words: str) -> subprocess.Popen[str]:
    """`hawl` in a process of its own, on the connection's database."""
    return subprocess.Popen(
        [*HAWL, *words], env={**os.environ, "HAWL_DATABASE_ADDRESS": address()}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_two_imports_at_once_the_second_is_told_to_wait(
    tmp_path: Path, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    new_database()
    monkeypatch.setattr(actions, "PATIENCE", 0.3)
    file = write_jsonl(tmp_path / "feed.jsonl", [small_row()])
    known = connection.settings_dict
    with psycopg.connect(
        host=known["HOST"], port=known["PORT"], dbname=known["NAME"], user=known["USER"], password=known["PASSWORD"]
    ) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('hawl.feed.import'))")
        before = rows_in_every_table()
        done = run(file, "--json")
        assert (done.exit_code, json.loads(done.stdout)["error"]) == (2, "Another import is running.")
        assert rows_in_every_table() == before
        # One that ends meanwhile is waited for.
        monkeypatch.setattr(actions, "PATIENCE", 20)
        threading.Timer(0.5, lambda: other.execute("SELECT pg_advisory_unlock_all()")).start()
        assert counted(file)["accepted"] == 1


def test_an_import_that_breaks_off_with_its_session_unusable_holds_up_no_other(
    tmp_path: Path, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    new_database()
    monkeypatch.setattr(actions, "PATIENCE", 0)

    def breaks(*_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    file = write_jsonl(tmp_path / "feed.jsonl", [small_row()])
    where, actor = desk()
    with monkeypatch.context() as broken:
        broken.setattr(actions, "_take_part", breaks)
        with pytest.raises(DataError, match="division by zero"), transaction.atomic():
            actions.import_feed(path=file, by=actor, desk=where)
    assert counted(file)["accepted"] == 1


def rows_done() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(rows_done), 0) FROM intake_feedrun WHERE finished_at IS NULL")
        return int(cursor.fetchone()[0])


@pytest.mark.slow
def test_an_import_killed_again_and_again_ends_as_one_that_was_not(
    tmp_path: Path, new_database: Callable[[], str]
) -> None:
    file = tmp_path / "feed.jsonl"
    whole = write_feed(file, make_feed(7000, 7, today()))
    new_database()
    unbroken = command("feed", "import", str(file), "--json")
    out, said = unbroken.communicate(timeout=200)
    assert unbroken.returncode == 3, said
    expected, tables, kept = json.loads(out), rows_in_every_table(), held()

    new_database()
    chance, kills, reached = random.Random(5), 0, set()
    for _ in range(25):
        going = command("feed", "import", str(file), "--json")
        # Into the middle: after the next part was committed, at any moment of the one then laid.
        before = rows_done()
        while going.poll() is None and rows_done() == before:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.4))
        if going.poll() is not None or len(reached) >= 4:
            break
        going.send_signal(signal.SIGKILL)
        going.communicate()
        kills += 1
        reached.add(rows_done())
    out, said = going.communicate(timeout=200)
    assert going.returncode == 3, said
    assert kills >= 3
    assert len(reached - {0, whole}) >= 2, reached
    found = json.loads(out)
    assert {**found, "seconds": 0} == {**expected, "seconds": 0}
    assert {name: n for name, n in rows_in_every_table().items() if not name.startswith("audit")} == {
        name: n for name, n in tables.items() if not name.startswith("audit")
    }
    assert held() == kept


# --- no plain text --------------------------------------------------------------------------------------------------

CANARY = re.compile(rb"[Cc]anary[A-Za-z0-9]*")


def canaries() -> dict[str, Any]:
    """A row with a canary of its own in every field of free text, or of an id of the force's."""
    row = full_row(
        record_id="canaryRecord", crime__ref="canaryCrime", crime__title="canaryTitle", crime__outcome="canaryOutcome",
        crime__place="canaryPlace", crime__postcode="canaryPost", crime__note="canaryNote" * 400,
        person__ref="canaryPerson", person__given_name="canaryGiven", person__family_name="canaryFamily",
        person__known_as="canaryKnown", person__organisation_name="canaryOrganisation",
        person__named_contact="canaryContact", person__on_behalf_of="canaryBehalf", suspect__person_ref="canarySuspect",
    )  # fmt: skip
    kinds = ("mobile", "email", "address")
    row["contacts"] = [{"kind": kind, "value": f"canary{kind}", "ring": "no"} for kind in kinds]
    row["events"][0] |= {"event_id": "canaryEvent", "about": "canaryAbout", "attributes": {"note": "canary Attribute"}}
    return row


def found_in(folders: list[Path]) -> set[bytes]:
    found: set[bytes] = set()
    for folder in folders:
        # Another worker's databases on the same server, and folders of theirs, go while this looks.
        for place, _, names in os.walk(folder):
            for file in (Path(place, name) for name in names):
                with suppress(FileNotFoundError):
                    if file.is_file() and not file.is_symlink():
                        found.update(CANARY.findall(file.read_bytes()))
    return found


@pytest.mark.slow
@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="looks into the files of the embedded server")
def test_nothing_about_a_person_is_on_disk_in_plain_text(tmp_path: Path, new_database: Callable[[], str]) -> None:
    new_database()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    rows = [canaries(), {**canaries(), "version": 4}, {**canaries(), "version": 4, "sent_at": None, "events": []}]
    file = write_jsonl(tmp_path / "feed.jsonl", [*rows, {"canaryField": 1}])
    done = subprocess.run(
        [*HAWL, "feed", "import", str(file), "--json"], capture_output=True, check=False,
        env={**os.environ, "HAWL_DATABASE_ADDRESS": address(), "TMPDIR": str(scratch), "HAWL_LOG_LEVEL": "DEBUG"},
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert not CANARY.search(done.stdout + done.stderr)
    with acting_as(EVERYBODY):
        assert held()["Person"][0]["names"]["family"] == "canaryFamily", "it was taken in"
    server = home() / "postgres"
    checkpoint()
    assert found_in([server, scratch, home() / "logs"]) == set()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_feedrun SET file_name = 'canaryControl'")
    checkpoint()
    (scratch / "control").write_text("canaryScratch", encoding="utf-8")
    control = found_in([server, scratch])
    assert {word[:13] for word in control} == {b"canaryControl", b"canaryScratch"}, "the search finds what is there"


def checkpoint() -> None:
    """All pages of the server to disk, by its own superuser."""
    known = connection.settings_dict
    password = (home() / "postgres" / "superuser").read_text(encoding="utf-8")
    with psycopg.connect(
        host=known["HOST"], port=known["PORT"], dbname="postgres", user="postgres", password=password, autocommit=True
    ) as admin:
        admin.execute("CHECKPOINT")

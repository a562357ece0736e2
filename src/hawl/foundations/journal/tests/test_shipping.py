"""From the database into the files: nothing that commits is missed, nothing comes twice or is marked too early."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.journal import keys, shipping
from hawl.foundations.journal.actions import note
from hawl.foundations.journal.file import JournalFile
from hawl.foundations.journal.models import JournalEntry, JournalShipped

MACHINE = Actor("system:test", machine=True)
KEY = bytes(32)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shipping, "journal_key", lambda: KEY)
    monkeypatch.setenv("HAWL_JOURNAL_FOLDERS", f"{tmp_path / 'first'}:{tmp_path / 'second'}")
    return tmp_path


def noted(kind: str = "sealed") -> None:
    with acting_as(MACHINE):
        note(kind=kind, subject=uuid4())


def test_a_row_that_commits_late_is_not_missed(new_database: Callable[[], str], folder: Path) -> None:
    new_database()
    to, has_noted, go = shipping.files(), threading.Event(), threading.Event()

    def late() -> None:
        with acting_as(MACHINE):
            note(kind="sealed", subject=uuid4())
            has_noted.set()
            go.wait(10)
        connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    has_noted.wait(10)
    noted("unsealed")
    assert shipping.ship(to) == 1
    go.set()
    thread.join(10)
    assert shipping.ship(to) == 1
    assert {each.number for each in to[0].entries()} == set(JournalEntry.objects.values_list("number", flat=True))
    assert [each.kind for each in to[1].entries()] == ["unsealed", "sealed"]


def test_a_folder_that_takes_nothing_leaves_the_entry_unmarked(new_database: Callable[[], str], folder: Path) -> None:
    new_database()
    noted()
    (folder / "second").write_text("no folder")
    with pytest.raises((OSError, Exception)):
        shipping.ship(shipping.files())
    assert JournalShipped.objects.count() == 0
    (folder / "second").unlink()
    assert shipping.ship(shipping.files()) == 1
    assert [len(file.entries()) for file in shipping.files()] == [1, 1]


def test_a_second_folder_that_comes_later_gets_all_that_was_before(
    new_database: Callable[[], str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_database()
    monkeypatch.setenv("HAWL_JOURNAL_FOLDERS", str(folder / "first"))
    noted()
    assert shipping.ship(shipping.files()) == 1
    monkeypatch.setenv("HAWL_JOURNAL_FOLDERS", f"{folder / 'first'}:{folder / 'third'}")
    assert shipping.ship(shipping.files()) == 0
    assert shipping.catch_up(shipping.files()) == 1
    assert JournalFile(folder / "third", KEY).entries() == JournalFile(folder / "first", KEY).entries()


def test_the_shipper_ships_what_is_noted_within_a_second(new_database: Callable[[], str], folder: Path) -> None:
    new_database()
    shipper = shipping.Shipper()
    shipper.start()
    waits = []
    try:
        file = JournalFile(folder / "second", KEY)
        for number in range(1, 6):
            begun = time.monotonic()
            noted()
            while len(file.holds()) < number and time.monotonic() - begun < 5:
                time.sleep(0.005)
            waits.append(time.monotonic() - begun)
    finally:
        shipper.end()
        shipper.join(10)
    assert len(file.entries()) == 5
    assert max(waits[1:]) < 1.0, waits


def test_a_journal_whose_key_is_gone_is_given_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAWL_JOURNAL_KEY_FILE", str(tmp_path / "keys" / "journal.json"))
    monkeypatch.setenv("HAWL_JOURNAL_FOLDERS", str(tmp_path / "journal"))
    keys.make_key_file()
    key = keys.journal_key()
    keys.make_key_file()
    keys._read.cache_clear()
    assert keys.journal_key() == key
    JournalFile(tmp_path / "journal", key).append([])
    (tmp_path / "keys" / "journal.json").unlink()
    with pytest.raises(keys.InstallationError):
        keys.make_key_file()

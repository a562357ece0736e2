"""The file outside the database: whole or told to be damaged, whoever writes and whenever it stops."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from hawl.foundations.journal.file import JournalDamaged, JournalFile
from hawl.foundations.journal.kinds import Entry

KEY = bytes(range(32))


def entry(number: int, kind: str = "sealed", **facts: object) -> Entry:
    return Entry(uuid4(), number, kind, uuid4(), facts, datetime(2026, 11, 22, 20, 0, tzinfo=UTC), "user:1")


def filled(folder: Path, count: int = 12) -> tuple[JournalFile, list[Entry]]:
    file, made = JournalFile(folder, KEY), [entry(number) for number in range(1, count + 1)]
    for each in made:
        file.append([each])
    return file, made


def test_what_was_appended_is_read_again_in_order_and_once(tmp_path: Path) -> None:
    file, made = filled(tmp_path / "journal")
    assert file.append(made) == 0
    assert JournalFile(tmp_path / "journal", KEY).entries() == made
    assert file.head().entries == len(made)


def test_nothing_of_an_entry_can_be_read_without_the_key(tmp_path: Path) -> None:
    file, made = filled(tmp_path, 3)
    text = file.path.read_bytes()
    for each in made:
        assert str(each.subject).encode() not in text
    assert b"sealed" not in text
    assert file.path.stat().st_mode & 0o077 == 0
    with pytest.raises(JournalDamaged):
        JournalFile(tmp_path, bytes(32)).entries()


def test_every_changed_byte_of_a_line_that_is_not_the_last_is_found(tmp_path: Path) -> None:
    file, _ = filled(tmp_path, 4)
    whole = file.path.read_bytes()
    second = whole.index(b"\n") + 1
    third = whole.index(b"\n", whole.index(b"\n", second) + 1)
    missed = []
    for place in range(second, third):
        changed = bytearray(whole)
        changed[place] ^= 1
        file.path.write_bytes(bytes(changed))
        try:
            JournalFile(tmp_path, KEY).entries()
        except JournalDamaged:
            continue
        missed.append(place)
    assert missed == []


@pytest.mark.parametrize("what", ["taken out", "moved", "repeated", "put in", "first line"])
def test_lines_taken_out_moved_repeated_or_put_in_are_found(tmp_path: Path, what: str) -> None:
    file, _ = filled(tmp_path, 5)
    lines = file.path.read_bytes().splitlines(keepends=True)
    if what == "taken out":
        del lines[2]
    elif what == "moved":
        lines[2], lines[3] = lines[3], lines[2]
    elif what == "repeated":
        lines.insert(3, lines[2])
    elif what == "put in":
        other, _ = filled(tmp_path / "other", 3)
        lines[3] = other.path.read_bytes().splitlines(keepends=True)[3]
    else:
        lines[0] = lines[0].replace(b" 1 ", b" 1  ")
    file.path.write_bytes(b"".join(lines))
    with pytest.raises(JournalDamaged):
        JournalFile(tmp_path, KEY).entries()


def test_a_line_cut_off_by_a_crash_at_any_byte_loses_no_other_and_the_entry_comes_again(tmp_path: Path) -> None:
    file, made = filled(tmp_path / "whole", 3)
    whole = file.path.read_bytes()
    last = whole.rindex(b"\n", 0, len(whole) - 1) + 1
    for cut in range(last, len(whole)):
        folder = tmp_path / f"cut{cut}"
        folder.mkdir()
        (folder / file.path.name).write_bytes(whole[:cut])
        after = JournalFile(folder, KEY)
        new = entry(4)
        after.append([made[2], new])
        assert JournalFile(folder, KEY).entries() == [*made, new], cut


def test_a_file_that_became_shorter_is_found_by_whoever_had_read_it(tmp_path: Path) -> None:
    file, _ = filled(tmp_path, 3)
    file.path.write_bytes(file.path.read_bytes()[:-20])
    with pytest.raises(JournalDamaged):
        file.holds()


def _write(folder: Path, which: int) -> None:
    file = JournalFile(folder, KEY)
    for number in range(20):
        file.append([Entry(UUID(int=which * 100 + number), number, "sealed", uuid4(), {}, datetime.now(UTC), "user:1")])


def test_several_processes_write_one_unbroken_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path, which)) for which in (1, 1, 2)]
    for each in writers:
        each.start()
    for each in writers:
        each.join(60)
        assert each.exitcode == 0
    assert len(JournalFile(tmp_path, KEY).entries()) == 40

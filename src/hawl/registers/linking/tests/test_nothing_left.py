"""Rows stay in memory: while a file is linked nothing is written, and at the end OUT alone is there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import duckdb
import pytest

from hawl.registers.linking.linking import Telling, in_memory, link_people
from hawl.registers.linking.roles import mapping_of
from hawl.registers.linking.tests.lists import row, write
from hawl.registers.linking.tests.wales import MAPPING


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO '{folder}/x.csv'", "ATTACH '{folder}/x.db'", "SET temp_directory = '{folder}'",
        "SET enable_external_access = true", "EXPORT DATABASE '{folder}/x'", "FROM read_csv('{folder}/in.csv')",
    ],
)  # fmt: skip
def test_the_database_can_open_no_file(tmp_path: Path, statement: str) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n", encoding="utf-8")
    with in_memory() as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(folder=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_the_database_fails_rather_than_going_on_in_files() -> None:
    with in_memory() as connection, pytest.raises(duckdb.OutOfMemoryException):
        connection.execute("CREATE TABLE wide AS SELECT i, repeat(uuid()::VARCHAR, 40) AS t FROM range(3_000_000) r(i)")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not tell which files are open")
def test_while_it_works_no_file_is_open_for_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    people = write(
        tmp_path / "people.csv", [row(str(n), f"Mair|Rees{n}", f"19{n % 80 + 10}-03-04") for n in range(400)]
    )
    before, looks = _written_to(), []

    def look(_: object) -> None:
        looks.append(_written_to() - before)
        assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]

    link_people(people, "id", mapping_of(MAPPING), 0.95, Telling(say=look, read=look, compared=look))
    assert len(looks) >= 5
    assert not any(looks)


def _written_to() -> set[str]:
    """Regular files that this process holds open for writing."""
    found = set()
    for handle in os.listdir("/proc/self/fd"):
        try:
            flags = Path(f"/proc/self/fdinfo/{handle}").read_text(encoding="ascii")
            mode = os.stat(f"/proc/self/fd/{handle}").st_mode
            if stat.S_ISREG(mode) and int(flags.split("flags:")[1].split()[0], 8) & (os.O_WRONLY | os.O_RDWR):
                found.add(os.readlink(f"/proc/self/fd/{handle}"))
        except OSError:
            continue
    return found


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    from hawl.registers.linking.link_file_command import _write

    _write([("a", 1)], tmp_path / "out.csv")
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_writing_that_fails_leaves_nothing(tmp_path: Path) -> None:
    from hawl.registers.linking.link_file_command import _write

    with pytest.raises(UnicodeEncodeError):
        _write([("\udcff", 1)], tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []

"""The file of a backup: only its key opens it, only whole, and only what this installation made."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from pyrage import x25519

from hawl.config.backups import sealed_file
from hawl.config.backups.sealed_file import BackupUnusable
from hawl.foundations.database.home import InstallationError

KEY, OTHER = bytes(range(32)), bytes(32)
DUMP = [b"Branwen ferch Llyr " * 9000, b"", os.urandom(200_001), b"the end"]
MANIFEST = {"format": 1, "tables": {"people_person": {"rows": 3}}}
SECRET = x25519.Identity.generate()


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    path = tmp_path / "b.age"
    with path.open("wb") as file:
        sealed_file.write(file, [SECRET.to_public()], KEY, MANIFEST, DUMP)
    return path


def test_what_was_sealed_opens_again_whole(backup: Path) -> None:
    found = io.BytesIO()
    assert sealed_file.read(backup, SECRET, KEY, found.write) == MANIFEST
    assert found.getvalue() == b"".join(DUMP)
    assert b"Branwen" not in backup.read_bytes()


def test_any_of_several_keys_opens_it_and_no_other(backup: Path, tmp_path: Path) -> None:
    second = x25519.Identity.generate()
    with (tmp_path / "two.age").open("wb") as file:
        sealed_file.write(file, [SECRET.to_public(), second.to_public()], KEY, MANIFEST, DUMP)
    assert sealed_file.read(tmp_path / "two.age", second, KEY) == MANIFEST
    with pytest.raises(BackupUnusable, match="does not open with this key"):
        sealed_file.read(backup, second, KEY)


def test_a_backup_cut_off_anywhere_is_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    opened = []
    for cut in [*range(0, 400, 7), *range(400, len(whole), 9973), len(whole) - 1]:
        backup.write_bytes(whole[:cut])
        try:
            sealed_file.read(backup, SECRET, KEY)
        except BackupUnusable:
            continue
        opened.append(cut)
    assert opened == []


def test_a_backup_with_one_changed_byte_is_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    opened = []
    for place in [*range(0, 300, 3), *range(300, len(whole), 4999), len(whole) - 1]:
        changed = bytearray(whole)
        changed[place] ^= 0x20
        backup.write_bytes(bytes(changed))
        try:
            sealed_file.read(backup, SECRET, KEY)
        except BackupUnusable:
            continue
        opened.append(place)
    assert opened == []


def test_a_backup_that_anybody_made_to_the_public_key_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "forged.age").open("wb") as file:
        sealed_file.write(file, [SECRET.to_public()], OTHER, MANIFEST, DUMP)
    with pytest.raises(BackupUnusable, match="not made by this installation"):
        sealed_file.read(tmp_path / "forged.age", SECRET, KEY)


def test_parts_in_another_order_or_number_are_refused(tmp_path: Path) -> None:
    import pyrage

    parts = list(sealed_file._parts(KEY, b'{"format": 1}', DUMP[:1]))
    for order in ([1, 0, 2], [0, 1], [0, 2, 1], [0, 1, 2, 1], [0, 0, 1, 2], [1, 2], []):
        path = tmp_path / "o.age"
        path.write_bytes(pyrage.encrypt(b"".join(parts[each] for each in order), [SECRET.to_public()]))
        with pytest.raises(BackupUnusable):
            sealed_file.read(path, SECRET, KEY)


def test_a_dump_that_fails_is_told_by_its_own_words() -> None:
    def dump():  # type: ignore[no-untyped-def]
        yield b"some"
        raise InstallationError("pg_dump failed.", "Look.")

    with pytest.raises(InstallationError, match="pg_dump failed"):
        sealed_file.write(io.BytesIO(), [SECRET.to_public()], KEY, MANIFEST, dump())


def test_what_is_no_key_is_told_without_the_key(tmp_path: Path) -> None:
    with pytest.raises(InstallationError):
        sealed_file.recipient("hello")
    secret = tmp_path / "secret"
    secret.write_text(f"# public key: x\n{SECRET}\n")
    secret.chmod(0o644)
    with pytest.raises(InstallationError, match="can be read by others"):
        sealed_file.identity(secret)
    secret.chmod(0o600)
    assert str(sealed_file.identity(secret)) == str(SECRET)
    secret.write_text("AGE-SECRET-KEY-1WRONG")
    with pytest.raises(InstallationError) as wrong:
        sealed_file.identity(secret)
    assert "1WRONG" not in str(wrong.value)

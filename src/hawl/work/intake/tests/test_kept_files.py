"""A feed left in the inbox lies nowhere in the open once it was taken or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from hawl.foundations.vault.sealing import CannotOpen
from hawl.work.intake.feed.tests.examples import FULL_ROW, write_jsonl
from hawl.work.intake.jobs import take_in_file
from hawl.work.intake.kept_files import keep_sealed, reopened

WORD = b"qzxhawlinbox"


def sealed_file(folder: Path, content: bytes = WORD * 200_000) -> Path:
    file = folder / "feed.jsonl"
    file.write_bytes(content)
    return keep_sealed(file, folder / "refused")


def test_a_kept_file_says_nothing_and_comes_back_whole(tmp_path: Path) -> None:
    kept = sealed_file(tmp_path)
    assert WORD not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    assert not (tmp_path / "feed.jsonl").exists()
    assert b"".join(reopened(kept)) == WORD * 200_000


@pytest.mark.parametrize("content", [b"", b"x", b"y" * (1 << 20)])
def test_files_of_any_length_come_back(content: bytes, tmp_path: Path) -> None:
    assert b"".join(reopened(sealed_file(tmp_path, content))) == content


def test_a_kept_file_that_was_cut_changed_or_renamed_does_not_open(tmp_path: Path) -> None:
    kept = sealed_file(tmp_path)
    whole = kept.read_bytes()
    first = 4 + int.from_bytes(whole[:4], "big")
    for wrong in (
        whole[:first],
        whole[:-5],
        whole[first:],
        whole[:100] + b"?" + whole[101:],
        whole[first:] + whole[:first],
    ):
        kept.write_bytes(wrong)
        with pytest.raises((CannotOpen, IndexError, KeyError)):
            list(reopened(kept))
    kept.write_bytes(whole)
    other = kept.rename(kept.with_name("other.jsonl.sealed"))
    with pytest.raises(CannotOpen):
        list(reopened(other))


@pytest.mark.django_db
@pytest.mark.process("jobs")
def test_a_feed_that_was_taken_is_gone_and_one_that_cannot_be_used_is_kept_sealed(tmp_path: Path) -> None:
    good = write_jsonl(tmp_path / "good.jsonl", [FULL_ROW])
    take_in_file(good)
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"no,such,columns\n" + WORD)
    take_in_file(bad)
    left = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert [each.name for each in left] == ["bad.csv.sealed"]
    assert WORD not in left[0].read_bytes()

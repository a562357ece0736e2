"""Preparing is harmless when repeated, and never puts a fresh key beside old data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hawl.config import prepare
from hawl.foundations.database.home import InstallationError, home


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An empty folder in which preparing is followed step by step without a database."""
    done: list[str] = []
    monkeypatch.setenv("HAWL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(prepare, "make_roles", lambda: done.append("roles"))
    monkeypatch.setattr(prepare, "_in_process", lambda process, module, *_: done.append(f"{process} {module}"))
    return done


def _contents() -> dict[str, bytes]:
    return {str(each.relative_to(home())): each.read_bytes() for each in home().rglob("*") if each.is_file()}


def test_only_the_owner_migrates_and_what_was_made_is_left_as_it_is(steps: list[str]) -> None:
    assert not prepare.is_prepared()
    prepare.prepare(say=False)
    assert prepare.is_prepared()
    assert steps == ["roles", "owner django", "jobs hawl.config.load_area"]
    before = _contents()
    assert {"keys/vault.json", "credentials/signing-staff", "prepared.json"} <= set(before)
    assert len({before[f"credentials/signing-{each}"] for each in ("staff", "public", "jobs")}) == 3
    prepare.prepare(say=False)
    assert _contents() == before


def test_a_lost_key_is_not_replaced_by_a_fresh_one(steps: list[str]) -> None:
    prepare.prepare(say=False)
    (home() / "keys" / "vault.json").unlink()
    with pytest.raises(InstallationError, match="escrowed"):
        prepare.prepare(say=False)
    assert not (home() / "keys" / "vault.json").exists()
    assert len(steps) == 3


@pytest.mark.parametrize("stamp", ["", "[", json.dumps({"digest": "another"}), json.dumps({})])
def test_a_stamp_of_another_release_or_cut_off_is_no_stamp(steps: list[str], stamp: str) -> None:
    prepare.prepare(say=False)
    (home() / "prepared.json").write_text(stamp)
    assert not prepare.is_prepared()


def test_another_database_is_not_prepared_yet(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    prepare.prepare(say=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@elsewhere/hawl")
    assert not prepare.is_prepared()


def test_a_failed_step_is_told_by_its_name() -> None:
    with pytest.raises(InstallationError, match="Preparing failed at `hawl"):
        prepare._in_process("jobs", "hawl.no_such_module")

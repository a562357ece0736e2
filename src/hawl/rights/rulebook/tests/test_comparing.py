from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hawl.rights.rulebook import built_in, load_rulebook
from hawl.rights.rulebook.commands import rulebook
from hawl.rights.rulebook.comparing import compare
from hawl.rights.rulebook.tests.test_books import SHIPPED, TEXT


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """The code with a shorter limit, a duty renamed for its edition, one more and one less."""
    text = TEXT.replace("id: victims-code-2021", "id: draft-x").replace("status: in_force", "status: draft")
    text = text.replace("standard: 2, enhanced: 2", "standard: 3, enhanced: 1").replace('id: "3.1"', 'id: "3.1-2026"')
    text = text.replace('id: "6.8"', 'id: "6.99"')
    path = tmp_path / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def run(*asked: object) -> Result:
    return CliRunner().invoke(rulebook, ["compare", *map(str, asked)])


def test_a_rulebook_against_itself_differs_in_nothing() -> None:
    for book in built_in():
        assert compare(book, book) == []


def test_what_a_draft_changes_adds_and_takes_away_is_told_by_duty(draft: Path) -> None:
    code = load_rulebook(SHIPPED)
    found = {one.duty: one for one in compare(code, load_rulebook(draft))}
    assert {duty: one.kind for duty, one in found.items()} == {"4.4": "changed", "6.8": "removed", "6.99": "added"}
    was, now = found["4.4"].parts["within"]
    assert (was.standard, now.standard, now.enhanced) == (2, 3, 1)
    assert set(found["4.4"].parts) == {"within"}


def test_a_certainty_that_falls_is_told_with_what_is_enforced_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "later.yaml"
    path.write_text(TEXT.replace("certainty: A", "certainty: B", 1), encoding="utf-8")
    (one,) = compare(load_rulebook(SHIPPED), load_rulebook(path))
    assert one.parts == {"certainty": ("A", "B"), "enforced": (True, False)}


def test_the_command_says_it_for_people_and_as_json(draft: Path) -> None:
    plain = run("victims-code-2021", draft)
    assert plain.exit_code == 0
    assert "victims-code-2021 to draft-x: 3 of their duties differ." in plain.output
    assert "never enforced" in plain.output
    assert '"standard": 3' in plain.output
    found = json.loads(run("victims-code-2021", draft, "--json").output)
    assert [one["kind"] for one in found["differences"]] == ["changed", "removed", "added"]
    assert found["differences"][0]["parts"]["within"]["new"]["standard"] == 3


def test_what_is_neither_a_rulebook_nor_a_sound_file_is_refused(tmp_path: Path) -> None:
    nothing = run("victims-code-2021", tmp_path / "none.yaml")
    assert (nothing.exit_code, "no rulebook and no file" in nothing.output) == (2, True)
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: [", encoding="utf-8")
    assert run(broken, "victims-code-2021").exit_code == 2

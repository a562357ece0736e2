from __future__ import annotations

from pathlib import Path

from hawl.rights.rulebook import built_in
from hawl.rights.rulebook.statute_book import FOLDER, main, pages

ROOT = Path(__file__).parents[5]


def test_the_pages_in_the_repository_are_what_the_rulebooks_make() -> None:
    folder = ROOT / FOLDER
    held = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.md")}
    assert held == pages(), f"run: python -m hawl.rights.rulebook.statute_book {ROOT}"


def test_each_duty_has_a_page_that_tells_its_rule_in_both_languages() -> None:
    found = pages()
    for book in built_in():
        for duty in book.duties:
            page = found[f"{book.id}/{duty.id}.md"]
            for part in (
                duty.says.en,
                duty.says.cy,
                duty.work.en,
                duty.source,
                duty.certainty,
                f"`{duty.triggers[0]}`",
            ):
                assert part in page
            assert f"({book.id}/{duty.id}.md)" in found["README.md"]


def test_a_page_counts_an_example_and_says_what_is_no_breach() -> None:
    found = pages()
    arrest = found["victims-code-2021/6.1a.md"]
    assert "until the end of Monday 13 April 2026; with enhanced rights of Tuesday 7 April 2026" in arrest
    assert "**A miss is a breach**: yes" in arrest
    assert "**A miss is a breach**: no" in found["local-updates/local.1.md"]
    assert "`custody_months` at least 12" in found["victims-code-2021/11.1.md"]
    assert "a draft" in found["victims-code-2026-draft/4.5-2026.md"]


def test_a_page_of_a_duty_that_is_gone_goes_too(tmp_path: Path) -> None:
    old = tmp_path / FOLDER / "victims-code-2021" / "99.9.md"
    old.parent.mkdir(parents=True)
    old.write_text("old", encoding="utf-8")
    main(tmp_path)
    assert not old.exists()
    assert len(list((tmp_path / FOLDER).rglob("*.md"))) == len(pages())

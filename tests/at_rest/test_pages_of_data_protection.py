"""The pages on data protection name only tests that there are, and every abuse case of the design once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs/data-protection"
CASES = {"I": 22, "U": 18, "S": 24, "R": 20, "T": 8, "F": 12, "V": 13}


def known_tests() -> set[str]:
    files = [*ROOT.glob("src/**/tests/**/*.py"), *ROOT.glob("tests/**/*.py")]
    return {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())}


def rows() -> list[list[str]]:
    lines = (PAGES / "threat-model.md").read_text().splitlines()
    return [
        [part.strip() for part in line.strip("|").split("|")] for line in lines if re.match(r"\| [A-Z]\d\d \|", line)
    ]


@pytest.mark.parametrize("page", ["threat-model.md", "for-the-security-officer.md", "what-a-compromise-surrenders.md"])
def test_a_page_names_only_tests_that_there_are(page: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", (PAGES / page).read_text()))
    assert named - known_tests() == set()


def test_every_abuse_case_stands_once() -> None:
    wanted = [f"{letter}{number:02}" for letter, most in CASES.items() for number in range(1, most + 1)]
    assert [row[0] for row in rows()] == wanted


def test_what_is_said_to_be_built_names_its_test_and_what_is_not_names_none() -> None:
    for row in rows():
        assert row[2] in ("built", "partly", "not yet"), row
        assert bool(row[4]) is True or row[2] != "built", row
        assert not row[4] or row[2] != "not yet", row


def test_the_sums_are_those_of_the_rows() -> None:
    found = [sum(row[2] == status for row in rows()) for status in ("built", "partly", "not yet")]
    told = re.search(r"\*\*(\d+) are built, (\d+) partly, (\d+) not yet", (PAGES / "threat-model.md").read_text())
    assert told is not None
    assert [int(each) for each in told.groups()] == found

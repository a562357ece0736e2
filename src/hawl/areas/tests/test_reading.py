"""Mistakes planted in a copy of the Gwent files: each is told with its file, its line and its mend."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import hawl.areas
from hawl.areas.reading import FILES, find, mistakes, read_area
from hawl.areas.writing import write_area
from hawl.foundations.datafiles import DatafileError

GWENT = Path(hawl.areas.__file__).parent / "gwent"
Plant = Callable[[str, str, str], int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(GWENT, tmp_path / "area")
    return tmp_path / "area"


@pytest.fixture
def plant(folder: Path) -> Plant:
    """Replaces the first `old` of a file and returns the line where it stood."""

    def planted(name: str, old: str, new: str) -> int:
        path = folder / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    return planted


@pytest.mark.parametrize(
    ("name", "old", "new", "says", "mend"),
    [
        ("services", "provider", "provider", "", ""),
        ("bodies", "parent: gwent-police", "parent: gwent-polise", "no body has the key `gwent-polise`", "bodies.yaml"),
        ("services", "body: embrace", "body: embraced", "no body has the key `embraced`", "bodies.yaml"),
        ("routing", "onward: connect-gwent", "onward: connect", "no body has the key `connect`", "bodies.yaml"),
        ("area", "force: gwent-police", "force: gwent", "no body has the key `gwent`", "bodies.yaml"),
        ("services", "needs: [mental-health]", "needs: [mental-helth]", "no need has the key", "head of this file"),
        ("bodies", "source: [G57, G58]", "source: [G57, G99]", "the source `G99` is not in the list", "sources.yaml"),
        ("terms", "key: victims,", "key: victim,", "`victim` is the key of an entry above", "own key"),
        ("services", "until: 2020-06,", "until: 2020-07,", "held at the same time", "end one before"),
        ("priorities", "until: 2021\n", "until: 2016\n", "it ends before it begins", "later date"),
        ("services", "cy: Gofynnwch i Connect Gwent.", "", "`how.cy` is missing", "the Welsh"),
        ("services", "way: hub_only", "way: hub_onli", "which is not a value it may have", "did you mean `hub_only`?"),
        ("services", "phone: 0300 123 2133", "phone: 03001232133", "phone", "0300 123 2133"),
        (
            "routing",
            "modern_slavery",
            "modern_slavry",
            "the feed has no `modern_slavry` among its offences",
            "vocabulary",
        ),
        ("routing", "honour_based", "honour", "the feed has no `honour` among its flags", "vocabulary"),
        ("area", "gss: W06000019", "gss: W0600019", "gss", "GSS code"),
        ("bodies", "since: 2014\n", "since: 2014-13\n", "since", "month"),
        ("bodies", "board: victims-board", "board: age-cymru", "neither a board, a panel nor a hub", "others sit on"),
    ],
)
def test_a_planted_mistake_is_told_with_line_and_mend(
    folder: Path, plant: Plant, name: str, old: str, new: str, says: str, mend: str
) -> None:
    line = plant(name, old, new)
    if not says:
        assert mistakes(folder) == []
        return
    with pytest.raises(DatafileError) as caught:
        read_area(folder)
    told = caught.value
    assert told.file == str(folder / f"{name}.yaml")
    assert says in told.what
    assert mend in told.mend
    assert abs(told.line - line) <= 3
    assert str(told).startswith(f"{folder / name}.yaml:{told.line}: ")


def test_the_line_told_is_that_of_the_wrong_word(folder: Path, plant: Plant) -> None:
    line = plant("services", "body: embrace,", "body: embraced,")
    assert [one.line for one in mistakes(folder)] == [line]


def test_welsh_that_is_the_english_again_is_told(folder: Path, plant: Plant) -> None:
    line = plant("services", "cy: Drwy New Pathways.", "cy: Drwy New Pathways.")
    plant("services", "cy: Ffoniwch neu anfonwch neges destun unrhyw bryd.", "cy: Ring or send a text at any time.")
    told = mistakes(folder)
    assert [one.what for one in told] == ["the Welsh is the English again"]
    assert told[0].line > line


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_there_is_told(folder: Path, name: str) -> None:
    (folder / f"{name}.yaml").unlink()
    assert [Path(one.file).name for one in mistakes(folder)] == [f"{name}.yaml"]


@pytest.mark.parametrize("content", [b"", b"- 1\n", b"\xff\xfe", b"format: 2\n", b"{", b"null"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_rubbish_ends_with_a_sentence(folder: Path, name: str, content: bytes) -> None:
    (folder / f"{name}.yaml").write_bytes(content)
    told = mistakes(folder)
    assert len(told) == 1
    assert told[0].mend


def test_all_mistakes_are_told_at_once(folder: Path, plant: Plant) -> None:
    plant("bodies", "parent: gwent-police", "parent: nobody")
    plant("services", "body: embrace,", "body: nothing,")
    assert len(mistakes(folder)) == 2


def test_an_area_written_reads_back_the_same(tmp_path: Path) -> None:
    area = read_area(GWENT)
    files = write_area(area, tmp_path / "out")
    assert {f"{name}.yaml" for name in FILES} < set(files)
    assert "datapackage.json" in files
    assert read_area(tmp_path / "out") == area


def test_an_area_is_found_by_its_key_or_its_folder(tmp_path: Path) -> None:
    assert find("gwent").joinpath("area.yaml").is_file()
    assert find(str(tmp_path)) == tmp_path
    assert not find("../areas/gwent-not").is_dir()

"""`hawl people link-file` as whoever runs it meets it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hawl.registers.linking import linking
from hawl.registers.linking.link_file_command import link_file

HEADER = "ref,name,born,post,email\n"
MAPPED = ("name=full_name", "born=dob", "post=postcode", "email=email")
TWICE = "a1,Siân Jones,1984-03-17,NP20 1AA,\na2,Sian Jones,17/03/1984,NP20 1AA,\n"
OTHER = "b1,Gwydion Bebb,1990-01-02,NP44 3BB,\n"


def run(people: Path, *more: str, mapped: tuple[str, ...] = MAPPED, id_column: str = "ref") -> Result:
    options = [part for one in mapped for part in ("--map", one)]
    given = [str(people), "--id", id_column, *options, "--out", str(people.parent / "out.csv"), *more]
    return CliRunner().invoke(link_file, given)


def written(folder: Path) -> dict[str, str]:
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["cluster_id"] for row in csv.DictReader(file)}


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(HEADER + TWICE + OTHER, encoding="utf-8")
    return path


def test_rows_of_one_person_have_one_cluster_in_the_order_of_the_file(people: Path) -> None:
    result = run(people, "--json")
    assert result.exit_code == 0, result.stderr
    assert written(people.parent) == {"a1": "1", "a2": "1", "b1": "2"}
    (line,) = result.stdout.splitlines()
    assert json.loads(line) == {
        "rows": 3, "linked": 3, "left_out": 0, "clusters": 2, "unreadable": {}, "out": str(people.parent / "out.csv"),
    }  # fmt: skip


def test_without_json_the_result_is_told_in_words(people: Path) -> None:
    assert run(people).stdout.startswith("3 rows are of 2 people; 0 rows left out.\n")


def test_rows_that_cannot_be_used_are_listed_and_the_rest_is_done(people: Path) -> None:
    with people.open("a", encoding="utf-8") as file:
        file.write(",Mair Lloyd,1970-01-02,NP20 1AA,\na1,Mair Lloyd,1970-01-02,NP20 1AA,\nc1,,,NP20 1AA,\nd1,Mair\n")
    result = run(people, "--json")
    assert result.exit_code == 3
    assert written(people.parent) == {"a1": "1", "a2": "1", "b1": "2"}
    told = [line for line in result.stderr.splitlines() if line.startswith("row ")]
    assert told == [
        "row 4: has no id",
        "row 5: has the id of row 1",
        "row 6: has nothing to compare: no name, day of birth, phone or e-mail that can be read",
        "row 7: has more or fewer values than the header has columns",
    ]
    assert json.loads(result.stdout)["left_out"] == 4


def test_an_id_of_a_row_that_was_left_out_may_come_again(people: Path) -> None:
    people.write_text(HEADER + "a1,,,NP20 1AA,\n" + TWICE, encoding="utf-8")
    assert run(people).exit_code == 3
    assert written(people.parent) == {"a1": "1", "a2": "1"}


def test_days_that_cannot_be_read_are_counted_and_not_quoted(people: Path) -> None:
    people.write_text(HEADER + "a1,Siân Jones,the seventeenth,NP20 1AA,\n" + OTHER, encoding="utf-8")
    result = run(people, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["unreadable"] == {"dob": 1}
    assert "dob: 1 values cannot be read" in result.stderr
    assert "seventeenth" not in result.output


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "has no column ref"), (b"ref,name\n", "has no column born, post, email"),
        (HEADER.encode(), "has no rows"), (b"ref,ref,name,born,post,email\n", "names a column twice"),
        (HEADER.encode() + b"a1,Si\xe2n Jones,,,\n", "not written in UTF-8"),
        (HEADER.encode() + b'a1,"Mair Lloyd,,,\n', "cannot be read as CSV"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_told_of_and_nothing_is_written(people: Path, content: bytes, told: str) -> None:
    people.write_bytes(content)
    result = run(people)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Lloyd" not in result.output
    assert [path.name for path in people.parent.iterdir()] == ["people.csv"]


@pytest.mark.parametrize(
    ("mapped", "told"),
    [
        (("name",), "is not COLUMN=ROLE"), (("name=nickname",), "There is no role nickname"),
        (("name=full_name", "born=full_name"), "Two columns are given the role full_name"),
        (("name=full_name", "born=surname"), "not in both"), (("name=full_name", "name=dob"), "given two roles"),
        (("born=dob", "post=postcode"), "without given names"), (("name=full_name",), "by it: map address, dob"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_used_is_told_of(people: Path, mapped: tuple[str, ...], told: str) -> None:
    result = run(people, mapped=mapped)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (people.parent / "out.csv").exists()


@pytest.mark.parametrize("threshold", ["0", "1", "nan", "-1"])
def test_a_threshold_is_above_nought_and_below_one(people: Path, threshold: str) -> None:
    assert run(people, "--threshold", threshold).exit_code == 2


def test_the_file_itself_is_never_written_over(people: Path) -> None:
    before = people.read_bytes()
    assert run(people, "--out", str(people)).exit_code == 2
    assert run(people, "--out", str(people.parent / "nowhere" / "out.csv")).exit_code == 2
    assert people.read_bytes() == before


def test_a_higher_threshold_links_less(people: Path) -> None:
    assert run(people, "--threshold", "0.999999999999").exit_code == 0
    assert len(set(written(people.parent).values())) == 3


def test_columns_may_be_divided_by_semicolons_and_begin_with_a_mark(people: Path) -> None:
    people.write_text((HEADER + TWICE).replace(",", ";"), encoding="utf-8-sig")
    assert run(people).exit_code == 0
    assert written(people.parent) == {"a1": "1", "a2": "1"}


def test_where_memory_does_not_suffice_nothing_is_written(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "MEMORY", "4MB")
    result = run(people)
    assert result.exit_code == 2
    assert "do not fit into 4MB of memory" in result.stderr
    assert "Siân" not in result.output
    assert not (people.parent / "out.csv").exists()


def test_it_runs_without_django_an_installation_or_keys(people: Path) -> None:
    options = ["--id", "ref", "--map", MAPPED[0], "--map", MAPPED[1], "--out", str(people.parent / "out.csv")]
    code = (
        "import sys; from click.testing import CliRunner;"
        "from hawl.registers.linking.link_file_command import link_file;"
        f"done = CliRunner().invoke(link_file, {[str(people), *options]!r});"
        "print(done.exit_code, 'django' in sys.modules, 'psycopg' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0 False False\n"

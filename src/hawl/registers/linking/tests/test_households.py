"""People of one house share nearly all but themselves."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

from hawl.registers.linking.tests.lists import HOUSE, linked, row

SHARED = HOUSE | {"email": "teulu@post.example"}


def test_a_mother_and_a_daughter_at_one_address_are_two(tmp_path: Path) -> None:
    mother = row("1", "Siân|Jones", "1962-05-04", gender="F", **SHARED)
    daughter = row("2", "Seren|Jones", "1988-11-20", gender="F", **SHARED)
    assert linked(tmp_path, mother, daughter) == []


def test_a_father_and_a_son_of_one_name_are_two(tmp_path: Path) -> None:
    father, son = row("1", "Gwilym|Rees", "1950-02-03", **SHARED), row("2", "Gwilym|Rees", "1979-06-08", **SHARED)
    assert linked(tmp_path, father, son) == []


def test_the_least_years_between_a_parent_and_a_child_are_thirteen(tmp_path: Path) -> None:
    own = SHARED | {"phone": "07700 900321"}
    older = row("1", "Gwilym|Rees", "1960-02-03", **own)
    assert linked(tmp_path, older, row("2", "Gwilym|Rees", "1973-06-18", **own)) == []
    assert linked(tmp_path, older, row("2", "Gwilym|Rees", "1972-06-18", **own)) == [{"1", "2"}]


def test_brothers_whose_names_are_forms_of_one_are_told_apart_by_their_days(tmp_path: Path) -> None:
    assert linked(
        tmp_path, row("1", "Thomas|Rees", "2004-02-03", **SHARED), row("2", "Twm|Rees", "2006-09-21", **SHARED)
    ) == []  # fmt: skip


def test_who_has_no_given_name_and_no_day_is_nobody_in_particular(tmp_path: Path) -> None:
    assert linked(tmp_path, row("1", "|Rees", "", **SHARED), row("2", "Twm|Rees", "2006-09-21", **SHARED)) == []


def test_a_row_that_fits_two_twins_joins_neither_to_the_other(tmp_path: Path) -> None:
    twins = row("1", "Carys|Rees", "2004-02-03", **SHARED), row("2", "Mabli|Rees", "2004-02-03", **SHARED)
    either = row("3", "|Rees", "2004-02-03", **SHARED)
    for order in permutations((*twins, either)):
        assert linked(tmp_path, *order) == []


def test_a_row_without_a_day_is_put_neither_with_the_father_nor_with_the_son(tmp_path: Path) -> None:
    father, son = row("1", "Gwilym|Rees", "1950-02-03", **HOUSE), row("2", "Gwilym|Rees", "1979-06-08", **HOUSE)
    assert linked(tmp_path, father, son, row("3", "Gwilym|Rees", "", **HOUSE)) == []
    assert linked(tmp_path, father, row("3", "Gwilym|Rees", "", **HOUSE)) == [{"1", "3"}]


def test_a_whole_family_written_twice_is_found_person_by_person(tmp_path: Path) -> None:
    family = [("Gwilym", "1950-02-03"), ("Mair", "1952-12-30"), ("Gwilym", "1979-06-08"), ("Carys", "1984-01-15"),
              ("Cerys", "1984-01-15")]  # fmt: skip
    rows = [
        row(f"{number}{time}", f"{name}|Rees", day, **SHARED)
        for time in "ab"
        for number, (name, day) in enumerate(family)
    ]
    found = linked(tmp_path, *rows)
    assert sorted(map(sorted, found)) == [[f"{number}a", f"{number}b"] for number in range(len(family))]

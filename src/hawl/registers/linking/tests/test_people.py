"""What of a row counts."""

from __future__ import annotations

from datetime import date

import pytest

from hawl.registers.finding import words
from hawl.registers.linking.levels import comparisons_for
from hawl.registers.linking.model import priors
from hawl.registers.linking.people import Person, day_of, given_forms, names_known, parted, person_of
from hawl.registers.linking.roles import ROLES


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1984-03-17", date(1984, 3, 17)), ("17/03/1984", date(1984, 3, 17)), ("7.3.1984", date(1984, 3, 7)),
        ("19840317", date(1984, 3, 17)), ("1984-03-17T09:00:00Z", date(1984, 3, 17)), ("1984-02-30", None),
        ("1849-12-31", None), ("1850-01-01", date(1850, 1, 1)), ("2100-12-31", date(2100, 12, 31)),
        ("2101-01-01", None), ("1900-01-01", None), ("1900-01-02", date(1900, 1, 2)), ("17/03/84", None), ("", None),
    ],
)  # fmt: skip
def test_a_day_is_read_with_the_day_first_and_one_that_stands_for_none_is_none(text: str, day: date | None) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("Siân Jones", "Siân", "Jones"), ("Jones, Siân Mair", "Siân Mair", "Jones"),
        ("Mrs Siân Jones", "Siân", "Jones"),
        ("Siân ferch Dafydd", "Siân", "ferch Dafydd"), ("Owain ap Rhys Price", "Owain", "ap Rhys Price"),
        ("Jones", "", "Jones"), ("", "", ""), ("Dr. Ab Jones", "Ab", "Jones"),
    ],
)  # fmt: skip
def test_a_whole_name_is_parted_into_given_names_and_surname(name: str, given: str, family: str) -> None:
    assert tuple(part.strip() for part in parted(name)) == (given, family)


def test_a_postcode_is_taken_out_of_the_address_in_which_it_stands() -> None:
    person = person_of({"address": "4 Heol y Felin, Casnewydd NP20 1AA", "forename": "Siân"})
    assert (person.postcode, person.address) == ("NP201AA", "4 heol y felin casnewydd")


@pytest.mark.parametrize(
    ("values", "nothing"),
    [
        ({}, True), ({"postcode": "NP20 1AA", "gender": "F"}, True), ({"dob": "1900-01-01"}, True),
        ({"phone": "none"}, True), ({"email": "n/a"}, True), ({"forename": "-"}, True), ({"forename": "S"}, False),
        ({"surname": "Rees"}, False), ({"dob": "1984-03-17"}, False), ({"phone": "07700 900123"}, False),
        ({"email": "a@post.example"}, False),
    ],
)  # fmt: skip
def test_where_somebody_lives_alone_says_nothing_of_who_they_are(values: dict[str, str], nothing: bool) -> None:
    assert person_of(values).tells_nothing() is nothing


@pytest.mark.parametrize("word", ["F", "female", "Benyw", "2", "girl"])
def test_gender_is_read_in_both_languages_and_by_number(word: str) -> None:
    assert person_of({"gender": word}).gender == "f"


def test_a_gender_that_is_not_known_is_none_and_another_is_itself() -> None:
    assert person_of({"gender": "Not known"}).gender is None
    assert person_of({"gender": "non-binary"}).gender == "non binary"


def test_names_that_finding_brings_together_may_be_two_peoples_here() -> None:
    assert words.given_names("ffion") == words.given_names("fiona")
    assert not set(given_forms("ffion")) & set(given_forms("fiona"))
    assert set(given_forms("sian")) & set(given_forms("jane"))
    assert {"ffion", "fiona", "carys", "cerys"} <= names_known()


def test_every_level_has_its_two_numbers_and_each_column_of_them_sums_to_one() -> None:
    numbers = priors()
    levels = {(each.name, level.name) for each in comparisons_for(ROLES) for level in each.levels}
    assert set(numbers) == levels
    for name in {comparison for comparison, _ in levels}:
        for which in (0, 1):
            assert sum(pair[which] for key, pair in numbers.items() if key[0] == name) == pytest.approx(1)


def test_an_empty_row_is_an_empty_person() -> None:
    assert person_of(dict.fromkeys(ROLES, "")) == Person()

from __future__ import annotations

import re
from datetime import date
from random import Random

import pytest

from hawl.demo.choosing import Weighted, data_of
from hawl.demo.people import People, plain

ON = date(2026, 11, 22)
_FULL_POSTCODE = re.compile(r"NP99 [1-59][A-Z]{2}")


def _adults(count: int, seed: int = 3) -> list:
    people = People(Random(seed))
    return [people.adult(ON) for _ in range(count)]


def test_the_same_seed_makes_the_same_people_and_another_seed_others() -> None:
    assert _adults(50) == _adults(50)
    assert _adults(50) != _adults(50, seed=4)


def test_every_given_name_and_surname_list_can_be_drawn_from() -> None:
    names = data_of("names.yaml")
    for community in names["communities"]:
        assert all(community["given"][sex] for sex in ("female", "male")), community["key"]
        assert community.get("gwent_families") or community["family"], community["key"]


def test_welsh_names_keep_their_letters_and_their_particles() -> None:
    adults = _adults(6000)
    given = {person.given_name for person in adults}
    assert {"Siân", "Rhŷs", "Llŷr", "Gwenllïan"} <= given
    families = {person.family_name for person in adults}
    assert {"ap Rhys", "ab Owain"} <= families
    assert any(family.startswith("ferch ") for family in families)
    assert not {"ap Owain", "ap Emrys", "ab Rhys", "ab Dafydd"} & families
    assert any("-" in family for family in families)


def test_jones_is_the_commonest_surname_and_newer_communities_are_there() -> None:
    families = [person.family_name for person in _adults(4000)]
    assert max(set(families), key=families.count) == "Jones"
    assert {"Wójcik", "Khan", "Begum", "Kovalenko"} <= set(families)


def test_telephones_are_drama_numbers_and_mail_goes_to_example_names() -> None:
    for person in _adults(1500):
        for kind, value in person.ways:
            if kind in ("mobile", "landline"):
                digits = value.replace(" ", "").replace("+44", "0")
                assert re.fullmatch(r"07700900\d{3}|01632960\d{3}", digits), value
            elif kind == "email":
                assert re.fullmatch(r"[a-z0-9.]+@([a-z]+\.example|example\.org)", value), value


def test_postcodes_lie_in_a_district_not_in_use() -> None:
    for person in _adults(300):
        assert _FULL_POSTCODE.fullmatch(person.home.postcode)
        assert person.home.postcode in person.home.address


def test_adults_and_children_are_of_their_age_on_the_day() -> None:
    people = People(Random(5))
    assert not any(people.adult(ON).is_under_18(ON) for _ in range(400))
    assert all(people.child(ON).is_under_18(ON) for _ in range(400))
    assert all(people.child(ON).born_on < ON for _ in range(400))


def test_a_second_key_of_the_same_person_is_spelt_without_accents() -> None:
    people = People(Random(5))
    adult = people.adult(ON)
    adult.given_name, adult.family_name = "Siân", "ap Llŷr"
    again = people.same_again(adult)
    assert (again.given_name, again.family_name) == ("Sian", "ap Llyr")
    assert again.ref != adult.ref
    assert again.born_on == adult.born_on


def test_a_firm_has_someone_who_speaks_for_it() -> None:
    firm = People(Random(5)).organisation()
    assert firm.kind == "organisation"
    assert firm.organisation_name
    assert firm.named_contact
    assert firm.family_name is None


@pytest.mark.parametrize(
    ("name", "bare"), [("Siân ap Rhŷs", "sian.ap.rhys"), ("Małgorzata", "magorzata"), ("O'Brien", "obrien")]
)
def test_mail_names_are_plain_letters(name: str, bare: str) -> None:
    assert plain(name) == bare


def test_weights_are_followed() -> None:
    rng = Random(1)
    drawn = [Weighted({"often": 9, "seldom": 1, "never": 0}).draw(rng) for _ in range(2000)]
    assert 0.87 < drawn.count("often") / 2000 < 0.93
    assert "never" not in drawn

"""Names of Wales in their forms, numbers and codes: what counts when a person is looked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawl.foundations.vault.keys import KeyRing
from hawl.registers.finding import words
from hawl.registers.finding.queries import Asked, _described
from hawl.registers.finding.tests.pairs import pairs
from hawl.registers.finding.tokens import POSTCODE, Described, by_strength, tokens_of

RING = KeyRing(1, {}, b"i" * 32)
FEWEST_OF_HUNDRED = 97


def found_by(given_name: str, family: str, asked: str) -> bool:
    stored = tokens_of(Described(names=[(given_name, family)]), ring=RING)
    return any(wanted & stored for _, wanted in by_strength(_described(Asked(name=asked)), RING))


def test_names_are_found_in_the_forms_in_which_they_are_met() -> None:
    tried = pairs()
    missed = [pair for pair in tried if not found_by(*pair)]
    assert len(tried) >= 150
    assert (len(tried) - len(missed)) * 100 >= FEWEST_OF_HUNDRED * len(tried), missed


def test_of_the_pairs_plain_equality_would_find_few() -> None:
    """Else the set would prove nothing."""
    same = [p for p in pairs() if words.folded(f"{p[0]} {p[1]}") == words.folded(p[2])]
    assert len(same) * 10 < len(pairs())


def test_names_that_have_nothing_in_common_are_not_taken_for_one() -> None:
    stored = [("Siân", "Jones"), ("Gruffudd", "Powell"), ("Fatima", "Begum"), ("Piotr", "Kowalski"), ("Nia", "Vaughan")]
    for one in stored:
        for given_name, family in stored:
            if (given_name, family) != one:
                assert not found_by(*one, f"{given_name} {family}")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Siân ap-Rhŷs", "sian ap rhys"), ("O’Shea", "oshea"), ("  LLŶR  ", "llyr"), ("Ffïon", "ffion"), ("Zoë", "zoe")],
)
def test_marks_case_hyphens_and_apostrophes_do_not_count(text: str, plain: str) -> None:
    assert words.folded(text) == plain


@pytest.mark.parametrize(("one", "other"), [("Llanelli", "Lanelli"), ("Ffowc", "Fowk"),
    ("Rhodri", "Rodri"), ("Gwyther", "Wither"), ("Karadog", "Caradoc"), ("Siarl", "Sharl"),
    ("Dafydd", "Davyth"), ("Bach", "Back")])  # fmt: skip
def test_names_that_sound_alike_to_a_welsh_or_an_english_ear_have_one_sound(one: str, other: str) -> None:
    assert words.sound_of(one) == words.sound_of(other)


@pytest.mark.parametrize(("one", "other"), [("Jones", "Evans"), ("Parry", "Morgan"), ("Lewis", "Rees")])
def test_names_that_sound_apart_have_two(one: str, other: str) -> None:
    assert words.sound_of(one) != words.sound_of(other)


@pytest.mark.parametrize(
    "number",
    ["07700 900123", "+44 7700 900123", "0044 7700 900 123", "(07700) 900-123", "+44 (0)7700 900123", "447700900123"],
)
def test_one_number_is_one_however_it_is_written(number: str) -> None:
    assert words.phone(number) == "+447700900123"


def test_a_number_of_another_country_keeps_its_country_and_no_number_is_none() -> None:
    assert words.phone("+353 1 234 5678") == "+35312345678"
    assert words.phone("unknown") == ""


def test_a_postcode_is_read_out_of_an_address() -> None:
    assert words.postcode("12 Stow Hill, Casnewydd np20 1aa") == "NP201AA"
    assert words.postcode("Stow Hill") == ""


@given(st.text(max_size=60))
def test_no_text_is_too_odd_to_be_searched_for(text: str) -> None:
    by_strength(_described(Asked(name=text, phone=text, email=text, postcode=text, reference=text)), RING)
    tokens_of(Described(names=[(text, text)], ways=[("landline", text), ("address", text)]), ring=RING)


def test_sealed_people_have_tokens_of_another_key_and_another_installation_others_again() -> None:
    who = Described(names=[("Siân", "Jones")], postcodes=["NP20 1AA"])
    open_, sealed = tokens_of(who, ring=RING), tokens_of(who, sealed=True, ring=RING)
    assert not open_ & sealed
    assert not open_ & tokens_of(who, ring=KeyRing(1, {}, b"j" * 32))


def test_without_a_place_nothing_tells_where_a_person_is() -> None:
    who = Described(ways=[("landline", "01633 123456"), ("address", "1 Hill NP20 1AA")], postcodes=["NP20 1AA"])
    assert tokens_of(who, place=False, ring=RING) == set()
    assert len(tokens_of(who, ring=RING)) == 2
    assert [kind for kind, _ in by_strength(Described(postcodes=["np20 1aa"]), RING)] == [POSTCODE]

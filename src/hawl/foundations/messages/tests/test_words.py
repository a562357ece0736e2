"""Neutral words: every template, both languages, with values that somebody hostile would put in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from hawl.foundations.messages.approved import Approved
from hawl.foundations.messages.templates import CannotSay, Template, from_stored, said, stored, templates
from hawl.foundations.messages.words import banned, faults, mutations

GOOD: dict[str, Any] = {
    "date": dt.date(2026, 9, 30), "time": dt.time(10, 30), "number": "0300 123 2133", "first_line": "Annwyl Siân",
}  # fmt: skip
NAMES = frozenset(
    {"Cyfannol Women's Aid", "Cymorth i Ferched Cyfannol", "Gwent Police", "Heddlu Gwent", "Connect Gwent"}
)
APPROVED = Approved(
    {"03001232133": "0300 123 2133"}, (("Dear {name}", "Annwyl {name}"), ("Hello", "Helo")), NAMES
)  # fmt: skip
# What a cold reader got into a message: numbers that say who answers, and first lines that say why.
NUMBERS = ["101", "999", "0808 80 10 800", "0800 111", "01633 496000", "0300 123 2134", "+44300 123 2133", "0300"]
FIRST_LINES = [
    "From Women's Aid", "From Women’s Aid", "Womens Aid Newport", "Gwent PCC", "SARC Newport", "Victim-Support",
    "Your DV worker", "Cymorth i Fenywod", "MARAC", "Re Dai's arrest", "CPS hearing", "Live Fear Free",
    "Dear Women's Aid", "Annwyl Dai", "Dear Siân CPS", "Dear", "Annwyl ", "Hello Siân", "Dear {name}",
]  # fmt: skip


def say(template: Template, channel: str, language: str, told: dict[str, Any]) -> str:
    return said(template, channel, language, told, approved=APPROVED, name="Siân ap Rhys")


# Values as they are typed by mistake or by malice; each is tried in every placeholder.
HOSTILE: list[Any] = [
    "Heddlu Gwent", "the police", "POLICE", "pölice", "p o l i c e", "p-o-l-i-c-e", "po\u200blice", "ｐｏｌｉｃｅ",
    "Victim Support", "victim's", "victims", "dioddefwr", "ddioddefwyr", "nioddefwr", "trais", "drais", "thrais",
    "nhrais", "llys", "lys y Goron", "Llys Ynadon", "court", "refuge", "lloches", "loches", "New Pathways",
    "Byw Heb Ofn", "Women's Aid", "Bawso", "rape", "stalking", "cam-drin", "gam-drin", "camdrin domestig",
    "https://example.org", "www.example.org", "hawl.cymru", "<img src=x>", "<b>Hi</b>", "{number}", "{0}", "%s",
    "\u202eecilop", "a\x00b", "line\nbreak\r\nBcc: him@example.org", "x" * 500, "", " ", "07700 900123; rm",
    "٠١٢٣٤", "１２３４５", "Сиан", None, 7, ["police"], dt.datetime(2026, 9, 30, 10, tzinfo=dt.UTC),
    "ymosodiad", "troseddau",
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("template", templates().values(), ids=lambda each: each.key)
def test_no_hostile_value_gets_a_word_a_link_or_length_into_a_message(template: Template, language: str) -> None:
    assert len(HOSTILE) >= 50
    tried = 0
    for channel in template.channels:
        for name in sorted(template.placeholders):
            for value in HOSTILE:
                tried += 1
                told = {each: GOOD[each] for each in template.placeholders} | {name: value}
                try:
                    text = say(template, channel, language, told)
                except CannotSay:
                    continue
                assert not faults(text, channel, NAMES), text
                assert "\n" not in text.strip() or channel == "letter"
    assert tried == len(HOSTILE) * len(template.placeholders) * len(template.channels)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_template_is_neutral_and_short_with_the_longest_good_values(language: str) -> None:
    for template in templates().values():
        assert frozenset(template.placeholders) <= set(GOOD)
        for channel in template.channels:
            text = say(template, channel, language, {each: GOOD[each] for each in template.placeholders})
            assert not faults(text, channel, NAMES)
            if channel == "text":
                assert len(text) <= 160
                assert text.encode("ascii")


@pytest.mark.parametrize("word", ["heddlu", "police", "dioddefwr", "victim", "refuge", "llys"])
def test_a_template_with_such_a_word_is_caught(word: str) -> None:
    planted = Template("planted", ("text",), {"en": f"Hello from {word}.", "cy": f"Helo gan {word}."})
    for language in ("en", "cy"):
        with pytest.raises(CannotSay, match="banned"):
            said(planted, "text", language, {})


def test_a_link_and_a_long_text_are_caught() -> None:
    assert faults("See www.example.org", "text") == ["link"]
    assert faults("a" * 161, "text") == ["too_long"]
    assert faults("a" * 160, "text") == []
    assert faults("ŵ" * 71, "text") == ["too_long"]
    assert faults("ŵ" * 70, "text") == []
    assert faults("a" * 161, "letter") == []


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("trais", {"trais", "drais", "nhrais", "thrais"}),
        ("llys", {"llys", "lys"}),
        ("dioddefwr", {"dioddefwr", "ddioddefwr", "nioddefwr"}),
        ("camdrin", {"camdrin", "gamdrin", "nghamdrin", "chamdrin"}),
        ("ymosod", {"ymosod", "hymosod"}),
    ],
)
def test_welsh_words_are_found_however_they_begin(word: str, forms: set[str]) -> None:
    assert mutations(word) == forms
    assert all(banned(f"y {form} hwn") for form in forms)


@pytest.mark.parametrize("text", ["Byddwn yn eich ffonio.", "See you on Monday", "heddiw", "rhywun", "Annwyl Rhys"])
def test_ordinary_words_pass(text: str) -> None:
    assert banned(text) == []


def test_values_come_back_as_they_were_told() -> None:
    assert from_stored(stored(GOOD)) == GOOD


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("template", templates().values(), ids=lambda each: each.key)
def test_only_approved_numbers_and_first_lines_get_into_a_message(template: Template, language: str) -> None:
    good = {each: GOOD[each] for each in template.placeholders}
    for channel in template.channels:
        for name, values in (("number", NUMBERS), ("first_line", FIRST_LINES)):
            if name not in template.placeholders:
                continue
            for value in values:
                with pytest.raises(CannotSay, match=f"wrong_{name}"):
                    say(template, channel, language, good | {name: value})
        if {"number", "first_line"} & template.placeholders:
            with pytest.raises(CannotSay):
                said(template, channel, language, good)
        assert say(template, channel, language, good)


def test_a_first_line_is_said_in_the_language_of_the_message_and_a_number_as_the_area_writes_it() -> None:
    template = templates()["letter_please_ring"]
    told = {"first_line": "Annwyl  Siân ap Rhys", "number": "03001232133"}
    assert say(template, "letter", "en", told).startswith("Dear Siân ap Rhys\n\nPlease ring 0300 123 2133 when")
    assert say(template, "letter", "cy", told | {"first_line": "Hello"}).startswith("Helo\n")


@pytest.mark.parametrize("text", [line for line in FIRST_LINES[:12]])
def test_words_that_give_away_are_caught_by_themselves_too(text: str) -> None:
    """The list of words holds without the approved lines: what they let pass would still be stopped."""
    planted = Template("planted", ("letter",), {"en": f"{text}.", "cy": f"{text}."})
    with pytest.raises(CannotSay, match="banned"):
        say(planted, "letter", "en", {})


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_name_of_the_area_in_a_template_is_caught_in_whatever_way_it_is_written(name: str) -> None:
    for text in (name, name.upper(), name.replace("'", "’"), name.replace("'", ""), name.replace(" ", "-"),
                 name.replace(" ", "  "), name.replace(" ", "")):  # fmt: skip
        assert banned(f"Hello from {text} today", NAMES), text
    # Without the area's names some of it would pass.
    assert faults("Hello from Connect the dots", "text", NAMES) == []

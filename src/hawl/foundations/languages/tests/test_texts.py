from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from hawl.foundations.languages import dates
from hawl.foundations.languages.texts import Bilingual, current, in_language


@dataclass
class Body:
    name_en: str
    name_cy: str | None
    name = Bilingual("name")


def test_a_bilingual_field_reads_the_language_of_the_page() -> None:
    body = Body("Gwent Police", "Heddlu Gwent")
    with translation.override("en"):
        assert (body.name, body.name.lang) == ("Gwent Police", "en")
    with translation.override("cy"):
        assert (body.name, body.name.lang) == ("Heddlu Gwent", "cy")


@pytest.mark.parametrize("missing", ["", None])
def test_a_missing_translation_falls_back_and_says_so(missing: str | None) -> None:
    with translation.override("cy"):
        name = Body("Gwent Police", missing).name
    assert (name, name.lang) == ("Gwent Police", "en")


def test_a_bilingual_field_is_not_set_without_saying_which_language() -> None:
    with pytest.raises(AttributeError, match="name_en or name_cy"):
        Body("a", "b").name = "c"


def test_a_named_language_wins_over_that_of_the_page() -> None:
    with translation.override("en"):
        assert in_language({"en": "Right", "cy": "Hawl"}, "cy") == "Hawl"


@pytest.mark.parametrize(("code", "is_read_as"), [("en", "en"), ("en-gb", "en"), ("cy", "cy"), ("fr", "en")])
def test_every_other_language_is_read_as_english(code: str, is_read_as: str) -> None:
    with translation.override(code):
        assert current() == is_read_as


@pytest.mark.parametrize(("language", "written"), [("en", "22 November 2026"), ("cy", "22 Tachwedd 2026")])
def test_a_day_is_written_as_its_language_does(language: str, written: str) -> None:
    assert dates.day(date(2026, 11, 22), language) == written


def test_all_twelve_months_differ_in_welsh() -> None:
    written = [dates.month(date(2026, month, 1), "cy") for month in range(1, 13)]
    assert written[:3] == ["Ionawr 2026", "Chwefror 2026", "Mawrth 2026"]
    assert len(set(written)) == 12


def test_a_moment_is_shown_as_the_day_in_london() -> None:
    before_midnight = datetime(2026, 7, 1, 22, 59, tzinfo=UTC)
    at_midnight = datetime(2026, 7, 1, 23, 0, tzinfo=UTC)
    assert dates.day(before_midnight, "en") == "1 July 2026"
    assert dates.day(at_midnight, "en") == "2 July 2026"
    assert dates.clock_time(at_midnight) == "00:00"


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        dates.day(datetime(2026, 7, 1))  # noqa: DTZ001


def test_no_day_is_no_words() -> None:
    assert dates.day(None) == dates.month(None) == dates.clock_time(None) == ""

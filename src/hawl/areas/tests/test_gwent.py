"""The Gwent files themselves: what they must say, and say in both languages."""

from __future__ import annotations

import datetime as dt

import pytest

from hawl.areas.area import Area
from hawl.areas.reading import built_in, mistakes, read_area
from hawl.areas.writing import documents
from hawl.registers.dated.values import on
from hawl.work.intake.rules import policy_from


@pytest.fixture(scope="module")
def gwent() -> Area:
    folder = built_in("gwent")
    assert folder is not None
    return read_area(folder)


def test_there_is_nothing_to_mend_in_gwent() -> None:
    folder = built_in("gwent")
    assert folder is not None
    assert [str(one) for one in mistakes(folder)] == []


def test_the_five_councils_have_their_codes(gwent: Area) -> None:
    assert {council.gss: council.names[0].cy for council in gwent.place.councils} == {
        "W06000018": "Caerffili",
        "W06000019": "Blaenau Gwent",
        "W06000020": "Torfaen",
        "W06000021": "Sir Fynwy",
        "W06000022": "Casnewydd",
    }
    assert {code.scheme: code.code for code in gwent.place.codes} == {"ons-police-area": "W15000002", "cjs-force": "61"}


def test_the_nine_services_of_the_list_keep_its_labels(gwent: Area) -> None:
    listed = [one.listed_as.en for one in gwent.services.services if one.listed_as]
    assert len(listed) == 9
    assert "Umbrella Gwent" in listed
    assert "Modern Day Slavery Advocate (until June 2020)" in listed


def test_a_renamed_service_was_called_otherwise_in_2019(gwent: Area) -> None:
    service = next(one for one in gwent.services.services if one.key == "lgbtq")
    names = [on(service.names, day) for day in (dt.date(2019, 6, 1), dt.date(2026, 1, 1))]
    assert [name.en for name in names if name] == ["LGBTQ+ support (Umbrella Gwent)", "LGBTQ+ support (Umbrella Cymru)"]


def test_the_slavery_advocate_left_the_list_with_june_2020_and_went_on(gwent: Area) -> None:
    service = next(one for one in gwent.services.services if one.key == "slavery-advocate")
    told = [on(service.statuses, day) for day in (dt.date(2020, 6, 30), dt.date(2020, 7, 1))]
    assert [status.status for status in told if status] == ["live", "moved"]
    assert [way.way for way in service.reach] == ["police_unit"]


def test_the_mental_health_practitioner_is_reached_only_from_inside_the_hub(gwent: Area) -> None:
    service = next(one for one in gwent.services.services if one.key == "mental-health")
    assert [way.way for way in service.reach] == ["hub_only"]


def test_only_numbers_that_a_source_gives_are_shown(gwent: Area) -> None:
    phones = {way.phone for one in gwent.services.services for way in one.reach if way.phone}
    assert phones == {"0300 123 2133", "0808 80 10 800", "07860 077333"}


def test_live_texts_are_in_todays_words(gwent: Area) -> None:
    told = " ".join(f"{one.about.en} {one.how.en} {one.names[-1].en}" for one in gwent.services.services).lower()
    assert "modern day slavery" not in told
    assert "advisor" not in told
    assert "adviser" in told


def _pairs(data: object) -> list[tuple[str, object, object]]:
    found = []
    if isinstance(data, dict):
        if "en" in data or "cy" in data:
            found.append((str(data.get("en")), data.get("cy"), data.get("welsh")))
        for value in data.values():
            found += _pairs(value)
    elif isinstance(data, list):
        for value in data:
            found += _pairs(value)
    return found


def test_every_text_has_both_languages_and_says_how_good_the_welsh_is(gwent: Area) -> None:
    pairs = _pairs(documents(gwent))
    assert len(pairs) > 200
    assert [one for one in pairs if not one[1] or one[2] not in ("draft", "reviewed", "official")] == []


def test_welsh_of_our_own_is_marked_draft(gwent: Area) -> None:
    assert all(term.welsh == "draft" for term in gwent.terms if term.source == ("HAWL",))
    assert all(one.about.welsh == one.how.welsh == "draft" for one in gwent.services.services)


def test_the_rows_that_gwent_holds_back_are_known_to_the_feed_and_to_routing(gwent: Area) -> None:
    policy = policy_from(documents(gwent)["routing"])
    routes = {rule.key: rule.route for rule in policy.rules}
    assert routes["sexual-offence"] == routes["under-eighteen"] == "consent_first"
    assert next(iter(routes)) == "declined"
    # A child exploited through drugs is held, not set aside with the offence.
    assert list(routes).index("specialist") < list(routes).index("out-of-scope")

from __future__ import annotations

import pytest
from django.utils import translation

from hawl.entrances.public_site.services import _grouped, directory
from hawl.foundations.languages.texts import Text
from hawl.registers.dated.values import Name
from hawl.registers.services.entries import SettingEntry, StandingEntry, TextEntry, WayEntry, WhomEntry
from hawl.registers.services.queries import DirectoryService

SURE = {"source": ("X1",), "certainty": "read"}
NEEDS = {"any-crime": Text("Any crime", "en"), "children": Text("Children", "en"), "scams": Text("Scams", "en")}


def _service(
    key: str,
    *needs: str,
    reported: str = "either",
    ages: tuple[int | None, int | None] = (None, None),
    reach: tuple[WayEntry, ...] = (),
) -> DirectoryService:
    text = TextEntry(en="About it", cy="Amdano", welsh="draft", **SURE)
    return DirectoryService(
        key=key,
        kind="support",
        name=Name(en=key, cy=f"{key} cy", welsh="draft", **SURE),
        providers=("a-charity", "gone"),
        status=StandingEntry(status="live", **SURE),
        commissioned=True,
        whom=WhomEntry(needs=needs, people=("victim",), reported=reported, age_from=ages[0], age_to=ages[1], **SURE),
        place=SettingEntry(where="hub", **SURE),
        reach=reach,
        about=text,
        how=text,
        listed_as=None,
    )


def test_services_for_anyone_come_first_and_each_stands_once() -> None:
    groups = _grouped(
        [_service("b", "scams", "any-crime"), _service("c", "children", "scams"), _service("a", "any-crime")], NEEDS, {}
    )
    assert [(group.title, [one.key for one in group.services]) for group in groups] == [
        ("Any crime", ["b", "a"]),
        ("Children", ["c"]),
    ]


def test_an_unknown_need_is_still_shown() -> None:
    (group,) = _grouped([_service("a", "unheard-of")], NEEDS, {})
    assert group.title == "Other services"
    assert group.services[0].whom == ()


@pytest.mark.parametrize(
    ("ages", "words"),
    [
        ((8, 18), "Aged 8 to 18"),
        ((55, None), "Aged 55 or over"),
        ((None, 17), "Aged 17 or under"),
        ((0, 17), "Aged 0 to 17"),
    ],
)
def test_ages_are_told_in_words(ages: tuple[int | None, int | None], words: str) -> None:
    (group,) = _grouped([_service("a", "children", ages=ages)], NEEDS, {})
    assert group.services[0].whom == ("Children", words)


def test_only_those_who_reported_are_told_so() -> None:
    (group,) = _grouped([_service("a", "any-crime", reported="reported_only")], NEEDS, {})
    assert group.services[0].whom[-1] == "Only if the police know of it"


def test_numbers_to_ring_and_to_text_are_kept_apart() -> None:
    reach = (
        WayEntry(way="phone", phone="01", **SURE),
        WayEntry(way="text", phone="02", **SURE),
        WayEntry(way="phone", **SURE),
    )
    (group,) = _grouped([_service("a", "any-crime", reach=reach)], NEEDS, {})
    assert (group.services[0].phones, group.services[0].texts) == (("01",), ("02",))


def test_who_runs_it_is_named_where_known_and_not_twice() -> None:
    bodies = {"a-charity": Text("A charity", "en")}
    first, second = _grouped([_service("a", "any-crime"), _service("A charity", "any-crime")], NEEDS, bodies)[
        0
    ].services
    assert first.run_by == ("A charity",)
    assert second.run_by == ()


def test_a_welsh_page_shows_welsh_names() -> None:
    with translation.override("cy"):
        (group,) = _grouped([_service("a", "any-crime")], NEEDS, {})
    assert group.services[0].name == "a cy"


@pytest.mark.process("public")
@pytest.mark.django_db
def test_the_public_process_may_read_the_directory() -> None:
    assert isinstance(directory(), list)

"""What the area of this installation lets a message say, and every template held against its names."""

from __future__ import annotations

import datetime as dt

import pytest

from hawl.foundations.messages.templates import CannotSay, said, subject, templates
from hawl.foundations.messages.words import banned, faults
from hawl.registers.services.models import ServiceWay
from hawl.work.hub.sayable import approved

pytestmark = pytest.mark.django_db
GOOD = {"date": dt.date(2026, 9, 30), "time": dt.time(10, 30), "number": "0300 123 2133", "first_line": "Annwyl Siân"}


def test_the_area_approves_its_hub_s_number_that_was_read_in_a_source_and_no_other() -> None:
    assert dict(approved().numbers) == {"03001232133": "0300 123 2133"}
    assert "0808 80 10 800" in set(ServiceWay.objects.values_list("phone", flat=True))
    assert ("Dear {name}", "Annwyl {name}") in approved().first_lines
    assert {"Gwent Police", "Heddlu Gwent", "Cyfannol Women's Aid", "Connect Gwent"} <= approved().names


def test_a_number_that_nobody_has_verified_is_not_approved() -> None:
    ServiceWay.objects.filter(phone="0300 123 2133").update(certainty="unconfirmed")
    assert not approved().numbers
    with pytest.raises(CannotSay, match="wrong_number"):
        said(templates()["please_ring"], "text", "en", {"number": "0300 123 2133"}, approved=approved())


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_template_is_neutral_with_the_names_of_the_area(language: str) -> None:
    held = approved()
    for template in templates().values():
        for channel in template.channels:
            told = {each: GOOD[each] for each in template.placeholders}
            words = said(template, channel, language, told, approved=held, name="Siân ap Rhys")
            assert not faults(words, channel, held.names)
    assert not banned(subject(language), held.names)
    assert all(banned(f"Helo gan {name} heddiw", held.names) for name in held.names)

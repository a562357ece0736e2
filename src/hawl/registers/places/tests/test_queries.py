"""Areas and councils as they are read, from the Gwent area that every test database holds."""

from __future__ import annotations

import datetime as dt

import pytest

from hawl.registers.places.models import Council
from hawl.registers.places.queries import NoSuchArea, area_entry, area_keys, councils_of, name_of_area, routing

pytestmark = pytest.mark.django_db


def test_a_council_leaves_an_area_the_day_after_its_last() -> None:
    last = dt.date(2026, 3, 31)
    leaving = Council.objects.get(key="torfaen").areas.get()
    leaving.until_on = last
    leaving.until = last.isoformat()
    leaving.save()
    before, after = councils_of("gwent", last), councils_of("gwent", last + dt.timedelta(days=1))
    assert "torfaen" in {council.key for council in before}
    assert {council.key for council in before} - {council.key for council in after} == {"torfaen"}


def test_councils_come_in_the_order_of_the_area_s_file() -> None:
    assert [council.key for council in councils_of("gwent")] == [
        council.key for council in area_entry("gwent").councils
    ]


def test_an_area_has_a_name_in_both_languages() -> None:
    name = name_of_area("gwent")
    assert name is not None
    assert (name.en, bool(name.cy)) == ("Gwent", True)


def test_an_area_that_is_not_there_is_told_with_its_mend() -> None:
    assert "powys" not in area_keys()
    for asked in (area_entry, routing, councils_of):
        with pytest.raises(NoSuchArea, match="hawl area load powys"):
            asked("powys")


@pytest.mark.process("public")
def test_the_public_role_reads_areas() -> None:
    assert area_keys() == ["gwent"]

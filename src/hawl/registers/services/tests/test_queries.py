"""The directory on a day, from the Gwent area that every test database holds."""

from __future__ import annotations

import datetime as dt

import pytest

from hawl.registers.services.models import Service, ServiceStatus
from hawl.registers.services.queries import OPEN_TO_THE_PUBLIC, live_services, needs, service, status_of

pytestmark = pytest.mark.django_db
SERVICE = "victim-support"
LAST = dt.date(2026, 3, 31)


def keys_on(day: dt.date) -> set[str]:
    return {one.key for one in live_services("gwent", on_day=day)}


def put_status(status: str, *, since: dt.date | None = None, until: dt.date | None = None) -> None:
    ServiceStatus.objects.create(
        service_id=SERVICE, status=status, certainty="read",
        since=since.isoformat() if since else "", since_on=since,
        until=until.isoformat() if until else "", until_on=until,
    )  # fmt: skip


def test_a_service_that_ended_is_shown_on_its_last_day_and_not_on_the_next() -> None:
    Service.objects.get(key=SERVICE).statuses.all().delete()
    put_status("live", until=LAST)
    put_status("ended", since=LAST + dt.timedelta(days=1))
    assert SERVICE in keys_on(LAST)
    assert SERVICE not in keys_on(LAST + dt.timedelta(days=1))


@pytest.mark.parametrize("status", ["live", "interim", "extended", "ending", "moved", "ended", "unconfirmed"])
def test_only_what_can_be_asked_for_is_shown(status: str) -> None:
    Service.objects.get(key=SERVICE).statuses.all().delete()
    put_status(status)
    assert (SERVICE in keys_on(LAST)) == (status in OPEN_TO_THE_PUBLIC)


def test_what_another_funder_pays_for_is_shown_as_not_commissioned() -> None:
    Service.objects.get(key=SERVICE).statuses.all().delete()
    put_status("moved")
    shown = {one.key: one.commissioned for one in live_services("gwent", on_day=LAST)}
    assert shown[SERVICE] is False


def test_a_service_of_no_known_standing_is_left_out() -> None:
    Service.objects.get(key=SERVICE).statuses.all().delete()
    assert status_of(SERVICE, LAST) is None
    assert SERVICE not in keys_on(LAST)
    assert service(SERVICE).key == SERVICE


def test_a_need_that_nobody_serves_finds_nothing() -> None:
    assert live_services("gwent", need="no-such-need") == []
    assert live_services("another-area") == []


def test_every_need_of_the_area_is_in_both_languages() -> None:
    assert needs("gwent")
    assert all(need.en and need.cy for need in needs("gwent"))

"""The gate and the feed together: what comes in later about a person who was referred on."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import DESK, HUB, account, organisation_id
from hawl.registers.people.models import Contact
from hawl.rights.duties.models import Duty
from hawl.work.hub.actions import record_answer, refer_to_hub
from hawl.work.intake.actions import import_feed
from hawl.work.intake.desks import desk_of_area
from hawl.work.intake.feed.tests.examples import full_row, write_jsonl

pytestmark = [pytest.mark.django_db, pytest.mark.process("jobs")]


def take_in(tmp_path: Path, *rows: dict[str, Any]) -> None:
    desk, feed = desk_of_area()
    desk = dataclasses.replace(desk, today=max(today(), desk.today))
    import_feed(path=write_jsonl(tmp_path / "feed.jsonl", list(rows)), by=feed, desk=desk)


def row(record: str, version: int = 1, **changes: Any) -> dict[str, Any]:
    plain = {
        "record_id": record,
        "version": version,
        "crime__offence": "burglary_dwelling",
        "crime__flags": [],
        "person__agreement": "not_asked",
        "person__ref": "GWP-P-GATE",
        "person__on_behalf_of": None,
        "suspect__person_ref": None,
        "events": [],
    }
    return full_row(**{**plain, **changes})


@pytest.fixture
def officer() -> Actor:
    return account(Role.VICTIM_CARE_OFFICER, DESK).actor()


@pytest.fixture
def hub() -> Actor:
    return Actor(label="user:0", organisations=frozenset({organisation_id(HUB)}))


def test_a_later_crime_of_a_person_referred_on_stays_with_the_desk(tmp_path: Path, officer: Actor, hub: Actor) -> None:
    take_in(tmp_path, row("GATE-1"))
    with acting_as(officer):
        refer_to_hub(by=officer, case=Case.objects.get(), on=today())
    take_in(tmp_path, row("GATE-2", crime__offence="rape", crime__ref="2600999999"))
    with acting_as(hub):
        assert [case.offence for case in Case.objects.all()] == ["burglary_dwelling"]
        assert {event.case_id for event in CaseEvent.objects.all()} == {Case.objects.get().pk}
        assert {duty.case_id for duty in Duty.objects.all()} == {Case.objects.get().pk}
        # All claims on a number go together, or the strictest could not count for the hub.
        seen = Contact.objects.count()
    with acting_as(officer):
        assert Case.objects.count() == 2
        assert seen == Contact.objects.count()


def test_a_later_version_of_a_case_referred_on_stays_open_to_the_hub(
    tmp_path: Path, officer: Actor, hub: Actor
) -> None:
    take_in(tmp_path, row("GATE-1"))
    with acting_as(officer):
        refer_to_hub(by=officer, case=Case.objects.get(), on=today())
    take_in(tmp_path, row("GATE-1", 2, person__risk="high"))
    with acting_as(officer):
        held = (CaseEvent.objects.count(), Duty.objects.count())
        assert Duty.objects.get(duty_id="4.4").standing == "met"
    with acting_as(hub):
        assert Case.objects.get().risk == "high"
        assert (CaseEvent.objects.count(), Duty.objects.count()) == held


def test_a_later_version_undoes_no_answer(tmp_path: Path, officer: Actor) -> None:
    take_in(tmp_path, row("GATE-1"))
    with acting_as(officer):
        # The control: but for the no, this number might be rung once.
        assert Contact.objects.filter(ring="first_approach").exists()
        record_answer(by=officer, case=Case.objects.get(), agreed=False, on=today())
    take_in(tmp_path, row("GATE-1", 2, person__agreement="yes", suspect__known=False))
    with acting_as(officer):
        case = Case.objects.get()
        assert (case.agreement, case.route, case.no_first_call) == ("no", "declined", True)
        assert not Contact.objects.filter(ring="first_approach").exists()
        assert Duty.objects.get(duty_id="4.4").standing == "declined"

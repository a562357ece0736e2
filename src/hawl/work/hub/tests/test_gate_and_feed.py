"""The gate and the feed together: what comes in later about a person who was referred on."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import DESK, HUB, account
from hawl.registers.people.models import Contact, Person
from hawl.registers.people.queries import ways_to_reach
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


def rows_seen(table: str) -> int:
    """What the database gives by itself, past every manager of ours."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def number(value: str = "07700 900123", **answers: str) -> dict[str, Any]:
    given = {"kind": "mobile", "value": value, "given_by": "victim", "given_on": "2026-11-20"}
    return {**given, "ring": "yes", "text": "not_asked", "message": "not_asked", "write": "not_asked", **answers}


def refer(officer: Actor) -> None:
    with acting_as(officer):
        refer_to_hub(by=officer, case=Case.objects.get(), on=today())


@pytest.fixture
def officer() -> Actor:
    return account(Role.VICTIM_CARE_OFFICER, DESK).actor()


@pytest.fixture
def hub() -> Actor:
    return account(Role.HUB_WORKER, HUB).actor()


def test_a_later_crime_of_a_person_referred_on_stays_with_the_desk(tmp_path: Path, officer: Actor, hub: Actor) -> None:
    take_in(tmp_path, row("GATE-1"))
    with acting_as(officer):
        refer_to_hub(by=officer, case=Case.objects.get(), on=today())
    take_in(tmp_path, row("GATE-2", crime__offence="rape", crime__ref="2600999999"))
    with acting_as(hub):
        assert [case.offence for case in Case.objects.all()] == ["burglary_dwelling"]
        assert {event.case_id for event in CaseEvent.objects.all()} == {Case.objects.get().pk}
        assert {duty.case_id for duty in Duty.objects.all()} == {Case.objects.get().pk}
        assert {claim.case_id for claim in Contact.objects.all()} == {Case.objects.get().pk}
        seen = Contact.objects.count()
        assert seen == rows_seen("people_contact") > 0
    with acting_as(officer):
        assert Case.objects.count() == 2
        assert seen < Contact.objects.count()


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


TABLES = ("people_person", "people_contact", "cases_case", "cases_caseevent", "duties_duty")
SAFE = {"suspect__known": False, "suspect__lives_here": False}


@pytest.mark.parametrize("word", ["no", "not_asked"])
@pytest.mark.parametrize("later", [False, True])
def test_what_a_hidden_claim_forbids_is_forbidden_to_the_hub(
    tmp_path: Path, officer: Actor, hub: Actor, word: str, *, later: bool
) -> None:
    open_row = row("GATE-1", contacts=[number()], **SAFE)
    hidden = row("GATE-2", crime__ref="2600999999", contacts=[number(ring=word, text="no"), number("07700 900999")],
                 **SAFE)  # fmt: skip
    take_in(tmp_path, open_row, *([] if later else [hidden]))
    with acting_as(officer):
        case = min(Case.objects.all(), key=lambda each: str(each.reference["record_id"]))
        refer_to_hub(by=officer, case=case, on=today())
    with acting_as(hub):
        before = [way.ring for way in ways_to_reach(Person.objects.get())]
        assert before == (["first_approach"] if later else [{"no": "unsafe"}.get(word, "unknown")])
    take_in(tmp_path, *([hidden] if later else []), row("GATE-1", 2, contacts=[number()], **SAFE))
    with acting_as(hub):
        (way,) = ways_to_reach(Person.objects.get())
        assert (way.ring, way.text, way.claims) == ({"no": "unsafe"}.get(word, "unknown"), "unsafe", 1)
        assert rows_seen("people_contact") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"crime__offence": "rape"},
        {"person__agreement": "no"},
        {"person__role": "parent", "person__age": 9, "person__born_on": None},
        {"suspect__police_employee": True},
    ],
)
def test_a_version_that_closes_a_case_takes_it_back_from_the_hub(
    tmp_path: Path, officer: Actor, hub: Actor, change: dict[str, Any]
) -> None:
    take_in(tmp_path, row("GATE-1"))
    refer(officer)
    with acting_as(hub):
        assert min(rows_seen(table) for table in TABLES) > 0
    take_in(tmp_path, row("GATE-1", 2, **change))
    with acting_as(Actor(label="system:tests", machine=True)):
        case = Case.objects.get()
        assert case.route != "automatic"
        assert (case.referred_on, case.recalled_on is not None) == (None, True)
    with acting_as(hub):
        assert [rows_seen(table) for table in TABLES] == [0] * 5
    if "suspect__police_employee" not in change:
        with acting_as(officer):
            assert min(rows_seen(table) for table in TABLES) > 0
            # What was recorded stays recorded.
            assert CaseEvent.objects.filter(event="support_referral_made").exists()


def test_only_the_case_taken_back_is_hidden_where_another_stays_open(
    tmp_path: Path, officer: Actor, hub: Actor
) -> None:
    take_in(tmp_path, row("GATE-1"), row("GATE-2", crime__ref="2600999999"))
    with acting_as(officer):
        for case in Case.objects.all():
            refer_to_hub(by=officer, case=case, on=today())
    take_in(tmp_path, row("GATE-2", 2, crime__ref="2600999999", crime__offence="rape"))
    with acting_as(hub):
        case = Case.objects.get()
        assert case.offence == "burglary_dwelling"
        assert {claim.case_id for claim in Contact.objects.all()} == {case.pk}
        assert {event.case_id for event in CaseEvent.objects.all()} == {case.pk}
        assert rows_seen("people_person") == 1


def test_a_counter_allegation_takes_back_the_case_of_the_one_who_was_referred(
    tmp_path: Path, officer: Actor, hub: Actor
) -> None:
    take_in(tmp_path, row("GATE-1", suspect__person_ref="OTHER"))
    refer(officer)
    take_in(tmp_path, row("GATE-2", crime__ref="2600999999", person__ref="OTHER", suspect__person_ref="GWP-P-GATE"))
    with acting_as(hub):
        assert [rows_seen(table) for table in TABLES] == [0] * 5


def test_a_version_that_names_another_person_takes_the_case_back(tmp_path: Path, officer: Actor, hub: Actor) -> None:
    take_in(tmp_path, row("GATE-1"))
    refer(officer)
    # The first person stays known by another case, and is closed to the hub as the case is.
    take_in(tmp_path, row("GATE-2", crime__ref="2600999999"))
    take_in(tmp_path, row("GATE-1", 2, person__ref="SOMEBODY-ELSE"))
    with acting_as(hub):
        assert [rows_seen(table) for table in TABLES] == [0] * 5
    with acting_as(officer):
        assert Person.objects.count() == 2
        assert sorted(case.recalled_on is not None for case in Case.objects.all()) == [False, True]


def test_a_case_taken_back_can_be_referred_again_when_the_record_allows_it(
    tmp_path: Path, officer: Actor, hub: Actor
) -> None:
    take_in(tmp_path, row("GATE-1"))
    refer(officer)
    take_in(tmp_path, row("GATE-1", 2, crime__offence="rape"))
    take_in(tmp_path, row("GATE-1", 3))
    with acting_as(hub):
        assert not Case.objects.exists()
    refer(officer)
    with acting_as(hub):
        assert Case.objects.get().recalled_on is None
        assert Contact.objects.exists()

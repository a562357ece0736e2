"""The duties that an import lays are those that follow from the stored events, on its day and on later ones."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hawl.demo.feed import make_feed
from hawl.demo.writing import write_feed
from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.people.models import Contact, Person
from hawl.rights.duties.columns import COLUMNS, duty_values
from hawl.rights.duties.models import Duty
from hawl.rights.rulebook import Event, applying, evaluate
from hawl.work.intake import actions
from hawl.work.intake.actions import import_feed
from hawl.work.intake.feed.tests.examples import TODAY, full_row, small_row
from hawl.work.intake.tests.importing import EVERYBODY, desk, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def caseload(tmp_path: Path) -> dict[str, Any]:
    """An invented feed of 500 people, taken in; the counts of the import."""
    file = tmp_path / "feed.jsonl"
    write_feed(file, make_feed(500, 11, TODAY))
    where, actor = desk()
    return import_feed(path=file, by=actor, desk=where).as_dict()


def stored_events(case: Case) -> list[Event]:
    rows = CaseEvent.objects.filter(case=case)
    return [
        Event("c", one.event_id, one.event, one.occurred_on, one.received_on, one.about or None, one.attributes)
        for one in rows
    ]


def columns_on(case: Case, day: date) -> list[tuple[Any, ...]]:
    return sorted((duty_values(one) for one in evaluate(stored_events(case), applying(), day)), key=repr)


def chosen(count: int) -> list[Case]:
    return random.Random(3).sample(list(Case.objects.order_by("pk")), count)


@pytest.mark.usefixtures("caseload")
def test_the_stored_duties_are_those_of_the_stored_events() -> None:
    seen: Counter[str] = Counter()
    with acting_as(EVERYBODY):
        for case in chosen(150):
            stored = sorted(Duty.objects.filter(case=case).values_list(*COLUMNS), key=repr)
            assert stored == columns_on(case, TODAY)
            seen.update(row[COLUMNS.index("standing")] for row in stored)
            assert {duty.rank for duty in case.duties.all()} <= {case.rank}
    assert seen["met"] > 100
    assert seen["open"] > 10


@pytest.mark.usefixtures("caseload")
@pytest.mark.parametrize("days", [1, 5, 10, 90])
def test_open_and_the_due_day_tell_the_state_of_every_later_day(days: int) -> None:
    later = TODAY + timedelta(days=days)
    changed = 0
    with acting_as(EVERYBODY):
        for case in chosen(60):
            evaluated = evaluate(stored_events(case), applying(), later)
            told = {(one.duty_id, one.trigger_event_id): one for one in evaluated}
            for duty in Duty.objects.filter(case=case):
                one = told[duty.duty_id, duty.trigger_event_id]
                state = duty.standing
                if state == "open":
                    state = "no_limit" if duty.due_on is None else "overdue" if duty.due_on < later else "pending"
                    changed += state == "overdue"
                assert (state, duty.due_on) == (one.state, one.due_on)
    assert changed or days < 90


def test_the_counts_of_an_import_are_those_of_the_tables(caseload: dict[str, Any]) -> None:
    with acting_as(EVERYBODY):
        tables = {"people": Person, "cases": Case, "events": CaseEvent, "duties": Duty}
        assert {name: caseload[name] for name in tables} == {
            name: model.objects.count() for name, model in tables.items()
        }
        assert caseload["routes"] == Counter(Case.objects.values_list("route", flat=True))
        assert not Contact.objects.filter(ring="safe").exists()
    assert caseload["rows"] == caseload["accepted"] + caseload["rejected"] + caseload["repeated"]


def test_words_that_are_sealed_answer_no_rule_and_are_not_lost() -> None:
    row = full_row()
    row["events"][0]["attributes"] = {"by": "a letter in her own words", "copies": 1}
    take_in([row])
    with acting_as(EVERYBODY):
        event = CaseEvent.objects.get(event="written_confirmation_sent")
        assert (event.attributes, event.detail) == ({"copies": 1}, {"by": "a letter in her own words"})
        case = Case.objects.get()
        assert sorted(Duty.objects.values_list(*COLUMNS), key=repr) == columns_on(case, TODAY)


def test_the_arrival_of_the_feed_alone_refers_nobody() -> None:
    take_in([small_row(person__agreement="yes", person__age=40, suspect__known=False)])
    with acting_as(EVERYBODY):
        assert Case.objects.get().referred_on is None
        assert Duty.objects.get(duty_id="4.4").standing == "open"


def test_what_the_desk_recorded_counts_when_a_newer_version_comes() -> None:
    act = next(duty.act for book in applying() for duty in book.duties if duty.id == "4.4")
    row = small_row(person__agreement="yes", person__age=40, suspect__known=False)
    take_in([row])
    with acting_as(EVERYBODY):
        case = Case.objects.get()
        CaseEvent.objects.create(
            case=case, event_id="desk-1", event=act, occurred_on=TODAY, asserted_by="desk", recorded_at=timezone.now(),
            visible_to=case.visible_to, named_users=case.named_users,
        )  # fmt: skip
    take_in([{**row, "version": row["version"] + 1}])
    with acting_as(EVERYBODY):
        assert Duty.objects.get(duty_id="4.4").standing != "open"
        assert sorted(Duty.objects.values_list(*COLUMNS), key=repr) == columns_on(case, TODAY)


@contextmanager
def counting() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as found:
        yield found


def statements_of(rows: list[dict[str, Any]]) -> int:
    with counting() as found:
        take_in(rows)
    return len(found)


def many(count: int, start: int, version: int = 1) -> list[dict[str, Any]]:
    return [
        full_row(record_id=f"R{n}", person__ref=f"P{n}", crime__ref=f"C{n}", version=version)
        for n in range(start, start + count)
    ]


@pytest.mark.parametrize("version", [1, 2])
def test_the_number_of_statements_does_not_grow_with_the_rows_of_a_part(version: int) -> None:
    assert actions.ROWS_IN_A_PART >= 500
    # The lock on the keys that are written under is taken once in a transaction, which here is that of the test.
    take_in(many(1, 1000) if version == 1 else many(550, 0))
    few, lots = statements_of(many(50, 0, version)), statements_of(many(500, 50, version))
    assert few == lots
    assert few < 125


def test_a_case_reported_before_the_code_began_is_taken() -> None:
    old = small_row(crime__reported_on="1950-01-02", person__born_on="1940-01-01")
    assert take_in([old]).as_dict()["accepted"] == 1

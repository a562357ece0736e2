"""`hawl demo`: its summary against the tables, its second run, its day, and what it must never touch."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from django.db import connection

from hawl.demo.laying_out import NotADemo, Summary, is_demo, lay_out
from hawl.entrances.cli.main import hawl
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.database import connection as way
from hawl.foundations.identity.models import User
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import make_person
from hawl.registers.people.models import Contact, Person
from hawl.rights.rulebook import Event, built_in, evaluate
from hawl.work.intake.feed.tests.examples import small_row
from hawl.work.intake.models import FeedRun
from hawl.work.intake.tests.importing import EVERYBODY, desk, held, take_in

PEOPLE = 150
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database and a place for the demo's mark of its own; the keys and credentials stay those of the run."""
    new_database()
    monkeypatch.setattr("hawl.demo.laying_out.home", lambda: tmp_path / "home")
    assert way.this_process() == "jobs"
    with time_machine.travel(NOON, tick=True):
        yield


def recount(day: date) -> dict[str, Any]:
    """The summary's numbers by other means: objects counted in Python, each duty evaluated from its case's events."""
    with acting_as(EVERYBODY):
        events: dict[Any, list[Event]] = {case.pk: [] for case in Case.objects.all()}
        for row in CaseEvent.objects.all():
            told = (row.event_id, row.event, row.occurred_on, row.received_on, row.about or None, row.attributes)
            events[row.case_id].append(Event(str(row.case_id), *told))
        states = Counter(duty.state for each in events.values() for duty in evaluate(each, built_in(), day))
        return {
            "people": len(list(Person.objects.all())),
            "cases": len(events),
            "routes": dict(Counter(case.route for case in Case.objects.all())),
            "duties": dict(states),
        }


def numbers(summary: Summary) -> dict[str, Any]:
    return {name: value for name, value in summary.as_dict().items() if name not in ("rows_per_second", "seconds")}


def test_every_number_of_the_summary_is_that_of_the_tables() -> None:
    summary = lay_out(people=PEOPLE)
    assert numbers(summary) == recount(NOON.date())
    assert summary.people >= PEOPLE
    run = FeedRun.objects.get()
    assert summary.rows == run.rows_done == run.counts["rows"]
    assert summary.rows_per_second == round(run.rows_done / run.seconds)
    text = "\n".join(summary.lines())
    for number in (summary.people, summary.cases, sum(summary.duties.values()), *summary.routes.values()):
        assert re.search(rf"\b{number:,}\b", text)


def test_the_demo_shows_what_it_should() -> None:
    summary = lay_out(people=400)
    whole = sum(summary.duties.values())
    assert 0.6 < summary.duties["met"] / whole < 0.8
    assert summary.duties["overdue"] / whole < 0.15
    for state in ("met_late", "pending", "declined", "withheld", "data_missing"):
        assert summary.duties.get(state), state
    assert set(summary.routes) == {"automatic", "consent_first", "specialist_hold", "out_of_scope", "declined"}
    with acting_as(EVERYBODY):
        assert Person.objects.filter(visibility="sealed").exists()
        assert Person.objects.filter(language="cy").exists()
        assert Case.objects.filter(repeat=True).exists()
        assert {person.kind for person in Person.objects.all()} == {"person", "organisation"}
        assert not Contact.objects.filter(ring="safe").exists()
        # Only the police's own suspects seal in a demo: the force is kept out, and the hub's lead is named.
        receiving, _ = desk()
        lead = User.objects.get(email="hub-lead@demo.example")
        sealed = list(Person.objects.filter(visibility="sealed"))
        assert all((each.named_users, each.visible_to) == ([lead.pk], []) for each in sealed)
        assert all(each.denied_organisations == [receiving.force] for each in sealed)


def test_a_second_run_on_the_same_day_changes_nothing() -> None:
    first = lay_out(people=PEOPLE)
    before = held()
    again = lay_out(people=PEOPLE)
    assert held() == before
    assert numbers(again) == numbers(first)
    assert (again.password, again.rows) == (first.password, first.rows)
    assert FeedRun.objects.count() == 1


def test_the_demo_moves_with_its_day_and_keeps_its_password() -> None:
    first = lay_out(people=PEOPLE)
    with acting_as(EVERYBODY):
        newest = max(case.reported_on for case in Case.objects.all())
    with time_machine.travel(NOON + timedelta(days=40), tick=True):
        moved = lay_out(people=PEOPLE)
        assert numbers(moved) == recount((NOON + timedelta(days=40)).date())
    assert moved.password == first.password
    assert 0.6 < moved.duties["met"] / sum(moved.duties.values()) < 0.8
    with acting_as(EVERYBODY):
        assert max(case.reported_on for case in Case.objects.all()) == newest + timedelta(days=40)


def test_what_was_laid_out_ages_when_it_is_only_counted_later() -> None:
    lay_out(people=PEOPLE)
    from hawl.demo.laying_out import count

    with time_machine.travel(NOON + timedelta(days=30), tick=True):
        later = count("", (), 0)
    assert later.duties == recount((NOON + timedelta(days=30)).date())["duties"]


def test_another_number_of_people_lays_it_out_anew() -> None:
    assert lay_out(people=60).people < lay_out(people=PEOPLE).people


def test_a_run_that_was_cut_off_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from hawl.work.intake import actions, laying

    monkeypatch.setattr(actions, "ROWS_IN_A_PART", 50)
    real, laid = laying.lay, []

    def lay(*given: Any) -> Any:
        if len(laid) == 2:
            raise KeyboardInterrupt
        laid.append(1)
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(laying, "lay", lay)
        with pytest.raises(KeyboardInterrupt):
            lay_out(people=PEOPLE)
    summary = lay_out(people=PEOPLE)
    assert numbers(summary) == recount(NOON.date())
    assert (FeedRun.objects.count(), summary.rows) == (1, FeedRun.objects.get().counts["rows"])


def real_feed() -> None:
    take_in([small_row()], today=NOON.date())


def real_person() -> None:
    with acting_as(Actor(label="system:tests", machine=True)):
        make_person(desk=1)


@pytest.mark.parametrize("real", [real_feed, real_person])
@pytest.mark.parametrize("after_a_demo", [False, True])
def test_a_real_caseload_is_never_touched(real: Callable[[], None], *, after_a_demo: bool) -> None:
    if after_a_demo:
        lay_out(people=60)
    real()
    before = held()
    with time_machine.travel(NOON + timedelta(days=1)), pytest.raises(NotADemo):
        lay_out(people=60)
    assert held() == before
    assert is_demo() is after_a_demo


def test_a_mark_left_by_a_demo_elsewhere_opens_no_real_caseload(new_database: Callable[[], str]) -> None:
    lay_out(people=60)
    new_database()
    real_feed()
    before = held()
    with pytest.raises(NotADemo):
        lay_out(people=60)
    assert held() == before


def test_a_mark_left_by_a_demo_elsewhere_does_not_pass_for_this_one(new_database: Callable[[], str]) -> None:
    first = lay_out(people=60)
    new_database()
    assert numbers(lay_out(people=60)) == numbers(first)


def test_the_command_prints_one_line_of_json_and_refuses_in_words() -> None:
    done = CliRunner().invoke(hawl, ["demo", "--no-serve", "--json", "--people", "60"])
    assert done.exit_code == 0, done.output
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert {"people", "cases", "duties", "rows_per_second", "seconds"} <= set(found)
    assert numbers(lay_out(people=60)) == {name: found[name] for name in ("people", "cases", "routes", "duties")}
    real_feed()
    with time_machine.travel(NOON + timedelta(days=1)):
        refused = CliRunner().invoke(hawl, ["demo", "--no-serve", "--json", "--people", "60"])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "did not make" in refused.stderr
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("hawl_jobs",)

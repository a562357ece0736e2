"""What may be put before the person: nothing held back, nothing they were not told, no word of an office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

import pytest
from django.test import Client
from django.utils import translation

from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import ThreePeople
from hawl.rights.rulebook import STATES, Evaluated, Event, applying, evaluate
from hawl.work.hub.actions import record_act
from hawl.work.hub.telling import may_be_told
from hawl.work.hub.tests.pages import owed_case, signed_in, soup, text
from hawl.work.hub.told import came_of

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

NEVER_SAID = ("excused", "overdue", "data_missing", "data missing", "withheld", "Withheld", "Overdue", "Excused")


@dataclass(frozen=True)
class Happened:
    event_id: str
    event: str


def row(trigger: str, duty: str, state: str, *, enforced: bool = True) -> Evaluated:
    """One evaluated duty of a real case, given another state."""
    [first, *_rest] = evaluate([Event("c", trigger, "crime_reported", date(2026, 6, 1))], applying(), date(2026, 6, 2))
    return replace(first, duty_id=duty, state=state, enforced=enforced)


ARREST = Happened("e1", "suspect_arrested")
REPORT = Happened("e1", "crime_reported")
ACTS: dict[str, str | None] = {"6.1a": "victim_informed", "3.1": "written_confirmation_sent", "7.1": "vps_explained"}


@pytest.mark.parametrize("state", ["pending", "no_limit", "data_missing", "awaiting_upstream"])
def test_an_event_of_which_nobody_told_the_person_yet_is_not_on_the_page(state: str) -> None:
    told = may_be_told([ARREST], [row("e1", "6.1a", state)], ACTS)
    assert (told.events, told.unnamed) == ((), ())


def test_once_its_time_is_over_the_person_learns_that_they_should_have_heard_and_not_of_what() -> None:
    told = may_be_told([ARREST], [row("e1", "6.1a", "overdue")], ACTS)
    assert told.events == ()
    assert len(told.unnamed) == 1


@pytest.mark.parametrize("state", ["met", "met_late", "excused", "safe_alternative"])
def test_an_event_of_which_the_person_was_told_is_on_the_page(state: str) -> None:
    told = may_be_told([ARREST], [row("e1", "6.1a", state)], ACTS)
    assert [event.event_id for event, _rows in told.events] == ["e1"]


def test_what_is_withheld_leaves_no_trace_whatever_else_its_event_started() -> None:
    others = [state for state in STATES if state != "withheld"]
    for other, duty in product(others, ["6.1a", "3.1", "7.1"]):
        rows = [row("e1", "6.1a", "withheld"), row("e1", duty, other)]
        told = may_be_told([ARREST], rows, ACTS)
        assert (told.events, told.unnamed) == ((), ())


@pytest.mark.parametrize("state", list(STATES))
@pytest.mark.parametrize("event", ["release_planned", "risk_of_harm_flagged", "evidence_quality_doubted"])
def test_what_an_office_found_or_planned_is_never_named_whatever_was_done_about_it(event: str, state: str) -> None:
    told = may_be_told([Happened("e1", event)], [row("e1", "3.1", state)], ACTS)
    assert (told.events, told.unnamed) == ((), ())


def test_what_is_only_likely_is_not_told_as_owed() -> None:
    assert may_be_told([REPORT], [row("e1", "3.1", "met", enforced=False)], ACTS).events == ()
    assert may_be_told([REPORT], [row("e1", "3.1", "met")], ACTS).events


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("reason", ["", "No post that week, 100%"])
def test_every_state_has_words_for_the_person_and_none_is_the_offices_own(language: str, reason: str) -> None:
    with translation.override(language):
        for state in STATES:
            told = may_be_told([REPORT], [row("e1", "3.1", state)], ACTS)
            assert bool(told.events) == (state not in ("withheld", "superseded", "lapsed", "not_applicable"))
            for _event, rows in told.events:
                for each in rows:
                    words = came_of(each, reason)
                    assert words
                    assert not [word for word in NEVER_SAID if word in words]
                    assert state != "excused" or reason in words


# The page.


def page_of(people: ThreePeople, case: Case, prefix: str = "") -> object:
    return signed_in(people.officer).get(f"{prefix}/people/{case.person_id}/cases/{case.pk}/told/")


@pytest.mark.parametrize("prefix", ["", "/cy"])
def test_the_page_tells_what_is_owed_in_the_persons_words_and_none_of_the_offices(
    people: ThreePeople, prefix: str
) -> None:
    case = owed_case(people, reported=30)
    with acting_as(people.officer.actor()) as by:
        record_act(by=by, case=case, event="suspect_arrested", occurred_on=today() - timedelta(20))
        held = record_act(by=by, case=case, event="suspect_interviewed", occurred_on=today() - timedelta(19))
        record_act(by=by, case=case, event="information_withheld", occurred_on=today(), about=held.event_id)
    shown = text(page_of(people, case, prefix))
    assert not [word for word in NEVER_SAID if word in shown]
    for word in ("arrest", "arest", "caution", "rybudd"):
        assert word not in shown.lower()
    if not prefix:
        assert "You should have had this by" in shown
        assert shown.count("You should have heard from the police or another body by") == 1


def test_a_person_who_was_told_reads_of_it_with_the_day(people: ThreePeople) -> None:
    case = owed_case(people, reported=30)
    with acting_as(people.officer.actor()) as by:
        arrest = record_act(by=by, case=case, event="suspect_arrested", occurred_on=today() - timedelta(3))
        record_act(by=by, case=case, event="victim_informed", occurred_on=today(), about=arrest.event_id)
    assert "A suspect was arrested." in text(page_of(people, case))


def test_what_may_be_asked_for_stands_on_both_pages_with_its_last_day_until_it_is_over(people: ThreePeople) -> None:
    case = owed_case(people, reported=200)
    with acting_as(people.officer.actor()) as by:
        told = {"custody_months": 3, "hospital_order": False, "violent_or_sexual": False}
        day = today() - timedelta(28)
        sentence = record_act(by=by, case=case, event="sentence_passed", occurred_on=day, attributes=told)
    client: Client = signed_in(people.officer)
    asking = soup(client.get(f"/people/{case.person_id}/")).select_one(".hawl-reminders")
    assert "due today" in asking.text
    # Nobody told the person of the sentence yet: their own page does not either.
    assert "Attorney General" not in text(page_of(people, case))
    with acting_as(people.officer.actor()) as by:
        record_act(by=by, case=case, event="victim_informed", occurred_on=today(), about=sentence.event_id)
    assert "Attorney General" in text(page_of(people, case))


def test_the_day_after_its_last_day_a_reminder_is_over_and_never_late(people: ThreePeople) -> None:
    case = owed_case(people, reported=200)
    with acting_as(people.officer.actor()) as by:
        told = {"custody_months": 3, "hospital_order": False, "violent_or_sexual": False}
        day = today() - timedelta(29)
        record_act(by=by, case=case, event="sentence_passed", occurred_on=day, attributes=told)
    asking = soup(signed_in(people.officer).get(f"/people/{case.person_id}/")).select_one(".hawl-reminders")
    assert "Time is over" in asking.text
    assert "late" not in asking.text.replace("later", "")


def test_who_may_not_see_the_person_finds_no_such_page(people: ThreePeople) -> None:
    case = owed_case(people)
    for who in (people.stranger, people.hub_worker, people.board):
        answer = signed_in(who).get(f"/people/{case.person_id}/cases/{case.pk}/told/")
        assert answer.status_code in (403, 404)

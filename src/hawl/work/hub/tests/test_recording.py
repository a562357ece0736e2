"""Recording what became of a duty, what happened, and that an entry was a mistake: through the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import ThreePeople, make_event
from hawl.rights.duties.models import Duty
from hawl.rights.rulebook import applying, built_in, loading
from hawl.work.hub import offering, wording
from hawl.work.hub.actions import record_act, refer_to_hub
from hawl.work.hub.tests.pages import owed_case, signed_in, soup, statements, text

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


def typed(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def place(case: Case) -> str:
    return f"/people/{case.person_id}/cases/{case.pk}/"


def report_of(people: ThreePeople, case: Case) -> str:
    with acting_as(people.officer.actor()):
        return CaseEvent.objects.get(case=case, event="crime_reported").event_id


def stands(people: ThreePeople, case: Case) -> dict[str, str]:
    with acting_as(people.officer.actor()):
        return dict(Duty.objects.filter(case=case).values_list("duty_id", "standing"))


def answered(client: Client, case: Case, duty: str, trigger: str, **sent: str) -> Any:
    return client.post(f"{place(case)}duties/answer/", {"duty": duty, "from": trigger, "on": typed(today()), **sent})


# One press on the list of what is due.


def test_one_press_on_the_list_records_that_it_was_done_today_and_comes_back_to_the_list_as_it_was(
    people: ThreePeople, client: Client
) -> None:
    case = owed_case(people, reported=3)
    shown = soup(client.get("/due/?right=3"))
    row = next(each for each in shown.select("tbody tr") if "confirmation" in each.text)
    sent = {each["name"]: each.get("value", "") for each in row.select("form input, form button")}
    came = client.post(row.form["action"], sent, follow=True)
    assert stands(people, case)["3.1"] == "met"
    assert came.redirect_chain[-1][0].startswith("/due/?right=3&")
    assert "Recorded. What is owed was worked out anew." in text(came)
    # The number and the links of the list do not carry the message along.
    assert not [each for each in soup(came).select(".hawl-numbers a") if "event=" in each["href"]]


def test_the_press_can_be_taken_back_from_where_it_was_made(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3)
    came = answered(
        client, case, "3.1", report_of(people, case), event="written_confirmation_sent", today="yes", list="window=week"
    )
    entry = soup(client.get(came["Location"])).select_one("#done a")["href"]
    form = soup(client.get(entry)).select_one("form[action$='/take-back/']")
    with CaptureQueriesContext(connection) as made:
        back = client.post(form["action"], {each["name"]: each["value"] for each in form.select("input[name=event]")})
    assert back.status_code == 302
    # What was taken back is told to the audit in full, which keeps it when the row does not say it any more.
    kept = [each["sql"] for each in made if "case.event_taken_back" in each["sql"]]
    assert len(kept) == 1
    assert {"written_confirmation_sent", today().isoformat()} <= set(re.findall(r"[\w-]+", kept[0]))
    assert stands(people, case)["3.1"] == "open"
    assert "An entry made by mistake was taken back." in text(client.get(f"/people/{case.person_id}/"))


def test_what_was_answered_since_cannot_be_taken_back_before_its_answer(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3)
    with acting_as(people.officer.actor()) as by:
        arrest = record_act(by=by, case=case, event="suspect_arrested", occurred_on=today())
        told = record_act(by=by, case=case, event="victim_informed", occurred_on=today(), about=arrest.event_id)
    refused = client.post(f"{place(case)}events/take-back/", {"event": arrest.event_id})
    assert refused.status_code == 422
    assert "Something else was recorded about this. Take that back first." in text(refused)
    for event in (told, arrest):
        assert client.post(f"{place(case)}events/take-back/", {"event": event.event_id}).status_code == 302
    assert "6.1a" not in stands(people, case)


def test_what_the_feed_said_cannot_be_taken_back(people: ThreePeople, client: Client) -> None:
    case = owed_case(people)
    refused = client.post(f"{place(case)}events/take-back/", {"event": report_of(people, case)})
    assert refused.status_code == 422
    assert stands(people, case)["3.1"] == "open"
    assert soup(client.get(f"{place(case)}events/?event={report_of(people, case)}")).select_one("main form") is None


# The page of one duty.


def test_a_duty_opens_to_its_rule_its_calendar_its_source_and_how_sure_we_are(
    people: ThreePeople, client: Client
) -> None:
    case = owed_case(people, reported=3)
    page = client.get(f"{place(case)}duties/?duty=4.4&from={report_of(people, case)}")
    shown = soup(page)
    facts = {each.dt.text: each.dd.text for each in shown.select(".hawl-facts div")}
    assert {"Owed by", "Clock", "First day", "Due", "How sure", "Source", "Number"} <= set(facts)
    with acting_as(people.officer.actor()):
        due = Duty.objects.get(case=case, duty_id="4.4").due_on
    cell = shown.select_one(".hawl-calendar__month .hawl-calendar__day--due")
    assert cell.text.startswith(str(due.day))
    assert "The crime was reported to the police." in text(page)
    counted = shown.select(".hawl-calendar__month .hawl-calendar__number")
    assert [each.text for each in counted] == [str(n + 1) for n in range(len(counted))]


@pytest.mark.parametrize(
    ("event", "state"), [("information_withheld", "withheld"), ("safe_alternative_used", "safe_alternative")]
)
def test_withholding_and_a_safer_way_close_what_came_from_the_same_event(
    people: ThreePeople, client: Client, event: str, state: str
) -> None:
    case = owed_case(people, reported=3)
    trigger = report_of(people, case)
    page = client.get(f"{place(case)}duties/?duty=3.1&from={trigger}")
    assert "closes these too" in text(page)
    assert answered(client, case, "3.1", trigger, event=event).status_code == 302
    assert stands(people, case)["3.1"] == state


def test_a_reason_asks_for_its_words_which_are_kept_sealed_and_shown_on_the_page(
    people: ThreePeople, client: Client
) -> None:
    case = owed_case(people, reported=3)
    trigger = report_of(people, case)
    bare = answered(client, case, "3.1", trigger, event="reason_recorded")
    assert bare.status_code == 422
    assert "Say what the reason was. The person is told it." in text(bare)
    assert stands(people, case)["3.1"] == "open"
    told = {"event": "reason_recorded", "words": "No post <b>that</b> week"}
    assert answered(client, case, "3.1", trigger, **told).status_code == 302
    assert stands(people, case)["3.1"] == "excused"
    page = client.get(f"{place(case)}duties/?duty=3.1&from={trigger}")
    assert "No post <b>that</b> week" in text(page)
    assert soup(page).select_one(".hawl-facts b") is None


def test_what_the_person_says_stands_beside_what_the_record_says_and_changes_nothing_of_it(
    people: ThreePeople, client: Client
) -> None:
    case = owed_case(people, reported=3)
    trigger = report_of(people, case)
    answered(client, case, "3.1", trigger, event="written_confirmation_sent")
    before = stands(people, case)
    assert answered(client, case, "3.1", trigger, event="person_says_not_done").status_code == 302
    assert stands(people, case) == before
    says = "The person said on"
    assert says in text(client.get(f"{place(case)}duties/?duty=3.1&from={trigger}"))
    cards = soup(client.get(f"/people/{case.person_id}/")).select(".hawl-owed")
    assert [says in each.text for each in cards].count(True) == 1
    note = soup(client.get(f"/people/{case.person_id}/")).select_one(".hawl-moment__note")
    assert "confirmation" in note.text
    assert says not in text(client.get(f"{place(case)}duties/?duty=7.1&from={trigger}"))


def test_a_duty_whose_act_is_a_referral_is_not_done_by_a_press(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3)
    trigger = report_of(people, case)
    page = client.get(f"{place(case)}duties/?duty=4.4&from={trigger}")
    assert "recorded on their page" in text(page)
    assert answered(client, case, "4.4", trigger, event="support_referral_made").status_code == 422
    assert stands(people, case)["4.4"] == "open"
    row = next(each for each in soup(client.get("/due/?right=4")).select("tbody tr") if "duty=4.4" in str(each))
    assert row.form is None


def test_the_day_of_an_answer_is_not_before_what_it_answers(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=5)
    with acting_as(people.officer.actor()) as by:
        arrest = record_act(by=by, case=case, event="suspect_arrested", occurred_on=today() - timedelta(1))
    early = answered(client, case, "6.1a", arrest.event_id, event="victim_informed", on=typed(today() - timedelta(2)))
    assert early.status_code == 422
    assert "must not be before the event that this is about" in text(early)
    same = answered(client, case, "6.1a", arrest.event_id, event="victim_informed", on=typed(today() - timedelta(1)))
    assert same.status_code == 302
    assert stands(people, case)["6.1a"] == "met"


@pytest.mark.parametrize("query", ["", "duty=3.1", "duty=3.1&from=other", "duty=nothing&from={}", "duty=%00&from=%00"])
def test_a_duty_that_is_not_owed_is_not_found(people: ThreePeople, client: Client, query: str) -> None:
    case = owed_case(people)
    assert client.get(f"{place(case)}duties/?{query.format(report_of(people, case))}").status_code == 404


# Three people.


def test_the_hub_reads_a_duty_of_a_case_referred_to_it_and_records_nothing_of_it(people: ThreePeople) -> None:
    case = owed_case(people, reported=3)
    with acting_as(people.officer.actor()) as by:
        refer_to_hub(by=by, case=case, on=today())
    hub, trigger = signed_in(people.hub_worker), report_of(people, case)
    page = hub.get(f"{place(case)}duties/?duty=3.1&from={trigger}")
    assert page.status_code == 200
    assert soup(page).select_one("main form") is None
    assert answered(hub, case, "3.1", trigger, event="written_confirmation_sent").status_code == 422
    assert [each for each in soup(hub.get("/due/")).select("tbody form")] == []
    assert stands(people, case)["3.1"] == "open"


@pytest.mark.parametrize(
    "address", ["record/", "record/?event=suspect_charged", "duties/?duty=3.1&from={}", "events/?event={}"]
)
def test_who_may_see_nothing_of_a_person_finds_no_page_of_their_case(people: ThreePeople, address: str) -> None:
    case = owed_case(people)
    asked = f"{place(case)}{address.format(report_of(people, case))}"
    for who in (people.stranger, people.hub_worker, people.board):
        assert signed_in(who).get(asked).status_code in (403, 404)


def test_a_page_of_a_duty_costs_the_same_whatever_happened(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3)
    address = f"{place(case)}duties/?duty=3.1&from={report_of(people, case)}"
    one = statements(client, address)
    with acting_as(people.officer.actor()):
        for _each in range(50):
            make_event(case, "suspect_arrested", today())
    assert statements(client, address) == one <= 10


# What happened, with what rulebooks ask to be told of it.


def test_a_sentence_asks_what_the_rule_asks_and_the_answers_start_the_duty(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3)
    form = soup(client.get(f"{place(case)}record/?event=sentence_passed"))
    names = {each["name"] for each in form.select("main form [name]")}
    assert {"on", "received", "told_custody_months", "told_hospital_order", "told_violent_or_sexual"} <= names
    told = {"told_custody_months": "12", "told_hospital_order": "no", "told_violent_or_sexual": "yes"}
    sent = {"event": "sentence_passed", "on": typed(today()), "received": typed(today()), **told}
    assert client.post(f"{place(case)}act/", sent).status_code == 302
    with acting_as(people.officer.actor()):
        row = CaseEvent.objects.get(case=case, event="sentence_passed")
    assert row.attributes == {"custody_months": 12, "hospital_order": False, "violent_or_sexual": True}
    assert row.received_on == today()
    assert {"9.2", "11.1"} <= set(stands(people, case))
    shown = text(client.get(f"{place(case)}events/?event={row.event_id}"))
    assert "How many months in custody? Enter 0 if none. 12" in shown


def test_a_shorter_sentence_starts_no_referral_to_the_contact_scheme(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3)
    told = {"told_custody_months": "11", "told_hospital_order": "no", "told_violent_or_sexual": "yes"}
    client.post(f"{place(case)}act/", {"event": "sentence_passed", "on": typed(today()), **told})
    assert "11.1" not in stands(people, case)


def test_how_often_to_update_is_asked_as_a_number_and_counts(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3)
    sent = {"event": "update_frequency_agreed", "on": typed(today()), "told_every_days": "14"}
    assert client.post(f"{place(case)}act/", sent).status_code == 302
    with acting_as(people.officer.actor()):
        days = {row.due_on for row in Duty.objects.filter(case=case) if row.due_on}
    assert today() + timedelta(14) in days


@pytest.mark.parametrize(("prefix", "word"), [("", "bail"), ("/cy", "fechnïaeth"), ("", "fechnïaeth")])
def test_what_happened_is_found_by_words_of_either_language(
    people: ThreePeople, client: Client, prefix: str, word: str
) -> None:
    case = owed_case(people)
    links = soup(client.get(f"{prefix}{place(case)}record/?find={word}")).select("details a")
    assert "suspect_bailed" in {each["href"].partition("event=")[2] for each in links}
    assert len(links) < 15
    nothing = client.get(f"{place(case)}record/?find=zebra")
    assert "Nothing fits these words." in text(nothing)


# A new duty by data alone.


@pytest.fixture
def one_more_duty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The shipped rulebooks and one more file, whose duty nobody has written a line of code for."""
    for book in (files("hawl.rights.rulebook") / "books").iterdir():
        copy(str(book), tmp_path)
    (tmp_path / "one-more.yaml").write_text(_ONE_MORE, encoding="utf-8")
    monkeypatch.setattr(loading, "shelf", lambda: tmp_path)
    cached = (built_in, applying, wording._duties, offering.books_in_force, offering.groups, offering.answered_by)
    for each in cached:
        each.cache_clear()
    yield
    monkeypatch.undo()
    for each in cached:
        each.cache_clear()


_ONE_MORE = """\
id: one-more
kind: scheme
status: in_force
in_force: {from: 2021-04-01, to: null}
legal_basis: null
title: {en: One more scheme, cy: Un cynllun arall}
welsh: draft
source: made for a test
bearers: {police: {en: Police, cy: Heddlu}}
duties:
- id: x.1
  right: null
  bearer: police
  trigger: [crime_reported]
  act: vps_copy_given
  within: {standard: 3, enhanced: 1, unit: working_days}
  certainty: A-scheme
  wording: paraphrase
  source: made for a test
  says: {en: A lantern is lit for you., cy: Caiff llusern ei chynnau i chi.}
  work: {en: Light the lantern, cy: Cynnau'r llusern}
"""


@pytest.mark.usefixtures("one_more_duty")
@pytest.mark.parametrize(("prefix", "work"), [("", "Light the lantern"), ("/cy", "Cynnau'r llusern")])
def test_a_new_duty_by_data_alone_is_owed_on_the_list_and_the_page_and_is_done_by_a_press(
    people: ThreePeople, client: Client, prefix: str, work: str
) -> None:
    case = owed_case(people, reported=1)
    row = next(each for each in soup(client.get(f"{prefix}/due/")).select("tbody tr") if work in each.text)
    assert work in text(client.get(f"{prefix}/people/{case.person_id}/"))
    page = client.get(row.select_one("td a")["href"])
    assert soup(page).h1.text == work
    assert soup(page).select_one(".hawl-calendar__month .hawl-calendar__day--due") is not None
    client.post(row.form["action"], {each["name"]: each.get("value", "") for each in row.select("[name]")})
    assert stands(people, case)["x.1"] == "met"


def test_without_its_file_the_duty_is_not_there(people: ThreePeople, client: Client) -> None:
    owed_case(people, reported=1)
    assert "Light the lantern" not in text(client.get("/due/"))


def test_an_event_whose_day_is_not_recorded_is_named_without_one(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3)
    with acting_as(people.officer.actor()) as by:
        arrest = record_act(by=by, case=case, event="suspect_arrested", occurred_on=today())
        CaseEvent.objects.filter(pk=arrest.pk).update(occurred_on=None)
    page = text(client.get(f"{place(case)}duties/?duty=6.1a&from={arrest.event_id}"))
    assert "on a day that is not recorded: A suspect was arrested." in page


def test_a_day_of_receipt_that_cannot_be_is_told_beside_its_field(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3)
    sent = {"event": "hearing_listed", "on": typed(today()), "received": typed(today() - timedelta(1))}
    shown = soup(client.post(f"{place(case)}act/", sent))
    assert shown.select_one(".govuk-error-summary a")["href"] == "#act-received"
    assert "cannot have come before it happened" in shown.select_one("#act-received-error").text

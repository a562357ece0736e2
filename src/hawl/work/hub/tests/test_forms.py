"""The forms of the desks' pages: what is taken, what is refused in words, and that nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.languages import dates
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    ThreePeople,
    make_case,
    organisation_id,
)
from hawl.work.hub.actions import refer_to_hub
from hawl.work.hub.tests.pages import owed_case, signed_in, soup, text

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


def test_an_act_is_recorded_from_the_page(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3)
    address = f"/people/{case.person_id}/"
    sent = {"event": "needs_assessed", "on": today().strftime("%d/%m/%Y"), "about": "", "enhanced": ""}
    answer = client.post(f"{address}cases/{case.pk}/act/", sent, follow=True)
    assert answer.status_code == 200
    assert "Recorded. What is owed was worked out anew." in text(answer)
    assert len(soup(answer).select(".hawl-moment")) == 2


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"event": "needs_assessed", "on": "31/02/2026"}, "Enter the day as numbers"),
        ({"event": "needs_assessed", "on": "\u0000"}, "Enter the day as numbers"),
        ({"event": "needs_assessed", "on": "01/01/2999"}, "The day must be today or in the past."),
        ({"event": "needs_assessed", "on": "01/01/1999"}, "The day must not be before the crime was reported."),
        (
            {"event": "enhanced_rights_decided", "on": "TODAY"},
            "Choose an answer: Does the person have",
        ),
        ({"event": "update_frequency_agreed", "on": "TODAY", "told_every_days": "-1"}, "that is not below 0"),
        ({"event": "update_frequency_agreed", "on": "TODAY", "told_every_days": "soon"}, "Enter a whole number"),
        ({"event": "hearing_listed", "on": "TODAY", "received": "01/01/1999"}, "cannot have come before it happened"),
        ({"event": "hearing_listed", "on": "TODAY", "received": "01/01/2999"}, "must be today or in the past"),
    ],
)
def test_a_form_that_was_not_taken_keeps_what_was_typed_and_says_what_is_wrong(
    people: ThreePeople, client: Client, sent: dict[str, str], says: str
) -> None:
    case = owed_case(people, reported=3)
    typed = {name: today().strftime("%d/%m/%Y") if value == "TODAY" else value for name, value in sent.items()}
    answer = client.post(f"/people/{case.person_id}/cases/{case.pk}/act/", typed)
    assert answer.status_code == 422
    shown = soup(answer)
    summary = shown.select_one(".govuk-error-summary")
    assert says in summary.text
    assert shown.select_one(summary.select_one("li a")["href"]) is not None
    if "\u0000" not in typed["on"]:
        assert shown.select_one("#act-on")["value"] == typed["on"]
    assert shown.select_one("input[name=event]")["value"] == typed["event"]


@pytest.mark.parametrize("event", ["", "support_referral_made", "reason_recorded", "no_such_event"])
def test_what_is_not_on_the_list_is_not_recorded_and_the_list_is_shown_again(
    people: ThreePeople, client: Client, event: str
) -> None:
    case = owed_case(people, reported=3)
    sent = {"event": event, "on": today().strftime("%d/%m/%Y")}
    answer = client.post(f"/people/{case.person_id}/cases/{case.pk}/act/", sent)
    assert answer.status_code == 422
    assert "Choose what happened from the list." in text(answer)
    assert len(soup(answer).select("details a")) > 100


def test_the_gate_speaks_on_the_page_and_opens_with_the_answer(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=3, route="consent_first", route_reason="sexual_offence")
    address, day = f"/people/{case.person_id}/cases/{case.pk}/", {"on": today().strftime("%d/%m/%Y")}
    refused = client.post(f"{address}refer/", day)
    assert refused.status_code == 422
    assert "Ask the person first and record their yes. Nothing was passed on." in text(refused)
    hub = signed_in(people.hub_worker)
    assert hub.get(f"/people/{case.person_id}/").status_code == 404
    client.post(f"{address}answer/", {**day, "agreed": "yes"})
    assert hub.get(f"/people/{case.person_id}/").status_code == 404
    assert client.post(f"{address}refer/", day).status_code == 302
    seen = hub.get(f"/people/{case.person_id}/")
    assert seen.status_code == 200
    assert soup(seen).select_one("#refer-on") is None
    links = soup(hub.get(f"{address}record/")).select("details a")
    offered = {link["href"].partition("event=")[2] for link in links}
    assert offered == {"support_referral_received", "support_reached", "support_started"}


def test_a_case_is_taken_from_the_page(people: ThreePeople, client: Client) -> None:
    case = owed_case(people)
    answer = client.post(f"/people/{case.person_id}/cases/{case.pk}/take/", follow=True)
    assert "Olwen Price" in text(answer)
    assert len(soup(client.get("/due/?mine=yes")).select("tbody tr")) == 4


def test_an_act_on_another_persons_case_is_not_found(people: ThreePeople, client: Client) -> None:
    case, other = owed_case(people), owed_case(people)
    assert client.post(f"/people/{other.person_id}/cases/{case.pk}/take/").status_code == 404


@pytest.mark.parametrize(
    ("form", "sent", "event"),
    [
        ("act", {"event": "needs_assessed", "about": "", "enhanced": ""}, "needs_assessed"),
        ("answer", {"agreed": "yes"}, "referral_agreed"),
        ("refer", {}, "support_referral_made"),
    ],
)
def test_a_form_sent_twice_is_recorded_once_and_is_no_mistake(
    people: ThreePeople, client: Client, form: str, sent: dict[str, str], event: str
) -> None:
    case = owed_case(people, reported=3)
    address = f"/people/{case.person_id}/cases/{case.pk}/{form}/"
    both = [client.post(address, {**sent, "on": today().strftime("%d/%m/%Y")}) for _each in range(2)]
    assert [answer.status_code for answer in both] == [302, 302]
    told = client.get(both[1].headers["Location"])
    assert "This was recorded already. Nothing was added." in soup(told).select_one("#done").text
    with acting_as(people.officer.actor()):
        assert case.events.filter(event=event).count() == 1


def test_an_older_answer_is_told_the_day_of_the_later_one(people: ThreePeople, client: Client) -> None:
    case = owed_case(people, reported=5)
    address = f"/people/{case.person_id}/cases/{case.pk}/answer/"
    client.post(address, {"agreed": "no", "on": today().strftime("%d/%m/%Y")})
    answer = client.post(address, {"agreed": "yes", "on": (today() - timedelta(1)).strftime("%d/%m/%Y")})
    assert answer.status_code == 422
    says = f"A later answer is recorded already, on {dates.day(today())}."
    assert says in soup(answer).select_one(".govuk-error-summary").text


def test_the_hub_is_offered_no_case_of_the_desk_to_take(people: ThreePeople, client: Client) -> None:
    with acting_as(people.officer.actor()) as by:
        case = make_case(desk=organisation_id(DESK), reported=5)
        refer_to_hub(by=by, case=case, on=today())
    page, take = f"/people/{case.person_id}/", f"/people/{case.person_id}/cases/{case.pk}/take/"
    hub = signed_in(people.hub_worker)
    assert f'action="{take}"' in client.get(page).content.decode()
    assert f'action="{take}"' not in hub.get(page).content.decode()
    assert hub.post(take).status_code == 404
    with acting_as(people.officer.actor()):
        assert Case.objects.get(pk=case.pk).assigned_to is None

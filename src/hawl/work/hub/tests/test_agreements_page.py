"""The part of the page on what the person agreed to: three readers, both languages, every mistake, no oracle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.registers.agreements.actions import Said, record_agreement
from hawl.registers.agreements.models import SharingAgreement
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import DESK, HUB, ThreePeople, make_case, organisation_id
from hawl.work.hub.actions import refer_to_hub

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def officer(people: ThreePeople) -> Iterator[Actor]:
    with acting_as(people.officer.actor()) as actor:
        yield actor


def at(case: Case, rest: str = "") -> str:
    return f"/people/{case.person_id}/{rest}"


def day(days_ago: int = 0) -> str:
    return (today() - timedelta(days_ago)).strftime("%d/%m/%Y")


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "organisation": organisation_id(HUB), "kinds": ["identity", "contact"], "on": day(), "until": "",
        "channel": "telephone", "said_by": "person", "language": "cy", **changes,
    }  # fmt: skip


def page(client: Client, user: Any, address: str) -> BeautifulSoup:
    client.force_login(user)
    return BeautifulSoup(client.get(address).content, "html.parser")


def agreed(by: Actor, case: Case, **changes: Any) -> SharingAgreement:
    values: dict[str, Any] = {
        "person_id": case.person_id, "organisation_id": organisation_id(HUB), "kinds": ["needs"],
        "said": Said(on=today(), channel="letter"),
    }  # fmt: skip
    return record_agreement(by=by, **{**values, **changes})


def test_what_was_agreed_is_typed_once_and_read_on_the_page(
    client: Client, people: ThreePeople, officer: Actor
) -> None:
    case = make_case(desk=organisation_id(DESK))
    client.force_login(people.officer)
    sent = client.post(at(case, "agreements/"), typed(until=day(-30)))
    assert (sent.status_code, sent["Location"].split("?")[1]) == (302, "done=agreed#done")
    words = page(client, people.officer, at(case)).find(attrs={"aria-labelledby": "agreed"}).get_text(" ")
    for part in ("Connect Gwent", "Who they are, How to reach them", "By telephone", "Welsh", "Stands"):
        assert part in words
    held = SharingAgreement.objects.get()
    assert (held.explained_by, held.explained_in, held.until) == (people.officer.pk, "cy", today() + timedelta(30))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation": ""}, "organisation"),
        ({"organisation": "31999"}, "organisation"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["everything"]}, "kinds"),
        ({"on": ""}, "on"),
        ({"on": day(-1)}, "on"),
        ({"until": day(1)}, "until"),
        ({"on": "the first"}, "on"),
        ({"channel": "police_record"}, "channel"),
        ({"language": ""}, "language"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_what_was_typed_stays(
    client: Client, people: ThreePeople, officer: Actor, changes: dict[str, Any], field: str
) -> None:
    case = make_case(desk=organisation_id(DESK))
    client.force_login(people.officer)
    sent = client.post(at(case, "agreements/"), typed(**changes))
    assert sent.status_code == 422
    shown = BeautifulSoup(sent.content, "html.parser")
    assert shown.select(f"#agreement-{field}-error")
    assert shown.select(".govuk-error-summary")
    assert not SharingAgreement.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "board"])
def test_for_others_there_is_no_such_person_to_agree_or_withdraw(
    client: Client, people: ThreePeople, officer: Actor, who: str
) -> None:
    case = make_case(desk=organisation_id(DESK))
    made = agreed(officer, case)
    client.force_login(getattr(people, who))
    absent = client.get("/people/00000000-0000-4000-8000-000000000000/")
    for address, data in (
        (at(case, "agreements/"), typed()),
        (at(case, f"agreements/{made.pk}/withdraw/"), {"on": day(), "channel": "letter"}),
    ):
        sent = client.post(address, data)
        assert sent.status_code in (403, 404)
        if who == "stranger":
            assert sent.status_code == absent.status_code
    assert SharingAgreement.objects.get().ended_at is None


def test_an_agreement_of_another_person_is_not_withdrawn_by_this_address(
    client: Client, people: ThreePeople, officer: Actor
) -> None:
    case, other = make_case(desk=organisation_id(DESK)), make_case(desk=organisation_id(DESK))
    made = agreed(officer, other)
    client.force_login(people.officer)
    sent = client.post(at(case, f"agreements/{made.pk}/withdraw/"), {"on": day(), "channel": "letter"})
    assert sent.status_code == 404
    assert SharingAgreement.objects.get().ended_at is None


@pytest.mark.parametrize(("prefix", "words"), [("", "Withdrawn"), ("/cy", "")])
def test_a_withdrawal_says_before_what_will_happen_and_shows_after_that_it_did(
    client: Client, people: ThreePeople, officer: Actor, prefix: str, words: str
) -> None:
    case = make_case(desk=organisation_id(DESK))
    made = agreed(officer, case)
    before = page(client, people.officer, prefix + at(case))
    form = before.find("form", action=prefix + at(case, f"agreements/{made.pk}/withdraw/"))
    assert form is not None
    assert "Connect Gwent" in form.get_text()
    address = prefix + at(case, f"agreements/{made.pk}/withdraw/")
    for _ in range(2):
        sent = client.post(address, {"on": day(), "channel": "letter"})
        assert sent.status_code == 302
    after = page(client, people.officer, prefix + at(case)).find(attrs={"aria-labelledby": "agreed"})
    assert words in after.get_text()
    assert after.find("form", action=address) is None


@pytest.mark.parametrize("prefix", ["", "/cy"])
def test_who_withdraws_for_the_hub_is_told_so_before_and_finds_no_such_record_after(
    client: Client, people: ThreePeople, officer: Actor, prefix: str
) -> None:
    case = make_case(desk=organisation_id(DESK))
    refer_to_hub(by=officer, case=case, on=today())
    shown = page(client, people.hub_worker, f"{prefix}{at(case)}?case={case.pk}")
    form = shown.find("form", action=f"{prefix}{at(case)}cases/{case.pk}/withdraw/")
    assert form is not None
    assert form.find("strong") is not None
    sent = client.post(form["action"], {"on": day(), "channel": "telephone"})
    assert sent.status_code == 302
    listed = BeautifulSoup(client.get(sent["Location"].split("#")[0]).content, "html.parser")
    assert listed.select("#done")
    gone, never = client.get(at(case)), client.get("/people/00000000-0000-4000-8000-000000000000/")
    assert gone.status_code == never.status_code == 404
    assert len(gone.content) == len(never.content)


def test_a_mistake_in_a_withdrawal_is_said_and_closes_nothing(
    client: Client, people: ThreePeople, officer: Actor
) -> None:
    case = make_case(desk=organisation_id(DESK), reported=3)
    refer_to_hub(by=officer, case=case, on=today() - timedelta(1))
    client.force_login(people.officer)
    address = at(case, f"cases/{case.pk}/withdraw/")
    for data in ({"on": day(2), "channel": "letter"}, {"on": day(), "channel": ""}, {"on": day(-1), "channel": "text"}):
        sent = client.post(address, data)
        assert sent.status_code == 422
        assert b"govuk-error-summary" in sent.content
    with acting_as(people.hub_worker.actor()):
        assert Case.objects.exists()


def test_the_page_costs_the_same_statements_with_one_agreement_and_with_thirty(
    client: Client, people: ThreePeople, officer: Actor
) -> None:
    few, many = (make_case(desk=organisation_id(DESK)) for _ in range(2))
    agreed(officer, few)
    for _ in range(30):
        agreed(officer, many)
    client.force_login(people.officer)
    client.get(at(few))
    counts = []
    for case in (few, many):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(at(case)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]

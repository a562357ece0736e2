"""The pages of protection through the client: in both languages, for whom they open, and that hidden equals absent."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from hawl.foundations.access.scope import acting_as
from hawl.foundations.identity.models import User
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import DESK, make_case, make_person, organisation_id
from hawl.work.hub.actions import take_case
from hawl.work.hub.refusals import Refused as NotTaken
from hawl.work.protection import actions
from hawl.work.protection.models import Proposal, StaffKey
from hawl.work.protection.tests.desks import Desks, a_case, again, desks, sees
from hawl.work.protection.tests.test_glass import a_known_case, broken

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def people() -> Desks:
    return desks()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


@pytest.mark.parametrize("prefix", ["", "/cy"])
def test_every_page_opens_in_both_languages(people: Desks, prefix: str) -> None:
    case = a_case(people.worker)
    actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                    named=[people.lead.pk])  # fmt: skip
    incident = broken(people)
    reviewer = next(each for each in (people.lead, people.other_lead, people.steward) if each.pk in incident.reviewers)
    pages = [
        (people.worker, f"/people/{case.person_id}/protection/"), (people.worker, f"/people/{case.person_id}/looks/"),
        (people.worker, "/emergency/"), (people.worker, "/emergency/opened/"), (people.worker, "/declare/"),
        (people.worker, "/reviews/looks/"), (people.worker, "/protected/"), (people.lead, "/reviews/"),
        (people.steward, "/reviews/"), (people.steward, "/emergency/figures/"),
        (reviewer, f"/emergency/{incident.pk}/"),
    ]  # fmt: skip
    for user, address in pages:
        page = signed_in(user).get(f"{prefix}{address}")
        assert page.status_code == 200, address
        assert BeautifulSoup(page.content, "html.parser").html["lang"] == ("cy" if prefix else "en")


def test_a_seal_by_form_confirmed_by_the_lead(people: Desks) -> None:
    case = a_case(people.worker)
    where = f"/people/{case.person_id}/protection/"
    typed = {"kind": "seal", "reason": "danger", "account": "He works next door."}
    refused = signed_in(people.worker).post(where + "change/", typed)
    assert refused.status_code == 422
    assert "Choose at least one person" in text(refused)
    assert "He works next door." in text(refused)
    sent = signed_in(people.worker).post(where + "change/", {**typed, "named": [people.lead.pk]})
    assert sent.status_code == 302
    with acting_as(again(people.lead)):
        row = Proposal.objects.get()
    assert "Confirm, as the second person" not in text(signed_in(people.worker).get(where))
    assert "Confirm, as the second person" in text(signed_in(people.lead).get(where))
    signed_in(people.lead).post(f"{where}{row.pk}/confirm/")
    assert sees(people.lead, case)
    assert not sees(people.worker, case)


def test_who_seals_in_danger_is_told_on_a_page_that_names_nobody(people: Desks) -> None:
    case = a_case(people.worker)
    client = signed_in(people.worker)
    sent = client.post(f"/people/{case.person_id}/protection/change/",
                       {"kind": "seal", "reason": "danger", "named": [people.lead.pk], "at_once": "yes"})  # fmt: skip
    assert sent["Location"] == "/protected/"
    assert not sees(people.worker, case)


def hide(people: Desks, case: Case, how: str) -> uuid.UUID:
    """The record hidden from the colleague in one way; gives the id to ask for."""
    if how == "sealed":
        actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                        named=[people.lead.pk], emergency=True)  # fmt: skip
    elif how == "denied":
        actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.colleague.pk)
    elif how == "other body":
        with acting_as(again(people.hub_worker)):
            return make_person(desk=next(iter(again(people.hub_worker).organisations))).pk
    elif how == "absent":
        return uuid.uuid4()
    return case.person_id


@pytest.mark.parametrize("how", ["sealed", "denied", "other body", "absent"])
def test_hidden_and_absent_are_answered_byte_for_byte_alike(people: Desks, how: str) -> None:
    case = a_case(people.worker)
    asked, never, other = hide(people, case, how), uuid.uuid4(), uuid.uuid4()
    client = signed_in(people.colleague)
    client.get("/declare/")  # the first answer after signing in brings cookies
    for address in ("", "protection/", "looks/"):
        one, two = (client.get(f"/people/{each}/{address}") for each in (asked, never))
        same(one, two, asked, never)
    for address in ("show/", "protection/change/", "protection/conflict/", f"protection/{other}/confirm/",
                    f"cases/{case.pk}/take/", f"cases/{case.pk}/refer/"):  # fmt: skip
        one, two = (client.post(f"/people/{each}/{address}", {"kind": "seal"}) for each in (asked, never))
        same(one, two, asked, never)


def same(one: Any, two: Any, asked: uuid.UUID, never: uuid.UUID) -> None:
    """Status, headers and bytes, without the id that was asked for and what is fresh in every answer."""
    assert (one.status_code, two.status_code) == (404, 404)
    kept = [sorted((name, value) for name, value in each.headers.items() if name not in FRESH) for each in (one, two)]
    assert not set(kept[0]) ^ set(kept[1])
    bodies = [plain(each.content, which) for each, which in ((one, asked), (two, never))]
    for first, second in zip(*(body.splitlines() for body in bodies), strict=True):
        assert first == second


# Every answer has an id of its own; the page says until when one stays signed in, and its length follows from that.
FRESH = frozenset({"Content-Length", "X-Request-Id"})


def plain(body: bytes, asked: uuid.UUID) -> bytes:
    """The page without its one-time marks, the seconds left of the session, and the address itself."""
    for fresh in (rb'(name="csrfmiddlewaretoken" value=")[^"]+', rb'(data-[a-z-]*="?)\d+'):
        body = re.sub(fresh, rb"\1", body)
    return re.sub(rb"\d\d:\d\d", b"", body).replace(str(asked).encode(), b"")


@pytest.mark.parametrize("how", ["sealed", "denied", "absent"])
def test_the_emergency_answers_alike_whether_sealed_denied_or_absent(people: Desks, how: str) -> None:
    case = a_known_case(people)
    if how == "sealed":
        hide(people, case, "sealed")
    elif how == "denied":
        actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.hub_worker.pk)
    number = "07700 900999" if how == "absent" else "07700 900321"
    client = signed_in(people.hub_worker)
    sent = client.post("/emergency/", {"form": "phone", "identifier": number, "reason": "threat_to_life",
                                       "account": "She rang."})  # fmt: skip
    assert (sent.status_code, sent["Location"]) == (302, "/emergency/opened/?done=glass")
    assert "No record stands open to you" in text(client.get(sent["Location"]))


def test_the_emergency_opens_the_person_page(people: Desks) -> None:
    case = a_known_case(people)
    client = signed_in(people.hub_worker)
    assert client.get(f"/people/{case.person_id}/").status_code == 404
    short = client.post("/emergency/", {"form": "phone", "identifier": "07700", "reason": "threat_to_life",
                                        "account": "She rang."})  # fmt: skip
    assert short.status_code == 422
    assert "whole telephone number" in text(short)
    client.post("/emergency/", {"form": "phone", "identifier": "+44 7700 900321", "reason": "threat_to_life",
                                "account": "She rang."})  # fmt: skip
    assert f"/people/{case.person_id}/" in client.get("/emergency/opened/").content.decode()
    assert client.get(f"/people/{case.person_id}/").status_code == 200


def test_a_declaration_is_answered_alike_whether_anybody_fits_or_not(people: Desks) -> None:
    a_known_case(people)
    client = signed_in(people.worker)
    answers = [client.post("/declare/", {"about": "known", "phone": number}) for number in ("07700 900321", "07700 1")]
    assert {(each.status_code, each["Location"]) for each in answers} == {(302, "/declare/?done=yes")}
    assert client.post("/declare/", {"about": "known"}).status_code == 422


def test_the_staff_role_cannot_read_what_was_declared(people: Desks) -> None:
    from django.db import DatabaseError, transaction

    actions.declare(by=again(people.worker), about="self", keys={"phone": b"k"})
    with pytest.raises(DatabaseError), transaction.atomic():
        StaffKey.objects.count()


def test_one_worker_never_holds_both_sides(people: Desks) -> None:
    with acting_as(again(people.worker)) as by:
        one = make_person(desk=organisation_id(DESK), source_key=b"one")
        two = make_person(desk=organisation_id(DESK), source_key=b"two")
        first = make_case(desk=organisation_id(DESK), person=one, suspect_key=b"two", counter_allegation=True)
        second = make_case(desk=organisation_id(DESK), person=two, suspect_key=b"one", counter_allegation=True)
        third = make_case(desk=organisation_id(DESK), person=two)
        take_case(by=by, case=first)
        for case in (second, third):
            with pytest.raises(NotTaken, match="other_hands"):
                take_case(by=by, case=case)
        take_case(by=again(people.colleague), case=second)
    page = signed_in(people.worker).post(f"/people/{two.pk}/cases/{third.pk}/take/", follow=True)
    assert "needs other hands" in text(page)
    assert "accus" not in text(page)


def test_nothing_grave_is_chosen_before_somebody_chose_it(people: Desks) -> None:
    case = a_case(people.worker)
    page = signed_in(people.worker).get(f"/people/{case.person_id}/protection/")
    form = BeautifulSoup(page.content, "html.parser")
    for name in ("kind", "reason"):
        options = form.select(f"select[name={name}] option")
        assert (options[0]["value"], len(options) > 1) == ("", True)
        assert [each for each in options[1:] if each.has_attr("selected")] == []
    refused = signed_in(people.worker).post(f"/people/{case.person_id}/protection/change/", {"named": [people.lead.pk]})
    assert refused.status_code == 422


@pytest.mark.parametrize(("prefix", "words"), [("", "Opened the record"), ("/cy", "Agorodd y cofnod")])
def test_who_looked_is_told_in_words_not_in_codes(people: Desks, prefix: str, words: str) -> None:
    case = a_case(people.worker)
    signed_in(people.worker).get(f"/people/{case.person_id}/")
    shown = text(signed_in(people.worker).get(f"{prefix}/people/{case.person_id}/looks/"))
    assert words in shown
    assert "person.read" not in shown

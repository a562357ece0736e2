"""The page of how to reach a person: what it shows, who may do what, in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import now
from hawl.foundations.identity.models import User
from hawl.foundations.identity.tests.signing import stay_of_client
from hawl.registers.cases.tests.makers import DESK, make_contact, make_person, organisation_id, three_people
from hawl.registers.people.models import Contact, ContactDecision, ContactPlan
from hawl.registers.people.queries import ways_to_reach
from hawl.registers.people.tests.deciding import two

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def users() -> tuple[User, User]:
    return two()


@pytest.fixture
def contact(users: tuple[User, User]) -> Contact:
    with acting_as(users[0].actor()):
        return make_contact(make_person(desk=organisation_id(DESK)), ring="first_approach", claims_call=True)


def stay_a_while(client: Client) -> None:
    """The second factor was given eleven minutes ago."""
    stay = stay_of_client(client)
    stay.factor_at = now() - timedelta(minutes=11)
    stay.save(update_fields=["factor_at"])


def address(contact: Contact, end: str = "") -> str:
    return f"/people/{contact.person_id}/contact/{end}"


def words(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").main.get_text(" ").split())


@pytest.mark.parametrize(
    "way", ["-" * 36 + ":1", "0" * 36 + ":1", "0" * 8 + "-0000" * 4 + "-" + "0" * 11 + ":1", "x:1", ":"]
)
def test_what_is_no_number_or_address_of_theirs_is_refused_in_words(
    users: tuple[User, User], contact: Contact, way: str
) -> None:
    sent = signed_in(users[0]).post(address(contact, "decide/"), decision(contact, "unsafe", way=way))
    assert sent.status_code == 422
    assert "Choose from the list." in words(sent)


def decision(contact: Contact, to: str, version: int = 0, **changes: str) -> dict[str, str]:
    told = {"way": f"{contact.pk}:{version}", "use": "text", "to": to, "how_known": "person_said",
            "held_by": "themself", "reason": "she asked for texts"}  # fmt: skip
    return told | changes


def test_opening_takes_two_and_closing_one(users: tuple[User, User], contact: Contact) -> None:
    first, second = (signed_in(each) for each in users)
    taken = first.post(address(contact, "decide/"), decision(contact, "safe"), follow=True)
    assert "Proposed." in words(taken)
    page = BeautifulSoup(first.get(address(contact)).content, "html.parser")
    assert not page.select('button[value="confirm"]')
    page = BeautifulSoup(second.get(address(contact)).content, "html.parser")
    (confirm,) = page.select('form:has(button[value="confirm"])')
    second.post(confirm["action"], {"answer": "confirm"})
    with acting_as(users[0].actor()):
        (way,) = ways_to_reach(contact.person)
        assert way.text == "safe"
    first.post(address(contact, "decide/"), decision(contact, "unsafe", 1))
    with acting_as(users[0].actor()):
        assert ways_to_reach(contact.person)[0].text == "unsafe"


def test_opening_asks_for_the_second_factor_again_and_closing_does_not(
    users: tuple[User, User], contact: Contact
) -> None:
    first, second = (signed_in(each) for each in users)
    for client in (first, second):
        stay_a_while(client)
    asked = first.post(address(contact, "decide/"), decision(contact, "safe"))
    assert asked["Location"].startswith("/sign-in/again/")
    with acting_as(users[0].actor()):
        assert not ContactDecision.objects.exists()
    # Proposed by one whose sign-in is fresh: nobody confirms it with an old one, but may refuse it.
    signed_in(users[0]).post(address(contact, "decide/"), decision(contact, "safe"))
    with acting_as(users[0].actor()):
        proposed = ContactDecision.objects.get()
    for answer, state in (("confirm", "proposed"), ("refuse", "refused")):
        second.post(address(contact, f"{proposed.pk}/"), {"answer": answer})
        with acting_as(users[0].actor()):
            proposed.refresh_from_db()
        assert proposed.state == state
    first.post(address(contact, "decide/"), decision(contact, "unsafe"))
    with acting_as(users[0].actor()):
        assert ways_to_reach(contact.person)[0].text == "unsafe"


def test_lifting_that_nobody_may_reach_somebody_asks_for_the_second_factor_again(
    users: tuple[User, User], contact: Contact
) -> None:
    client = signed_in(users[0])
    stay_a_while(client)
    client.post(address(contact, "plan/"), plan(0, never_reach="on"))
    lifted = client.post(address(contact, "plan/"), plan(1))
    assert lifted["Location"].startswith("/sign-in/again/")
    with acting_as(users[0].actor()):
        held = ContactPlan.objects.get()
        assert (held.never_reach, held.lift_by, held.version) == (True, None, 1)


def test_what_changed_meanwhile_is_shown_with_409_and_what_was_typed(
    users: tuple[User, User], contact: Contact
) -> None:
    first, second = (signed_in(each) for each in users)
    first.post(address(contact, "decide/"), decision(contact, "unsafe"))
    late = second.post(address(contact, "decide/"), decision(contact, "unknown"))
    assert late.status_code == 409
    assert "What differs" in words(late)
    assert "she asked for texts" in late.content.decode()


def plan(version: int, **changes: str) -> dict[str, str]:
    return {"version": str(version), "voicemail": "none", "hours": "office", "days": "week"} | changes


def test_the_plan_is_kept_shown_and_refused_when_it_changed(users: tuple[User, User], contact: Contact) -> None:
    first, second = (signed_in(each) for each in users)
    own = plan(0, code_word="heron", hours="own", start="10:00", end="12:30", days="all")
    # Hours on every day are wider than office hours: what both have stands, and the rest waits.
    kept = words(first.post(address(contact, "plan/"), own, follow=True))
    assert "What widens it waits until a second person confirms it" in kept
    second.post(address(contact, "plan/answer/"), {"answer": "confirm", "version": "1"})
    assert "heron" in words(second.get(address(contact)))
    late = second.post(address(contact, "plan/"), plan(1, code_word="robin"))
    assert (late.status_code, "heron" in words(late), "robin" in late.content.decode()) == (409, True, True)
    with acting_as(users[0].actor()):
        (window,) = ContactPlan.objects.get().plan["windows"]
        assert (window["start"], window["end"], len(window["days"])) == ("10:00", "12:30", 7)
    wrong = first.post(address(contact, "plan/"), plan(2, hours="own", start="12:00", end="11:00"))
    assert wrong.status_code == 422


def test_what_widens_the_plan_is_shown_and_confirmed_by_a_second_person_on_the_same_page(
    users: tuple[User, User], contact: Contact
) -> None:
    first, second = (signed_in(each) for each in users)
    first.post(address(contact, "plan/"), plan(0, code_word="afal", hours="own", start="10:00", end="11:00"))
    first.post(address(contact, "plan/"), plan(1, voicemail="neutral", hours="office"))
    shown = words(second.get(address(contact)))
    for part in (
        "Waits for a second person",
        "afal",
        "10:00 – 11:00",
        "Working days, 9am to 5pm",
        "Leave none",
        "Confirm",
    ):
        assert part in shown
    welsh = second.get("/cy" + address(contact))
    assert welsh.status_code == 200
    answer = address(contact, "plan/answer/")
    alone = first.post(answer, {"answer": "confirm", "version": "2"})
    assert (alone.status_code, "A second person has to confirm it." in words(alone)) == (422, True)
    assert "the wider plan" in words(first.get(address(contact)))
    assert second.post(answer, {"answer": "confirm"}).status_code == 409
    stay_a_while(second)
    assert second.post(answer, {"answer": "confirm", "version": "2"})["Location"].startswith("/sign-in/again/")
    with acting_as(users[0].actor()):
        assert ContactPlan.objects.get().plan["voicemail"] == "none"
    second = signed_in(users[1])
    assert "It stands from now on" in words(second.post(answer, {"answer": "confirm", "version": "2"}, follow=True))
    with acting_as(users[0].actor()):
        held = ContactPlan.objects.get()
        assert (held.plan["voicemail"], held.plan["windows"], held.waiting) == ("neutral", [], None)


def test_widening_asks_for_the_second_factor_again_and_narrowing_does_not(
    users: tuple[User, User], contact: Contact
) -> None:
    client = signed_in(users[0])
    stay_a_while(client)
    narrower = plan(0, hours="own", start="10:00", end="11:00", days="week")
    assert client.post(address(contact, "plan/"), narrower)["Location"].endswith("?done=kept#done")
    wider = client.post(address(contact, "plan/"), plan(1))
    assert wider["Location"].startswith("/sign-in/again/")
    first_refusal = client.post(address(contact, "plan/answer/"), {"answer": "refuse"})
    assert first_refusal.status_code == 422


def test_the_first_call_is_spent_once(users: tuple[User, User], contact: Contact) -> None:
    first = signed_in(users[0])
    assert "The first call was tried" in words(first.get(address(contact)))
    first.post(address(contact, "first-call/"))
    assert "The first call was tried" not in words(first.get(address(contact)))


@pytest.mark.parametrize("end", ["", "decide/", "plan/", "plan/answer/", "first-call/"])
def test_to_a_stranger_the_page_is_not_there(end: str, contact: Contact) -> None:
    people = three_people()
    for user, status in ((people.stranger, 404), (people.board, 403)):
        client = signed_in(user)
        answer = (
            client.post(address(contact, end), plan(0) | decision(contact, "unsafe"))
            if end
            else client.get(address(contact))
        )
        assert answer.status_code in (status, 404)


@pytest.mark.parametrize("prefix", ["", "/cy"])
def test_the_page_is_there_in_both_languages_and_shows_no_number(
    prefix: str, users: tuple[User, User], contact: Contact
) -> None:
    answer = signed_in(users[0]).get(prefix + address(contact))
    assert answer.status_code == 200
    assert "900123" not in answer.content.decode()

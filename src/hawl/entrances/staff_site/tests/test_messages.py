"""The pages of messages: who may do something about one, who is told that there is none, and that it is done once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.identity.models import User
from hawl.foundations.messages.actions import approve_template, enqueue
from hawl.foundations.messages.models import Message, TemplateApproval
from hawl.foundations.messages.templates import templates
from hawl.registers.cases.tests.makers import DESK, OTHER_PROVIDER, account, make_contact, make_person, organisation_id
from hawl.registers.people.tests.deciding import decided, two

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]
NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def laid() -> tuple[User, User, User, Message]:
    """A worker of the desk, one of another provider, one of the board; and a letter that waits."""
    users = two()
    stranger, board = account(Role.VICTIM_CARE_OFFICER, OTHER_PROVIDER), account(Role.BOARD, DESK)
    with acting_as(users[0].actor()):
        home = make_contact(make_person(desk=organisation_id(DESK)), "1 Stow Hill, NP20 1AA", kind="address")
    for user in users:
        approve_template(
            by=user.actor(), template="letter_please_ring", digest=templates()["letter_please_ring"].digest
        )
    way = decided(home, users, write="safe")
    letter = enqueue(
        by=users[0].actor(), person_id=way.person_id, contact_id=way.pk, channel="letter",
        template="letter_please_ring", told={"number": "0300 123 2133", "first_line": "Annwyl Siân"},
    )  # fmt: skip
    return users[0], stranger, board, letter


def state_of(message: Message, user: User) -> str:
    with acting_as(user.actor()):
        return Message.objects.get(pk=message.pk).state


@pytest.mark.parametrize("act", ["settle", "withdraw", "letter"])
def test_a_message_to_somebody_whom_one_may_not_see_is_not_there(
    client: Client, laid: tuple[User, User, User, Message], act: str
) -> None:
    worker, stranger, board, message = laid
    client.force_login(stranger)
    hidden = client.post(f"/messages/{message.pk}/{act}/")
    absent = client.post(f"/messages/{uuid4()}/{act}/")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert len(hidden.content) == len(absent.content)
    client.force_login(board)
    assert client.post(f"/messages/{message.pk}/{act}/").status_code in (403, 404)
    client.force_login(worker)
    assert client.get(f"/messages/{message.pk}/{act}/").status_code == 405
    assert state_of(message, worker) == "queued"


def test_a_letter_is_printed_once_by_a_post(client: Client, laid: tuple[User, User, User, Message]) -> None:
    worker, _, _, message = laid
    client.force_login(worker)
    first = client.post(f"/messages/{message.pk}/letter/")
    page = first.content.decode()
    assert (first.status_code, state_of(message, worker)) == (200, "sent")
    window = page.partition("<address")[2].partition("</address>")[0]
    for line in ("Siân ap Rhys", "1 Stow Hill", "NP20 1AA"):
        assert line in window
    assert "Annwyl" not in window
    assert "hawl/hawl" in page
    # No word of who writes: not in the title, not in the window.
    assert "Hawl" not in page
    assert first.headers["Cache-Control"]
    assert client.post(f"/messages/{message.pk}/letter/").status_code == 409


def test_a_message_is_taken_back_and_an_unclear_one_settled(
    client: Client, laid: tuple[User, User, User, Message]
) -> None:
    worker, _, _, message = laid
    client.force_login(worker)
    assert client.post(f"/messages/{message.pk}/settle/", {"arrived": "yes"}).status_code == 302
    assert state_of(message, worker) == "queued", "what was not sent is not settled"
    with acting_as(worker.actor()):
        Message.objects.filter(pk=message.pk).update(state="unclear")
    client.post(f"/messages/{message.pk}/withdraw/")
    assert state_of(message, worker) == "unclear", "what may have gone is not taken back"
    client.post(f"/messages/{message.pk}/settle/", {"arrived": "no"})
    assert state_of(message, worker) == "failed"


def test_words_are_approved_once_by_each_and_not_by_whoever_may_not(
    client: Client, laid: tuple[User, User, User, Message]
) -> None:
    worker, _, board, _ = laid
    template = templates()["please_ring"]
    path = f"/messages/words/{template.key}/approve/"
    client.force_login(board)
    assert client.post(path, {"digest": template.digest}).status_code in (403, 404)
    client.force_login(worker)
    for digest in ("other", template.digest, template.digest):
        assert client.post(path, {"digest": digest}).status_code == 302
    with acting_as(worker.actor()):
        assert TemplateApproval.objects.filter(template=template.key).count() == 1

"""Races between queueing a message, closing the way, and sending it: real transactions, each thread with its own role.

A send is unsafe where the carrier is asked after the one who closed the way was told that it is closed.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import now
from hawl.foundations.database.connection import credential
from hawl.foundations.identity.models import User
from hawl.foundations.messages.actions import CannotSend, deliver, enqueue
from hawl.foundations.messages.providers import Outgoing
from hawl.foundations.messages.queries import due
from hawl.registers.cases.tests.makers import DESK, organisation_id
from hawl.registers.people.actions import decide_contact
from hawl.registers.people.models import Contact, ContactDecision, Person

MACHINE = Actor(label="system:dispatch", machine=True)
BATCH = 250


@dataclass
class Carrier:
    """Notes when it was asked, then takes a little while."""

    asked: list[tuple[uuid.UUID, uuid.UUID, float]] = field(default_factory=list)
    name: str = "race"

    def carries(self, channel: str) -> bool:
        return channel == "text"

    def send(self, outgoing: Outgoing) -> str:
        self.asked.append((outgoing.id, outgoing.person_id, time.monotonic()))
        time.sleep(random.random() * 0.002)
        return "taken"


@dataclass
class Raced:
    """What came of the races."""

    races: int = 0
    sent: int = 0
    stopped: int = 0
    refused: int = 0
    unsafe: int = 0
    twice: int = 0
    errors: Counter[str] = field(default_factory=Counter)


@contextmanager
def in_role(process: str, database: str) -> Iterator[None]:
    """This thread speaks to the database in the role of `process`, whatever the other threads do."""
    who = credential(process)
    connection.close()
    before = connection.settings_dict
    connection.settings_dict = {**before, "USER": who.user, "PASSWORD": who.password, "NAME": database}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


def lay(users: tuple[User, User], number: int) -> list[Contact]:
    """People with a number each that two found safe for texts, set-wise but by the same rules of the database."""
    first, second = users
    seen = {"visible_to": [organisation_id(DESK)]}
    with acting_as(first.actor()):
        people = [
            Person(
                names={"given": "A", "family": "B"}, facts={"age": 40}, created_at=now(), language="en", kind="person",
                **seen,
            )
            for _ in range(number)
        ]  # fmt: skip
        for person in people:
            person.save()
        contacts = [
            Contact(
                person=person, kind="mobile", value="07700 900123", value_key=uuid.uuid4().bytes, text="safe",
                decided_at=timezone.now(), decided_uses=["text"], version=1, **seen,
            )
            for person in people
        ]  # fmt: skip
        ContactDecision.objects.bulk_create(
            ContactDecision(
                person=each.person, kind="mobile", value_key=each.value_key, use="text", before="unknown", after="safe",
                lowers=True, how_known="person_said", state="proposed", version=0, proposed_by=first.pk,
                proposed_at=now(), **seen,
            )
            for each in contacts
        )  # fmt: skip
    with acting_as(second.actor()):
        ContactDecision.objects.filter(state="proposed").update(
            state="applied", version=1, confirmed_by=second.pk, closed_at=now()
        )
        for contact in contacts:
            contact.save(force_insert=True)
    return contacts


def race(users: tuple[User, User], number: int, database: str, *, seed: int = 1) -> Raced:
    """Run that many races, in batches. Call it in the role of staff."""
    raced = Raced()
    rng = random.Random(seed)
    while raced.races < number:
        _batch(users, lay(users, min(BATCH, number - raced.races)), database, raced, rng)
    return raced


def _batch(users: tuple[User, User], contacts: list[Contact], database: str, raced: Raced, rng: random.Random) -> None:  # noqa: C901 - three who race
    closed: dict[uuid.UUID, float] = {}
    carrier, over = Carrier(), threading.Event()
    tried: set[uuid.UUID] = set()
    order = rng.sample(contacts, len(contacts))

    def queueing(mine: list[Contact]) -> None:
        for contact in mine:
            try:
                enqueue(by=users[0].actor(), person_id=contact.person_id, contact_id=contact.pk, channel="text",
                        template="please_ring", told={"number": "0300 123 2133"}, once="race")  # fmt: skip
            except CannotSend:
                raced.refused += 1
            finally:
                tried.add(contact.pk)

    def closing(mine: list[Contact]) -> None:
        for contact in mine:
            # Of three, one is closed whenever it comes; two once it was queued, so that closing races with sending.
            if rng.random() < 2 / 3:
                while contact.pk not in tried:
                    time.sleep(0.001)
            time.sleep(rng.choice((0, 0.004, 0.03, 0.1)) * rng.random())
            decide_contact(by=users[1].actor(), person_id=contact.person_id, contact_id=contact.pk, use="text",
                           to="unsafe", how_known="person_said", version=1)  # fmt: skip
            closed[contact.person_id] = time.monotonic()

    def sending() -> None:
        while True:
            last = over.is_set()
            with acting_as(MACHINE):
                waiting = due(now(), 50)
            for message_id in random.sample(waiting, len(waiting)):
                # Between finding a message and sending it time passes, of which closing gets its share.
                time.sleep(random.choice((0, 0.002, 0.02)) * random.random())
                state = deliver(by=MACHINE, message_id=message_id, carriers=(carrier,))
                raced.sent += state == "sent"
                raced.stopped += state == "stopped"
            if last and not waiting:
                return

    half = len(contacts) // 2
    writers = [_thread("staff", database, raced, queueing, part) for part in (order[:half], order[half:])] + [
        _thread("staff", database, raced, closing, part) for part in (order[:half], order[half:])
    ]
    senders = [_thread("jobs", database, raced, sending) for _ in range(2)]
    for thread in (*writers, *senders):
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    for thread in senders:
        thread.join()
    raced.races += len(contacts)
    raced.unsafe += sum(asked > closed.get(person, float("inf")) for _, person, asked in carrier.asked)
    raced.twice += len(carrier.asked) - len({person for _, person, _ in carrier.asked})


def _thread(process: str, database: str, raced: Raced, act: Callable[..., None], *told: Any) -> threading.Thread:
    def run() -> None:
        try:
            with in_role(process, database):
                act(*told)
        except Exception as error:
            raced.errors[f"{process} {act.__name__}: {type(error).__name__} {error}"[:300]] += 1

    return threading.Thread(target=run)

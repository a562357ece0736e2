"""Races of queueing, closing and sending on a real database. `make drill-contact` runs ten thousand."""

from __future__ import annotations

import datetime as dt
import os
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection

from contact.races import Raced, race
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.messages.actions import approve_template, sending
from hawl.foundations.messages.gate import Reached
from hawl.foundations.messages.rules import Decision
from hawl.foundations.messages.templates import templates
from hawl.registers.people.tests.deciding import two

RACES = int(os.environ.get("HAWL_CONTACT_RACES", "100"))
NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


def raced(make: Callable[[], str], number: int) -> Raced:
    name = make()
    with time_machine.travel(NOON, tick=True), as_process("staff"):
        users = two()
        template = templates()["please_ring"]
        for user in users:
            approve_template(by=user.actor(), template=template.key, digest=template.digest)
        found = race(users, number, name)
        connection.close()
    print(found)  # noqa: T201 - the drill tells its numbers
    return found


def test_nobody_is_sent_a_message_after_the_way_was_closed(new_database: Callable[[], str]) -> None:
    found = raced(new_database, RACES)
    assert not found.errors
    assert (found.races, found.unsafe, found.twice) == (RACES, 0, 0)
    # Both sides of the race were won often enough for it to be one.
    assert found.sent > RACES / 100
    assert found.stopped + found.refused > RACES / 100


def test_a_dispatcher_that_does_not_decide_again_is_caught(
    new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_it_was_queued(*_: Any, **__: Any) -> Reached:
        # Long enough for one who closes the way to come between, on a busy machine too: nothing keeps them out.
        time.sleep(0.15 * random.random())
        return Reached(Decision(True, "go.safe"), to="07700 900123")

    monkeypatch.setattr(sending, "ask_gate", as_it_was_queued)
    assert raced(new_database, 150).unsafe > 0

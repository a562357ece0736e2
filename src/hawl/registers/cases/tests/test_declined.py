"""Nobody is written to who said no, whoever writes and whichever of their cases those see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection

from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.messages.actions import CannotSend, approve_template, enqueue, print_letter
from hawl.foundations.messages.templates import templates
from hawl.registers.cases import actions as cases
from hawl.registers.cases.queries import has_declined
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    OTHER_PROVIDER,
    account,
    make_case,
    make_contact,
    make_person,
    organisation_id,
)
from hawl.registers.people.models import Contact
from hawl.registers.people.tests.deciding import decided, two

NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


def test_a_letter_does_not_print_that_was_declined_in_a_case_which_the_printer_does_not_see(
    new_database: Callable[[], str],
) -> None:
    new_database()
    with time_machine.travel(NOON, tick=True), as_process("staff"):
        users = two()
        desk = users[0].actor()
        with acting_as(desk):
            person = make_person(desk=organisation_id(DESK))
            home = make_contact(person, "1 Stow Hill, NP20 1AA", kind="address")
            seen, hidden = (make_case(desk=organisation_id(DESK), person=person) for _ in range(2))
        for user in users:
            for each in templates().values():
                approve_template(by=user.actor(), template=each.key, digest=each.digest)
        hub, stranger = account(Role.HUB_WORKER, HUB), account(Role.VICTIM_CARE_OFFICER, OTHER_PROVIDER)
        decided(home, users, write="safe")
        cases.open_to(by=desk, case=seen, organisation_id=organisation_id(HUB), on=NOON.date())

        def queue() -> object:
            with acting_as(hub.actor()):
                way = Contact.objects.filter(person_id=person.pk, kind="address").first()
            assert way is not None
            return enqueue(
                by=hub.actor(), person_id=person.pk, contact_id=way.pk, channel="letter", template="letter_please_ring",
                told={"first_line": "Annwyl Siân", "number": "0300 123 2133"},
            )  # fmt: skip

        message = queue()
        cases.set_answer(by=desk, case=hidden, agreed=False, route="declined", reason="agreement_no")
        with pytest.raises(CannotSend, match=r"stop\.declined"):
            print_letter(by=hub.actor(), message_id=message.pk)  # type: ignore[attr-defined]
        with pytest.raises(CannotSend, match=r"stop\.declined"):
            queue()
        for user in (*users, hub):
            with acting_as(user.actor()):
                assert has_declined(person.pk)
        # Whom somebody does not see they learn nothing of; it counts as a no.
        with acting_as(stranger.actor()), connection.cursor() as cursor:
            assert has_declined(person.pk)
            cursor.execute("SELECT hawl_declined(%s)", [person.pk])
            assert cursor.fetchone() == (None,)
        # An answer that is a yes at last lets letters go again.
        cases.set_answer(by=desk, case=hidden, agreed=True, route="automatic", reason="no_hold")
        queue()

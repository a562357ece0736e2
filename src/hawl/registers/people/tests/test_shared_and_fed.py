"""What comes in closes ways and opens none: a number shared with a suspect, a later no, a danger found later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error, connection, transaction

from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.identity.models import User
from hawl.registers.people.actions import CannotDecide, confirm_decision, first_call_tried
from hawl.registers.people.models import Contact, ContactDecision, Person
from hawl.registers.people.queries import Way, ways_to_reach
from hawl.registers.people.tests.deciding import decide, decided, two
from hawl.work.hub.contact_forms import SAYS
from hawl.work.intake.tests.importing import EVERYBODY, take_in
from hawl.work.intake.tests.test_importing_versions import number, ring_of, version

HOME = {"kind": "address", "value": "1 Stow Hill, NP20 1AA", "given_by": "victim", "given_on": "2026-11-20",
        "ring": "not_asked", "text": "not_asked", "message": "not_asked", "write": "yes"}  # fmt: skip


def victim(ref: str, record: str, **changes: Any) -> dict[str, Any]:
    """A person's row of the feed; numbers and addresses are given as `contacts`."""
    told = {"person__ref": ref, "record_id": record, "crime__ref": f"C-{record}"}
    return version(changes.pop("n", 1), **{**told, **changes})


def ways() -> dict[tuple[str, str], Way]:
    """By the person's first claim's message order: (who, kind) to the way; who is the id of the person."""
    with acting_as(EVERYBODY):
        return {(str(p.pk), way.kind): way for p in Person.objects.all() for way in ways_to_reach(p)}


@pytest.mark.django_db
@pytest.mark.parametrize("suspect_first", [True, False])
def test_an_address_shared_with_the_suspect_is_closed_on_both_sides_in_any_order(*, suspect_first: bool) -> None:
    rows = [
        victim("P-1", "A", contacts=[HOME], suspect__known=True, suspect__person_ref="P-2"),
        victim("P-2", "B", contacts=[HOME]),
    ]
    for row in reversed(rows) if suspect_first else rows:
        take_in([row])
    assert {way.write for way in ways().values()} == {"unsafe"}
    # No later version that says less takes it back.
    take_in([victim("P-1", "A", n=2, contacts=[HOME])])
    assert {way.write for way in ways().values()} == {"unsafe"}


@pytest.mark.django_db
def test_one_who_lives_with_a_suspect_of_another_case_has_the_address_closed() -> None:
    take_in([victim("P-1", "A", contacts=[HOME]), victim("P-2", "B", contacts=[HOME])])
    assert {way.write for way in ways().values()} == {"unknown"}
    take_in([victim("P-3", "C", contacts=[], suspect__known=True, suspect__person_ref="P-2")])
    assert {way.write for way in ways().values()} == {"unsafe"}


@pytest.mark.django_db
def test_who_shares_a_home_with_nobody_suspected_keeps_it() -> None:
    take_in([victim("P-1", "A", contacts=[HOME]), victim("P-2", "B", contacts=[HOME])])
    take_in([victim("P-3", "C", contacts=[], suspect__known=True, suspect__person_ref="P-9")])
    assert {way.write for way in ways().values()} == {"unknown"}


def as_staff(users: list[User], act: Callable[[Contact], object]) -> None:
    """Let two at the desk do something with the only claim there is, committed, in the role of staff."""
    with as_process("staff"):
        with acting_as(users[0].actor()):
            contact = Contact.objects.select_related("person").filter(decided_at=None).first()
        assert contact is not None
        act(contact)


def way_now() -> Way:
    (way,) = ways().values()
    return way


def test_two_people_open_a_number_and_a_later_no_of_the_feed_closes_it(new_database: Callable[[], str]) -> None:
    new_database()
    take_in([version(1)])
    with as_process("staff"):
        users = two()
    as_staff([*users], lambda contact: decided(contact, users, text="safe", ring="safe"))
    take_in([version(2), version(1, record_id="OTHER", crime__flags=["domestic_abuse"])])
    assert (way_now().ring, way_now().text) == ("safe", "safe")
    take_in([version(3, contacts=[number(ring="no")])])
    assert (way_now().ring, way_now().text) == ("unsafe", "safe")
    with acting_as(EVERYBODY):
        assert ContactDecision.objects.filter(how_known="feed_said", use="ring", proposed_by=None).count() == 1
    # What was known when two decided again does not close it again when it comes once more; a later version does.
    as_staff([*users], lambda contact: decided(contact, users, ring="safe"))
    take_in([version(3, contacts=[number(ring="no")])])
    assert way_now().ring == "safe"
    take_in([version(4, contacts=[number(ring="no")])])
    assert (way_now().ring, way_now().text) == ("unsafe", "safe")
    with acting_as(EVERYBODY):
        assert ContactDecision.objects.filter(how_known="feed_said", use="ring", proposed_by=None).count() == 2


AFRESH = {
    "a new crime": version(1, record_id="NEW", crime__ref="C-NEW", contacts=[number(text="no")]),
    "a later version": version(9, contacts=[number(text="no")]),
    "an older version that comes late": version(2, contacts=[number(text="no")]),
    "the same version with other content": version(
        3, contacts=[number(text="no")], person__family_name="Arall"
    ),
}  # fmt: skip


@pytest.mark.parametrize("told", AFRESH.values(), ids=AFRESH.keys())
def test_a_no_that_two_people_overrode_closes_the_number_when_it_is_told_afresh(
    told: dict[str, Any], new_database: Callable[[], str]
) -> None:
    new_database()
    take_in([version(3, contacts=[number(text="no")])])
    with as_process("staff"):
        users = two()
    as_staff([*users], lambda contact: decided(contact, users, text="safe", ring="safe"))
    silent = version(1, record_id="SILENT", crime__ref="C-S", contacts=[number(text="yes")])
    take_in([version(3, contacts=[number(text="no")]), silent])
    assert (way_now().ring, way_now().text) == ("safe", "safe")
    take_in([told])
    assert (way_now().ring, way_now().text) == ("safe", "unsafe")
    # Once two have decided in knowledge of it, the very same closes nothing.
    as_staff([*users], lambda contact: decided(contact, users, text="safe"))
    take_in([told, told])
    assert (way_now().ring, way_now().text) == ("safe", "safe")


@pytest.mark.parametrize(("told", "stands"), [({"text": "no"}, False), ({"message": "no"}, True), ({}, True)])
def test_a_no_that_comes_between_proposal_and_confirmation_overtakes_the_proposal(
    told: dict[str, str], new_database: Callable[[], str], *, stands: bool
) -> None:
    new_database()
    take_in([version(1, contacts=[number(text="no")])])
    made: list[ContactDecision] = []
    with as_process("staff"):
        users = two()
    as_staff([*users], lambda contact: made.append(decide(users[0], contact, "text", "safe")))
    # The very same again is no new word; one of another person on the same number is not about this one.
    take_in([version(1, contacts=[number(text="no")])])
    take_in([victim("P-OTHER", "X", contacts=[number(text="no")])])
    take_in([version(1, record_id="NEW", crime__ref="C-NEW", contacts=[number(**told)])])
    with as_process("staff"):
        if stands:
            assert confirm_decision(by=users[1].actor(), decision_id=made[0].pk).state == "applied"
        else:
            with pytest.raises(CannotDecide, match="overtaken"):
                confirm_decision(by=users[1].actor(), decision_id=made[0].pk)


def test_what_a_confirmation_that_came_too_late_is_told_is_a_sentence() -> None:
    assert "a no came in" in str(SAYS["overtaken"])


def test_a_suspect_found_later_closes_what_two_people_opened(new_database: Callable[[], str]) -> None:
    new_database()
    take_in([victim("P-1", "A", contacts=[HOME])])
    with as_process("staff"):
        users = two()
    as_staff([*users], lambda contact: decided(contact, users, write="safe"))
    assert way_now().write == "safe"
    take_in([victim("P-2", "B", contacts=[HOME])])
    take_in([victim("P-1", "A", n=2, contacts=[HOME], suspect__known=True, suspect__person_ref="P-2")])
    assert {way.write for way in ways().values()} == {"unsafe"}


def test_after_the_first_call_was_tried_no_feed_opens_another(new_database: Callable[[], str]) -> None:
    new_database()
    take_in([version(1)])
    assert ring_of() == {"first_approach"}
    with as_process("staff"):
        users = two()
    as_staff([*users], lambda contact: first_call_tried(by=users[0].actor(), person_id=contact.person_id))
    take_in([version(2), version(1, record_id="OTHER")])
    assert ring_of() == {"unknown"}


def test_the_role_of_feeds_makes_nothing_safe(new_database: Callable[[], str]) -> None:
    new_database()
    take_in([version(1)])
    tries = (
        "UPDATE people_contact SET ring = 'safe'",
        "UPDATE people_contact SET text = 'safe', message_key = NULL, decided_at = now(), version = 1",
        "UPDATE people_contactdecision SET state = 'applied'",
        "INSERT INTO people_contactdecision SELECT * FROM people_contactdecision",
        "SELECT hawl_close_decision(gen_random_uuid(), '', '{}', 'shared')",
        "ALTER TABLE people_contact DISABLE TRIGGER ALL",
        "DROP TRIGGER hawl_guard_contact ON people_contact",
    )
    for statement in tries:
        with acting_as(EVERYBODY), pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

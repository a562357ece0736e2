"""Raising protection takes one person and lowering it two: by the actions, and by the database whoever writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import now, today
from hawl.foundations.identity.models import User
from hawl.registers.cases.tests.makers import DESK, OTHER_PROVIDER, account, make_contact, make_person, organisation_id
from hawl.registers.people.actions import (
    CannotDecide,
    Changed,
    PlanTold,
    close_first_calls,
    confirm_decision,
    confirm_plan,
    decide_contact,
    deciding,
    first_call_tried,
    planning,
    put_plan,
    refuse_decision,
)
from hawl.registers.people.models import Contact, ContactDecision, ContactPlan, Person
from hawl.registers.people.queries import ways_to_reach
from hawl.registers.people.tests.deciding import decide, decided, two

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def users() -> tuple[User, User]:
    return two()


@pytest.fixture
def contact(users: tuple[User, User]) -> Contact:
    with acting_as(users[0].actor()):
        return make_contact(make_person(desk=organisation_id(DESK)), ring="first_approach", claims_call=True)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is noted in the safety journal, which the role of staff writes and cannot read."""
    entries: list[dict[str, Any]] = []
    for room in (deciding, planning):
        whole = room.note
        monkeypatch.setattr(room, "note", lambda whole=whole, **told: (entries.append(told), whole(**told)))
    return entries


def word(contact: Contact, user: User, use: str = "ring") -> str:
    with acting_as(user.actor()):
        (way,) = ways_to_reach(contact.person)
        return str(getattr(way, use))


def test_one_person_raises_protection_and_the_journal_has_it(
    users: tuple[User, User], contact: Contact, noted: list[dict[str, Any]]
) -> None:
    made = decide(users[0], contact, "ring", "unsafe")
    assert (made.state, made.lowers, made.version) == ("applied", False, 1)
    assert word(contact, users[0]) == "unsafe"
    (entry,) = noted
    assert (entry["kind"], entry["subject"], entry["facts"]["word"]) == ("contact_unsafe", contact.person_id, "unsafe")
    assert "900123" not in str(entry)


def test_what_one_person_lowers_waits_for_another(users: tuple[User, User], contact: Contact) -> None:
    first, second = users
    made = decide(first, contact, "text", "safe")
    assert made.state == "proposed"
    assert word(contact, first, "text") == "unknown"
    with pytest.raises(CannotDecide, match="same_person"):
        confirm_decision(by=first.actor(), decision_id=made.pk)
    assert word(contact, first, "text") == "unknown"
    confirm_decision(by=second.actor(), decision_id=made.pk)
    assert word(contact, first, "text") == "safe"
    with pytest.raises(CannotDecide, match="closed"):
        confirm_decision(by=second.actor(), decision_id=made.pk)


def test_lowering_takes_a_reason_and_a_role_that_may(users: tuple[User, User], contact: Contact) -> None:
    with acting_as(users[0].actor()) as by, pytest.raises(CannotDecide, match="reason_needed"):
        decide_contact(by=by, person_id=contact.person_id, contact_id=contact.pk, use="text", to="safe",
                       how_known="person_said", version=0)  # fmt: skip
    with pytest.raises(CannotDecide, match="how_known_needed"):
        decide_contact(by=users[0].actor(), person_id=contact.person_id, contact_id=contact.pk, use="text", to="safe",
                       how_known="feed_said", version=0, reason="r")  # fmt: skip
    with pytest.raises(CannotDecide, match="not_a_word"):
        decide_contact(by=users[0].actor(), person_id=contact.person_id, contact_id=contact.pk, use="ring",
                       to="first_approach", how_known="person_said", version=0, reason="r")  # fmt: skip


@pytest.mark.parametrize("gone", ["left", "vetting", "denied"])
def test_a_proposer_whose_access_ended_does_not_count(gone: str, users: tuple[User, User], contact: Contact) -> None:
    first, second = users
    made = decide(first, contact, "text", "safe")
    if gone == "left":
        User.objects.filter(pk=first.pk).update(is_active=False)
    elif gone == "vetting":
        User.objects.filter(pk=first.pk).update(vetting_until=today() - timedelta(days=1))
    else:
        account(Role.VICTIM_CARE_OFFICER, DESK)  # or nobody would be left to see the record beside who denies it
        with acting_as(second.actor()):
            rescoping.deny(person_id=contact.person_id, user_id=first.pk)
    with pytest.raises(CannotDecide, match="proposer_gone"):
        confirm_decision(by=second.actor(), decision_id=made.pk)
    assert word(contact, second, "text") == "unknown"


def test_two_who_decide_at_once_are_told_what_differs(users: tuple[User, User], contact: Contact) -> None:
    decide(users[0], contact, "ring", "unsafe")
    with pytest.raises(Changed) as changed:
        decide_contact(by=users[1].actor(), person_id=contact.person_id, contact_id=contact.pk, use="ring",
                       to="unknown", how_known="person_said", version=0, reason="r")  # fmt: skip
    assert changed.value.differs == (("ring", "unsafe", "unknown"),)


def test_a_proposal_does_not_outlive_what_was_decided_meanwhile(users: tuple[User, User], contact: Contact) -> None:
    made = decide(users[0], contact, "text", "safe")
    decide(users[1], contact, "ring", "unsafe")
    with pytest.raises(Changed):
        confirm_decision(by=users[1].actor(), decision_id=made.pk)
    refuse_decision(by=users[0].actor(), decision_id=made.pk)
    again = decide(users[0], contact, "text", "safe")
    decide(users[1], contact, "text", "unsafe")
    with acting_as(users[0].actor()):
        assert ContactDecision.objects.get(pk=again.pk).state == "overtaken"


def test_letters_said_to_be_safe_are_dated(users: tuple[User, User], contact: Contact) -> None:
    assert decided(contact, users, write="safe").write_verified_on == today()
    assert decided(contact, users, write="unsafe").write_verified_on is None


def test_after_the_first_call_was_tried_none_is_open(
    users: tuple[User, User], contact: Contact, noted: list[dict[str, Any]]
) -> None:
    assert first_call_tried(by=users[0].actor(), person_id=contact.person_id) == 1
    assert word(contact, users[0]) == "unknown"
    assert close_first_calls(by=users[0].actor(), person_id=contact.person_id) == 0
    assert [entry["kind"] for entry in noted] == ["no_first_call"]


def test_that_somebody_else_answers_there_is_in_the_journal_and_put_back(
    users: tuple[User, User], contact: Contact, noted: list[dict[str, Any]]
) -> None:
    decide(users[0], contact, "ring", "unsafe", held_by="other")
    ring, held = noted
    assert (held["kind"], held["facts"]["held_by"], held["facts"]["uses"]) == ("contact_unsafe", "other", [])
    assert held["facts"]["contact"] != ring["facts"]["contact"]
    assert "900123" not in str(noted)
    decide(users[1], contact, "text", "unsafe", held_by="other")
    assert len(noted) == 3


# --- the plan -------------------------------------------------------------------------------------------------------


def test_a_plan_changed_by_another_meanwhile_is_refused_with_what_differs(
    users: tuple[User, User], contact: Contact
) -> None:
    first, second = users
    put_plan(by=first.actor(), person_id=contact.person_id, version=0, told=PlanTold(code_word="heron"))
    with pytest.raises(Changed) as changed:
        put_plan(by=second.actor(), person_id=contact.person_id, version=0, told=PlanTold(code_word="robin"))
    assert changed.value.differs == (("code_word", "heron", "robin"),)
    with acting_as(first.actor()):
        assert ContactPlan.objects.get().plan["code_word"] == "heron"


def test_never_reach_is_set_by_one_and_lifted_by_two(
    users: tuple[User, User], contact: Contact, noted: list[dict[str, Any]]
) -> None:
    first, second = (each.actor() for each in users)

    def put(by: Actor, version: int, *, never: bool) -> bool:
        return put_plan(
            by=by, person_id=contact.person_id, version=version, told=PlanTold(never_reach=never)
        ).never_reach

    assert put(first, 0, never=True)
    assert put(first, 1, never=False)
    assert put(second, 2, never=False)
    with pytest.raises(CannotDecide, match="same_person"):
        confirm_plan(by=second, person_id=contact.person_id, version=3)
    assert not confirm_plan(by=first, person_id=contact.person_id, version=3).never_reach
    assert [entry["kind"] for entry in noted] == ["never_reach", "plan_changed", "plan_changed"]


# --- the database, whoever writes -----------------------------------------------------------------------------------


def refused(statement: str, *values: object) -> bool:
    """Whether the database refuses the statement; what it does is taken back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, list(values))
            assert cursor.rowcount == 1
            transaction.set_rollback(True)
    except Error:
        return True
    return False


@pytest.mark.parametrize("use", ["ring", "text", "message", "write"])
def test_no_statement_makes_a_way_safe_without_two(use: str, users: tuple[User, User], contact: Contact) -> None:
    first, _second = users
    with acting_as(first.actor()):
        assert refused(f"UPDATE people_contact SET {use} = 'safe' WHERE id = %s", contact.pk)
        assert refused(
            f"UPDATE people_contact SET {use} = 'safe', decided_at = now(), message_key = NULL WHERE id = %s",
            contact.pk,
        )
    held = decided(contact, users, **{use: "unsafe"})
    with acting_as(first.actor()):
        for weaker in ("unknown", "safe"):
            assert refused(f"UPDATE people_contact SET {use} = %s WHERE id = %s", weaker, held.pk)
        assert refused("UPDATE people_contact SET decided_at = NULL WHERE id = %s", held.pk)
        assert refused("UPDATE people_contact SET decided_uses = '{}' WHERE id = %s", held.pk)
        assert not refused("UPDATE people_contact SET given_by = 'other' WHERE id = %s", held.pk)


def test_an_old_approval_does_not_serve_again(users: tuple[User, User], contact: Contact) -> None:
    held = decided(contact, users, text="safe")
    decide(users[0], contact, "text", "unsafe")
    with acting_as(users[0].actor()):
        assert refused("UPDATE people_contact SET text = 'safe' WHERE id = %s", held.pk)
        assert refused("UPDATE people_contact SET text = 'safe', version = 1 WHERE id = %s", held.pk)


def test_an_approval_of_one_number_does_not_serve_another(users: tuple[User, User], contact: Contact) -> None:
    held = decided(contact, users, text="safe")
    with acting_as(users[0].actor()):
        other = make_contact(contact.person, "07700 900999")
        assert refused("UPDATE people_contact SET value_key = %s WHERE id = %s", bytes(other.value_key), held.pk)


def test_nobody_signs_for_another(users: tuple[User, User], contact: Contact) -> None:
    first, second = users
    made = decide(first, contact, "text", "safe")
    with acting_as(first.actor()):
        for who in (first.pk, second.pk):
            assert refused(
                "UPDATE people_contactdecision SET state = 'applied', version = 1, confirmed_by = %s WHERE id = %s",
                who, made.pk,
            )  # fmt: skip
        with pytest.raises(Error), transaction.atomic():
            ContactDecision.objects.create(
                person_id=contact.person_id, kind="mobile", value_key=contact.value_key, use="ring", before="unknown",
                after="safe", lowers=True, how_known="person_said", state="applied", version=1, proposed_by=first.pk,
                confirmed_by=second.pk, proposed_at=now(), visible_to=contact.visible_to,
            )  # fmt: skip
    with acting_as(second.actor()):
        assert refused("UPDATE people_contactdecision SET after = 'unknown' WHERE id = %s", made.pk)


def test_a_stranger_neither_decides_nor_confirms(users: tuple[User, User], contact: Contact) -> None:
    stranger = account(Role.PROVIDER_WORKER, OTHER_PROVIDER)
    made = decide(users[0], contact, "text", "safe")
    with pytest.raises(ContactDecision.DoesNotExist):
        confirm_decision(by=stranger.actor(), decision_id=made.pk)
    with pytest.raises(Person.DoesNotExist):
        decide_contact(by=stranger.actor(), person_id=contact.person_id, contact_id=contact.pk, use="ring",
                       to="unsafe", how_known="person_said", version=0)  # fmt: skip


def test_a_seal_reaches_plan_and_decisions_in_the_same_statement(users: tuple[User, User], contact: Contact) -> None:
    first, second = users
    put_plan(by=first.actor(), person_id=contact.person_id, version=0, told=PlanTold(code_word="heron"))
    decide(first, contact, "text", "safe")
    lead = account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(first.actor()):
        rescoping.seal(person_id=contact.person_id, named_users=[first.pk, lead.pk])
    with acting_as(second.actor()):
        assert not ContactPlan.objects.exists()
        assert not ContactDecision.objects.exists()
    with acting_as(first.actor()):
        assert ContactPlan.objects.count() == ContactDecision.objects.count() == 1

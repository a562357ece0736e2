"""A contact plan is narrowed by one person and widened by two: by the actions, and by the database."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import Error, connection, transaction

from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import now, today
from hawl.foundations.identity.models import User
from hawl.registers.cases.tests.makers import DESK, OTHER_PROVIDER, account, make_contact, make_person, organisation_id
from hawl.registers.people.actions import (
    CannotDecide,
    Changed,
    PlanTold,
    confirm_plan,
    planning,
    put_plan,
    refuse_plan,
)
from hawl.registers.people.gate import plan_facts
from hawl.registers.people.hours import OFFICE_HOURS, Window
from hawl.registers.people.models import Contact, ContactPlan
from hawl.registers.people.plan_rules import expired, parted, windows_standing, within
from hawl.registers.people.tests.deciding import two

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]
MORNING = ({"days": [0], "start": "10:00", "end": "11:00"},)
EVERY_HOUR = ({"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59", "bank_holidays": True},)


@pytest.fixture
def users() -> tuple[User, User]:
    return two()


@pytest.fixture
def contact(users: tuple[User, User]) -> Contact:
    with acting_as(users[0].actor()):
        return make_contact(make_person(desk=organisation_id(DESK)))


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    entries: list[str] = []
    whole = planning.note
    monkeypatch.setattr(planning, "note", lambda **told: (entries.append(told["kind"]), whole(**told)))
    return entries


def put(user: User, contact: Contact, version: int, **told: Any) -> ContactPlan:
    return put_plan(by=user.actor(), person_id=contact.person_id, version=version, told=PlanTold(**told))


def held(user: User) -> ContactPlan:
    with acting_as(user.actor()):
        plan = ContactPlan.objects.get()
        assert plan.plan is not None
        return plan


def test_one_person_widens_nothing_and_a_second_does(users: tuple[User, User], contact: Contact) -> None:
    first, second = users
    put(first, contact, 0, code_word="afal", never="Dai", windows=MORNING)
    wide = put(second, contact, 1, voicemail="neutral", windows=EVERY_HOUR)
    stands = held(first)
    assert set((stands.waiting or {})["waits"]) == {"code_word", "never", "voicemail", "windows"}
    facts = plan_facts(stands)
    assert (facts.windows, facts.voicemail) == (plan_facts(ContactPlan(plan={"windows": MORNING})).windows, False)
    assert (stands.plan["code_word"], stands.plan["never"]) == ("afal", "Dai")
    with pytest.raises(CannotDecide, match="same_person"):
        confirm_plan(by=second.actor(), person_id=contact.person_id, version=wide.version)
    confirm_plan(by=first.actor(), person_id=contact.person_id, version=wide.version)
    facts = plan_facts(held(first))
    assert (facts.windows[0].end, facts.voicemail) == (dt.time(23, 59), True)
    with pytest.raises(CannotDecide, match="closed"):
        confirm_plan(by=first.actor(), person_id=contact.person_id, version=wide.version + 1)


def test_who_may_not_lower_widens_nothing_at_all_and_still_narrows(users: tuple[User, User], contact: Contact) -> None:
    low = account(Role.PROVIDER_WORKER, DESK)
    with pytest.raises(CannotDecide, match="not_allowed"):
        put(low, contact, 0, voicemail="neutral")
    put(low, contact, 0, windows=MORNING)
    put(users[0], contact, 1, windows=EVERY_HOUR)
    with pytest.raises(CannotDecide, match="not_allowed"):
        confirm_plan(by=low.actor(), person_id=contact.person_id, version=2)
    stranger = account(Role.VICTIM_CARE_OFFICER, OTHER_PROVIDER)
    with pytest.raises(Exception, match="matching query does not exist"):
        confirm_plan(by=stranger.actor(), person_id=contact.person_id, version=2)
    assert plan_facts(held(users[0])).windows[0].end == dt.time(11)


@pytest.mark.parametrize("gone", ["left", "vetting", "role", "denied"])
def test_a_proposer_who_does_not_stand_any_more_does_not_count(
    gone: str, users: tuple[User, User], contact: Contact
) -> None:
    first, second = users
    put(first, contact, 0, never_reach=True)
    put(first, contact, 1, never_reach=False)
    changes: dict[str, Any] = {
        "left": {"is_active": False}, "vetting": {"vetting_until": today() - dt.timedelta(days=1)},
        "role": {"roles": [Role.PROVIDER_WORKER.value]},
    }.get(gone, {})  # fmt: skip
    with connection.cursor() as cursor:
        if gone == "denied":
            from hawl.foundations.access import rescoping

            account(Role.VICTIM_CARE_OFFICER, DESK)
            with acting_as(second.actor()):
                rescoping.deny(person_id=contact.person_id, user_id=first.pk)
        else:
            assert cursor is not None
            User.objects.filter(pk=first.pk).update(**changes)
    with pytest.raises(CannotDecide, match="proposer_gone"):
        confirm_plan(by=second.actor(), person_id=contact.person_id, version=2)
    assert held(second).never_reach


def test_a_proposal_stands_for_seven_days_and_not_for_eight(users: tuple[User, User], contact: Contact) -> None:
    first, second = users
    # Over the night on which the clock goes back; 23:30 in summer time is still that day.
    with time_machine.travel(dt.datetime(2026, 10, 24, 22, 30, tzinfo=dt.UTC)):
        put(first, contact, 0, never_reach=True)
        put(first, contact, 1, never_reach=False)
    with (
        time_machine.travel(dt.datetime(2026, 11, 1, 0, 0, tzinfo=dt.UTC)),
        pytest.raises(CannotDecide, match="expired"),
    ):
        confirm_plan(by=second.actor(), person_id=contact.person_id, version=2)
    with time_machine.travel(dt.datetime(2026, 10, 31, 23, 59, tzinfo=dt.UTC)):
        assert not confirm_plan(by=second.actor(), person_id=contact.person_id, version=2).never_reach
    assert not expired(dt.date(2026, 10, 24), dt.date(2026, 10, 31))
    assert expired(dt.date(2026, 10, 24), dt.date(2026, 11, 1))


def test_a_change_takes_the_place_of_what_waits_and_a_refusal_leaves_what_stands(
    users: tuple[User, User], contact: Contact
) -> None:
    first, second = users
    put(first, contact, 0, voicemail="neutral")
    put(second, contact, 1, windows=MORNING)
    assert (held(first).waiting, held(first).waiting_by) == (None, None)
    put(first, contact, 2, windows=EVERY_HOUR)
    with pytest.raises(Changed):
        confirm_plan(by=second.actor(), person_id=contact.person_id, version=2)
    refuse_plan(by=second.actor(), person_id=contact.person_id)
    with pytest.raises(CannotDecide, match="closed"):
        confirm_plan(by=second.actor(), person_id=contact.person_id, version=3)
    assert plan_facts(held(first)).windows[0].end == dt.time(11)


def test_hours_that_have_nothing_in_common_close_at_once_and_open_by_two(
    users: tuple[User, User], contact: Contact
) -> None:
    first, second = users
    put(first, contact, 0, windows=MORNING)
    put(first, contact, 1, windows=({"days": [5], "start": "10:00", "end": "11:00"},))
    assert plan_facts(held(first)).windows == ()
    # Left as they are, closed hours stay closed, whoever keeps the rest of the plan.
    put(account(Role.PROVIDER_WORKER, DESK), contact, 2, who_answers="her", windows=None)
    assert plan_facts(held(first)).windows == ()
    put(first, contact, 3, windows=())
    confirm_plan(by=second.actor(), person_id=contact.person_id, version=4)
    assert plan_facts(held(first)).windows == OFFICE_HOURS


def test_each_change_that_stands_is_in_the_journal(
    users: tuple[User, User], contact: Contact, noted: list[str]
) -> None:
    first, second = users
    put(first, contact, 0, windows=MORNING)
    assert noted == ["plan_changed"]
    put(first, contact, 1, windows=EVERY_HOUR)
    assert noted == ["plan_changed"]
    confirm_plan(by=second.actor(), person_id=contact.person_id, version=2)
    put(first, contact, 3, windows=EVERY_HOUR, never_reach=True)
    assert noted == ["plan_changed", "plan_changed", "never_reach", "plan_changed"]


def test_the_database_lets_nobody_propose_for_another_nor_open_a_lost_plan_alone(
    users: tuple[User, User], contact: Contact
) -> None:
    first, second = users
    put(first, contact, 0, voicemail="neutral")
    with acting_as(second.actor()):
        ContactPlan.objects.update(waiting_by=None, unsure_since=now())

    def refused(user: User, **change: Any) -> bool:
        try:
            with transaction.atomic(), acting_as(user.actor()):
                ContactPlan.objects.update(**change)
                transaction.set_rollback(True)
        except Error:
            return True
        return False

    assert refused(second, waiting_by=first.pk)
    assert not refused(second, waiting_by=second.pk)
    assert refused(second, unsure_since=None)
    with acting_as(first.actor()):
        ContactPlan.objects.update(waiting_by=first.pk)
    assert refused(first, unsure_since=None)
    assert not refused(second, unsure_since=None)


# --- the rules ------------------------------------------------------------------------------------------------------

_BLANK = {"code_word": "", "never": "", "not_told": "", "voicemail": "none", "voicemail_words": "", "windows": []}


@pytest.mark.parametrize(
    ("name", "before", "after", "waits"),
    [
        ("code_word", "", "heron", False),
        ("code_word", "heron", "robin", True),
        ("code_word", "heron", "", True),
        ("never", "", "Dai", False),
        ("never", "Dai", "Dai, Rhys", True),
        ("never", "Dai", "Dai; unless he rings from work", True),
        ("never", "Dai", "Daisy", True),
        ("never", "Dai", "", True),
        ("not_told", "Dai", "Rhys", True),
        ("voicemail", "none", "neutral", True),
        ("voicemail", "neutral", "none", False),
        ("windows", [], list(MORNING), False),
        ("windows", list(MORNING), [], True),
        ("windows", list(MORNING), list(EVERY_HOUR), True),
        ("windows", list(EVERY_HOUR), list(MORNING), False),
        ("windows", list(MORNING), [MORNING[0] | {"bank_holidays": True}], True),
        ("windows", list(MORNING), [MORNING[0] | {"end": "11:01"}], True),
        ("windows", list(MORNING), [MORNING[0] | {"end": "10:59"}], False),
    ],
)
def test_what_waits_for_a_second_person(name: str, before: Any, after: Any, waits: bool) -> None:
    stands, waiting = parted(_BLANK | {name: before}, _BLANK | {name: after})
    assert waiting == ((name,) if waits else ())
    if waits and name != "windows":
        assert stands[name] == before
    if not waits:
        assert stands[name] == after
    assert within(
        windows_standing(stands), windows_standing(_BLANK | {"windows": before} if name == "windows" else _BLANK)
    )


def test_of_hours_that_move_what_both_have_stands_at_once() -> None:
    stands, waiting = parted(_BLANK, _BLANK | {"windows": [{"days": [0, 6], "start": "08:00", "end": "12:00"}]})
    assert waiting == ("windows",)
    assert windows_standing(stands) == (Window(frozenset({0}), dt.time(9), dt.time(12)),)
    # Two windows that touch are one stretch.
    halves = [{"days": [0], "start": "09:00", "end": "11:00"}, {"days": [0], "start": "11:00", "end": "17:00"}]
    assert parted(_BLANK, _BLANK | {"windows": halves})[1] == ()
    assert (
        parted(_BLANK | {"windows": halves}, _BLANK | {"windows": [{"days": [0], "start": "10:00", "end": "12:00"}]})[1]
        == ()
    )

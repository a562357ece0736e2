"""The pure policy: what denies, what makes a record one's business, which fields follow, and on which day."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawl.foundations.access.actor import PERMISSIONS, POLICE, WORKS_WITH_PEOPLE, Actor, Permission, Role, Standing
from hawl.foundations.access.policy import (
    ALL_CLASSES,
    DENIALS,
    WITHOUT_PLACE,
    Action,
    Level,
    Purpose,
    Resource,
    decide,
    enter,
)

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HUB, UNIT = 6, 4
STANDING = Standing(active=True, vetting_until=TODAY, training_until=TODAY)
WORKER = Actor(
    "user:1", organisations=frozenset({HUB}), user_id=1, roles=frozenset({Role.HUB_WORKER}), standing=STANDING,
    walls=frozenset({HUB}),
)  # fmt: skip
RECORD = Resource(visible_to=frozenset({HUB}))


def rule(actor: Actor, resource: Resource, action: Action = Action.READ, purpose: Purpose = Purpose.SUPPORT) -> str:
    found = decide(actor, action, resource, purpose, NOON)
    return found.rule if not found.allow else f"+{found.rule}"


def test_a_worker_of_the_organisation_of_the_record_reads_it() -> None:
    assert rule(WORKER, RECORD) == "+organisation"
    assert rule(WORKER, Resource(visible_to=frozenset({UNIT}))) == "no_ground"


@pytest.mark.parametrize(
    ("lapse", "denied"),
    [
        ({"active": False}, "not_active"),
        ({"ended_on": TODAY}, "organisation_ended"),
        ({"ended_on": date(2026, 11, 23)}, "+organisation"),
        ({"vetting_until": date(2026, 11, 21)}, "vetting_lapsed"),
        ({"vetting_until": TODAY}, "+organisation"),
        ({"vetting_until": None}, "vetting_lapsed"),
        ({"training_until": date(2026, 11, 21)}, "training_lapsed"),
        ({"training_until": None}, "training_lapsed"),
    ],
)
def test_papers_count_to_the_end_of_their_last_day(lapse: dict[str, date | None], denied: str) -> None:
    assert rule(replace(WORKER, standing=replace(STANDING, **lapse)), RECORD) == denied


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        # In summer London is an hour ahead: at 23:30 UTC its next day has begun.
        (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 1, 23, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 2, 0, 0, tzinfo=UTC), False),
    ],
)
def test_the_day_of_a_lapse_is_londons(moment: datetime, *, allowed: bool) -> None:
    last = moment.date() if allowed or moment.hour == 23 else date(2026, 1, 1)
    standing = replace(STANDING, vetting_until=last, training_until=date(2027, 1, 1))
    assert decide(replace(WORKER, standing=standing), Action.READ, RECORD, Purpose.SUPPORT, moment).allow is allowed


@pytest.mark.parametrize("role", [role for role in Role if role not in WORKS_WITH_PEOPLE])
def test_the_commissioners_side_boards_stewards_and_analysts_see_no_person_ever(role: Role) -> None:
    everything = Resource(visible_to=frozenset({HUB}), named_users=frozenset({1}), subject=uuid.uuid4())
    seer = replace(WORKER, roles=frozenset({role}), glass=frozenset({everything.subject}))  # type: ignore[arg-type]
    for action in Action:
        for purpose in Purpose:
            assert not decide(seer, action, everything, purpose, NOON).allow
    assert Permission.SEE_PEOPLE not in PERMISSIONS[role]


def test_a_denial_beats_being_named_the_organisation_and_a_broken_glass() -> None:
    subject = uuid.uuid4()
    everything = Resource(
        visible_to=frozenset({HUB}), named_users=frozenset({1}), denied_users=frozenset({1}), subject=subject
    )
    assert rule(replace(WORKER, glass=frozenset({subject})), everything) == "denied_person"


def test_a_wall_stands_against_who_is_paid_by_the_body_wherever_they_sit() -> None:
    walled = Resource(visible_to=frozenset({HUB}), named_users=frozenset({1}), denied_organisations=frozenset({3}))
    assert rule(WORKER, walled) == "+named"
    assert rule(replace(WORKER, walls=frozenset({HUB, 3})), walled) == "employer_wall"


def test_who_came_without_the_police_is_walled_from_every_police_account_that_ever_will_be() -> None:
    hidden = Resource(visible_to=frozenset({HUB, UNIT}), denied_organisations=frozenset({POLICE}))
    officer = replace(WORKER, organisations=frozenset({UNIT}), walls=frozenset({UNIT, 3, POLICE}))
    assert (officer.police, WORKER.police) == (True, False)
    assert (rule(officer, hidden), rule(WORKER, hidden)) == ("employer_wall", "+organisation")


def test_what_is_sealed_opens_to_the_named_alone_and_to_no_broken_glass() -> None:
    subject = uuid.uuid4()
    sealed = Resource(named_users=frozenset({2}), level=Level.SEALED, subject=subject)
    assert rule(replace(WORKER, glass=frozenset({subject})), sealed) == "sealed_not_named"
    assert rule(replace(WORKER, user_id=2), sealed) == "+named"


def test_a_broken_glass_opens_its_subject_with_a_grave_entry_and_no_other() -> None:
    subject, other = uuid.uuid4(), uuid.uuid4()
    elsewhere = Resource(visible_to=frozenset({UNIT}), subject=subject)
    broken = replace(WORKER, glass=frozenset({subject}))
    found = decide(broken, Action.READ, elsewhere, Purpose.SUPPORT, NOON)
    assert (found.rule, "audit_grave" in found.obligations) == ("broken_glass", True)
    assert rule(broken, replace(elsewhere, subject=other)) == "no_ground"


def test_of_a_restricted_record_only_the_named_see_what_tells_a_place() -> None:
    restricted = Resource(visible_to=frozenset({HUB}), named_users=frozenset({2}), level=Level.RESTRICTED)
    found = decide(WORKER, Action.READ, restricted, Purpose.SUPPORT, NOON)
    assert (found.allow, found.fields) == (True, WITHOUT_PLACE)
    assert rule(WORKER, restricted, Action.SHOW_CONTACT) == "place_not_shown"
    named = replace(WORKER, user_id=2)
    assert decide(named, Action.READ, restricted, Purpose.SUPPORT, NOON).fields == ALL_CLASSES
    assert rule(named, restricted, Action.SHOW_CONTACT) == "+named"


@pytest.mark.parametrize("purpose", [Purpose.OVERSIGHT, Purpose.STATISTICS])
def test_no_record_opens_for_oversight_or_statistics(purpose: Purpose) -> None:
    assert rule(WORKER, RECORD, purpose=purpose) == "purpose_opens_no_record"


def test_protecting_and_export_ask_for_a_reason_a_fresh_sign_in_and_a_second_person() -> None:
    for action in (Action.PROTECT, Action.EXPORT):
        found = decide(WORKER, action, RECORD, Purpose.SUPPORT, NOON)
        assert found.obligations == {"audit_grave", "reason", "step_up", "second_person"}


def test_only_machines_destroy() -> None:
    assert rule(WORKER, RECORD, Action.ERASE) == "only_machines_erase"
    assert decide(Actor("system:jobs", machine=True), Action.ERASE, RECORD, Purpose.SUPPORT, NOON).allow


def test_a_door_to_people_asks_for_papers_and_a_door_to_figures_does_not() -> None:
    lapsed = replace(WORKER, standing=replace(STANDING, vetting_until=None))
    assert enter(lapsed, Permission.SEE_PEOPLE, NOON).rule == "vetting_lapsed"
    assert enter(lapsed, Permission.SEE_FIGURES, NOON).allow
    assert enter(WORKER, Permission.SEE_AUDIT, NOON).rule == "role_has_no_such_door"
    assert enter(Actor("anyone"), Permission.SEE_FIGURES, NOON).rule == "nobody"


_IDS = st.frozensets(st.integers(0, 4))
_ACTORS = st.builds(
    Actor, label=st.just("user"), organisations=_IDS, user_id=st.integers(0, 4), walls=_IDS,
    roles=st.frozensets(st.sampled_from(Role)),
    standing=st.builds(
        Standing, active=st.booleans(), vetting_until=st.sampled_from([None, TODAY]), training_until=st.just(TODAY)
    ),
)  # fmt: skip
_RECORDS = st.builds(
    Resource, visible_to=_IDS, named_users=_IDS, denied_users=_IDS, denied_organisations=_IDS,
    level=st.sampled_from(Level),
)  # fmt: skip


@given(_ACTORS, _RECORDS, st.sampled_from(Action), st.sampled_from(Purpose), _IDS, st.integers(0, 4))
def test_more_denials_never_open_and_more_names_never_beat_one(
    actor: Actor, record: Resource, action: Action, purpose: Purpose, bodies: frozenset[int], account: int
) -> None:
    before = decide(actor, action, record, purpose, NOON).allow
    walled = replace(
        record, denied_users=record.denied_users | {account},
        denied_organisations=record.denied_organisations | bodies,
    )  # fmt: skip
    assert decide(actor, action, walled, purpose, NOON).allow <= before
    denied = replace(walled, denied_users=walled.denied_users | {actor.user_id or 0}, named_users=frozenset(range(5)))
    assert not decide(actor, action, denied, purpose, NOON).allow


def test_every_denial_comes_before_any_ground() -> None:
    # A rule that nobody tries is no rule: each of them refuses something that nothing else refuses (access matrix).
    assert list(DENIALS)[:5] == [
        "not_active", "organisation_ended", "vetting_lapsed", "training_lapsed", "role_sees_no_person",
    ]  # fmt: skip


@pytest.mark.parametrize("action", list(Action))
def test_a_broken_glass_lets_read_and_reach_and_decide_nothing(action: Action) -> None:
    subject = uuid.uuid4()
    record = Resource(visible_to=frozenset({UNIT}), subject=subject)
    looking = replace(WORKER, glass=frozenset({subject}))
    decides = {Action.PROTECT, Action.REFER, Action.AGREE}
    expected = "only_machines_erase" if action == Action.ERASE else "+broken_glass"
    assert rule(looking, record, action) == ("glass_reads_only" if action in decides else expected)
    # Who has a ground of their own besides may do all that it lets them.
    if action != Action.ERASE:
        assert rule(looking, replace(record, visible_to=frozenset({HUB})), action) == "+organisation"
        assert rule(looking, replace(record, named_users=frozenset({1})), action) == "+named"

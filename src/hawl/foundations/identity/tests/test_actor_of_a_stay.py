"""A stay is read with all that its user's actor rests on: the same actor as the account's own, in one statement."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.models import Body
from hawl.foundations.clock import now
from hawl.foundations.identity.models import StaffSession, User
from hawl.foundations.identity.sessions import STAY, standing
from hawl.registers.cases.tests.makers import DESK, HUB, account, organisation_id

pytestmark = pytest.mark.django_db


def session_of(user: User) -> Any:
    """What the browser's session holds of a stay of this user."""
    stay = StaffSession.objects.create(user=user, signed_in_at=now(), seen_at=now(), factor_at=now())
    return {STAY: str(stay.pk), SESSION_KEY: str(user.pk), HASH_SESSION_KEY: user.get_session_auth_hash()}


def both(session: Any, user: User) -> tuple[Actor, Actor]:
    """The actor by the stay, and the actor by the account alone."""
    with CaptureQueriesContext(connection) as made:
        held = standing(session)
        assert held.stay is not None
        by_stay = held.stay.user.actor(held.bodies)
    assert len(made) == 1
    return by_stay, User.objects.get(pk=user.pk).actor()


def test_walls_and_the_end_of_a_body_come_with_the_stay() -> None:
    officer = account(Role.VICTIM_CARE_OFFICER, DESK)
    session = session_of(officer)
    User.objects.filter(pk=officer.pk).update(employer_id=organisation_id(HUB))
    Body.objects.filter(organisation_id=officer.organisation_id).update(ended_on=date(2031, 5, 4))
    by_stay, alone = both(session, officer)
    assert by_stay == alone
    assert by_stay.standing.ended_on == date(2031, 5, 4)
    assert by_stay.walls >= {officer.organisation_id, organisation_id(HUB)}
    assert by_stay.organisations == {officer.organisation_id}


@pytest.mark.parametrize(
    ("changes", "in_force"),
    [({"organisation_id": None}, False), ({"organisation_id": 9_999_999}, False), ({"employer_id": 9_999_999}, True)],
)
def test_a_body_that_is_not_known_gives_nothing_by_either_way(changes: dict[str, int | None], in_force: bool) -> None:
    officer = account(Role.VICTIM_CARE_OFFICER, DESK)
    session = session_of(officer)
    User.objects.filter(pk=officer.pk).update(**changes)
    by_stay, alone = both(session, officer)
    assert by_stay == alone
    assert (by_stay.standing.active, bool(by_stay.organisations)) == (in_force, in_force)


def test_what_is_taken_from_an_account_is_gone_at_the_next_page() -> None:
    officer = account(Role.VICTIM_CARE_OFFICER, DESK)
    session = session_of(officer)
    before, _ = both(session, officer)
    User.objects.filter(pk=officer.pk).update(organisation_id=organisation_id(HUB), roles=[Role.HUB_WORKER.value])
    after, _ = both(session, officer)
    assert before.organisations != after.organisations == {organisation_id(HUB)}
    assert after.roles == {Role.HUB_WORKER}

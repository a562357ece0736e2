"""Whoever looks after an installation lets nobody in to people's records alone, whatever the order of their acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from hawl.foundations.access.actor import PERMISSIONS, Actor, Permission, Role
from hawl.foundations.identity.actions import (
    NotCleared,
    NotPermitted,
    NotWaiting,
    accounts,
    ask_account,
    ask_reset,
    begin_session,
    decide_request,
    end_account,
)
from hawl.foundations.identity.models import AccountRequest, User
from hawl.foundations.identity.queries import all_accounts
from hawl.registers.cases.tests.makers import COMMISSIONER, DESK, account, organisation_id

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(280)]

OPERATOR = Actor(label="operator:one")
OWN = "operator-one@example.org"
KNOWN = "a password that the operator chose"
LONGEST = 4
FORBIDDEN = frozenset({Role.STEWARD} | {role for role in Role if Permission.SEE_PEOPLE in PERMISSIONS[role]})
Act = tuple[str, Callable[[], object]]


@dataclass
class World:
    """An installation in use, and the acts that its operator can do."""

    approver: User
    other_approver: User
    officer: User
    ended: User
    honest: bool = False  # may the operator name an approver who is one
    tried: int = 0
    met: dict[Any, int] = field(default_factory=dict)

    def acts(self) -> Iterator[Act]:
        """Everything the command line offers, and a yes in every name that an operator could sign in under."""
        targets = [OWN, self.officer.email, self.approver.email]
        for email, role in product(targets, [Role.STEWARD, Role.BOARD]):
            yield f"put {email} {role.value}", lambda e=email, r=role: ask(e, r)  # type: ignore[misc]
        for email in (*targets, self.other_approver.email, self.ended.email):
            yield f"end {email}", lambda e=email: end_account(by=OPERATOR, email=e)  # type: ignore[misc]
        yield "list", all_accounts
        yield f"reset {self.officer.email}", lambda: ask_reset(by=OPERATOR, email=self.officer.email)
        yield "yes by operator", lambda: say_yes(OPERATOR)
        # Who the operator can sign in as: accounts of which they know the password.
        known = [each for each in User.objects.filter(is_active=True) if each.check_password(KNOWN)]
        for user in [*known, *([self.approver] if self.honest else [])]:
            yield f"yes by {user.email}", lambda u=user: say_yes(u.actor(), u)  # type: ignore[misc]


def ask(email: str, role: Role) -> None:
    ask_account(
        by=OPERATOR, email=email, display_name="x", roles=frozenset({role}), organisation_id=organisation_id(DESK),
        password=KNOWN, vetting_until=date(2030, 1, 1), training_until=date(2030, 1, 1),
    )  # fmt: skip


def say_yes(by: Actor, signed_in: User | None = None) -> None:
    if signed_in is not None:
        begin_session(by=by, user=signed_in)
    for waits in AccountRequest.objects.filter(decided_at=None):
        decide_request(by=by, request_id=waits.pk, agreed=True)
        User.objects.filter(factor_reset_from__isnull=False).update(factor_reset_from="2000-01-01T00:00Z")


def state() -> tuple[Any, ...]:
    """What the acts can change, and which passwords the operator knows."""
    rows = User.objects.order_by("email")
    waits = AccountRequest.objects.filter(decided_at=None).order_by("email", "kind")
    return (
        *((u.email, tuple(u.roles), u.is_active, u.check_password(KNOWN), u.factor_reset_from) for u in rows),
        *(("waits", (), False, (each.email, each.kind, tuple(each.roles)), None) for each in waits),
    )


def is_reached(now: tuple[Any, ...]) -> bool:
    return any(active and known and FORBIDDEN & {Role(r) for r in roles} for _, roles, active, known, _ in now)


def search(world: World, left: int = LONGEST) -> list[str] | None:
    """The first sequence of acts by which the operator reaches people; `None` where there is none."""
    now = state()
    if is_reached(now):
        return []
    if left == 0 or world.met.get(now, -1) >= left:
        return None
    world.met[now] = left
    for name, act in list(world.acts()):
        world.tried += 1
        with transaction.atomic():
            try:
                act()
            except (NotPermitted, NotCleared, NotWaiting, User.DoesNotExist):
                found = None
            else:
                found = search(world, left - 1)
            transaction.set_rollback(True)
        if found is not None:
            return [name, *found]
    return None


@pytest.fixture
def world(settings: Any) -> World:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    ended = account(Role.STEWARD, COMMISSIONER)
    made = World(
        approver=account(Role.SPECIALIST_LEAD, DESK),
        other_approver=account(Role.STEWARD, COMMISSIONER),
        officer=account(Role.VICTIM_CARE_OFFICER, DESK),
        ended=ended,
    )
    end_account(by=OPERATOR, email=ended.email)
    return made


def test_no_four_acts_of_one_operator_reach_people(world: World) -> None:
    assert search(world) is None
    assert world.tried > 500


def test_with_an_approver_s_yes_it_is_reached(world: World) -> None:
    world.honest = True
    found = search(world)
    assert found is not None
    assert found[-1].endswith(world.approver.email)


def test_without_the_approval_the_search_finds_the_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "GRAVE_ROLES", frozenset())
    monkeypatch.setattr(accounts, "_approval", lambda user, said: {})
    assert search(world) is not None


def test_could_the_last_approvers_be_ended_the_search_would_find_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "_keep_the_last", lambda user: None)
    found = search(world)
    assert found is not None
    assert sum(each.startswith("end") or "board" in each for each in found) >= 2

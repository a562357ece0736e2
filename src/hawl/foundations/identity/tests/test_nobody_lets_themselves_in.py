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
    accounts,
    end_account,
    put_account,
    reset_factor,
    reset_lost_factor,
)
from hawl.foundations.identity.models import User
from hawl.foundations.identity.queries import all_accounts
from hawl.registers.cases.tests.makers import COMMISSIONER, DESK, account, organisation_id

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(280)]

OPERATOR = Actor(label="operator:one")
OWN = "operator-one@example.org"
KNOWN = "a password that the operator chose"
LONGEST = 5
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
        """Everything the command line offers, with every name an operator could invent."""
        invented = ["", OWN, "operator:one", "two", self.ended.email]
        names = [*invented, self.approver.email] if self.honest else invented
        targets = [OWN, self.officer.email, self.approver.email]
        for email, role, said in product(targets, [Role.HUB_WORKER, Role.STEWARD, Role.BOARD], names):
            if said != email or email == OWN:
                yield f"put {email} {role.value} {said}", lambda e=email, r=role, s=said: put(e, r, s)  # type: ignore[misc]
        for email in (*targets, self.other_approver.email, self.ended.email):
            yield f"end {email}", lambda e=email: end_account(by=OPERATOR, email=e)  # type: ignore[misc]
        yield "list", all_accounts
        yield f"reset {self.officer.email}", self._reset
        # What an account approves of itself.
        for email in (self.officer.email, self.approver.email):
            yield f"put {email} itself", lambda e=email: put(e, Role.STEWARD, e)  # type: ignore[misc]

    def _reset(self) -> None:
        reset_factor(by=OPERATOR, email=self.officer.email, confirmed_by=OWN)
        User.objects.filter(pk=self.officer.pk).update(factor_reset_from="2000-01-01T00:00Z")
        reset_lost_factor(by=OPERATOR, user_id=self.officer.pk)


def put(email: str, role: Role, said: str) -> None:
    put_account(
        by=OPERATOR, email=email, display_name="x", roles=frozenset({role}), organisation_id=organisation_id(DESK),
        password=KNOWN, vetting_until=date(2030, 1, 1), training_until=date(2030, 1, 1), approved_by=said,
    )  # fmt: skip


def state() -> tuple[Any, ...]:
    """What the acts can change, and which passwords the operator knows."""
    rows = User.objects.order_by("email")
    return tuple((u.email, tuple(u.roles), u.is_active, u.check_password(KNOWN), u.factor_reset_from) for u in rows)


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
    for name, act in world.acts():
        world.tried += 1
        with transaction.atomic():
            try:
                act()
            except (NotPermitted, NotCleared, User.DoesNotExist):
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


def test_no_five_acts_of_one_operator_reach_people(world: World) -> None:
    assert search(world) is None
    assert world.tried > 500


def test_with_an_approver_s_yes_it_is_reached(world: World) -> None:
    world.honest = True
    found = search(world)
    assert found is not None
    assert found[-1].endswith(world.approver.email)


def test_without_the_approval_the_search_finds_the_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_approval", lambda user, said: {})
    assert search(world) is not None


def test_could_the_last_approvers_be_ended_the_search_would_find_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "_refuse_the_last", lambda user: None)
    found = search(world)
    assert found is not None
    assert sum(each.startswith("end") or "board" in each for each in found) >= 2

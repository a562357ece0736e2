"""Decisions on reaching people, compared with an oracle written apart. `make drill-contact` tries a million."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from contact import stories
from contact.stories import compare
from hawl.registers.people.contact_rules import may_send

DECISIONS = int(os.environ.get("HAWL_CONTACT_DECISIONS", "20000"))


def test_nobody_is_reached_whom_the_oracle_would_not_reach() -> None:
    found = compare(DECISIONS, seed=1)
    print(found)  # noqa: T201 - the drill tells its numbers
    assert (found.unsafe, found.too_careful, found.wrong_hours) == (0, 0, 0), found.first
    assert found.sends > DECISIONS / 100


def test_a_default_of_safe_is_caught() -> None:
    assert compare(20_000, seed=1, default="safe").unsafe > 0


@pytest.mark.parametrize("fault", ["deceased", "declined", "restricted", "sealed", "may_be_child", "first_call_spent"])
def test_each_fact_of_the_person_that_the_gate_forgets_is_caught(fault: str) -> None:
    # A first call that was spent and would be made again is rare among random stories.
    number = 60_000 if fault == "first_call_spent" else 20_000
    found = compare(
        number, seed=2, gate=lambda c, w, plan, person, at: may_send(c, w, plan, replace(person, **{fault: False}), at)
    )
    assert found.unsafe > 0


def test_a_plan_that_one_person_may_widen_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "parted", lambda _stands, told: (dict(told), ()))
    assert compare(20_000, seed=3).unsafe > 0


def test_a_plan_that_a_restore_lost_and_the_gate_uses_is_caught() -> None:
    found = compare(
        20_000, seed=4, gate=lambda c, w, plan, person, at: may_send(c, w, replace(plan, lost=False), person, at)
    )
    assert found.unsafe > 0

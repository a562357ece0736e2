"""The flows and the days of agreements, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawl.foundations.clock import today
from hawl.registers.agreements import rules
from hawl.registers.agreements.models import Kind
from hawl.registers.agreements.rules import Flow, flow_allows, holds_on

DAY = date(2026, 11, 22)
OFFER = Flow(
    "offer", rules.SUPPORT_OFFER, "force", ("hub",), "legal_obligation", False, "read", date(2021, 1, 1), date.max
)


def asked(flow: Flow = OFFER, **changes: Any) -> rules.FlowAnswer:
    given: dict[str, Any] = {
        "sender": ["unit", "force"],
        "receiver": ["hub", "office"],
        "purpose": rules.SUPPORT_OFFER,
        "on": DAY,
    }
    return flow_allows([flow], **{**given, **changes})


def test_a_verified_flow_says_by_which_rule_and_basis_and_asks_for_no_agreement() -> None:
    assert asked() == rules.FlowAnswer(True, "offer", False, "legal_obligation", True)


def test_an_unconfirmed_flow_never_does_without_an_agreement() -> None:
    answer = asked(replace(OFFER, certainty="unconfirmed"))
    assert (answer.allowed, answer.agreement_needed, answer.verified) == (True, True, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": ["hub"]},
        {"receiver": ["provider"]},
        {"receiver": []},
        {"purpose": rules.TELL_POLICE},
        {"purpose": "anything"},
    ],
)
def test_what_no_flow_foresees_does_not_pass(changes: dict[str, Any]) -> None:
    assert asked(**changes) == rules.FlowAnswer(False, "no_flow", True)


@pytest.mark.parametrize(("days", "allowed"), [(-1, False), (0, True), (1, True), (9, True), (10, True), (11, False)])
def test_a_flow_holds_from_its_first_day_to_its_last(days: int, allowed: bool) -> None:
    flow = replace(OFFER, first=DAY, last=DAY + timedelta(10))
    assert asked(flow, on=DAY + timedelta(days)).allowed is allowed


def test_of_two_flows_the_one_that_asks_for_more_counts_in_any_order() -> None:
    strict = replace(OFFER, key="strict", agreement_needed=True)
    for flows in ([OFFER, strict], [strict, OFFER]):
        answer = flow_allows(flows, sender=["force"], receiver=["hub"], purpose=rules.SUPPORT_OFFER, on=DAY)
        assert answer.rule == "strict"


def test_kinds_are_those_of_the_tables() -> None:
    assert set(rules.KINDS) == set(Kind.values)


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (4, True), (5, True), (6, False)])
def test_an_agreement_holds_from_its_day_to_its_last_day(days: int, holds: bool) -> None:
    day = DAY + timedelta(days)
    assert holds_on(day, agreed_on=DAY, until=DAY + timedelta(5), withdrawn_on=None) is holds


@pytest.mark.parametrize(("days", "holds"), [(1, True), (2, False), (3, False)])
def test_from_the_day_of_withdrawal_it_holds_no_more(days: int, holds: bool) -> None:
    day = DAY + timedelta(days)
    assert holds_on(day, agreed_on=DAY, until=None, withdrawn_on=DAY + timedelta(2)) is holds


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), True),  # 00:30 of the 25th in London, summer time: the last day
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), True),  # one minute before midnight, winter time
        (datetime(2026, 10, 26, 0, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), False),  # the other end: the clock goes forward on the 29th
        (datetime(2026, 3, 29, 0, 0, tzinfo=UTC), True),  # winter time still: midnight in London
        (datetime(2026, 3, 29, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), True),  # the 30th has begun in London
    ],
)
def test_the_day_is_londons_when_the_clock_changes(at: datetime, holds: bool) -> None:
    assert holds_on(today(at), agreed_on=date(2026, 3, 29), until=date(2026, 10, 25), withdrawn_on=None) is holds


@given(
    agreed=st.integers(0, 30), length=st.none() | st.integers(0, 30), gone=st.none() | st.integers(0, 30),
    asked_on=st.integers(-5, 70),
)  # fmt: skip
def test_once_an_agreement_has_ended_it_holds_on_no_later_day(
    agreed: int, length: int | None, gone: int | None, asked_on: int
) -> None:
    def holds(day: int) -> bool:
        return holds_on(
            DAY + timedelta(day),
            agreed_on=DAY + timedelta(agreed),
            until=None if length is None else DAY + timedelta(agreed + length),
            withdrawn_on=None if gone is None else DAY + timedelta(agreed + gone),
        )

    if asked_on >= agreed and not holds(asked_on):
        assert not any(holds(day) for day in range(asked_on, 100))

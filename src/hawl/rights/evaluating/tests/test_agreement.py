from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hawl.rights.evaluating.columnar import evaluation
from hawl.rights.evaluating.tests.both import AS_OF, columnar, one_case, random_cases
from hawl.rights.rulebook import Event
from hawl.rights.rulebook.tests.oracle import expected
from hawl.rights.rulebook.tests.test_histories import BOOKS as ORACLE_BOOKS
from hawl.rights.rulebook.tests.test_histories import DAYS, histories

# `make drill-duties` asks for a hundred thousand and more, with another seed if one is given.
CASES = int(os.environ.get("HAWL_DUTIES_CASES", "3000"))
SEED = int(os.environ.get("HAWL_DUTIES_SEED", "4"))
AT_A_TIME = 20_000


@st.composite
def files(draw: st.DrawFn) -> list[Event]:
    """The events of a few cases, in any order."""
    events = []
    for number, case in enumerate(draw(st.lists(histories(), max_size=6))):
        events += [replace(event, case_id=f"case {number}") for event in case]
    return draw(st.permutations(events))


@settings(max_examples=60, deadline=None)
@given(files(), DAYS)
def test_both_engines_give_the_same_rows_in_the_same_order(events: list[Event], as_of: dt.date) -> None:
    assert columnar(events, as_of) == one_case(events, as_of)


@settings(max_examples=60, deadline=None)
@given(files(), DAYS)
def test_the_columnar_engine_agrees_with_an_evaluation_written_from_the_contract(
    events: list[Event], as_of: dt.date
) -> None:
    assert _without_the_rest(columnar(events, as_of, ORACLE_BOOKS)) == _by_the_contract(events, as_of)


def test_many_random_cases_with_odd_attributes_and_missing_days() -> None:
    compared = 0
    for events in _portions(random_cases(Random(SEED), CASES)):
        found = columnar(events)
        assert found == one_case(events)
        compared += len(found)
    assert compared > 2 * CASES
    print(f"{CASES} random cases: {compared} rows of both engines are alike.")  # noqa: T201 - the drill's number


@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_what_is_worked_out_in_parts_is_the_same(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    events = [event for case in random_cases(Random(SEED + 2), 40) for event in case]
    whole = columnar(events)
    monkeypatch.setattr(evaluation, "_AT_ONCE", at_once)
    assert columnar(events) == whole == one_case(events)


def test_many_random_cases_by_the_contract() -> None:
    compared = 0
    for events in _portions(random_cases(Random(SEED + 1), CASES, plain=True)):
        found = _without_the_rest(columnar(events, books=ORACLE_BOOKS))
        assert found == _by_the_contract(events, AS_OF)
        compared += len(found)
    assert compared > 2 * CASES
    print(f"{CASES} random cases: {compared} rows are as the contract says.")  # noqa: T201 - the drill's number


def _portions(cases: Iterator[list[Event]]) -> Iterator[list[Event]]:
    while portion := list(islice(cases, AT_A_TIME)):
        yield [event for case in portion for event in case]


def _without_the_rest(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [row[:9] for row in rows]


def _by_the_contract(events: list[Event], as_of: dt.date) -> list[tuple[object, ...]]:
    cases: dict[str, list[Event]] = {}
    for event in events:
        cases.setdefault(event.case_id, []).append(event)
    return [(case_id, *row) for case_id in sorted(cases) for row in expected(cases[case_id], ORACLE_BOOKS, as_of)]

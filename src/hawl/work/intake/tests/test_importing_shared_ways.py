"""A number that somebody and their suspect both have is unsafe, in whatever order that came to be known."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from hawl.work.intake.tests.importing import for_nothing, held, take_in
from hawl.work.intake.tests.test_importing_versions import MOBILE, OTHER, number, ring_of, version

pytestmark = pytest.mark.django_db
NAMES_B = {"known": True, "lives_here": False, "police_employee": False, "person_ref": "B"}
OF_A: dict[str, Any] = {"record_id": "R-A", "person__ref": "A", "crime__ref": "CR-A"}
OF_B: dict[str, Any] = {"record_id": "R-B", "person__ref": "B", "crime__ref": "CR-B"}
HISTORIES = {
    "a later version names no suspect": [
        version(1, **OF_A, suspect=NAMES_B, contacts=[number(OTHER)]),
        version(2, **OF_A, contacts=[number(OTHER)]),
        version(1, **OF_B, contacts=[number(OTHER)]),
    ],
    "a later version gives another number": [
        version(1, **OF_A, suspect=NAMES_B, contacts=[number(OTHER)]),
        version(2, **OF_A, suspect=NAMES_B, contacts=[number(MOBILE)]),
        version(1, **OF_B, contacts=[number(OTHER)]),
    ],
    "the suspect's later version gives another number": [
        version(1, **OF_A, suspect=NAMES_B, contacts=[number(OTHER)]),
        version(1, **OF_B, contacts=[number(OTHER)]),
        version(2, **OF_B, contacts=[number(MOBILE)]),
    ],
}


@pytest.mark.parametrize("one_file", [True, False], ids=["one_file", "a_file_each"])
@pytest.mark.parametrize("history", HISTORIES)
def test_every_order_closes_what_is_shared_with_a_suspect(history: str, *, one_file: bool) -> None:
    rows = HISTORIES[history]
    ends = []
    for order in permutations(rows):
        with for_nothing():
            for part in [list(order)] if one_file else [[row] for row in order]:
                take_in(part)
            assert ring_of(OTHER) == {"unsafe"}
            ends.append(held())
    assert all(end == ends[0] for end in ends)


def test_a_number_that_nobody_shares_stays_as_it_was_said() -> None:
    take_in([version(1, **OF_A, suspect=NAMES_B, contacts=[number(OTHER)]), version(1, **OF_B)])
    assert "unsafe" not in ring_of(OTHER) | ring_of(MOBILE)

from __future__ import annotations

import pytest
from django.utils import translation

from hawl.work.hub import wording

pytestmark = pytest.mark.process("staff")


def test_who_may_owe_something_is_told_without_the_victim_and_the_newest_code_first() -> None:
    with translation.override("en"):
        told = wording.bearers()
    assert next(iter(told)) == "police"
    assert {"probation", "crown_prosecution_service", "criminal_cases_review_commission"} <= set(told)
    assert "victim" not in told


def test_every_right_of_the_code_has_duties() -> None:
    assert list(wording.rights()) == list(range(1, 13))

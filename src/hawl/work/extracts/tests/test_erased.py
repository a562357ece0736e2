"""Of whoever was erased no extract keeps or brings anything; the others of their crime get their events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.models import Case
from hawl.registers.people.models import Person
from hawl.work.erasing.actions import _carry_out
from hawl.work.erasing.plan import steps
from hawl.work.extracts.models import KeptRow
from hawl.work.extracts.queries import marks_of_crimes
from hawl.work.extracts.tests.extracting import bring, codes_of, counts, extract, row
from hawl.work.intake.erased import marks_of_cases
from hawl.work.intake.tests.importing import EVERYBODY, case_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day_of_the_examples() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=True):
        yield


def erase(name: str) -> None:
    """What an erasure does once two people have said yes to it (`erasing.actions.erase_person`)."""
    with acting_as(EVERYBODY):
        person = case_of(f"R-{name}").person_id
        cases = list(Case.objects.filter(person_id=person).values_list("pk", flat=True))
        _carry_out(steps(), person, cases, [*marks_of_cases(cases), *marks_of_crimes(cases)])
        assert not Person.objects.filter(pk=person).exists()


@pytest.mark.parametrize("named", [{}, {"victim": "P-Ann"}, {"record": "R-Ann"}])
def test_a_row_on_somebody_who_was_erased_is_counted_and_left_out(named: dict[str, str]) -> None:
    bring(("C1", "Ann"))
    erase("Ann")
    assert counts(extract(row(**named))) == {"erased": 1}
    assert KeptRow.objects.count() == 0


def test_others_of_the_same_crime_get_their_events() -> None:
    bring(("C1", "Ann"), ("C1", "Ben"))
    erase("Ann")
    assert counts(extract(row(), row(2, "OPEN", victim="P-Ann"))) == {
        "accepted": 1, "erased": 1, "events": 1, "cases_touched": 1,
    }  # fmt: skip
    assert codes_of("Ben") == ["suspect_charged"]


def test_an_erasure_takes_away_what_is_kept_of_rows_that_name_the_person() -> None:
    bring(("C1", "Ann"))
    extract(row(crime="C2", victim="P-Ann"), row(2, "CANCEL", victim="P-Ann"), row(3, crime="C2", victim="P-Ben"))
    assert KeptRow.objects.count() == 3
    erase("Ann")
    assert KeptRow.objects.count() == 1


def test_without_the_marks_the_row_would_wait() -> None:
    """A planted fault: an erasure that lays no marks is noticed by the tests above."""
    bring(("C1", "Ann"))
    with acting_as(EVERYBODY):
        case = case_of("R-Ann")
        _carry_out(steps(), case.person_id, [case.pk], [])
    assert counts(extract(row())) == {"waiting": 1}

"""A hold holds: against a yes that was recorded before it, and against every leave to call."""

from __future__ import annotations

import pytest
from django.utils import timezone

from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.models import Case
from hawl.registers.people.queries import ways_to_reach
from hawl.work.intake import keys
from hawl.work.intake.desks import desk_of_area
from hawl.work.intake.feed.offences import offences
from hawl.work.intake.tests.importing import EVERYBODY, take_in
from hawl.work.intake.tests.test_importing_versions import MOBILE, number, version


@pytest.mark.django_db
def test_no_case_that_waits_for_a_specialist_leaves_a_number_open_for_a_call() -> None:
    held = opened = 0
    for place, offence in enumerate(sorted(offences())):
        row = version(1, record_id=f"R-{offence}", person__ref=f"P-{offence}", crime__offence=offence,
                      crime__ref=str(place), suspect__known=False, contacts=[number(ring="yes")])  # fmt: skip
        take_in([row])
        with acting_as(EVERYBODY):
            case = Case.objects.latest("received_at")
            rings = set(case.person.contacts.values_list("ring", flat=True))
        if case.route == "specialist_hold":
            held += 1
            assert rings == {"unknown"}, offence
        opened += rings == {"first_approach"}
    assert held >= 3
    assert opened >= 3


@pytest.mark.django_db
@pytest.mark.parametrize("danger", [{"crime__flags": ["slavery"]}, {"crime__offence": "modern_slavery"}])
def test_a_hold_that_comes_after_a_recorded_yes_holds_all_the_same(danger: dict[str, object]) -> None:
    take_in([version(1)])
    with acting_as(EVERYBODY):
        Case.objects.update(agreement="yes", agreement_decided_at=timezone.now())
    take_in([version(2, **danger)])
    with acting_as(EVERYBODY):
        case = Case.objects.get()
    assert (case.agreement, case.route) == ("yes", "specialist_hold")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spelled",
    [
        "07700 900333 (work)",
        "07700\u200b900333",
        "٠٧٧٠٠٩٠٠٣٣٣",
        "+44 (0)7700 900 333",
        "07700-900-333 ext 4",
        "tel 07700900333",
    ],
)
def test_a_number_is_the_same_however_it_is_spelled(spelled: str) -> None:
    ring = desk_of_area()[0].ring
    assert keys.value_key("mobile", spelled, ring) == keys.value_key("mobile", "07700 900333", ring)


@pytest.mark.django_db
def test_other_numbers_and_words_without_a_digit_stay_apart() -> None:
    ring = desk_of_area()[0].ring
    said = ["07700 900333", "07700 900334", "none", "not known", "01633 960333"]
    assert len({keys.value_key("mobile", one, ring) for one in said}) == len(said)


@pytest.mark.django_db
def test_an_officers_no_closes_the_number_in_every_spelling() -> None:
    take_in([version(1, suspect__known=False, contacts=[number(ring="yes")])])
    take_in(
        [version(1, record_id="OTHER", suspect__known=False, contacts=[number(value=MOBILE + " (work)", ring="no")])]
    )
    with acting_as(EVERYBODY):
        person = Case.objects.select_related("person").latest("received_at").person
        assert [way.ring for way in ways_to_reach(person)] == ["unsafe"]

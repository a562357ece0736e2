from __future__ import annotations

import pytest

from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import DESK, make_case, make_contact, organisation_id, three_people

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


def test_a_made_case_is_seen_by_its_desk_and_by_nobody_else() -> None:
    people = three_people()
    with acting_as(people.officer.actor()):
        case = make_case(desk=organisation_id(DESK))
        make_contact(case.person)
        assert case.events.count() == 1
        assert case.person.contacts.count() == 1
    for other in (people.hub_worker, people.stranger, people.board):
        with acting_as(other.actor()):
            assert not Case.objects.filter(pk=case.pk).exists()

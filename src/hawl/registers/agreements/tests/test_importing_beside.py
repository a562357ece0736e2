"""The feed and the same human being at the hub: neither side is touched, linked or hinted at by an import."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.registers.agreements.actions import finish_matching
from hawl.registers.agreements.models import CameWithoutPolice
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import DESK, HUB, account, make_contact, make_self_referred, organisation_id
from hawl.registers.people.models import Contact, Person
from hawl.work.intake.tests.importing import EVERYBODY, for_nothing, held, take_in
from hawl.work.intake.tests.test_importing_versions import MOBILE, number, version

pytestmark = pytest.mark.django_db
MODELS: tuple[Any, ...] = (Person, Contact, Case, CaseEvent, CameWithoutPolice)
ROWS = [
    version(1, person__given_name="Mair", person__family_name="Lewis", person__born_on="1990-05-17"),
    version(2, contacts=[number(ring="no", text="no")], crime__flags=["domestic_abuse"]),
    version(1, record_id="OTHER", suspect__person_ref="P-X", crime__offence="rape"),
    version(1, record_id="POLICE", suspect__police_employee=True),
    version(1, record_id="X", person__ref="P-X", crime__offence="robbery"),
]


def at_the_hub() -> None:
    """The same names, birth date and number as the feed's."""
    worker = account(Role.HUB_WORKER, HUB).actor()
    with acting_as(worker):
        # No new account leads the hub: sealed rows of the feed go to those who do.
        case = make_self_referred(worker, matched=False, born_on=date(1990, 5, 17))
    finish_matching(by=EVERYBODY, person_id=case.person_id)
    with acting_as(worker):
        case.person.refresh_from_db()
        make_contact(case.person, MOBILE, message_key=None, given_by="victim")


def of_the_hub() -> dict[str, list[dict[str, Any]]]:
    with acting_as(EVERYBODY):
        people = list(CameWithoutPolice.objects.values_list("person_id", flat=True))
        return {
            model.__name__: list(
                model.objects.filter(**{_whose(model): people}).order_by("pk").values(*_columns(model))
            )
            for model in MODELS
        }


def _whose(model: Any) -> str:
    return {Person: "pk__in", CaseEvent: "case__person_id__in"}.get(model, "person_id__in")


def _columns(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def of_the_police() -> dict[str, list[Any]]:
    """All that is held, without what the hub holds of who came without the police."""
    found = held()
    found["Person"] = [row for row in found["Person"] if row["source_key"]]
    found["Case"] = [row for row in found["Case"] if "self-referral" not in repr(row)]
    found["Contact"] = [row for row in found["Contact"] if row["message_key"]]
    return found


def test_no_import_alters_a_row_of_who_came_without_the_police() -> None:
    at_the_hub()
    before = of_the_hub()
    assert all(before[name] for name in ("Person", "Contact", "Case", "CameWithoutPolice"))
    for row in ROWS:
        take_in([row])
        assert of_the_hub() == before


def test_what_the_police_hold_after_an_import_is_the_same_whether_or_not_the_person_is_at_the_hub() -> None:
    with for_nothing():
        take_in(ROWS)
        alone = of_the_police()
    at_the_hub()
    take_in(ROWS)
    assert of_the_police() == alone
    assert len(alone["Person"]) >= 2


def test_the_import_tells_the_same_numbers_whether_or_not_the_person_is_at_the_hub() -> None:
    def told() -> tuple[Any, ...]:
        run = take_in(ROWS)
        return tuple(getattr(run, name) for name in ("rows", "new_people", "new_cases") if hasattr(run, name))

    with for_nothing():
        alone = told()
    at_the_hub()
    assert told() == alone


def test_a_feed_makes_its_own_person_whom_the_desk_sees_and_the_hub_does_not() -> None:
    at_the_hub()
    take_in(ROWS[:1])
    with acting_as(account(Role.VICTIM_CARE_OFFICER, DESK).actor()):
        assert Person.objects.get().visible_to == [organisation_id(DESK)]
    with acting_as(account(Role.HUB_WORKER, HUB).actor()):
        assert Person.objects.get().denied_organisations == [0]

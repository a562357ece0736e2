"""Who comes in by a feed can be found at once, and only by what is still held of them."""

from __future__ import annotations

import pytest

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.registers.finding import laying
from hawl.registers.finding.models import SearchToken
from hawl.registers.finding.queries import Asked, find
from hawl.registers.people.models import Person
from hawl.work.intake.feed.tests.examples import full_row
from hawl.work.intake.tests.importing import take_in

pytestmark = pytest.mark.django_db
EVERYBODY = Actor(label="system:tests", machine=True)


def tokens() -> set[tuple[object, ...]]:
    return set(SearchToken.objects.values_list("token", "person_id", "source_id", "laid_for"))


@pytest.mark.parametrize(
    "then",
    [[], [full_row(record_id="R-2", crime__ref="2600999999")],
     [full_row(version=9, person__family_name="Newydd", contacts=[])],
     [full_row(version=9, person__ref="P-2")], [full_row(version=9, suspect__police_employee=True)]],
    ids=["new", "another crime", "a newer version", "another person", "sealed by a later version"],
)  # fmt: skip
def test_a_feed_lays_just_the_tokens_that_laying_all_anew_would(then: list[dict[str, object]]) -> None:
    take_in([full_row(version=1)])
    if then:
        take_in(then)
    with acting_as(EVERYBODY):
        held = tokens()
        laying.renew(list(Person.objects.values_list("pk", flat=True)))
        assert held == tokens()
        assert held


def test_tokens_laid_by_a_feed_have_the_scope_of_the_person() -> None:
    take_in([full_row(), full_row(record_id="R-2", person__ref="P-2", suspect__police_employee=True)])
    with acting_as(EVERYBODY):
        for person in Person.objects.all():
            scopes = SearchToken.objects.filter(person_id=person.pk).values_list("visible_to", "named_users")
            assert {str(each) for each in scopes} == {str((person.visible_to, person.named_users))}


def test_a_person_of_a_feed_is_found() -> None:
    take_in([full_row()])
    row = full_row()
    with acting_as(EVERYBODY):
        for asked in (Asked(name=row["person"]["family_name"]), Asked(reference=row["crime"]["ref"]),
                      Asked(phone=row["contacts"][0]["value"])):  # fmt: skip
            assert len(find(asked).matches) == 1

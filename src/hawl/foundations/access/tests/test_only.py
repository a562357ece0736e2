"""Rows of which a query reads some fields bring along what the policy asks for, of every table on the way."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.models import ScopedModel
from hawl.foundations.access.scope import acting_as
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import DESK, make_case, organisation_id, three_people
from hawl.registers.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.mark.parametrize("glass", [frozenset(), frozenset({uuid4()})], ids=["without glass", "with broken glass"])
@pytest.mark.parametrize(
    ("model", "along", "fields"),
    [
        (Person, (), ("language",)),
        (Case, (), ("offence",)),
        (CaseEvent, (), ("event",)),
        (Case, ("person",), ("offence", "person__language")),
        (CaseEvent, ("case__person",), ("event", "case__person__language")),
    ],
)
def test_some_fields_cost_one_statement_for_one_row_and_for_fifty(
    model: type[ScopedModel], along: tuple[str, ...], fields: tuple[str, ...], glass: frozenset[UUID]
) -> None:
    officer = three_people().officer

    def taken(cases: int) -> int:
        with acting_as(officer.actor()):
            for _ in range(cases):
                make_case(desk=organisation_id(DESK))
        # Who broke a glass is asked for the subject of each row too.
        with acting_as(replace(officer.actor(), glass=glass)), CaptureQueriesContext(connection) as made:
            rows = model.objects.select_related(*along) if along else model.objects.all()
            assert len(rows.only(*fields)) >= cases
        return sum("SELECT" in each["sql"] and "set_config" not in each["sql"] for each in made)

    assert (taken(1), taken(50)) == (1, 1)


def test_the_policy_is_asked_of_a_row_that_comes_along_with_some_of_its_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    officer = three_people().officer
    with acting_as(officer.actor()):
        make_case(desk=organisation_id(DESK))
    asked: list[tuple[str, object]] = []
    scope = ScopedModel.scope

    def told(row: ScopedModel, actor: Actor) -> object:
        asked.append((type(row).__name__, scope(row, actor)))
        return scope(row, actor)

    monkeypatch.setattr(ScopedModel, "scope", told)
    with acting_as(officer.actor()):
        list(Case.objects.select_related("person").only("offence", "person__language"))
    seen_by = ((organisation_id(DESK),), (), (), (), False)
    assert sorted(asked) == [("Case", seen_by), ("Person", seen_by)]

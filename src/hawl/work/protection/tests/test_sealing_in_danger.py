"""Who sees danger seals at once, also where no lead is named or in standing, and nobody takes the record by it."""

from __future__ import annotations

from typing import Any

import pytest

from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.identity.models import User
from hawl.registers.cases.models import Case
from hawl.registers.people.models import Person
from hawl.work.protection import actions
from hawl.work.protection.refusals import Refused
from hawl.work.protection.tests.desks import Desks, a_case, again, desks
from hawl.work.protection.tests.test_one_person import rescoped

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def people() -> Desks:
    return desks()


@pytest.fixture
def case(people: Desks) -> Case:
    """A record that two workers restricted to themselves, with no lead."""
    made = a_case(people.worker)
    row = actions.propose(by=again(people.worker), person_id=made.person_id, kind="restrict", reason="danger",
                          named=[people.worker.pk, people.colleague.pk])  # fmt: skip
    actions.confirm(by=again(people.colleague), proposal_id=row.pk)
    return made


def at_once(by: User, case: Case, *named: User, kind: Any = "seal") -> str:
    """What the action answers; what it refuses, the function of the database refuses too. Empty where it is done."""
    ids = [each.pk for each in named]
    try:
        actions.propose(by=again(by), person_id=case.person_id, kind=kind, reason="danger", named=ids, emergency=True)
    except Refused as refused:
        assert rescoped(by, case.person_id, kind, ids), "the database would do it"
        return refused.code
    return ""


def no_lead_in_standing() -> None:
    User.objects.filter(roles__contains=["specialist_lead"]).update(training_until=None)


@pytest.mark.parametrize("who", ["worker", "lead", "other_lead"])
def test_where_no_lead_is_named_one_is_added_by_whoever_seals_at_once(people: Desks, case: Case, who: str) -> None:
    assert at_once(getattr(people, who), case, people.worker, people.colleague, people.lead) == ""
    with acting_as(again(people.lead)):
        held = Person.objects.get(pk=case.person_id)
    assert (held.visibility, held.named_users) == (
        "sealed", sorted([people.worker.pk, people.colleague.pk, people.lead.pk])
    )  # fmt: skip


@pytest.mark.parametrize("who", ["worker", "lead"])
def test_and_nobody_is_taken_off_or_added_besides(people: Desks, case: Case, who: str) -> None:
    by = getattr(people, who)
    assert at_once(by, case, people.lead) == "keeps_names"
    assert at_once(by, case, people.worker, people.lead) == "keeps_names"
    assert at_once(by, case, people.worker, people.colleague) == "no_lead_named"
    for stranger in (people.hub_lead, people.hub_worker):
        assert at_once(by, case, people.worker, people.colleague, people.lead, stranger) == "adds_a_name"


def test_a_lead_is_added_to_no_record_on_which_one_is_named(people: Desks) -> None:
    made = a_case(people.worker)
    assert at_once(people.worker, made, people.worker, people.lead, kind="restrict") == ""
    assert at_once(people.other_lead, made, people.worker, people.lead, people.other_lead) == "adds_a_name"
    ids = [people.worker.pk, people.colleague.pk, people.lead.pk]
    # Nor by the function where nothing is raised by it.
    assert at_once(people.worker, made, people.worker, people.lead) == ""
    assert "one of them named" in rescoped(people.worker, made.person_id, "seal", ids)


def test_restricting_again_is_no_way_to_see_the_place(people: Desks, case: Case) -> None:
    ids = [people.worker.pk, people.colleague.pk, people.lead.pk]
    for change in ("restrict", "name"):
        assert rescoped(people.lead, case.person_id, change, ids)


@pytest.mark.parametrize("kind", ["seal", "restrict"])
def test_where_no_lead_is_in_standing_it_stays_with_those_of_the_desk_and_is_audited_as_grave(
    people: Desks, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[dict[str, Any]] = []
    monkeypatch.setattr("hawl.work.protection.actions.proposals.record", lambda **told: kept.append(told))
    made = a_case(people.worker)
    no_lead_in_standing()
    for named in ((people.worker,), (people.worker, people.hub_worker)):
        assert at_once(people.worker, made, *named, kind=kind) == "no_lead_anywhere"
    assert at_once(people.worker, made, people.lead, kind=kind) == "nobody_left"
    assert at_once(people.worker, made, people.worker, people.colleague, kind=kind) == ""
    assert [(each["grave"], each["no_lead"]) for each in kept] == [(True, True)]
    other = a_case(people.worker)
    User.objects.filter(pk=people.lead.pk).update(training_until=today())
    assert at_once(people.worker, other, people.worker, people.lead, kind=kind) == ""
    assert [(each["grave"], each["no_lead"]) for each in kept[1:]] == [(False, False)]


def test_who_is_alone_in_standing_seals_to_themselves(people: Desks) -> None:
    made = a_case(people.worker)
    User.objects.exclude(pk=people.worker.pk).update(training_until=None)
    assert at_once(people.worker, made, people.worker) == ""


def test_where_no_lead_is_in_standing_those_named_keep_what_is_sealed(people: Desks, case: Case) -> None:
    no_lead_in_standing()
    assert at_once(people.worker, case, people.worker) == "keeps_names"
    assert at_once(people.worker, case, people.worker, people.colleague) == ""

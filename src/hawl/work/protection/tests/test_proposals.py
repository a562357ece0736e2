"""Sealing, restricting and lifting by two people, in the tables and in the role of the staff site."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from hawl.foundations.access.scope import acting_as
from hawl.registers.people.models import Person
from hawl.work.protection import actions, queries
from hawl.work.protection.models import Proposal, SecondOpinion
from hawl.work.protection.refusals import Refused
from hawl.work.protection.tests.desks import Desks, a_case, again, desks, sees

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def people() -> Desks:
    return desks()


def sealed(people: Desks) -> Any:
    """A case sealed to both leads."""
    case = a_case(people.worker)
    row = actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                          named=[people.lead.pk, people.other_lead.pk])  # fmt: skip
    actions.confirm(by=again(people.lead), proposal_id=row.pk)
    return case


def test_a_seal_takes_effect_when_a_second_person_confirms_it(people: Desks) -> None:
    case = a_case(people.worker)
    row = actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                          account="He works next door.", named=[people.lead.pk])  # fmt: skip
    assert sees(people.colleague, case)
    with pytest.raises(Refused, match="same_person"):
        actions.confirm(by=again(people.worker), proposal_id=row.pk)
    with pytest.raises(Refused, match="not_allowed"):
        actions.confirm(by=again(people.colleague), proposal_id=row.pk)
    actions.confirm(by=again(people.lead), proposal_id=row.pk)
    assert [sees(each, case) for each in (people.lead, people.worker, people.colleague, people.other_lead)] == [
        True, False, False, False,
    ]  # fmt: skip
    with acting_as(again(people.colleague)):
        assert queries.proposals_of(case.person_id) == []


def test_in_danger_a_seal_takes_effect_at_once_and_is_confirmed_afterwards(people: Desks) -> None:
    case = a_case(people.worker)
    row = actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                          named=[people.lead.pk], emergency=True)  # fmt: skip
    assert not sees(people.worker, case)
    assert sees(people.lead, case)
    actions.confirm(by=again(people.lead), proposal_id=row.pk)
    with acting_as(again(people.lead)):
        held = Proposal.objects.get()
        assert (held.proposed_by, held.confirmed_by) == (people.worker.pk, people.lead.pk)
        assert held.in_effect_at < held.confirmed_at


def test_what_was_raised_in_danger_is_not_set_aside_by_one(people: Desks) -> None:
    case = a_case(people.worker)
    row = actions.propose(by=again(people.worker), person_id=case.person_id, kind="restrict", reason="danger",
                          named=[people.lead.pk], emergency=True)  # fmt: skip
    with pytest.raises(Refused, match="not_allowed"):
        actions.set_aside(by=again(people.lead), proposal_id=row.pk)


def test_nothing_is_lowered_in_an_emergency(people: Desks) -> None:
    case = sealed(people)
    with pytest.raises(Refused, match="not_allowed"):
        actions.propose(by=again(people.lead), person_id=case.person_id, kind="unseal", reason="mistake",
                        emergency=True)  # fmt: skip
    assert not sees(people.worker, case)


def test_a_seal_that_would_leave_nobody_is_refused(people: Desks) -> None:
    case = a_case(people.worker)
    actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.lead.pk)
    with pytest.raises(Refused, match="nobody_left") as refused:
        actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                        named=[people.lead.pk, people.steward.pk])  # fmt: skip
    assert "Choose at least one who can" in refused.value.says


def test_two_named_people_unseal_to_the_desk(people: Desks) -> None:
    case = sealed(people)
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="unseal", reason="no_longer_needed")
    with pytest.raises(Refused, match="same_person"):
        actions.confirm(by=again(people.lead), proposal_id=row.pk)
    with pytest.raises(Proposal.DoesNotExist):
        actions.confirm(by=again(people.worker), proposal_id=row.pk)
    actions.confirm(by=again(people.other_lead), proposal_id=row.pk)
    assert sees(people.worker, case)
    assert not sees(people.hub_lead, case)


def test_a_named_person_and_a_steward_unseal_and_the_steward_sees_nothing(people: Desks) -> None:
    case = sealed(people)
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="unseal", reason="no_longer_needed")
    asked = actions.ask_steward(by=again(people.lead), proposal_id=row.pk)
    with pytest.raises(Refused, match="steward_needed"):
        actions.with_steward(by=again(people.lead), proposal_id=row.pk)
    with pytest.raises(Refused, match="not_allowed"):
        actions.give_opinion(by=again(people.other_lead), opinion_id=asked.pk, agreed=True)
    with acting_as(again(people.steward)) as steward:
        (waiting,) = queries.opinions_waiting(steward)
        assert not Person.objects.exists()
        assert str(case.person_id) not in repr(waiting.__dict__)
    actions.give_opinion(by=again(people.steward), opinion_id=asked.pk, agreed=True)
    assert not sees(people.worker, case)
    actions.with_steward(by=again(people.lead), proposal_id=row.pk)
    assert sees(people.worker, case)


@pytest.mark.parametrize("lapse", ["is_active", "vetting_until"])
def test_a_proposer_who_fell_out_of_standing_lowers_nothing(people: Desks, lapse: str) -> None:
    case = sealed(people)
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="unseal", reason="mistake")
    setattr(people.lead, lapse, False if lapse == "is_active" else None)
    people.lead.save()
    with pytest.raises(Refused, match="not_in_standing"):
        actions.confirm(by=again(people.other_lead), proposal_id=row.pk)


def test_who_is_named_changes_by_two(people: Desks) -> None:
    case = sealed(people)
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="rename", reason="staff_change",
                          named=[people.other_lead.pk, people.hub_lead.pk])  # fmt: skip
    actions.confirm(by=again(people.other_lead), proposal_id=row.pk)
    assert [sees(each, case) for each in (people.lead, people.other_lead, people.hub_lead)] == [False, True, True]


# --- the database by itself -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"confirmed_by": "self"}, {"confirmed_by": "another"}, {"in_effect": True}, {"proposed_by": "another"},
     {"kind": "unseal"}, {"named": []}],
)  # fmt: skip
def test_the_database_lets_nobody_sign_for_another_or_alter_what_was_proposed(
    people: Desks, change: dict[str, Any]
) -> None:
    from django.utils import timezone

    case = sealed(people)
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="rename", reason="staff_change",
                          named=[people.lead.pk])  # fmt: skip
    ids = {"self": people.lead.pk, "another": people.other_lead.pk}
    values = {name: ids.get(str(value), value) for name, value in change.items() if name != "in_effect"}
    if "confirmed_by" in values:
        values["confirmed_at"] = timezone.now()
    if "in_effect" in change:
        values["in_effect_at"] = timezone.now()
    with acting_as(again(people.lead)), pytest.raises(DatabaseError), transaction.atomic():
        Proposal.objects.filter(pk=row.pk).update(**values)


def test_the_database_lets_no_one_answer_as_the_steward(people: Desks) -> None:
    from django.utils import timezone

    case = sealed(people)
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="unseal", reason="mistake")
    asked = actions.ask_steward(by=again(people.lead), proposal_id=row.pk)
    with acting_as(again(people.lead)), pytest.raises(DatabaseError), transaction.atomic():
        SecondOpinion.objects.filter(pk=asked.pk).update(
            decided_by=people.steward.pk, decided_at=timezone.now(), agreed=True
        )


# --- conflicts ------------------------------------------------------------------------------------------------------


def test_a_conflict_keeps_the_record_and_itself_from_whom_it_names(people: Desks) -> None:
    case = a_case(people.worker)
    actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.colleague.pk)
    assert not sees(people.colleague, case)
    assert sees(people.worker, case)
    with acting_as(again(people.colleague)):
        assert queries.conflicts_of(case.person_id) == []
    with acting_as(again(people.worker)):
        assert [each.user_id for each in queries.conflicts_of(case.person_id)] == [people.colleague.pk]


def test_a_conflict_ends_by_two(people: Desks) -> None:
    case = a_case(people.worker)
    actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.colleague.pk)
    about = ("user", people.colleague.pk)
    with pytest.raises(Refused, match="not_allowed"):
        actions.propose(by=again(people.worker), person_id=case.person_id, kind="end_denial", reason="mistake",
                        about=about)  # fmt: skip
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="end_denial", reason="mistake",
                          about=about)  # fmt: skip
    assert not sees(people.colleague, case)
    actions.confirm(by=again(people.other_lead), proposal_id=row.pk)
    assert sees(people.colleague, case)
    with acting_as(again(people.worker)):
        assert queries.conflicts_of(case.person_id) == []


def test_a_denied_lead_cannot_end_it_as_second_person(people: Desks) -> None:
    case = a_case(people.worker)
    actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.other_lead.pk)
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="end_denial", reason="mistake",
                          about=("user", people.other_lead.pk))  # fmt: skip
    with pytest.raises(Proposal.DoesNotExist):
        actions.confirm(by=again(people.other_lead), proposal_id=row.pk)

"""Breaking the glass: what it opens, what it never opens, and that nobody learns which it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.models import BrokenGlass
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.standing import bodies_of
from hawl.foundations.clock import now, today
from hawl.foundations.identity.models import StaffSession, User
from hawl.registers.cases.models import Case
from hawl.work.protection import actions, glass_keys, queries
from hawl.work.protection.models import GlassIncident
from hawl.work.protection.refusals import Refused
from hawl.work.protection.tests.desks import Desks, again, desks, sees

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]

NUMBER = "07700 900321"


@pytest.fixture
def people() -> Desks:
    return desks()


def a_known_case(people: Desks) -> Case:
    """A case whose person's number is keyed as the importer keys it."""
    from hawl.registers.cases.tests.makers import DESK, make_case, make_contact, organisation_id

    with acting_as(again(people.worker)):
        case = make_case(desk=organisation_id(DESK))
        make_contact(case.person, NUMBER, value_key=glass_keys.phone(NUMBER))
    return case


def broken(people: Desks, number: str = NUMBER) -> GlassIncident:
    made = actions.break_glass(by=again(people.hub_worker), sought=glass_keys.by_phone(number),
                               reason="threat_to_life", account="She rang; he is at the door.")  # fmt: skip
    with acting_as(again(people.hub_worker)):
        return queries.incident(made, people.hub_worker.pk)


def test_it_opens_the_person_and_their_cases_to_that_worker_alone(people: Desks) -> None:
    case = a_known_case(people)
    assert not sees(people.hub_worker, case)
    broken(people)
    assert sees(people.hub_worker, case)
    assert not sees(people.hub_lead, case)
    with acting_as(again(people.hub_worker)) as by:
        assert [person.pk for person, _ in queries.opened_now(by)] == [case.person_id]
        glass = BrokenGlass.objects.get()
        assert (glass.until - glass.broken_at).total_seconds() == 3600


@pytest.mark.parametrize("how", ["sealed", "denied", "body", "absent"])
def test_nothing_is_opened_past_a_seal_or_a_denial_and_the_answer_is_the_same(people: Desks, how: str) -> None:
    case = a_known_case(people)
    if how == "sealed":
        row = actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                              named=[people.lead.pk])  # fmt: skip
        actions.confirm(by=again(people.lead), proposal_id=row.pk)
    elif how == "denied":
        actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.hub_worker.pk)
    elif how == "body":
        body = next(iter(again(people.hub_worker).organisations))
        actions.tell_conflict(by=again(people.worker), person_id=case.person_id, organisation_id=body)
    incident = broken(people, "07700 900999" if how == "absent" else NUMBER)
    assert not sees(people.hub_worker, case)
    with acting_as(again(people.hub_worker)) as by:
        assert queries.opened_now(by) == []
        assert BrokenGlass.objects.get(pk=incident.pk).subjects == []
    assert len(incident.reviewers) == 2


def test_a_stay_brings_what_was_opened_since_with_its_next_page_and_not_to_anybody_else(people: Desks) -> None:
    case = a_known_case(people)

    def by_stay(user: User) -> Actor:
        stays = StaffSession.objects.select_related("user").annotate(bodies=bodies_of("identity_user"))
        stay = stays.get(pk=begun[user.pk])
        return stay.user.actor(stay.bodies)

    begun = {
        user.pk: StaffSession.objects.create(user=user, signed_in_at=now(), seen_at=now(), factor_at=now()).pk
        for user in (people.hub_worker, people.hub_lead)
    }
    assert by_stay(people.hub_worker).glass == frozenset()
    broken(people)
    assert by_stay(people.hub_worker) == again(people.hub_worker)
    assert by_stay(people.hub_worker).glass >= {case.person_id, case.pk}
    assert by_stay(people.hub_lead).glass == frozenset()


def test_a_denial_told_while_the_glass_is_broken_shuts_the_record_at_once(people: Desks) -> None:
    case = a_known_case(people)
    broken(people)
    actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.hub_worker.pk)
    assert not sees(people.hub_worker, case)


def test_the_fourth_in_thirty_days_is_refused(people: Desks) -> None:
    for _ in range(3):
        broken(people, "07700 900999")
    with pytest.raises(Refused, match="quota"):
        broken(people)


def test_an_opening_not_reviewed_in_time_suspends(people: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hawl.work.protection.actions.glass.today", lambda: today() - timedelta(days=14))
    incident = broken(people)
    monkeypatch.undo()
    with pytest.raises(Refused, match="suspended"):
        broken(people)
    for pk in incident.reviewers:
        user = next(each for each in (people.lead, people.other_lead, people.hub_lead, people.steward) if each.pk == pk)
        actions.review_glass(by=again(user), glass_id=incident.pk, upheld=True)
    broken(people)


def test_two_reviewers_of_another_body_review_once_each_and_nobody_else(people: Desks) -> None:
    incident = broken(people)
    assert people.hub_worker.pk not in incident.reviewers
    assert people.hub_lead.pk not in incident.reviewers  # of the same body, and others are there
    every = (people.lead, people.other_lead, people.hub_lead, people.steward, people.hub_worker, people.worker)
    for user in every:
        if user.pk not in incident.reviewers:
            with pytest.raises(Refused, match="not_allowed"):
                actions.review_glass(by=again(user), glass_id=incident.pk, upheld=True)
    first, second = (next(each for each in every if each.pk == pk) for pk in incident.reviewers)
    actions.review_glass(by=again(first), glass_id=incident.pk, upheld=False)
    with pytest.raises(Refused, match="not_allowed"):
        actions.review_glass(by=again(first), glass_id=incident.pk, upheld=True)
    with acting_as(again(second)):
        assert [each.pk for each in queries.incidents_to_review(second.pk)] == [incident.pk]
    actions.review_glass(by=again(second), glass_id=incident.pk, upheld=True)
    with acting_as(again(second)):
        held = GlassIncident.objects.get(pk=incident.pk)
        assert (held.reviewed_at is not None, held.upheld) == (True, False)
        assert queries.incidents_to_review(second.pk) == []


def test_the_staff_role_writes_no_broken_glass_itself(people: Desks) -> None:
    incident = broken(people)
    with acting_as(again(people.hub_worker)), pytest.raises(DatabaseError), transaction.atomic():
        BrokenGlass.objects.filter(pk=incident.pk).update(reviewed_at=incident.broken_at)
    with acting_as(again(people.hub_worker)), pytest.raises(DatabaseError), transaction.atomic():
        GlassIncident.objects.filter(pk=incident.pk).update(reviewed_at=incident.broken_at)


def test_what_was_written_is_for_the_worker_and_reviewers_who_work_with_people(people: Desks) -> None:
    incident = broken(people)
    for user in (people.lead, people.other_lead, people.hub_worker, people.worker, people.steward):
        with acting_as(again(user)):
            told = queries.account_of(incident.pk)
        reads = user.pk in (*incident.reviewers, people.hub_worker.pk) and user.pk != people.steward.pk
        assert bool(told) is reads

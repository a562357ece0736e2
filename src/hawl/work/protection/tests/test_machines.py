"""What machines do for protection, in the role of the jobs process."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.clock import now, today
from hawl.registers.cases.tests.makers import DESK, make_case, make_contact, make_person, organisation_id
from hawl.registers.people.models import Person
from hawl.work.protection import actions, glass_keys
from hawl.work.protection.actions.matching import carry_conflicts, match_staff, name_anew
from hawl.work.protection.actions.watching import gather_looks, raise_alerts
from hawl.work.protection.models import Alert, Conflict, HoneyRecord, LookReview, Renaming
from hawl.work.protection.tests.desks import Desks, again, desks

pytestmark = pytest.mark.django_db
MACHINE = Actor(label="system:protection", machine=True)


@pytest.fixture
def people() -> Desks:
    return desks()


def test_what_a_worker_declared_keeps_the_record_and_co_victims_from_them_and_not_what_ended(people: Desks) -> None:
    with acting_as(MACHINE):
        one, mate = (make_person(desk=organisation_id(DESK)) for _ in range(2))
        for person in (one, mate):
            make_case(desk=organisation_id(DESK), person=person, crime_key=b"same")
        make_contact(one, "07700 900555", value_key=glass_keys.phone("07700 900555"))
    actions.declare(by=again(people.worker), about="known", keys={"phone": glass_keys.phone("+44 7700 900555")})
    assert (match_staff(by=MACHINE), match_staff(by=MACHINE)) == (1, 0)
    carry_conflicts(by=MACHINE)
    with acting_as(MACHINE):
        assert {tuple(each.denied_users or ()) for each in Person.objects.all()} == {(people.worker.pk,)}
        Conflict.objects.filter(inherited_from=None).update(ended_at=timezone.now())
    carry_conflicts(by=MACHINE)
    with acting_as(MACHINE):
        assert not Person.objects.get(pk=mate.pk).denied_users
    assert match_staff(by=MACHINE) == 0


def test_records_that_nobody_or_one_alone_can_open_are_named_anew_and_others_are_not(people: Desks) -> None:
    two = (people.lead.pk, people.second_hub_lead.pk)
    with acting_as(MACHINE):
        for named in ([people.other_lead.pk], [people.other_lead.pk, people.colleague.pk], two):
            person = make_person(desk=organisation_id(DESK), visibility="sealed", visible_to=[], named_users=named)
            make_case(desk=organisation_id(DESK), person=person)
    people.other_lead.is_active = False
    people.other_lead.save()
    asked = actions.ask_renaming(by=again(people.lead), named=[people.hub_lead.pk])
    assert name_anew(by=MACHINE) == 0
    actions.agree_renaming(by=again(people.steward), renaming_id=asked.pk)
    assert name_anew(by=MACHINE) == 2
    with acting_as(MACHINE):
        named_now = {tuple(sorted(each.named_users)) for each in Person.objects.all()}
    assert named_now == {
        (people.hub_lead.pk,), tuple(sorted((people.colleague.pk, people.hub_lead.pk))), tuple(sorted(two))
    }  # fmt: skip
    assert Renaming.objects.get().given == 2


def looked(user_id: int, person: Person, action: str = "person.read") -> None:
    kind = "read" if action.endswith("read") else "write"
    entry = AuditEntry(actor=f"user:{user_id}", action=action, audit_class=kind, object_kind="person",
                       object_id=str(person.pk), at=now() - timedelta(minutes=1))  # fmt: skip
    with acting_as(MACHINE), transaction.atomic():
        AuditEntry.objects.bulk_create([entry])


def test_looks_without_a_relationship_become_items_and_others_do_not(people: Desks) -> None:
    with acting_as(MACHINE):
        person = make_person(desk=organisation_id(DESK))
        make_case(desk=organisation_id(DESK), person=person, assigned_to=people.lead.pk)
    for user in (people.worker, people.worker, people.lead, people.colleague):
        looked(user.pk, person)
    looked(people.colleague.pk, person, "contact.plan_changed")
    monday = today() - timedelta(days=today().weekday())
    gather_looks(by=MACHINE, week_of=monday)
    gather_looks(by=MACHINE, week_of=monday)
    with acting_as(MACHINE):
        assert [(each.user_id, each.looks) for each in LookReview.objects.all()] == [(people.worker.pk, 2)]


def test_a_touched_honey_record_alerts_once(people: Desks) -> None:
    with acting_as(MACHINE):
        person, other = (make_person(desk=organisation_id(DESK)) for _ in range(2))
        HoneyRecord.objects.create(person_id=person.pk)
    looked(people.worker.pk, person)
    looked(people.colleague.pk, other)
    raise_alerts(by=MACHINE)
    raise_alerts(by=MACHINE)
    assert [(each.rule, each.user_id) for each in Alert.objects.all()] == [("honey", people.worker.pk)]

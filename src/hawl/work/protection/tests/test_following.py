"""What follows a change of who may see a person, whoever changes it: tokens, the key of places, walls that ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.clock import now
from hawl.foundations.journal.kinds import Entry
from hawl.foundations.vault import hand
from hawl.foundations.vault.actions import destroy_key
from hawl.foundations.vault.models import DataKey
from hawl.foundations.vault.sealing import CannotOpen, KeyGone, key_id_of
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import make_contact, organisation_id
from hawl.registers.finding import laying, queries
from hawl.registers.finding.models import SearchToken
from hawl.registers.people.actions import open_person, show_contact, show_plan
from hawl.registers.people.models import Contact, ContactPlan, Person
from hawl.registers.people.queries import ways_to_reach
from hawl.work.intake.tests.importing import take_in
from hawl.work.intake.tests.test_importing_versions import version
from hawl.work.protection import actions, glass_keys, replaying
from hawl.work.protection.models import GlassIncident
from hawl.work.protection.tests.desks import FORCE, Desks, a_case, again, desks
from hawl.work.protection.tests.test_pages import signed_in

MACHINE = Actor(label="system:tests", machine=True)
POLICE = {"suspect__police_employee": True}


def tokens(person_id: UUID, level: str) -> set[int]:
    """The tokens that the person would have at a level."""
    return set().union(*(row.tokens for row in queries.tokens_held([person_id], level=level)[1]))


def laid(person_id: UUID) -> set[int]:
    return set(SearchToken.objects.filter(person_id=person_id).values_list("token", flat=True))


def by_one_in_danger(people: Desks, person: UUID) -> None:
    actions.propose(by=again(people.worker), person_id=person, kind="seal", reason="danger",
                    named=[people.lead.pk], emergency=True)  # fmt: skip


def by_two(people: Desks, person: UUID) -> None:
    row = actions.propose(by=again(people.worker), person_id=person, kind="seal", reason="danger",
                          named=[people.lead.pk])  # fmt: skip
    actions.confirm(by=again(people.lead), proposal_id=row.pk)


def after_restricting(people: Desks, person: UUID) -> None:
    actions.propose(by=again(people.worker), person_id=person, kind="restrict", reason="danger",
                    named=[people.lead.pk, people.other_lead.pk], emergency=True)  # fmt: skip
    by_one_in_danger(people, person)


def by_a_restore(people: Desks, person: UUID) -> None:
    entry = Entry(uuid4(), 1, "sealed", person, {"named": [people.lead.pk]}, now(), "user:1")
    with acting_as(MACHINE):
        replaying._sealed(entry)


def by_the_function_alone(people: Desks, person: UUID) -> None:
    with acting_as(again(people.colleague)):
        rescoping.seal(person_id=person, named_users=[people.lead.pk])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "seal", [by_one_in_danger, by_two, after_restricting, by_a_restore, by_the_function_alone]
)  # fmt: skip
def test_no_token_under_the_common_key_is_left_of_a_sealed_person(seal: Callable[[Desks, UUID], None]) -> None:
    people = desks()
    case = a_case(people.worker)
    with acting_as(MACHINE):
        laying.renew([case.person_id])
        assert laid(case.person_id) == tokens(case.person_id, "open")
    seal(people, case.person_id)
    with acting_as(MACHINE):
        assert not laid(case.person_id) & tokens(case.person_id, "open")
        assert laid(case.person_id) == tokens(case.person_id, "sealed") or seal is after_restricting
        assert laid(case.person_id) <= tokens(case.person_id, "sealed")
        assert set(SearchToken.objects.values_list("visible_to", flat=True)[:1].get()) == set()


@pytest.mark.django_db
def test_nor_of_one_whom_a_feeds_wall_seals() -> None:
    desks()
    take_in([version(1)])
    with acting_as(MACHINE):
        person = Person.objects.get().pk
        assert laid(person) & tokens(person, "open")
    take_in([version(2, **POLICE)])
    with acting_as(MACHINE):
        assert Person.objects.get().visibility == "sealed"
        assert laid(person) == tokens(person, "sealed")


@pytest.mark.django_db
def test_the_way_back_lays_the_common_tokens_again_by_two() -> None:
    people = desks()
    case = a_case(people.worker)
    by_two(people, case.person_id)
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="rename", reason="staff_change",
                          named=[people.lead.pk, people.other_lead.pk])  # fmt: skip
    steward = actions.ask_steward(by=again(people.lead), proposal_id=row.pk)
    actions.give_opinion(by=again(people.steward), opinion_id=steward.pk, agreed=True)
    actions.with_steward(by=again(people.lead), proposal_id=row.pk)
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="unseal", reason="no_longer_needed")
    actions.confirm(by=again(people.other_lead), proposal_id=row.pk)
    with acting_as(MACHINE):
        assert laid(case.person_id) == tokens(case.person_id, "open")


def stored(table: str, column: str, row: UUID) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE id = %s', [row])
        return bytes(cursor.fetchone()[0])


def restricted(people: Desks) -> tuple[Case, Contact]:
    case = a_case(people.worker)
    with acting_as(again(people.worker)):
        home = make_contact(Person.objects.get(pk=case.person_id), "1 Stow Hill, Newport", kind="address")
        ContactPlan.objects.create(person_id=case.person_id, version=1, plan={"who_answers": "her"},
                                   changed_at=now(), visible_to=case.visible_to)  # fmt: skip
    actions.propose(by=again(people.worker), person_id=case.person_id, kind="restrict", reason="danger",
                    named=[people.lead.pk], emergency=True)  # fmt: skip
    return case, home


def test_no_unnamed_worker_opens_a_restricted_address_even_by_sql_and_the_key_file(
    new_database: Callable[[], str],
) -> None:
    new_database()
    people = desks()
    case, home = restricted(people)
    with as_process("staff"):
        for who in (people.worker, people.colleague):
            with acting_as(again(who)):
                value = stored("people_contact", "value", home.pk)
                held, key_id = Contact.objects.get(pk=home.pk), key_id_of(value)
                assert key_id is not None
                with connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM vault_datakey WHERE id = %s", [UUID(bytes=key_id)])
                    assert cursor.fetchone()[0] == 0, "the location key is not handed out"
                # All keys that the database hands to this worker open nothing of it.
                from hawl.foundations.vault.keys import key_ring
                from hawl.foundations.vault.sealing import unwrap, unwrapped

                for row in DataKey.objects.all():
                    key = unwrapped(row.pk, bytes(row.wrapped), row.kek, key_ring())
                    assert unwrap(bytes(row.wrapped), row.pk, row.kek, key_ring())
                    with pytest.raises(CannotOpen):
                        key.open(value, "people_contact", str(home.pk), "value")
                with pytest.raises(KeyGone):
                    _ = held.value
                with pytest.raises(KeyGone):
                    _ = Case.objects.get(pk=case.pk).location
            with pytest.raises(Contact.DoesNotExist):
                show_contact(by=again(who), person_id=case.person_id, contact_id=home.pk)
            assert show_plan(by=again(who), person_id=case.person_id) is None
            with acting_as(again(who)):
                assert ways_to_reach(Person.objects.get(pk=case.person_id)) == []
        by = again(people.lead)
        assert show_contact(by=by, person_id=case.person_id, contact_id=home.pk) == "1 Stow Hill, Newport"
        assert show_plan(by=by, person_id=case.person_id).plan == {"who_answers": "her"}  # type: ignore[union-attr]


@pytest.mark.django_db
def test_the_key_of_places_follows_those_named_and_goes_when_two_lift_the_restriction() -> None:
    people = desks()
    case, home = restricted(people)
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="rename", reason="staff_change",
                          named=[people.lead.pk, people.other_lead.pk])  # fmt: skip
    steward = actions.ask_steward(by=again(people.lead), proposal_id=row.pk)
    actions.give_opinion(by=again(people.steward), opinion_id=steward.pk, agreed=True)
    actions.with_steward(by=again(people.lead), proposal_id=row.pk)
    with acting_as(MACHINE):
        assert DataKey.objects.exclude(named_users=None).get().named_users == [people.lead.pk, people.other_lead.pk]
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="unrestrict",
                          reason="no_longer_needed")  # fmt: skip
    actions.confirm(by=again(people.other_lead), proposal_id=row.pk)
    with acting_as(MACHINE):
        assert not DataKey.objects.exclude(named_users=None).exists()
    assert show_contact(by=again(people.colleague), person_id=case.person_id, contact_id=home.pk) == (
        "1 Stow Hill, Newport"
    )


@pytest.mark.django_db
def test_two_of_whom_one_is_named_hand_the_places_of_a_restricted_record_to_somebody_newly_named() -> None:
    people = desks()
    case, home = restricted(people)
    row = actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                          named=[people.lead.pk, people.hub_lead.pk])  # fmt: skip
    actions.confirm(by=again(people.lead), proposal_id=row.pk)
    hand._hand().let_go()  # type: ignore[union-attr]  # what the end of the transaction does
    by = again(people.hub_lead)
    assert show_contact(by=by, person_id=case.person_id, contact_id=home.pk) == "1 Stow Hill, Newport"


@pytest.mark.django_db
def test_who_looked_shows_on_what_ground_and_a_look_at_a_number_names_the_person() -> None:
    people = desks()
    case = a_case(people.worker)
    with acting_as(again(people.worker)):
        contact = Contact.objects.get()
        open_person(by=again(people.worker), person_id=case.person_id)
    show_contact(by=again(people.worker), person_id=case.person_id, contact_id=contact.pk)
    with acting_as(MACHINE):
        rows = AuditEntry.objects.filter(action__in=("person.read", "contact.shown")).order_by("at")
        assert [(each.action, each.rule, each.audit_class) for each in rows] == [
            ("person.read", "organisation", "read"), ("contact.shown", "organisation", "read")
        ]  # fmt: skip
        assert rows[1].objects_shown == [case.person_id]


def ended(people: Desks, person: UUID) -> None:
    """Two of those named end the wall."""
    about = ("organisation", organisation_id(FORCE))
    row = actions.propose(by=again(people.hub_lead), person_id=person, kind="end_denial", reason="mistake", about=about)
    actions.confirm(by=again(people.second_hub_lead), proposal_id=row.pk)


def walled(people: Desks) -> UUID:
    take_in([version(1, **POLICE)])
    with acting_as(MACHINE):
        person = Person.objects.get().pk
        # Any two who can see the record: which accounts the area names outside is not this test's matter.
        rescoping.name(person_id=person, named_users=[people.hub_lead.pk, people.second_hub_lead.pk])
    return person


def kept_from_force(person: UUID) -> bool:
    with acting_as(MACHINE):
        return organisation_id(FORCE) in (Person.objects.get(pk=person).denied_organisations or ())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("brought", "again_walled"),
    [
        (lambda: [version(1, **POLICE)], False),
        (lambda: [version(2, crime__note="x")], False),
        (lambda: [version(2, **POLICE)], True),
        (lambda: [version(2, crime__note="x", **POLICE), version(3)], True),
        (lambda: [version(1, record_id="ANOTHER", crime__ref="77", **POLICE)], True),
        (lambda: [version(1, record_id="ANOTHER", crime__ref="77")], False),
    ],
)
def test_a_wall_that_two_people_ended_comes_back_by_what_is_told_afterwards_alone(
    brought: Callable[[], list[Any]], *, again_walled: bool
) -> None:
    people = desks()
    person = walled(people)
    assert kept_from_force(person)
    ended(people, person)
    assert not kept_from_force(person)
    take_in(brought())
    assert kept_from_force(person) is again_walled


@pytest.mark.django_db
def test_a_message_that_first_says_so_after_the_wall_of_another_ended_lays_it_again() -> None:
    people = desks()
    take_in([version(1, record_id="SECOND", crime__ref="88")])
    person = walled(people)
    ended(people, person)
    take_in([version(2, record_id="SECOND", crime__ref="88", **POLICE)])
    assert kept_from_force(person)


def test_an_erased_person_is_called_so_and_their_page_opens(new_database: Callable[[], str]) -> None:
    new_database()
    people = desks()
    case = a_case(people.worker)
    with acting_as(again(people.worker)):
        contact = Contact.objects.get()
    with as_process("jobs"):
        destroy_key(by=MACHINE, person_id=case.person_id)
    with as_process("staff"):
        client = signed_in(people.worker)
        for address in (f"/people/{case.person_id}/", "/cases/", f"/people/{case.person_id}/protection/"):
            page = client.get(address)
            assert (page.status_code, "Erased" in page.content.decode()) == (200, True), address
        assert client.post(f"/people/{case.person_id}/show/", {"contact": str(contact.pk)}).status_code == 404


@pytest.mark.django_db
@pytest.mark.process("staff")
def test_who_is_to_review_a_broken_glass_is_told_on_their_next_page_and_others_are_not() -> None:
    people = desks()
    case = a_case(people.worker)
    assert case
    actions.break_glass(by=again(people.hub_worker), sought=glass_keys.by_phone("07700 900321"),
                        reason="threat_to_life", account="She does not answer.")  # fmt: skip
    chosen = set(GlassIncident.objects.get().reviewers)
    told = {}
    for user in (people.lead, people.other_lead, people.hub_lead, people.second_hub_lead, people.steward):
        page = signed_in(user).get("/compliance/").content.decode()
        told[user.pk] = "1 record was opened in an emergency" in page
    assert {user for user, was in told.items() if was} == chosen

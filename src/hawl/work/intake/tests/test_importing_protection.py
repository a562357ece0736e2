"""What no feed may undo: a person's decisions, a seal, a hold. Tried in the tables and in the role of staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.rescoping import deny, restrict
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.identity.models import User
from hawl.registers.cases import actions as cases
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import DESK, HUB, account, organisation_id
from hawl.registers.people.models import Contact, Person
from hawl.rights.duties.models import Duty
from hawl.work.intake.tests.importing import EVERYBODY, case_of, held, take_in
from hawl.work.intake.tests.test_importing_versions import ID, MOBILE, OTHER, number, ring_of, version
from hawl.work.protection.models import Conflict

# Each table that a feed lays.
SCOPED = ["cases_case", "cases_caseevent", "duties_duty", "people_contact", "people_person"]
FORCE = "gwent-police"
POLICE = {"suspect__police_employee": True}


def at_the_desk() -> Actor:
    return account(Role.VICTIM_CARE_OFFICER, DESK).actor()


# --- decisions ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_decision_that_closes_a_number_is_never_altered() -> None:
    take_in([version(1)])
    with acting_as(EVERYBODY):
        claim = Contact.objects.get()
        made = Contact.objects.create(
            person=claim.person, kind="mobile", value=MOBILE, value_key=claim.value_key, ring="unsafe", text="unsafe",
            decided_at=timezone.now(), decided_uses=["ring", "text"], claims_no=["ring", "text"],
            visible_to=claim.visible_to,
        )  # fmt: skip
        before = Contact.objects.filter(pk=made.pk).values().get()
    for row in (
        version(2, contacts=[number(ring="no", text="no")]),
        version(3, crime__flags=["domestic_abuse"], contacts=[]),
        version(1, record_id="OTHER", crime__flags=["domestic_abuse"]),
        version(1, record_id="THIRD", suspect__person_ref="P-X"),
    ):
        take_in([row])
        with acting_as(EVERYBODY):
            assert Contact.objects.filter(pk=made.pk).values().get() == before


@pytest.mark.django_db
@pytest.mark.parametrize("agreed", [True, False])
def test_a_recorded_answer_and_its_route_are_never_altered(*, agreed: bool) -> None:
    take_in([version(1, person__agreement="no" if agreed else "yes")])
    with acting_as(at_the_desk()):
        route = "automatic" if agreed else "declined"
        cases.set_answer(by=at_the_desk(), case=case_of_as(at_the_desk()), agreed=agreed, route=route, reason="no_hold")
    kept = ("agreement", "agreement_decided_at", "route", "route_reason")
    with acting_as(EVERYBODY):
        before = Case.objects.values(*kept).get()
    for n, answer in ((2, "no"), (3, "yes"), (4, "not_asked")):
        take_in([version(n, person__agreement=answer, crime__offence="rape")])
        with acting_as(EVERYBODY):
            assert Case.objects.values(*kept).get() == before


def case_of_as(actor: Actor) -> Case:
    with acting_as(actor):
        return Case.objects.get()


@pytest.mark.django_db
def test_a_recorded_no_takes_back_the_leave_to_call_for_good() -> None:
    take_in([version(1), version(1, record_id="OTHER", contacts=[number(OTHER)])])
    assert ring_of() | ring_of(OTHER) == {"first_approach"}
    with acting_as(EVERYBODY):
        case = case_of(ID)
    cases.set_answer(by=EVERYBODY, case=case, agreed=False, route="declined", reason="agreement_no")
    take_in([version(2), version(2, record_id="OTHER", contacts=[number(OTHER)])])
    assert ring_of() | ring_of(OTHER) == {"unknown"}


@pytest.mark.django_db
def test_what_the_desk_recorded_stays_and_answers_duties_after_a_new_version() -> None:
    take_in([version(1, events=[])])
    with acting_as(EVERYBODY):
        case = case_of(ID)
        cases.record_event(by=EVERYBODY, case=case, event="written_confirmation_sent", occurred_on=date(2026, 11, 20),
                           known={"written_confirmation_sent"})  # fmt: skip
        assert not Duty.objects.filter(standing="met").exists()
    take_in([version(2, events=[])])
    with acting_as(EVERYBODY):
        assert CaseEvent.objects.filter(asserted_by="system:tests").count() == 1
        assert Duty.objects.filter(standing="met", done_on=date(2026, 11, 20)).exists()


@pytest.mark.django_db
def test_what_the_desk_did_with_a_case_stays() -> None:
    take_in([version(1)])
    with acting_as(EVERYBODY):
        Case.objects.update(assigned_to=7)
        received = Case.objects.get().received_at
    take_in([version(2, crime__offence="robbery")])
    with acting_as(EVERYBODY):
        case = Case.objects.get()
        assert (case.assigned_to, case.received_at, case.offence) == (7, received, "robbery")


# --- cases referred on ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_comes_after_a_case_was_referred_on_goes_with_that_case_and_no_other() -> None:
    ours, hub = organisation_id(DESK), organisation_id(HUB)
    take_in([version(1)])
    with acting_as(EVERYBODY):
        case = case_of(ID)
    cases.open_to(by=EVERYBODY, case=case, organisation_id=hub, on=date(2026, 11, 21))
    take_in([version(2), version(1, record_id="NEW", crime__ref="N", crime__offence="rape", contacts=[number(OTHER)])])
    with acting_as(EVERYBODY):
        referred, new = case_of(ID), case_of("NEW")
        assert (set(referred.visible_to), new.visible_to) == ({ours, hub}, [ours])
        for model in (CaseEvent, Duty):
            assert {tuple(sorted(row.visible_to)) for row in model.objects.filter(case=referred)} == {
                tuple(sorted((ours, hub)))
            }
            assert {tuple(row.visible_to) for row in model.objects.filter(case=new)} == {(ours,)}
        for case, seen in ((referred, {ours, hub}), (new, {ours})):
            claims = Contact.objects.filter(case_id=case.pk)
            assert claims
            assert all(set(claim.visible_to) == seen for claim in claims)


# --- counter-allegations --------------------------------------------------------------------------------------------

EACH_OTHER = [
    version(1, record_id="R-A", person__ref="A", crime__ref="1", suspect__person_ref="B"),
    version(1, record_id="R-B", person__ref="B", crime__ref="2", suspect__person_ref="A", contacts=[number(OTHER)]),
    version(1, record_id="R-A2", person__ref="A", crime__ref="3", contacts=[number("07700 900789")]),
]


@pytest.mark.django_db
@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_two_who_accuse_each_other_are_held_and_not_called_in_any_order(order: tuple[int, ...], *, apart: bool) -> None:
    rows = [EACH_OTHER[n] for n in order]
    for file in [[row] for row in rows] if apart else [rows]:
        take_in(file)
    with acting_as(EVERYBODY):
        for record_id in ("R-A", "R-B"):
            case = case_of(record_id)
            assert (case.route, case.route_reason, case.counter_allegation) == (
                "specialist_hold", "specialist_decides", True,
            )  # fmt: skip
        assert not case_of("R-A2").counter_allegation
        assert {claim.ring for claim in Contact.objects.all()} == {"unknown"}


@pytest.mark.django_db
def test_a_later_version_without_the_suspect_does_not_end_the_hold() -> None:
    take_in(EACH_OTHER[:2])
    take_in([version(2, record_id="R-A", person__ref="A", crime__ref="1")])
    take_in([version(2, record_id="R-B", person__ref="B", crime__ref="2")])
    with acting_as(EVERYBODY):
        assert {case.route for case in Case.objects.all()} == {"specialist_hold"}


@pytest.mark.django_db
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_message_that_has_one_person_on_both_sides_is_held(order: tuple[int, int]) -> None:
    rows = [version(1, person__ref="A", suspect__person_ref="B"), version(2, person__ref="B", suspect__person_ref="A")]
    for n in order:
        take_in([rows[n]])
    with acting_as(EVERYBODY):
        case = Case.objects.get()
        assert (case.route, case.route_reason) == ("specialist_hold", "specialist_decides")


@pytest.mark.django_db
def test_a_decline_stays_a_decline_in_a_counter_allegation() -> None:
    take_in([{**EACH_OTHER[0], "person": {**EACH_OTHER[0]["person"], "agreement": "no"}}, EACH_OTHER[1]])
    with acting_as(EVERYBODY):
        assert (case_of("R-A").route, case_of("R-B").route) == ("declined", "specialist_hold")


# --- suspects who work for the police -------------------------------------------------------------------------------


def rows_seen() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in SCOPED:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = int(cursor.fetchone()[0])
    return found


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_suspect_of_the_police_walls_the_record_off_from_the_force_and_gives_it_to_the_lead_outside(
    order: tuple[int, ...], new_database: Callable[[], str]
) -> None:
    new_database()
    outside = account(Role.SPECIALIST_LEAD, HUB)
    kept_out = [
        account(Role.SPECIALIST_LEAD, DESK), account(Role.VICTIM_CARE_OFFICER, DESK), account(Role.HUB_WORKER, HUB),
        seconded(Role.SPECIALIST_LEAD),
    ]  # fmt: skip
    old = version(1, record_id="OLD", crime__ref="1")
    rows = [old, version(1, **POLICE), version(1, record_id="NEW", crime__ref="2")]
    for n in order:
        take_in([rows[n]])
    take_in([version(2)])  # which does not speak of the police any more
    take_in([version(2, record_id="NEW", crime__ref="2", contacts=[number(OTHER)])])
    with as_process("staff"):
        for user in kept_out:
            with acting_as(User.objects.get(pk=user.pk).actor()):
                assert rows_seen() == dict.fromkeys(SCOPED, 0)
                assert not Person.objects.exists()
                assert not Case.objects.exists()
        with acting_as(User.objects.get(pk=outside.pk).actor()):
            person = Person.objects.get()
            assert (person.visibility, person.named_users) == ("sealed", [outside.pk])
            assert person.denied_organisations == [organisation_id(FORCE)]
            assert {case.reference["record_id"] for case in Case.objects.all()} == {"OLD", ID, "NEW"}
            assert min(rows_seen().values()) > 0
            assert Contact.objects.exclude(visible_to=[]).count() == 0


def seconded(role: Role) -> User:
    """Works at the hub and is paid by the force."""
    user = account(role, HUB)
    user.employer_id = organisation_id(FORCE)
    user.save(update_fields=["employer_id"])
    return user


@pytest.mark.django_db
def test_an_older_version_that_comes_late_still_seals() -> None:
    take_in([version(2)])
    take_in([version(1, **POLICE)])
    with acting_as(EVERYBODY):
        assert Person.objects.get().visibility == "sealed"
        assert {tuple(row.visible_to) for row in Case.objects.all()} == {()}


@pytest.mark.django_db
@pytest.mark.parametrize("later", ["2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z"])
def test_a_row_with_older_particulars_seals_and_leaves_the_newer_ones(later: str) -> None:
    take_in([version(1, person__family_name="Newest", sent_at="2026-11-21T12:00:00Z")])
    take_in([version(1, record_id="OTHER", person__family_name="Other", sent_at=later, **POLICE)])
    with acting_as(EVERYBODY):
        person = Person.objects.get()
        assert person.visibility == "sealed"
        assert person.names["family"] == ("Newest" if later < "2026-11-21" else "Other")


@pytest.mark.django_db
def test_nothing_that_is_sealed_is_opened_by_a_later_row_of_the_same_person() -> None:
    take_in([version(1, **POLICE)])
    before = held()["Person"]
    take_in([version(1, record_id="OTHER", crime__ref="2", sent_at="2026-11-22T00:00:00Z")])
    after = held()["Person"]
    for name in ("visibility", "visible_to", "named_users"):
        assert after[0][name] == before[0][name]


# --- those for whom others stand ------------------------------------------------------------------------------------

CHILD: dict[str, Any] = {"record_id": "CHILD", "person__ref": "C", "person__deceased": True}
PARENT: dict[str, Any] = {"record_id": "PARENT", "person__ref": "P", "person__role": "bereaved_relative"}


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["relative", "dead"])
def test_a_dead_victim_waits_until_somebody_stands_for_them_in_either_order(first: str) -> None:
    rows = [version(1, **PARENT, person__on_behalf_of="C"), version(1, **CHILD)]
    for row in rows if first == "relative" else rows[::-1]:
        take_in([row])
    with acting_as(EVERYBODY):
        routed = case_of("CHILD").route
    assert routed != "specialist_hold"
    take_in([version(2, **PARENT)])
    with acting_as(EVERYBODY):
        assert case_of("CHILD").route_reason == "no_spokesperson"


@pytest.mark.django_db
def test_without_a_lead_outside_the_record_is_walled_all_the_same_and_waits() -> None:
    take_in([version(1, **POLICE)])
    with acting_as(EVERYBODY):
        person = Person.objects.get()
        assert (person.visible_to, person.named_users) == ([], [])
        assert person.denied_organisations == [organisation_id(FORCE)]


def test_what_waited_for_a_lead_outside_is_given_to_them_at_the_next_import(
    new_database: Callable[[], str],
) -> None:
    new_database()
    officer, own_lead = account(Role.VICTIM_CARE_OFFICER, DESK), account(Role.SPECIALIST_LEAD, DESK)
    take_in([version(1, **POLICE)])
    lead = account(Role.SPECIALIST_LEAD, HUB)
    with as_process("staff"), acting_as(User.objects.get(pk=lead.pk).actor()):
        assert rows_seen() == dict.fromkeys(SCOPED, 0)
    take_in([version(1, record_id="ELSE", person__ref="ELSE", crime__ref="ELSE")])
    with as_process("staff"):
        with acting_as(User.objects.get(pk=lead.pk).actor()):
            assert min(rows_seen().values()) > 0
            assert Case.objects.get().reference["record_id"] == ID
        for user in (officer, own_lead):
            with acting_as(User.objects.get(pk=user.pk).actor()):
                assert Case.objects.get().reference["record_id"] == "ELSE"
    # Who leads later is given nothing that somebody already sees.
    later = account(Role.SPECIALIST_LEAD, HUB)
    take_in([version(1, record_id="THIRD", person__ref="THIRD", crime__ref="THIRD")])
    with acting_as(EVERYBODY):
        assert Person.objects.get(visibility="sealed").named_users == [lead.pk] != [lead.pk, later.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_another_victim_of_the_crime_is_walled_off_too_and_a_stranger_is_not(order: tuple[int, ...]) -> None:
    outside = account(Role.SPECIALIST_LEAD, HUB)
    rows = [
        version(1, record_id="A", person__ref="A", crime__ref="1", **POLICE),
        version(1, record_id="B", person__ref="B", crime__ref="1"),
        version(1, record_id="C", person__ref="C", crime__ref="2"),
    ]
    for n in order:
        take_in([rows[n]])
    with acting_as(EVERYBODY):
        for record_id in ("A", "B"):
            case = case_of(record_id)
            assert case.person.visibility == "sealed"
            assert scope_of(case) == {((), (outside.pk,), (), (organisation_id(FORCE),))}
        assert scope_of(case_of("C")) == {((organisation_id(DESK),), (), (), ())}


def scope_of(case: Case) -> set[tuple[tuple[int, ...], ...]]:
    """The scope of all rows of a case and its person."""
    rows = [case, case.person, *CaseEvent.objects.filter(case=case), *Duty.objects.filter(case=case)]
    rows += Contact.objects.filter(person_id=case.person_id)
    return {
        tuple(tuple(each or ()) for each in
              (row.visible_to, row.named_users, row.denied_users, row.denied_organisations))
        for row in rows
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_conflicts_reach_every_row_of_the_person_and_of_who_shares_a_crime_in_any_order(seed: int) -> None:
    """Nine messages of four people in three crimes, in random order; the conflict told before, between or after."""
    from random import Random

    random = Random(seed)
    rows = [
        version(n, record_id=f"{ref}{crime}", person__ref=ref, crime__ref=crime)
        for ref, crime in (("A", "1"), ("A", "2"), ("B", "2"), ("B", "3"), ("C", "3"), ("D", "9"))
        for n in (1, 2)
    ]
    random.shuffle(rows)
    # The one of whom it is told must be known by then.
    rows.insert(0, version(1, record_id="A0", person__ref="A", crime__ref="0"))
    told_after = random.randrange(1, len(rows) + 1)
    denied = account(Role.VICTIM_CARE_OFFICER, DESK)
    for n, row in enumerate(rows):
        if n == told_after:
            tell(case_of_in_scope("A0").person_id, denied.pk)
        take_in([row])
    if told_after == len(rows):
        tell(case_of_in_scope("A0").person_id, denied.pk)
    take_in([version(3, record_id="A2", person__ref="A", crime__ref="2")])
    desk, walled = organisation_id(DESK), (denied.pk,)
    with acting_as(EVERYBODY):
        for record_id in ("A0", "A1", "A2", "B2", "B3"):
            assert scope_of(case_of(record_id)) == {((desk,), (), walled, ())}, record_id
        for record_id in ("C3", "D9"):
            assert scope_of(case_of(record_id)) == {((desk,), (), (), ())}, record_id


def case_of_in_scope(record_id: str) -> Case:
    with acting_as(EVERYBODY):
        return case_of(record_id)


def tell(person_id: Any, user_id: int) -> None:
    """A conflict told of one person alone: what reaches further is the importer's to see to."""
    with acting_as(EVERYBODY):
        Conflict.objects.create(
            person_id=person_id, user_id=user_id, source="victim", told_at=timezone.now(),
            visible_to=[organisation_id(DESK)], denied_users=[user_id],
        )  # fmt: skip
        deny(person_id=person_id, user_id=user_id)


@pytest.mark.django_db
def test_a_new_row_of_a_restricted_person_names_those_who_see_places() -> None:
    take_in([version(1)])
    with acting_as(EVERYBODY):
        restrict(person_id=Person.objects.get().pk, named_users=[7])
    take_in([version(1, record_id="NEW", crime__ref="2", contacts=[number(OTHER)])])
    with acting_as(EVERYBODY):
        assert scope_of(case_of("NEW")) == scope_of(case_of(ID)) == {((organisation_id(DESK),), (7,), (), ())}


@pytest.mark.django_db
def test_a_wall_takes_back_what_was_referred_on_also_of_another_victim() -> None:
    take_in([version(1, record_id="B", person__ref="B", crime__ref="1")])
    with acting_as(EVERYBODY):
        cases.open_to(by=EVERYBODY, case=case_of("B"), organisation_id=organisation_id(HUB), on=date(2026, 11, 21))
    take_in([version(1, record_id="A", person__ref="A", crime__ref="1", **POLICE)])
    with acting_as(EVERYBODY):
        case = case_of("B")
        assert (case.visible_to, case.referred_on) == ([], None)
        assert case.person.visible_to == []

"""Who came without the police: what police accounts find (nothing), what the database refuses, what a yes changes.

Each test of a refusal has its control: the same asked of somebody else, or after the agreement, goes through.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from hawl.foundations.access.actor import POLICE, Actor, Role
from hawl.foundations.access.policy import Action, Purpose, decide
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.clock import now, today
from hawl.registers.agreements.actions import (
    Arrival,
    CannotAgree,
    Said,
    finish_matching,
    record_agreement,
    register_without_police,
    second_agreement,
    withdraw_agreement,
)
from hawl.registers.agreements.guards import guarded
from hawl.registers.agreements.models import CameWithoutPolice, SharingAgreement
from hawl.registers.cases.actions import record_event
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    ThreePeople,
    account,
    make_case,
    make_contact,
    make_person,
    make_self_referred,
    organisation_id,
    three_people,
)
from hawl.registers.people.models import Contact, Person
from hawl.rights.duties.counting import Asked, case_counts
from hawl.rights.duties.models import Duty

pytestmark = pytest.mark.django_db
staff = pytest.mark.process("staff")
MACHINE = Actor(label="system:tests", machine=True)
MODELS: tuple[Any, ...] = (Person, Contact, Case, CaseEvent, Duty, SharingAgreement, CameWithoutPolice)


@pytest.fixture
def people() -> ThreePeople:
    return three_people()


@pytest.fixture
def worker(people: ThreePeople) -> Iterator[Actor]:
    with acting_as(people.hub_worker.actor()) as actor:
        yield actor


def counted(actor: Actor) -> int:
    with acting_as(actor):
        return sum(model.objects.count() for model in MODELS)


def in_sql(actor: Actor) -> int:
    """Rows of every table about people that the role of staff gets by SQL alone, signed in as that account."""
    with acting_as(actor), connection.cursor() as cursor:
        total = 0
        for table in guarded():
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table.name])
            if cursor.fetchone()[0]:
                cursor.execute(f"SELECT count(*) FROM {table.name}")
                total += cursor.fetchone()[0]
        return total


def tell_police(by: Actor, case: Case, **changes: Any) -> SharingAgreement:
    values: dict[str, Any] = {
        "person_id": case.person_id,
        "organisation_id": organisation_id(DESK),
        "kinds": ["identity", "what_happened"],
        "said": Said(on=today(), channel="in_person"),
    }
    return record_agreement(by=by, **{**values, **changes})


def told_by_two(by: Actor, case: Case, **changes: Any) -> SharingAgreement:
    """The same, signed by a second worker of the hub."""
    made = tell_police(by, case, **changes)
    return second_agreement(by=account(Role.HUB_WORKER, HUB).actor(), agreement_id=made.pk)


@staff
def test_nothing_of_them_is_there_for_any_police_account_in_any_table(people: ThreePeople, worker: Actor) -> None:
    case = make_self_referred(worker)
    make_contact(case.person)
    record_event(by=worker, case=case, event="needs_assessed", occurred_on=today(), known={"needs_assessed"})
    police = [people.officer, account(Role.SPECIALIST_LEAD, DESK), account(Role.JUSTICE_PARTNER, "gwent-police")]
    for each in police:
        assert counted(each.actor()) == 0
        assert in_sql(each.actor()) == 0
    # The control: the hub does find them by the same questions.
    assert counted(worker) == in_sql(worker) == 5


@staff
def test_somebody_employed_by_the_police_and_lent_to_the_hub_sees_nothing_of_them(worker: Actor) -> None:
    make_self_referred(worker)
    lent, own = account(Role.HUB_WORKER, HUB), account(Role.HUB_WORKER, HUB)
    type(lent).objects.filter(pk=lent.pk).update(employer_id=organisation_id("gwent-police"))
    lent.refresh_from_db()
    assert counted(lent.actor()) == in_sql(lent.actor()) == 0
    assert counted(own.actor()) > 0


@staff
def test_a_broken_glass_does_not_open_them_to_the_police(people: ThreePeople, worker: Actor) -> None:
    case, other = make_self_referred(worker), make_case(desk=organisation_id(HUB))
    officer = replace(people.officer.actor(), glass=frozenset({case.person_id, other.person_id}))

    def rule(person: Person) -> str:
        person.refresh_from_db()
        return decide(officer, Action.READ, person.as_resource(), Purpose.SUPPORT, now()).rule

    assert rule(case.person) == "employer_wall"
    assert rule(other.person) == "broken_glass"


@staff
def test_until_matching_has_run_only_the_author_and_the_duty_lead_see_them(people: ThreePeople, worker: Actor) -> None:
    lead, colleague = account(Role.SPECIALIST_LEAD, HUB), account(Role.HUB_WORKER, HUB)
    case = make_self_referred(worker, matched=False)
    assert [counted(who) for who in (worker, lead.actor(), colleague.actor(), people.officer.actor())] == [3, 3, 0, 0]
    finish_matching(by=lead.actor(), person_id=case.person_id)
    finish_matching(by=lead.actor(), person_id=case.person_id)
    assert [counted(who) for who in (worker, lead.actor(), colleague.actor(), people.officer.actor())] == [3, 3, 3, 0]


@staff
def test_nothing_is_agreed_before_matching_has_run(worker: Actor) -> None:
    case = make_self_referred(worker, matched=False)
    with pytest.raises(CannotAgree, match="waits_for_matching"):
        tell_police(worker, case)


def test_a_match_to_a_sealed_record_inherits_the_seal_without_the_police_who_are_named_there(
    people: ThreePeople,
) -> None:
    hub_lead, desk_lead = account(Role.SPECIALIST_LEAD, HUB), account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(MACHINE):
        sealed = make_person(
            desk=0, visibility="sealed", visible_to=[], named_users=sorted([hub_lead.pk, desk_lead.pk])
        )
    with acting_as(people.hub_worker.actor()) as worker:
        case = make_self_referred(worker, matched=False)
        with pytest.raises(CannotAgree, match="not_allowed"):
            finish_matching(by=worker, person_id=case.person_id, sealed_match=sealed.pk)
    finish_matching(by=MACHINE, person_id=case.person_id, sealed_match=sealed.pk)
    with acting_as(MACHINE):
        held = Person.objects.get(pk=case.person_id)
    assert (held.visibility, held.visible_to, held.named_users) == ("sealed", [], [hub_lead.pk])
    assert [counted(who.actor()) for who in (people.hub_worker, desk_lead)] == [0, 1]
    assert counted(hub_lead.actor()) == 1 + 3


def test_a_match_to_a_record_sealed_to_the_police_alone_goes_to_the_leads_of_the_hub(people: ThreePeople) -> None:
    hub_lead, desk_lead = account(Role.SPECIALIST_LEAD, HUB), account(Role.SPECIALIST_LEAD, DESK)
    with acting_as(MACHINE):
        sealed = make_person(desk=0, visibility="sealed", visible_to=[], named_users=[desk_lead.pk])
    with acting_as(people.hub_worker.actor()) as worker:
        case = make_self_referred(worker, matched=False)
    finish_matching(by=MACHINE, person_id=case.person_id, sealed_match=sealed.pk)
    with acting_as(MACHINE):
        assert Person.objects.get(pk=case.person_id).named_users == [hub_lead.pk]


@staff
@pytest.mark.parametrize("who", ["officer", "board"])
def test_the_police_and_boards_register_nobody_of_this_kind(people: ThreePeople, who: str) -> None:
    by = getattr(people, who).actor()
    arrival = Arrival(names={"given": "A", "family": "B"}, offence="other", came_on=today())
    with pytest.raises(CannotAgree, match="not_allowed"):
        register_without_police(by=by, arrival=arrival)


@staff
def test_nobody_comes_tomorrow(worker: Actor) -> None:
    arrival = Arrival(names={"given": "A", "family": "B"}, offence="other", came_on=today() + timedelta(1))
    with pytest.raises(CannotAgree, match="future_day"):
        register_without_police(by=worker, arrival=arrival)


def _rows(case: Case) -> list[Any]:
    return [Person.objects.get(pk=case.person_id), Case.objects.get(pk=case.pk), *Contact.objects.all()]


PLANTED = {
    "a police unit on the row": lambda officer: {"visible_to": [organisation_id(HUB), organisation_id(DESK)]},
    "the force on the row": lambda officer: {"visible_to": [organisation_id(HUB), organisation_id("gwent-police")]},
    "a police account named": lambda officer: {"named_users": [officer.pk]},
    "the wall taken away": lambda officer: {"denied_organisations": None},
    "another wall in its place": lambda officer: {"denied_organisations": [organisation_id("hafan-cymru")]},
}


@pytest.mark.parametrize("process", ["staff", "jobs"])
@pytest.mark.parametrize("planted", PLANTED)
def test_the_database_itself_keeps_the_police_off_every_row(
    people: ThreePeople, planted: str, process: str, request: pytest.FixtureRequest
) -> None:
    worker = people.hub_worker.actor()
    with acting_as(worker):
        case = make_self_referred(worker)
        make_contact(case.person)
        ordinary = make_person(desk=organisation_id(HUB))
    change = PLANTED[planted](people.officer)
    with acting_as(worker if process == "staff" else MACHINE):
        for row in _rows(case):
            with pytest.raises(IntegrityError, match="hawl_no_police"), transaction.atomic():
                type(row).objects.filter(pk=row.pk).update(**change)
        # The control: the same change of somebody whom the police may know goes through.
        assert Person.objects.filter(pk=ordinary.pk).update(**change) == 1


@staff
def test_what_is_added_to_them_bears_the_wall_by_itself_and_never_a_police_body(worker: Actor) -> None:
    case = make_self_referred(worker)
    contact = make_contact(case.person)
    contact.refresh_from_db()
    assert contact.denied_organisations == [POLICE]
    with pytest.raises(IntegrityError, match="hawl_no_police"), transaction.atomic():
        make_contact(case.person, "07700 900999", visible_to=[organisation_id(HUB), organisation_id(DESK)])
    ordinary = make_contact(make_person(desk=organisation_id(HUB)))
    ordinary.refresh_from_db()
    assert ordinary.denied_organisations is None


@staff
def test_every_table_about_people_is_guarded(worker: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgname LIKE 'hawl_no_police_%' AND tgenabled = 'O'"
        )
        there = set(cursor.fetchall())
    wanted = {(table.name, f"hawl_no_police_{verb}") for table in guarded() for verb in ("insert", "update")}
    assert wanted == there
    assert len(wanted) >= 14


def test_an_agreement_that_names_a_police_body_lets_that_body_be_told_and_no_other(
    people: ThreePeople, worker: Actor
) -> None:
    case = make_self_referred(worker)
    told_by_two(worker, case)
    both = [organisation_id(HUB), organisation_id(DESK)]
    Person.objects.filter(pk=case.person_id).update(visible_to=both)
    Case.objects.filter(pk=case.pk).update(visible_to=both)
    assert counted(people.officer.actor()) == 3
    for other in ("gwent-police", "modern-slavery-unit"):
        with pytest.raises(IntegrityError, match="hawl_no_police"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(visible_to=[*both, organisation_id(other)])


@pytest.mark.parametrize("who", ["hub_worker", "officer"])
def test_when_they_withdraw_the_police_find_nothing_any_more_and_the_wall_stands_again(
    people: ThreePeople, worker: Actor, who: str
) -> None:
    case = make_self_referred(worker)
    made = told_by_two(worker, case)
    both = [organisation_id(HUB), organisation_id(DESK)]
    Person.objects.filter(pk=case.person_id).update(visible_to=both)
    Case.objects.filter(pk=case.pk).update(visible_to=both)
    by = getattr(people, who).actor()
    withdraw_agreement(by=by, agreement_id=made.pk, on=today(), channel="telephone")
    assert counted(people.officer.actor()) == in_sql(people.officer.actor()) == 0
    held = Person.objects.get(pk=case.person_id)
    assert (held.visible_to, held.denied_organisations) == ([organisation_id(HUB)], [POLICE])
    assert counted(worker) > 0


@staff
def test_an_agreement_with_a_provider_tells_the_police_nothing(people: ThreePeople, worker: Actor) -> None:
    case = make_self_referred(worker)
    tell_police(worker, case, organisation_id=organisation_id("new-pathways"))
    assert counted(people.officer.actor()) == 0
    assert Person.objects.get(pk=case.person_id).denied_organisations == [POLICE]


@staff
def test_no_duty_and_no_figure_of_all_cases_tells_of_them(people: ThreePeople, worker: Actor) -> None:
    asked = Asked(today(), today() - timedelta(31), today())
    with acting_as(people.officer.actor()):
        make_case(desk=organisation_id(DESK))
    before = case_counts(asked, whole=True)
    make_self_referred(worker)
    assert case_counts(asked, whole=True) == before
    assert sum(n for n, _ in before.values()) == 1
    # The hub counts its own, as each number is that of the list behind it.
    assert sum(n for n, _ in case_counts(asked, whole=False).values()) == 1
    assert not Duty.objects.exists()


@staff
def test_the_functions_close_and_open_nothing_for_who_does_not_see_the_person(
    people: ThreePeople, worker: Actor
) -> None:
    case = make_self_referred(worker, matched=False)
    calls = (
        ("hawl_close_sight(%s, %s, '{}')", [case.person_id, organisation_id(HUB)]),
        ("hawl_unwall_by_two(%s)", [uuid.uuid4()]),
        ("hawl_finish_matching(%s, NULL, '{}')", [case.person_id]),
    )
    for who, person in ((people.officer, case.person_id), (people.officer, uuid.uuid4())):
        for call, given in calls:
            with (
                acting_as(who.actor()),
                connection.cursor() as cursor,
                pytest.raises(ProgrammingError, match="no such record"),
                transaction.atomic(),
            ):
                cursor.execute(f"SELECT {call}", [person, *given[1:]])
    with connection.cursor() as cursor:
        for function in ("hawl_lay_wall", "hawl_hidden_from_police", "hawl_police_not_agreed", "hawl_must_see"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(f"SELECT {function}(%s)", [case.person_id])


@pytest.mark.process("public")
def test_the_public_process_may_call_none_of_the_functions() -> None:
    with connection.cursor() as cursor:
        for call in ("hawl_close_sight(gen_random_uuid(), 1, '{}')", "hawl_unwall_by_two(gen_random_uuid())"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(f"SELECT {call}")


def test_what_is_audited_of_them_says_no_more_than_that_a_person_was_registered(people: ThreePeople) -> None:
    worker = people.hub_worker.actor()
    with acting_as(worker):
        case = make_self_referred(worker)
    kept = AuditEntry.objects.filter(object_id=str(case.person_id)).order_by("at")
    assert [each.action for each in kept] == ["person.registered", "person.matched"]
    assert all(each.detail == {} for each in kept)

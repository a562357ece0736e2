"""What the cold review tried: one entry under a broken glass that lets the police know of who came without them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection, transaction
from django.test import Client

from hawl.foundations.access.actor import POLICE, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.identity.models import User
from hawl.registers.agreements.actions import (
    CannotAgree,
    Said,
    record_agreement,
    second_agreement,
    withdraw_agreement,
)
from hawl.registers.agreements.models import SharingAgreement
from hawl.registers.agreements.queries import flows, told_police
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    account,
    make_contact,
    make_self_referred,
    organisation_id,
)
from hawl.registers.people.models import Person
from hawl.work.protection.actions import break_glass, confirm, propose
from hawl.work.protection.glass_keys import by_phone, phone
from hawl.work.protection.tests.desks import Desks, again, desks, sees

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]
NUMBER = "07700 900321"
SAID = Said(on=today(), channel="telephone")


@pytest.fixture
def people() -> Desks:
    return desks()


@pytest.fixture
def case(people: Desks) -> Case:
    """Somebody who came to the hub without the police."""
    with acting_as(again(people.hub_worker)) as by:
        made = make_self_referred(by)
        make_contact(Person.objects.get(pk=made.person_id), NUMBER, value_key=phone(NUMBER))
    return made


def agree(user: User, case: Case, body: str = "gwent-police", **changes: Any) -> SharingAgreement:
    return record_agreement(by=again(user), person_id=case.person_id, organisation_id=organisation_id(body),
                            kinds=["identity"], said=SAID, **changes)  # fmt: skip


def under_glass(user: User) -> None:
    break_glass(by=again(user), sought=by_phone(NUMBER), reason="threat_to_life", account="x")


def walled(people: Desks, case: Case) -> bool:
    with acting_as(again(people.hub_worker)):
        return POLICE in (Person.objects.get(pk=case.person_id).denied_organisations or ())


def typed(body: str = "gwent-police") -> dict[str, Any]:
    return {"organisation": organisation_id(body), "kinds": ["identity"], "on": today().strftime("%d/%m/%Y"),
            "until": "", "channel": "telephone", "said_by": "person", "language": "cy"}  # fmt: skip


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(client: Client, address: str) -> str:
    return " ".join(BeautifulSoup(client.get(address).content, "html.parser").get_text(" ").split())


@pytest.mark.parametrize("body", ["gwent-police", "new-pathways"])
def test_a_stranger_under_a_broken_glass_keeps_no_agreement(people: Desks, case: Case, body: str) -> None:
    stranger, officer = account(Role.HUB_WORKER, "umbrella-cymru"), account(Role.JUSTICE_PARTNER, "gwent-police")
    under_glass(stranger)
    assert sees(stranger, case)
    with pytest.raises(CannotAgree, match="glass_reads_only"):
        agree(stranger, case, body)
    client, address = signed_in(stranger), f"/people/{case.person_id}/"
    assert "Record what the person agreed to" not in words(client, address)
    assert client.post(f"{address}agreements/", typed(body)).status_code == 422
    with acting_as(again(people.hub_worker)):
        assert not SharingAgreement.objects.exists()
    under_glass(officer)
    assert (walled(people, case), sees(officer, case)) == (True, False)


def test_under_a_broken_glass_nothing_is_withdrawn_or_signed_either(people: Desks, case: Case) -> None:
    stranger = account(Role.HUB_WORKER, "umbrella-cymru")
    told, waits = agree(people.hub_worker, case, "new-pathways"), agree(people.hub_worker, case)
    under_glass(stranger)
    with pytest.raises(CannotAgree, match="glass_reads_only"):
        withdraw_agreement(by=again(stranger), agreement_id=told.pk, on=today(), channel="telephone")
    with pytest.raises(CannotAgree, match="glass_reads_only"):
        second_agreement(by=again(stranger), agreement_id=waits.pk)
    client = signed_in(stranger)
    sent = client.post(f"/people/{case.person_id}/agreements/{told.pk}/withdraw/",
                       {"on": today().strftime("%d/%m/%Y"), "channel": "letter"})  # fmt: skip
    assert sent.status_code == 422
    with acting_as(again(stranger)), connection.cursor() as cursor:
        for call, given in (("hawl_unwall_by_two(%s)", waits.pk), ("hawl_close_sight(%s, 1, '{}')", case.person_id)):
            with pytest.raises(DatabaseError, match="no such record"), transaction.atomic():
                cursor.execute(f"SELECT {call}", [given])
    with acting_as(again(people.hub_worker)):
        assert SharingAgreement.objects.filter(ended_at=None).count() == 2
    assert walled(people, case)


@pytest.mark.parametrize(("body", "flows_there"), [("new-pathways", True), ("connect-gwent", False), (DESK, True)])
def test_the_action_itself_asks_for_a_flow_from_the_workers_own_body(
    people: Desks, case: Case, body: str, flows_there: bool
) -> None:
    assert (organisation_id(body) in flows().receivers([organisation_id(HUB)], on=today())) is flows_there
    if flows_there:
        assert agree(people.hub_worker, case, body).ended_at is None
    else:
        with pytest.raises(CannotAgree, match="no_flow"):
            agree(people.hub_worker, case, body)


def test_one_of_the_hub_lets_nothing_fall_and_a_second_person_does(people: Desks, case: Case) -> None:
    second, officer = account(Role.HUB_WORKER, HUB), account(Role.JUSTICE_PARTNER, "gwent-police")
    client = signed_in(people.hub_worker)
    assert client.post(f"/people/{case.person_id}/agreements/", typed()).status_code == 302
    assert walled(people, case)
    with acting_as(again(people.hub_worker)):
        made = SharingAgreement.objects.get()
    with acting_as(again(officer)):
        assert not SharingAgreement.objects.exists()
    address = f"/people/{case.person_id}/"
    assert "Waits for a second person" in words(client, address)
    assert "Sign as the second person" not in words(client, address)
    own = client.post(f"{address}agreements/{made.pk}/second/")
    assert (own.status_code, walled(people, case)) == (422, True)
    assert "A second person must sign it" in " ".join(BeautifulSoup(own.content, "html.parser").get_text(" ").split())
    assert "Sign as the second person" in words(signed_in(second), address)
    assert signed_in(second).post(f"{address}agreements/{made.pk}/second/").status_code == 302
    assert not walled(people, case)
    with acting_as(again(officer)):
        assert SharingAgreement.objects.get().seconded_by == second.pk
    assert "done=again" in signed_in(second).post(f"{address}agreements/{made.pk}/second/")["Location"]


@pytest.mark.parametrize("who", ["stranger", "officer", "worker", "board"])
def test_for_who_does_not_see_them_there_is_nothing_to_sign(people: Desks, case: Case, who: str) -> None:
    made = agree(people.hub_worker, case)
    users = {
        "stranger": lambda: account(Role.PROVIDER_WORKER, "hafan-cymru"), "worker": lambda: people.worker,
        "officer": lambda: account(Role.JUSTICE_PARTNER, "gwent-police"), "board": lambda: people.steward,
    }  # fmt: skip
    client = signed_in(users[who]())
    sent = client.post(f"/people/{case.person_id}/agreements/{made.pk}/second/")
    absent = client.post(f"/people/{case.person_id}/agreements/{case.pk}/second/")
    assert (sent.status_code, walled(people, case)) == (absent.status_code, True)
    assert sent.status_code in (403, 404)


@pytest.mark.parametrize("kind", ["restrict", "seal"])
@pytest.mark.parametrize("at_once", [True, False])
def test_one_who_is_named_on_the_record_needs_a_second_like_anybody(
    people: Desks, case: Case, kind: Any, at_once: bool
) -> None:
    me, lead = people.hub_worker, people.hub_lead
    row = propose(by=again(me), person_id=case.person_id, kind=kind, reason="danger", named=[me.pk, lead.pk],
                  emergency=at_once)  # fmt: skip
    if not at_once:
        confirm(by=again(lead), proposal_id=row.pk)
    made = agree(me, case)
    assert (made.seconded_by, walled(people, case)) == (None, True)
    with pytest.raises(CannotAgree, match="same_person"):
        second_agreement(by=again(me), agreement_id=made.pk)
    with acting_as(again(me)), connection.cursor() as cursor:
        cursor.execute("SELECT hawl_unwall_by_two(%s)", [made.pk])
        assert cursor.fetchone()[0] is False
    assert walled(people, case)
    assert second_agreement(by=again(lead), agreement_id=made.pk).seconded_by == lead.pk
    assert not walled(people, case)


def test_by_the_pages_a_restriction_and_an_agreement_of_one_person_tell_the_police_nothing(
    people: Desks, case: Case
) -> None:
    me, client = people.hub_worker, signed_in(people.hub_worker)
    officer = account(Role.JUSTICE_PARTNER, "gwent-police")
    named = {"kind": "restrict", "reason": "danger", "named": [me.pk, people.hub_lead.pk], "at_once": "yes"}
    assert client.post(f"/people/{case.person_id}/protection/change/", named).status_code == 302
    assert client.post(f"/people/{case.person_id}/agreements/", typed()).status_code == 302
    assert walled(people, case)
    with acting_as(again(officer)):
        assert not SharingAgreement.objects.exists()


@pytest.mark.parametrize(("days", "falls"), [(0, True), (1, False)])
def test_a_first_person_who_is_in_standing_no_more_counts_for_none(
    people: Desks, case: Case, days: int, falls: bool
) -> None:
    made, second = agree(people.hub_worker, case), account(Role.HUB_WORKER, HUB)
    User.objects.filter(pk=people.hub_worker.pk).update(vetting_until=today() - timedelta(days))
    if falls:
        second_agreement(by=again(second), agreement_id=made.pk)
    else:
        with pytest.raises(CannotAgree, match="not_allowed"):
            second_agreement(by=again(second), agreement_id=made.pk)
    with acting_as(again(second)):
        assert (POLICE in (Person.objects.get(pk=case.person_id).denied_organisations or ())) is not falls


FORGED: dict[str, Any] = {
    "a second signature": lambda people: {"seconded_by": people.hub_lead.pk, "seconded_at": "2026-01-01T00:00Z"},
    "another first": lambda people: {"recorded_by": people.hub_lead.pk},
    "another body": lambda people: {"organisation_id": organisation_id("gwent-police")},
}


@pytest.mark.parametrize("forged", FORGED)
def test_by_sql_nobody_signs_for_another(people: Desks, case: Case, forged: str) -> None:
    made = agree(people.hub_worker, case, "new-pathways" if forged == "another body" else "gwent-police")
    with acting_as(again(people.hub_worker)), pytest.raises(DatabaseError, match="signed"), transaction.atomic():
        SharingAgreement.objects.filter(pk=made.pk).update(**FORGED[forged](people))
    with acting_as(again(people.hub_worker)), connection.cursor() as cursor:
        cursor.execute("SELECT hawl_unwall_by_two(%s)", [made.pk])
        assert cursor.fetchone()[0] is False
    made.pk, made.recorded_by = uuid.uuid4(), people.hub_lead.pk
    with acting_as(again(people.hub_worker)), pytest.raises(DatabaseError, match="signed"), transaction.atomic():
        made.save(force_insert=True)
    assert walled(people, case)


def test_the_lead_of_the_hub_finds_it_at_once_among_their_reviews(people: Desks, case: Case) -> None:
    title = "People who came without the police, and the police are to know"
    assert title not in words(signed_in(people.hub_lead), "/reviews/")
    made = agree(people.hub_worker, case)
    shown = words(signed_in(people.hub_lead), "/reviews/")
    assert title in shown
    assert "Recorded by Hari Evans. A second person must sign" in shown
    second_agreement(by=account(Role.HUB_WORKER, HUB, "Siw Second").actor(), agreement_id=made.pk)
    assert "Signed by Siw Second: the police can be told now." in words(signed_in(people.hub_lead), "/reviews/")
    # The control: neither the desk's lead nor a steward learns that there is such a person.
    for user in (people.lead, people.steward):
        assert title not in words(signed_in(user), "/reviews/")
    withdraw_agreement(by=again(people.hub_worker), agreement_id=made.pk, on=today(), channel="telephone")
    with acting_as(again(people.hub_lead)):
        assert told_police() == []
    assert walled(people, case)
    audit = words(signed_in(people.steward), "/audit/?class=grave")
    assert "agreement.police_asked" in audit
    assert "agreement.police_unwalled" in audit

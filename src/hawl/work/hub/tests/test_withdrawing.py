"""Withdrawing after a referral, what a referral rests on, and who sees what after any history of it all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.clock import today
from hawl.registers.agreements.actions import Said, record_agreement, withdraw_agreement
from hawl.registers.agreements.models import ProcessingActivity, SharingAgreement
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    ThreePeople,
    make_case,
    make_contact,
    make_person,
    organisation_id,
)
from hawl.registers.people.models import Contact, Person
from hawl.rights.duties.models import Duty
from hawl.work.hub.actions import record_answer, record_withdrawal, refer_to_hub
from hawl.work.hub.refusals import Refused

pytestmark = pytest.mark.django_db
staff = pytest.mark.process("staff")


@pytest.fixture
def officer(people: ThreePeople) -> Iterator[Actor]:
    with acting_as(people.officer.actor()) as actor:
        yield actor


def desk() -> int:
    return organisation_id(DESK)


def asked_first(**changes: object) -> Case:
    return make_case(desk=desk(), reported=5, route="consent_first", route_reason="sexual_offence", **changes)  # type: ignore[arg-type]


def seen_by(actor: Actor) -> set[str]:
    with acting_as(actor):
        return {
            model.__name__
            for model in (Person, Contact, Case, CaseEvent, Duty, SharingAgreement)
            if model.objects.exists()
        }


@staff
def test_a_referral_that_needed_a_yes_keeps_it_as_an_agreement_with_the_hub_and_no_known_end(officer: Actor) -> None:
    case = asked_first()
    record_answer(by=officer, case=case, agreed=True, on=today() - timedelta(1))
    refer_to_hub(by=officer, case=case, on=today())
    held = SharingAgreement.objects.get(person_id=case.person_id)
    assert (held.organisation_id, held.case_id, held.until) == (organisation_id(HUB), case.pk, None)
    assert (held.agreed_on, held.channel) == (today() - timedelta(1), "not_recorded")
    assert {"identity", "contact", "what_happened"} <= set(held.kinds)
    assert "support_notes" not in held.kinds


def test_an_automatic_referral_makes_no_agreement_and_the_audit_says_on_what_basis_it_went(people: ThreePeople) -> None:
    with acting_as(people.officer.actor()) as by:
        case = make_case(desk=desk())
        refer_to_hub(by=by, case=case, on=today())
        assert not SharingAgreement.objects.exists()
    told = AuditEntry.objects.get(action="case.referred").detail
    assert (told["flow"], told["basis"], told["verified"]) == ("force-to-hub-offer", "legal_obligation", True)


def test_what_the_area_has_not_verified_or_foreseen_is_not_relied_on(people: ThreePeople) -> None:
    flow = ProcessingActivity.objects.filter(key="force-to-hub-offer")
    flow.update(certainty="unconfirmed")
    with acting_as(people.officer.actor()) as by:
        case = make_case(desk=desk(), reported=4)
        with pytest.raises(Refused, match="answer_needed"):
            refer_to_hub(by=by, case=case, on=today())
        flow.update(certainty="read", until_on=today() - timedelta(1))
        with pytest.raises(Refused, match="no_basis"):
            refer_to_hub(by=by, case=case, on=today())
        assert refer_to_hub(by=by, case=case, on=today() - timedelta(1)).referred_on


@staff
@pytest.mark.parametrize("route", ["automatic", "consent_first"])
@pytest.mark.parametrize("who", ["officer", "hub_worker"])
def test_a_withdrawal_after_the_referral_closes_the_hub_and_leaves_the_desk_as_it_was(
    people: ThreePeople, officer: Actor, who: str, route: str
) -> None:
    case = make_case(desk=desk(), reported=5, route=route, route_reason="no_hold", agreement="yes")
    make_contact(case.person, case_id=case.pk)
    refer_to_hub(by=officer, case=case, on=today() - timedelta(1))
    hub = people.hub_worker.actor()
    assert {"Person", "Contact", "Case", "CaseEvent", "Duty"} <= seen_by(hub)
    owed = list(Duty.objects.order_by("duty_id").values_list("duty_id", "standing", "done_on", "due_on"))
    by = officer if who == "officer" else hub
    with acting_as(by):
        record_withdrawal(by=by, case=Case.objects.get(), on=today(), channel="telephone")
    assert seen_by(hub) == set()
    held = Case.objects.get()
    assert (held.agreement, held.route, held.referred_on) == ("no", "declined", None)
    assert held.visible_to == [desk()]
    assert list(Duty.objects.order_by("duty_id").values_list("duty_id", "standing", "done_on", "due_on")) == owed
    assert not SharingAgreement.objects.filter(ended_at=None).exists()


@staff
def test_a_later_no_after_the_referral_is_recorded_as_an_answer_and_closes_too(
    people: ThreePeople, officer: Actor
) -> None:
    case = make_case(desk=desk(), reported=3)
    refer_to_hub(by=officer, case=case, on=today())
    with pytest.raises(Refused, match="already_referred"):
        record_answer(by=officer, case=case, agreed=True, on=today())
    assert record_answer(by=officer, case=case, agreed=False, on=today()).agreement == "no"
    assert seen_by(people.hub_worker.actor()) == set()


@staff
def test_who_comes_back_says_yes_again_and_is_referred_again(people: ThreePeople, officer: Actor) -> None:
    case = asked_first()
    record_answer(by=officer, case=case, agreed=True, on=today())
    refer_to_hub(by=officer, case=case, on=today())
    record_withdrawal(by=officer, case=case, on=today(), channel="text")
    with pytest.raises(Refused, match=r"declined|answered_no"):
        refer_to_hub(by=officer, case=case, on=today())
    case.refresh_from_db()
    Case.objects.filter(pk=case.pk).update(offence="rape")
    record_answer(by=officer, case=case, agreed=True, on=today())
    refer_to_hub(by=officer, case=case, on=today())
    assert "Case" in seen_by(people.hub_worker.actor())
    assert [each.ended_as for each in SharingAgreement.objects.order_by("recorded_at")] == ["withdrawn", ""]


@staff
@pytest.mark.parametrize(
    ("referred_days_ago", "days_ago", "code"),
    [(None, 0, "not_referred"), (2, 3, "before_referral"), (2, -1, "future_day")],
)
def test_a_withdrawal_that_cannot_be_is_refused_and_closes_nothing(
    people: ThreePeople, officer: Actor, referred_days_ago: int | None, days_ago: int, code: str
) -> None:
    case = make_case(desk=desk(), reported=5)
    if referred_days_ago is not None:
        refer_to_hub(by=officer, case=case, on=today() - timedelta(referred_days_ago))
    before = seen_by(people.hub_worker.actor())
    with pytest.raises(Refused, match=code):
        record_withdrawal(by=officer, case=case, on=today() - timedelta(days_ago), channel="telephone")
    assert seen_by(people.hub_worker.actor()) == before


@staff
def test_a_stranger_withdraws_nothing(people: ThreePeople, officer: Actor) -> None:
    case = make_case(desk=desk())
    refer_to_hub(by=officer, case=case, on=today())
    with pytest.raises(Case.DoesNotExist):
        record_withdrawal(by=people.stranger.actor(), case=case, on=today(), channel="telephone")


class Oracle:
    """What the hub must see, by plain sets: of which cases it was told, and on what that rests."""

    def __init__(self) -> None:
        self.referred: dict[int, str] = {}  # case number: "basis" or "agreement"
        self.whole = 0  # agreements with the hub about all that is held

    def withdraw(self, number: int) -> None:
        self.referred.pop(number, None)

    def withdraw_whole(self) -> None:
        self.whole -= 1

    def seen(self) -> set[int]:
        return set(self.referred)


@staff
@pytest.mark.parametrize("seed", range(6))
def test_after_any_history_the_hub_sees_a_case_exactly_when_it_was_told_and_nobody_withdrew(
    people: ThreePeople, officer: Actor, seed: int
) -> None:
    chance, oracle, hub = random.Random(seed), Oracle(), people.hub_worker.actor()
    person = make_person(desk=desk())
    cases = []
    for number in range(3):
        route = "automatic" if number == 0 else "consent_first"
        person.refresh_from_db()
        case = make_case(desk=desk(), person=person, reported=9, route=route, route_reason="x", visible_to=[desk()],
                         offence="burglary_dwelling" if number == 0 else "rape")  # fmt: skip
        make_contact(person, f"07700 90000{number}", case_id=case.pk, visible_to=[desk()])
        cases.append(case)
    for _ in range(14):
        number = chance.randrange(3)
        act = chance.choice(["answer", "refer", "withdraw", "agree", "withdraw_agreement"])
        try:
            if act == "answer" and number not in oracle.referred:
                record_answer(by=officer, case=cases[number], agreed=chance.random() < 0.7, on=today())
            elif act == "refer":
                refer_to_hub(by=officer, case=cases[number], on=today())
                oracle.referred[number] = "told"
            elif act == "withdraw":
                by = officer if chance.random() < 0.5 else hub
                with acting_as(by):
                    record_withdrawal(by=by, case=cases[number], on=today(), channel="telephone")
                oracle.withdraw(number)
            elif act == "agree":
                record_agreement(by=officer, person_id=person.pk, organisation_id=organisation_id(HUB), kinds=["needs"],
                                 said=Said(on=today(), channel="letter"))  # fmt: skip
                oracle.whole += 1
            elif act == "withdraw_agreement":
                whole = SharingAgreement.objects.filter(case_id=None, ended_at=None).first()
                if whole:
                    withdraw_agreement(by=officer, agreement_id=whole.pk, on=today(), channel="letter")
                    oracle.withdraw_whole()
        except (Refused, Case.DoesNotExist):
            pass
        want = {cases[each].pk for each in oracle.seen()}
        with acting_as(hub):
            assert set(Case.objects.values_list("pk", flat=True)) == want
            assert set(CaseEvent.objects.values_list("case_id", flat=True)) == want
            assert set(Contact.objects.values_list("case_id", flat=True)) == want
            assert Person.objects.exists() is bool(want)
        assert Case.objects.count() == 3

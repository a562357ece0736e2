"""Agreeing, withdrawing and lapsing: what each leaves, refuses and closes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.models import AuditEntry
from hawl.foundations.clock import today
from hawl.registers.agreements import ports
from hawl.registers.agreements.actions import (
    CannotAgree,
    Said,
    close_after_no,
    end_lapsed_agreements,
    record_agreement,
    withdraw_agreement,
)
from hawl.registers.agreements.models import SharingAgreement
from hawl.registers.agreements.queries import agreements_of, flow_allows, flows, processing_register
from hawl.registers.cases.actions import open_to
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    ThreePeople,
    make_case,
    make_contact,
    make_person,
    organisation_id,
    three_people,
)
from hawl.registers.people.models import Contact, Person
from hawl.rights.duties.actions import recompute
from hawl.rights.duties.models import Duty

pytestmark = pytest.mark.django_db
staff = pytest.mark.process("staff")
MACHINE = Actor(label="system:tests", machine=True)
SAID = Said(on=today() - timedelta(1), channel="telephone", explained_in="cy")
MODELS: tuple[Any, ...] = (Person, Contact, Case, CaseEvent, Duty, SharingAgreement)


@pytest.fixture
def people() -> ThreePeople:
    return three_people()


@pytest.fixture
def officer(people: ThreePeople) -> Iterator[Actor]:
    with acting_as(people.officer.actor()) as actor:
        yield actor


def desk() -> int:
    return organisation_id(DESK)


def hub() -> int:
    return organisation_id(HUB)


def seen_by(actor: Actor) -> dict[str, int]:
    with acting_as(actor):
        return {model.__name__: model.objects.count() for model in MODELS}


def referred(by: Actor, person: Person | None = None, **changes: Any) -> Case:
    """A case of the desk that is open to the hub, with a number, events and duties."""
    case = make_case(desk=desk(), person=person, reported=5, **changes)
    make_contact(case.person, f"07700 90{Contact.objects.count():04}", case_id=case.pk)
    held = open_to(by=by, case=case, organisation_id=hub(), on=today() - timedelta(1))
    recompute(case_id=held.pk, by=by)
    return held


def agreed(by: Actor, case: Case, **changes: Any) -> SharingAgreement:
    values: dict[str, Any] = {
        "person_id": case.person_id,
        "organisation_id": hub(),
        "kinds": ["identity", "contact"],
        "said": SAID,
        "case_id": case.pk,
    }
    return record_agreement(by=by, **{**values, **changes})


ASKED_FIRST = {"route": "consent_first", "route_reason": "sexual_offence", "agreement": "yes"}


@staff
def test_what_was_agreed_is_kept_with_whom_for_what_how_and_until_when(officer: Actor) -> None:
    case = make_case(desk=desk())
    said = Said(
        on=today(), channel="in_person", said_by="guardian", explained_by=officer.user_id, explained_in="cy",
        words={"who_spoke": "her aunt"},
    )  # fmt: skip
    made = agreed(officer, case, said=said, until=today() + timedelta(30))
    held = SharingAgreement.objects.get(pk=made.pk)
    assert (held.organisation_id, held.kinds, held.channel) == (hub(), ["contact", "identity"], "in_person")
    assert (held.said_by, held.explained_in, held.words) == ("guardian", "cy", {"who_spoke": "her aunt"})
    assert held.until == today() + timedelta(30)
    assert held.visible_to == sorted([desk(), hub()])
    assert agreements_of(case.person_id) == [held]


@staff
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"said": Said(on=today() + timedelta(1), channel="telephone")}, "future_day"),
        ({"until": today() - timedelta(2)}, "until_before"),
        ({"until": today() - timedelta(1)}, "until_past"),
        ({"kinds": []}, "no_kinds"),
        ({"kinds": ["identity", "everything"]}, "unknown_kind"),
        ({"said": Said(on=today(), channel="rumour")}, "unknown_channel"),
        ({"said": Said(on=today(), channel="telephone", said_by="suspect")}, "unknown_channel"),
        ({"organisation_id": 32000}, "unknown_organisation"),
    ],
)
def test_what_cannot_be_agreed_is_refused_and_nothing_is_kept(
    officer: Actor, changes: dict[str, Any], code: str
) -> None:
    case = make_case(desk=desk())
    with pytest.raises(CannotAgree, match=code):
        agreed(officer, case, **changes)
    assert agreements_of(case.person_id) == []


@staff
def test_an_agreement_that_ends_today_may_still_be_kept(officer: Actor) -> None:
    assert agreed(officer, make_case(desk=desk()), until=today()).until == today()


@staff
def test_an_agreement_opens_nothing_by_itself(people: ThreePeople, officer: Actor) -> None:
    agreed(officer, make_case(desk=desk()))
    assert seen_by(people.hub_worker.actor()) == dict.fromkeys(seen_by(officer), 0) | {"SharingAgreement": 1}


@staff
def test_strangers_and_boards_record_nothing_and_find_no_such_record(people: ThreePeople, officer: Actor) -> None:
    case = make_case(desk=desk())
    made = agreed(officer, case)
    with pytest.raises(Person.DoesNotExist):
        agreed(people.stranger.actor(), case)
    with pytest.raises(SharingAgreement.DoesNotExist):
        withdraw_agreement(by=people.stranger.actor(), agreement_id=made.pk, on=today(), channel="telephone")
    with pytest.raises(CannotAgree, match="not_allowed"):
        agreed(people.board.actor(), case)
    assert seen_by(people.stranger.actor())["SharingAgreement"] == 0


@staff
@pytest.mark.parametrize("who", ["officer", "hub_worker"])
def test_withdrawing_closes_every_row_at_once_whoever_records_it(people: ThreePeople, officer: Actor, who: str) -> None:
    made = agreed(officer, referred(officer, **ASKED_FIRST))
    assert min(seen_by(people.hub_worker.actor()).values()) > 0
    before = seen_by(officer)
    by = getattr(people, who).actor()
    withdraw_agreement(by=by, agreement_id=made.pk, on=today(), channel="telephone", words="has moved away")
    assert set(seen_by(people.hub_worker.actor()).values()) == {0}
    assert seen_by(officer) == before
    held = SharingAgreement.objects.get(pk=made.pk)
    assert (held.ended_as, held.withdrawn_on, held.words) == ("withdrawn", today(), {"withdrawal": "has moved away"})


@staff
def test_duties_stand_as_they_stood_after_a_withdrawal(officer: Actor) -> None:
    case = referred(officer, **ASKED_FIRST)
    owed = list(Duty.objects.filter(case=case).order_by("duty_id").values_list("duty_id", "standing", "due_on"))
    withdraw_agreement(by=officer, agreement_id=agreed(officer, case).pk, on=today(), channel="letter")
    assert owed
    assert list(Duty.objects.filter(case=case).order_by("duty_id").values_list("duty_id", "standing", "due_on")) == owed


@staff
def test_what_was_told_on_a_legal_basis_alone_stays_and_what_rested_on_the_agreement_goes(
    people: ThreePeople, officer: Actor
) -> None:
    person = make_person(desk=desk())
    asked = referred(officer, person, **ASKED_FIRST)
    person.refresh_from_db()
    told = referred(officer, person)
    made = agreed(officer, asked)
    withdraw_agreement(by=officer, agreement_id=made.pk, on=today(), channel="telephone")
    with acting_as(people.hub_worker.actor()):
        assert [case.pk for case in Case.objects.all()] == [told.pk]
        assert Person.objects.count() == 1
        assert set(CaseEvent.objects.values_list("case_id", flat=True)) == {told.pk}
        assert set(Duty.objects.values_list("case_id", flat=True)) == {told.pk}
        assert set(Contact.objects.values_list("case_id", flat=True)) == {told.pk}


@staff
def test_another_agreement_that_stands_keeps_what_it_covers(people: ThreePeople, officer: Actor) -> None:
    case = referred(officer, **ASKED_FIRST)
    first, second = agreed(officer, case), agreed(officer, case, case_id=None)
    withdraw_agreement(by=officer, agreement_id=first.pk, on=today(), channel="telephone")
    assert seen_by(people.hub_worker.actor())["Case"] == 1
    withdraw_agreement(by=officer, agreement_id=second.pk, on=today(), channel="telephone")
    assert set(seen_by(people.hub_worker.actor()).values()) == {0}


@staff
def test_the_organisation_of_record_keeps_what_is_its_own(people: ThreePeople, officer: Actor) -> None:
    case = referred(officer, **ASKED_FIRST)
    made = agreed(people.hub_worker.actor(), case, organisation_id=desk())
    before = seen_by(officer)
    withdraw_agreement(by=officer, agreement_id=made.pk, on=today(), channel="telephone")
    assert seen_by(officer) == before


@staff
@pytest.mark.parametrize(
    ("on", "code"), [(today() + timedelta(1), "future_day"), (today() - timedelta(2), "before_agreed")]
)
def test_a_withdrawal_has_a_day_between_the_yes_and_today(officer: Actor, on: date, code: str) -> None:
    made = agreed(officer, referred(officer, **ASKED_FIRST))
    with pytest.raises(CannotAgree, match=code):
        withdraw_agreement(by=officer, agreement_id=made.pk, on=on, channel="telephone")
    assert SharingAgreement.objects.get(pk=made.pk).ended_at is None


@staff
def test_an_agreement_is_withdrawn_once(officer: Actor) -> None:
    made = agreed(officer, referred(officer, **ASKED_FIRST))
    withdraw_agreement(by=officer, agreement_id=made.pk, on=today(), channel="telephone")
    with pytest.raises(CannotAgree, match="ended_already"):
        withdraw_agreement(by=officer, agreement_id=made.pk, on=today(), channel="telephone")


@staff
def test_what_waits_for_the_organisation_is_taken_back_before_it_is_closed(
    people: ThreePeople, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "_closers", {})
    told: list[tuple[object, int]] = []
    ports.on_closing("tests", lambda person_id, organisation: told.append((person_id, organisation)) or 1)  # type: ignore[func-returns-value]
    case = referred(officer, **ASKED_FIRST)
    withdraw_agreement(by=officer, agreement_id=agreed(officer, case).pk, on=today(), channel="telephone")
    assert told == [(case.person_id, hub())]


@staff
def test_when_taking_back_fails_nothing_of_the_withdrawal_is_kept(
    people: ThreePeople, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> int:
        raise RuntimeError("the queue")

    monkeypatch.setattr(ports, "_closers", {"tests": fails})
    made = agreed(officer, referred(officer, **ASKED_FIRST))
    with pytest.raises(RuntimeError, match="the queue"):
        withdraw_agreement(by=officer, agreement_id=made.pk, on=today(), channel="telephone")
    assert SharingAgreement.objects.get(pk=made.pk).ended_at is None
    assert seen_by(people.hub_worker.actor())["Case"] == 1


@staff
def test_a_no_ends_also_what_rested_on_a_legal_basis(people: ThreePeople, officer: Actor) -> None:
    case = referred(officer)
    Case.objects.filter(pk=case.pk).update(agreement="no", route="declined")
    assert close_after_no(by=officer, case=case, organisation_id=hub(), on=today()) == 0
    assert set(seen_by(people.hub_worker.actor()).values()) == {0}


@pytest.mark.parametrize(("days", "open_to_hub"), [(-1, True), (0, True), (1, False), (30, False)])
def test_an_agreement_lapses_on_the_day_after_its_last_day(people: ThreePeople, days: int, open_to_hub: bool) -> None:
    officer = people.officer.actor()
    last = today() + timedelta(10)
    with acting_as(officer):
        agreed(officer, referred(officer, **ASKED_FIRST), until=last)
    assert end_lapsed_agreements(by=MACHINE, on=last + timedelta(days)) == int(not open_to_hub)
    assert bool(seen_by(people.hub_worker.actor())["Case"]) is open_to_hub
    assert seen_by(officer)["Case"] == 1


def test_lapsing_again_finds_nothing_and_leaves_those_without_an_end(people: ThreePeople) -> None:
    officer = people.officer.actor()
    with acting_as(officer):
        agreed(officer, referred(officer, **ASKED_FIRST), until=today())
        agreed(officer, referred(officer, **ASKED_FIRST))
    later = today() + timedelta(1)
    assert [end_lapsed_agreements(by=MACHINE, on=later) for _ in range(3)] == [1, 0, 0]
    assert seen_by(people.hub_worker.actor())["Case"] == 1


def test_each_act_is_audited_by_codes_and_ids_alone(people: ThreePeople) -> None:
    officer = people.officer.actor()
    with acting_as(officer):
        made = agreed(
            officer, referred(officer, **ASKED_FIRST), said=Said(on=today(), channel="text", words={"x": "Ty Gwyn"})
        )
        withdraw_agreement(by=officer, agreement_id=made.pk, on=today(), channel="telephone", words="Ty Gwyn")
    kept = list(AuditEntry.objects.filter(action__startswith="agreement.").order_by("at"))
    assert [each.action for each in kept] == ["agreement.recorded", "agreement.withdrawn"]
    assert "Ty Gwyn" not in str([each.detail for each in kept])


@staff
def test_the_area_says_on_what_basis_a_case_goes_to_the_hub_and_what_is_unconfirmed_needs_a_yes() -> None:
    offer = flow_allows(desk(), hub(), "support_offer", today())
    assert (offer.allowed, offer.rule, offer.agreement_needed) == (True, "force-to-hub-offer", False)
    asked = flow_allows(desk(), hub(), "support_after_yes", today())
    assert (asked.allowed, asked.agreement_needed, asked.verified) == (True, True, False)
    assert not flow_allows(hub(), desk(), "support_offer", today()).allowed
    assert desk() in flows().free_senders(to_org=hub(), purpose="support_offer", on=today())
    assert {flow.key for flow in processing_register("gwent")} >= {"force-to-hub-offer", "hub-to-force"}

"""One person keeps a record from others, and never so that they hold it alone; a suspect's body is kept out at once."""

from __future__ import annotations

from typing import Any

import pytest

from hawl.foundations.access.actor import POLICE, Role
from hawl.foundations.access.models import Body
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.identity.models import User
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    OTHER_PROVIDER,
    account,
    make_case,
    make_contact,
    make_person,
    organisation_id,
)
from hawl.work.hub.actions import refer_to_hub
from hawl.work.protection import actions
from hawl.work.protection.refusals import SAYS, Refused
from hawl.work.protection.tests.desks import FORCE, Desks, a_case, again, desks, sees
from hawl.work.protection.tests.test_one_person import rescoped
from hawl.work.protection.tests.test_pages import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]


@pytest.fixture
def people() -> Desks:
    return desks()


@pytest.fixture
def referred(people: Desks) -> Case:
    """A case of the desk that the hub sees too."""
    with acting_as(again(people.worker)) as by:
        case = make_case(desk=organisation_id(DESK), agreement="yes", route="consent_first")
        make_contact(case.person)
        refer_to_hub(by=by, case=case, on=today())
    return case


def raised(by: User, case: Case, kind: Any, *named: User) -> None:
    actions.propose(by=again(by), person_id=case.person_id, kind=kind, reason="danger",
                    named=[each.pk for each in named], emergency=True)  # fmt: skip


def kept_from(by: User, case: Case, **whom: int) -> str:
    """What both answer, the action and the function of the database; empty where both do it."""
    change, ids = ("deny_user" if "user_id" in whom else "deny_body"), list(whom.values())
    try:
        actions.tell_conflict(by=again(by), person_id=case.person_id, **whom)
    except Refused as refused:
        assert "must keep sight" in rescoped(by, case.person_id, change, ids), "the database would do it"
        return refused.code
    return ""


@pytest.mark.parametrize("first", ["nothing", "seal", "restrict"])
@pytest.mark.parametrize("body", [DESK, FORCE, "all police"])
def test_one_worker_of_the_hub_never_shuts_out_the_desk_of_a_referred_victim(
    people: Desks, referred: Case, first: str, body: str
) -> None:
    if first != "nothing":
        raised(people.hub_worker, referred, first, people.hub_worker, people.lead)
    out = POLICE if body == "all police" else organisation_id(body)
    assert kept_from(people.hub_worker, referred, organisation_id=out) == "desk_kept"
    assert sees(people.lead, referred)


def test_by_the_page_in_two_posts_the_second_is_refused_and_says_what_to_do(people: Desks, referred: Case) -> None:
    client, where = signed_in(people.hub_worker), f"/people/{referred.person_id}/protection/"
    named = {"kind": "seal", "reason": "danger", "named": [people.hub_worker.pk, people.lead.pk], "at_once": "yes"}
    assert client.post(where + "change/", named).status_code == 302
    sent = client.post(where + "conflict/", {"whom": f"body-{organisation_id(DESK)}"})
    assert sent.status_code == 422
    assert str(SAYS["desk_kept"]) in text(sent)
    assert [sees(each, referred) for each in (people.lead, people.hub_worker)] == [True, True]


def test_a_desk_of_a_case_that_is_not_seen_is_not_shut_out_either(people: Desks) -> None:
    desk, hub = organisation_id(DESK), organisation_id(HUB)
    with acting_as(again(people.worker)):
        one = make_case(desk=desk, person=make_person(desk=desk, visible_to=[desk, hub]), visible_to=[desk])
    assert not sees(people.hub_worker, one)
    assert kept_from(people.hub_worker, one, organisation_id=desk) == "desk_kept"
    assert sees(people.worker, one)


@pytest.mark.parametrize("absent", [False, True])
def test_a_named_lead_is_not_shut_out_beside_a_colleague_who_is_away(people: Desks, absent: bool) -> None:
    case = a_case(people.worker)
    raised(people.worker, case, "seal", people.worker, people.lead, people.colleague)
    if absent:
        User.objects.filter(pk=people.colleague.pk).update(is_active=False)
    assert kept_from(people.worker, case, user_id=people.lead.pk) == "no_lead_besides"
    assert sees(people.lead, case)
    # The control: whom it does not leave without a lead.
    assert kept_from(people.worker, case, user_id=people.colleague.pk) == ""


def test_a_lead_is_not_the_lead_whom_they_leave(people: Desks) -> None:
    case = a_case(people.worker)
    raised(people.lead, case, "seal", people.lead, people.other_lead, people.colleague)
    assert kept_from(people.lead, case, user_id=people.other_lead.pk) == "no_lead_besides"
    assert kept_from(people.lead, case, user_id=people.colleague.pk) == ""


@pytest.mark.parametrize("back", [False, True])
def test_a_lead_whose_papers_lapsed_is_not_shut_out_meanwhile(people: Desks, back: bool) -> None:
    case = a_case(people.worker)
    raised(people.worker, case, "seal", people.worker, people.lead)
    User.objects.filter(pk=people.lead.pk).update(training_until=today() if back else None)
    assert kept_from(people.worker, case, user_id=people.lead.pk) == "no_lead_besides"


def test_a_worker_lent_by_a_body_that_is_denied_counts_as_shut_out(people: Desks, referred: Case) -> None:
    User.objects.filter(pk=people.lead.pk).update(employer_id=organisation_id(OTHER_PROVIDER))
    raised(people.hub_worker, referred, "seal", people.hub_worker, people.lead)
    out = organisation_id(OTHER_PROVIDER)
    assert kept_from(people.hub_worker, referred, organisation_id=out) == "no_lead_besides"
    assert sees(people.lead, referred)


@pytest.mark.parametrize("kind", ["open", "restrict", "seal"])
def test_where_a_suspect_works_is_shut_out_by_one_person_at_once(people: Desks, kind: str) -> None:
    case = a_case(people.worker)
    if kind != "open":
        raised(people.worker, case, kind, people.worker, people.lead)
    User.objects.exclude(pk=people.worker.pk).update(training_until=None)
    for body in (OTHER_PROVIDER, HUB):
        assert kept_from(people.worker, case, organisation_id=organisation_id(body)) == ""
    assert kept_from(people.worker, case, user_id=people.hub_worker.pk) == ""


def test_the_hub_that_is_no_desk_of_theirs_is_shut_out_by_one_of_the_desk(people: Desks, referred: Case) -> None:
    assert sees(people.hub_worker, referred)
    assert kept_from(people.worker, referred, organisation_id=organisation_id(HUB)) == ""
    assert [sees(people.hub_worker, referred), sees(people.lead, referred)] == [False, True]


def test_on_an_open_record_the_only_lead_may_be_kept_out_while_a_colleague_stays(people: Desks) -> None:
    case = a_case(people.worker)
    User.objects.filter(pk=people.other_lead.pk).update(is_active=False)
    assert kept_from(people.worker, case, user_id=people.lead.pk) == ""
    assert [sees(people.lead, case), sees(people.colleague, case)] == [False, True]


def test_the_walls_of_the_desk_are_those_meant_here(people: Desks) -> None:
    walls = Body.objects.get(organisation_id=organisation_id(DESK)).walls
    assert {organisation_id(DESK), organisation_id(FORCE), POLICE} <= set(walls)
    assert account(Role.HUB_WORKER, HUB).actor().walls.isdisjoint(walls)

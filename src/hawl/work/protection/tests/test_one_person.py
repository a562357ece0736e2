"""What one person may not do to a record, tried as somebody would who wants it: by the page, by the action, by SQL.

Three people stand about each record: who tries, who holds it at the desk, and a lead of that desk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.identity.models import User
from hawl.foundations.vault import hand
from hawl.foundations.vault.sealing import CannotOpen
from hawl.registers.agreements.actions import withdraw_agreement
from hawl.registers.agreements.models import SharingAgreement
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import (
    DESK,
    HUB,
    OTHER_PROVIDER,
    account,
    make_case,
    make_contact,
    make_event,
    make_person,
    organisation_id,
)
from hawl.registers.people.models import Contact, Person
from hawl.work.hub.actions import record_withdrawal, refer_to_hub
from hawl.work.hub.refusals import Refused as NotTaken
from hawl.work.protection import actions, glass_keys
from hawl.work.protection.models import Conflict, Proposal
from hawl.work.protection.refusals import Refused
from hawl.work.protection.tests.desks import Desks, a_case, again, desks, sees
from hawl.work.protection.tests.test_pages import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]
NUMBER = "07700 900321"


@pytest.fixture
def people() -> Desks:
    return desks()


def under_glass(people: Desks) -> Case:
    """A case of the desk that a worker of the hub sees by a broken glass alone."""
    with acting_as(again(people.worker)):
        case = make_case(desk=organisation_id(DESK))
        make_contact(case.person, NUMBER, value_key=glass_keys.phone(NUMBER))
    actions.break_glass(by=again(people.hub_worker), sought=glass_keys.by_phone(NUMBER),
                        reason="threat_to_life", account="She rang.")  # fmt: skip
    assert sees(people.hub_worker, case)
    return case


def scope(person_id: UUID, by: User) -> tuple[str, list[int], list[int]]:
    with acting_as(again(by)):
        held = Person.objects.get(pk=person_id)
        return held.visibility, list(held.visible_to), list(held.named_users)


def rescoped(by: User, person_id: UUID, change: str, ids: Collection[int], other: int | None = None) -> str:
    """What the function of the database says to this account; empty where it does it."""
    try:
        with acting_as(again(by)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT hawl_rescope(%s, %s, %s, %s)", [person_id, change, list(ids), other])
    except DatabaseError as refused:
        return str(refused)
    return ""


# --- a broken glass -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["seal", "restrict"])
@pytest.mark.parametrize("at_once", [True, False])
def test_who_sees_by_a_glass_protects_nothing(people: Desks, kind: Any, at_once: bool) -> None:
    case = under_glass(people)
    for named in ([people.hub_worker.pk], [people.hub_worker.pk, people.lead.pk]):
        with pytest.raises(Refused, match="glass_reads_only"):
            actions.propose(by=again(people.hub_worker), person_id=case.person_id, kind=kind, reason="danger",
                            named=named, emergency=at_once)  # fmt: skip
    assert scope(case.person_id, people.worker) == ("open", [organisation_id(DESK)], [])


def test_nor_by_the_page_which_says_why(people: Desks) -> None:
    case, client = under_glass(people), signed_in(people.hub_worker)
    where = f"/people/{case.person_id}/protection/"
    # They are not offered to choose themselves beside a lead, so that they name whom the list has, and then themselves.
    for named in ([people.lead.pk], [people.hub_worker.pk]):
        sent = client.post(where + "change/", {"kind": "seal", "reason": "danger", "named": named, "at_once": "yes"})
        assert sent.status_code == 422
        assert "open to you in an emergency only" in text(sent)
    kept = client.post(where + "conflict/", {"whom": f"body-{organisation_id(DESK)}"})
    assert kept.status_code == 422
    assert scope(case.person_id, people.lead) == ("open", [organisation_id(DESK)], [])


@pytest.mark.parametrize("change", ["seal", "name", "restrict", "deny_user", "deny_body", "close_to"])
def test_nor_by_the_function_of_the_database(people: Desks, change: str) -> None:
    case = under_glass(people)
    ids = {"deny_body": [organisation_id(DESK)], "close_to": [organisation_id(DESK)]}
    for given in (ids.get(change, [people.lead.pk]), ids.get(change, [people.hub_worker.pk])):
        assert "no such record" in rescoped(people.hub_worker, case.person_id, change, given)
        assert "no such record" in rescoped(people.hub_worker, case.person_id, change, given, people.hub_lead.pk)
    assert sees(people.worker, case)


def test_who_sees_by_a_glass_is_no_second_person_and_sets_nothing_aside(people: Desks) -> None:
    case = under_glass(people)
    row = actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                          named=[people.lead.pk, people.hub_worker.pk])  # fmt: skip
    for step in (actions.confirm, actions.set_aside):
        with pytest.raises(Refused, match="glass_reads_only"):
            step(by=again(people.hub_worker), proposal_id=row.pk)
    page = text(signed_in(people.hub_worker).get(f"/people/{case.person_id}/protection/"))
    assert "Confirm, as the second person" not in page
    assert "Set aside" not in page
    actions.confirm(by=again(people.lead), proposal_id=row.pk)


@pytest.mark.parametrize("whom", ["desk", "worker"])
def test_who_sees_by_a_glass_keeps_the_record_from_nobody(people: Desks, whom: str) -> None:
    case = under_glass(people)
    told: dict[str, Any] = {"desk": {"organisation_id": organisation_id(DESK)}, "worker": {"user_id": people.worker.pk}}
    with pytest.raises(Refused, match="glass_reads_only"):
        actions.tell_conflict(by=again(people.hub_worker), person_id=case.person_id, **told[whom])
    assert [sees(each, case) for each in (people.worker, people.lead, people.colleague)] == [True] * 3


def test_who_sees_by_a_glass_takes_nothing_back_and_passes_nothing_on(people: Desks) -> None:
    case, other = under_glass(people), account(Role.PROVIDER_WORKER, OTHER_PROVIDER)
    with acting_as(again(people.worker)) as by:
        Case.objects.filter(pk=case.pk).update(agreement="yes", route="consent_first")
        refer_to_hub(by=by, case=Case.objects.get(pk=case.pk), on=today())
    actions.break_glass(by=again(other), sought=glass_keys.by_phone(NUMBER), reason="threat_to_life", account="x")
    with acting_as(again(other)):
        held = Case.objects.get(pk=case.pk)
    with pytest.raises(NotTaken, match="not_for_this_side"):
        record_withdrawal(by=again(other), case=held, on=today(), channel="telephone")
    with pytest.raises(NotTaken, match="not_for_this_side"):
        refer_to_hub(by=again(other), case=held, on=today())
    assert sees(people.hub_worker, case)


# --- sealing at once ------------------------------------------------------------------------------------------------


def lapses_today(user: User) -> None:
    user.vetting_until = today()


def lapsed_yesterday(user: User) -> None:
    user.vetting_until = today() - timedelta(days=1)


def has_left(user: User) -> None:
    user.is_active = False


@pytest.mark.parametrize("kind", ["seal", "restrict"])
def test_a_record_protected_at_once_stays_with_a_lead_of_its_desk(people: Desks, kind: Any) -> None:
    case = a_case(people.worker)
    for named in ([people.worker], [people.worker, people.colleague], [people.hub_lead, people.worker]):
        ids = [each.pk for each in named]
        with pytest.raises(Refused, match="no_lead_named"):
            actions.propose(by=again(people.worker), person_id=case.person_id, kind=kind, reason="danger", named=ids,
                            emergency=True)  # fmt: skip
        assert "a lead in standing" in rescoped(people.worker, case.person_id, kind, ids)
    assert scope(case.person_id, people.lead)[0] == "open"
    actions.propose(by=again(people.worker), person_id=case.person_id, kind=kind, reason="danger",
                    named=[people.worker.pk, people.lead.pk], emergency=True)  # fmt: skip
    assert sees(people.lead, case)


def test_the_page_says_so_before_and_after(people: Desks) -> None:
    case, client = a_case(people.worker), signed_in(people.worker)
    where = f"/people/{case.person_id}/protection/"
    assert "at least one specialist lead of a body that holds it" in text(client.get(where))
    typed = {"kind": "seal", "reason": "danger", "named": [people.worker.pk], "at_once": "yes", "account": "Next door."}
    refused = client.post(where + "change/", typed)
    assert refused.status_code == 422
    assert "name at least one specialist lead of a body that holds it" in text(refused)
    assert "Next door." in text(refused)


@pytest.mark.parametrize(("lapse", "taken"), [(lapses_today, True), (lapsed_yesterday, False), (has_left, False)])
def test_the_lead_must_be_able_to_open_it_today(people: Desks, lapse: Callable[[User], None], taken: bool) -> None:
    case = a_case(people.worker)
    lapse(people.lead)
    people.lead.save()
    ids = [people.worker.pk, people.lead.pk]
    if taken:
        assert rescoped(people.worker, case.person_id, "seal", ids) == ""
        return
    with pytest.raises(Refused, match="no_lead_named"):
        actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger", named=ids,
                        emergency=True)  # fmt: skip
    assert "a lead in standing" in rescoped(people.worker, case.person_id, "seal", ids)


def test_where_the_desk_has_no_lead_left_one_of_another_body_may_be_named(people: Desks) -> None:
    case = a_case(people.worker)
    User.objects.filter(pk__in=[people.lead.pk, people.other_lead.pk]).update(is_active=False)
    actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                    named=[people.worker.pk, people.hub_lead.pk], emergency=True)  # fmt: skip
    assert sees(people.hub_lead, case)


def test_a_lead_from_whom_the_record_is_kept_does_not_count(people: Desks) -> None:
    case = a_case(people.worker)
    actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.lead.pk)
    ids = [people.worker.pk, people.lead.pk]
    with pytest.raises(Refused, match="no_lead_named"):
        actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger", named=ids,
                        emergency=True)  # fmt: skip
    assert "a lead in standing" in rescoped(people.worker, case.person_id, "seal", ids)


# --- names ----------------------------------------------------------------------------------------------------------


def restricted(people: Desks) -> tuple[Case, Contact]:
    """A case of the desk whose places both leads see, and nobody else."""
    case = a_case(people.worker)
    actions.propose(by=again(people.worker), person_id=case.person_id, kind="restrict", reason="danger",
                    named=[people.lead.pk, people.other_lead.pk], emergency=True)  # fmt: skip
    with acting_as(again(people.worker)):
        return case, Contact.objects.get(person_id=case.person_id)


def at_the_next_request() -> None:
    """Keys that one transaction holds are gone with it; a test is one."""
    hand._hand().let_go()  # type: ignore[union-attr]


def reads_place(user: User, contact: Contact) -> bool:
    at_the_next_request()
    with acting_as(again(user)):
        try:
            held = Contact.objects.get(pk=contact.pk)
            return held.shows_place() and bool(held.value)
        except (Contact.DoesNotExist, CannotOpen):
            return False


def test_a_restricted_place_is_not_uncovered_by_sealing_it_to_oneself(people: Desks) -> None:
    case, contact = restricted(people)
    for ids in ([people.colleague.pk], [people.colleague.pk, people.lead.pk, people.other_lead.pk]):
        with pytest.raises(Refused, match="adds_a_name"):
            actions.propose(by=again(people.colleague), person_id=case.person_id, kind="seal", reason="danger",
                            named=ids, emergency=True)  # fmt: skip
        for change in ("seal", "restrict"):
            assert "one of them named" in rescoped(people.colleague, case.person_id, change, ids)
            # Nor with anybody's id put in the second place, while neither is named.
            assert "one of them named" in rescoped(people.colleague, case.person_id, change, ids, people.hub_lead.pk)
        assert "who is named" in rescoped(people.colleague, case.person_id, "name", ids)
    sent = signed_in(people.colleague).post(
        f"/people/{case.person_id}/protection/change/",
        {"kind": "seal", "reason": "danger", "named": [people.colleague.pk, people.lead.pk], "at_once": "yes"},
    )
    assert sent.status_code == 422
    assert "People are named on this record already" in text(sent)
    assert not reads_place(people.colleague, contact)
    assert sorted(scope(case.person_id, people.worker)[2]) == sorted([people.lead.pk, people.other_lead.pk])


def test_two_of_whom_none_is_named_add_no_name(people: Desks) -> None:
    case, contact = restricted(people)
    row = actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                          named=[people.colleague.pk, people.lead.pk])  # fmt: skip
    with pytest.raises(Refused, match="adds_a_name"):
        actions.confirm(by=again(people.colleague), proposal_id=row.pk)
    assert not reads_place(people.colleague, contact)
    actions.confirm(by=again(people.lead), proposal_id=row.pk)
    assert sees(people.colleague, case)


def test_one_person_never_takes_the_lead_off_by_whatever_statement(people: Desks) -> None:
    case = a_case(people.worker)
    both = [people.worker.pk, people.lead.pk]
    actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger", named=both,
                    emergency=True)  # fmt: skip
    assert "a lead in standing" in rescoped(people.worker, case.person_id, "name", [people.worker.pk])
    assert sorted(scope(case.person_id, people.worker)[2]) == sorted(both)
    # A lead alone is left by either; two together may do without.
    assert not rescoped(people.worker, case.person_id, "name", [people.worker.pk], people.lead.pk)
    assert scope(case.person_id, people.worker)[2] == [people.worker.pk]


def test_one_person_takes_names_off_and_never_the_last_who_could_open_it(people: Desks) -> None:
    case, _ = restricted(people)
    people.other_lead.is_active = False
    people.other_lead.save()
    with pytest.raises(Refused, match="nobody_left"):
        actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                        named=[people.other_lead.pk], emergency=True)  # fmt: skip
    assert rescoped(people.lead, case.person_id, "name", [people.other_lead.pk])
    actions.propose(by=again(people.colleague), person_id=case.person_id, kind="seal", reason="danger",
                    named=[people.lead.pk], emergency=True)  # fmt: skip
    assert scope(case.person_id, people.lead) == ("sealed", [], [people.lead.pk])


def test_who_is_named_on_a_sealed_record_adds_nobody_alone(people: Desks) -> None:
    case = a_case(people.worker)
    actions.propose(by=again(people.worker), person_id=case.person_id, kind="seal", reason="danger",
                    named=[people.lead.pk, people.other_lead.pk], emergency=True)  # fmt: skip
    ids = [people.lead.pk, people.other_lead.pk, people.colleague.pk]
    assert "one of them named" in rescoped(people.lead, case.person_id, "name", ids)
    assert "one of them named" in rescoped(people.lead, case.person_id, "name", ids, people.lead.pk)
    gone = people.hub_worker
    lapsed_yesterday(gone)
    gone.save()
    assert "one of them named" in rescoped(people.lead, case.person_id, "name", ids, gone.pk)
    assert rescoped(people.lead, case.person_id, "name", ids, people.other_lead.pk) == ""


# --- denials --------------------------------------------------------------------------------------------------------


def test_one_person_does_not_keep_a_record_from_all_the_others(people: Desks) -> None:
    case = a_case(people.worker)
    User.objects.exclude(pk__in=[each.pk for each in vars_of(people)]).update(is_active=False)
    for each in (people.lead, people.other_lead):
        actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=each.pk)
    with pytest.raises(Refused, match="nobody_besides"):
        actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.colleague.pk)
    sent = signed_in(people.worker).post(f"/people/{case.person_id}/protection/conflict/",
                                         {"whom": f"user-{people.colleague.pk}"})  # fmt: skip
    assert sent.status_code == 422
    assert "must keep sight" in rescoped(people.worker, case.person_id, "deny_user", [people.colleague.pk])
    with acting_as(again(people.worker)):
        assert Conflict.objects.filter(person_id=case.person_id).count() == 2


def vars_of(people: Desks) -> list[User]:
    return [getattr(people, name) for name in people.__slots__]


@pytest.mark.parametrize(("lapse", "kept"), [(lapses_today, True), (lapsed_yesterday, False), (has_left, False)])
def test_a_colleague_out_of_standing_is_nobody_who_keeps_sight(
    people: Desks, lapse: Callable[[User], None], kept: bool
) -> None:
    case = a_case(people.worker)
    here = [each.pk for each in (people.worker, people.lead, people.colleague)]
    User.objects.exclude(pk__in=here).update(is_active=False)
    lapse(people.colleague)
    people.colleague.save()
    said = rescoped(people.worker, case.person_id, "deny_user", [people.lead.pk])
    assert (said == "") is kept
    if not kept:
        with pytest.raises(Refused, match="nobody_besides"):
            actions.tell_conflict(by=again(people.worker), person_id=case.person_id, user_id=people.lead.pk)


def test_the_only_body_that_sees_a_record_is_not_kept_out(people: Desks) -> None:
    case = a_case(people.worker)
    assert "must keep sight" in rescoped(people.worker, case.person_id, "deny_body", [organisation_id(DESK)])
    assert rescoped(people.worker, case.person_id, "deny_body", [organisation_id(HUB)]) == ""
    assert sees(people.lead, case)


# --- unsealing ------------------------------------------------------------------------------------------------------


def both_unseal(people: Desks, person_id: UUID) -> None:
    at_the_next_request()
    row = actions.propose(by=again(people.lead), person_id=person_id, kind="unseal", reason="no_longer_needed")
    actions.confirm(by=again(people.other_lead), proposal_id=row.pk)


def sealed(people: Desks, person_id: UUID) -> None:
    actions.propose(by=again(people.worker), person_id=person_id, kind="seal", reason="danger",
                    named=[people.lead.pk, people.other_lead.pk], emergency=True)  # fmt: skip


def test_unsealing_gives_back_to_each_case_what_it_had_and_no_more(people: Desks) -> None:
    desk, hub = organisation_id(DESK), organisation_id(HUB)
    with acting_as(again(people.worker)):
        one = make_case(desk=desk, person=make_person(desk=desk, visible_to=[desk, hub]), visible_to=[desk])
        own = make_contact(one.person, case_id=one.pk, visible_to=[desk])
    with acting_as(again(people.hub_worker)):
        two = make_case(desk=hub, person=Person.objects.get(pk=one.person_id), visible_to=[hub])
        make_event(two, "support_reached", two.reported_on, visible_to=[hub])
        own_of_hub = make_contact(two.person, "07700 900999", case_id=two.pk, visible_to=[hub])
    before = [everything(each) for each in (people.worker, people.hub_worker)]
    sealed(people, one.person_id)
    assert [everything(each) for each in (people.worker, people.hub_worker)] == [set(), set()]
    both_unseal(people, one.person_id)
    assert [everything(each) for each in (people.worker, people.hub_worker)] == before
    assert {own.pk, own_of_hub.pk}.isdisjoint(before[0] & before[1])
    assert [sees(people.worker, two), sees(people.hub_worker, one)] == [False, False]


@pytest.mark.parametrize("times", [1, 2])
def test_unsealing_shows_nothing_to_a_desk_that_never_saw_it(people: Desks, times: int) -> None:
    desk, hub = organisation_id(DESK), organisation_id(HUB)
    with acting_as(again(people.worker)):
        one = make_case(desk=desk, person=make_person(desk=desk, visible_to=[desk, hub]), visible_to=[desk])
    with acting_as(again(people.hub_worker)):
        of_hub = make_contact(Person.objects.get(pk=one.person_id), "07700 900999", visible_to=[hub])
    for _ in range(times):
        # What a first unsealing left with those who were named is nothing new at the second.
        sealed(people, one.person_id)
        both_unseal(people, one.person_id)
        assert sees(people.worker, one)
        assert of_hub.pk not in everything(people.worker)
    # It is not lost: whoever was named on it has it.
    assert of_hub.pk in everything(people.lead)


def test_what_was_restricted_before_it_was_sealed_is_restricted_again(people: Desks) -> None:
    case, contact = restricted(people)
    sealed(people, case.person_id)
    both_unseal(people, case.person_id)
    level, visible_to, named = scope(case.person_id, people.worker)
    assert (level, visible_to) == ("restricted", [organisation_id(DESK)])
    assert sorted(named) == sorted([people.lead.pk, people.other_lead.pk])
    assert sees(people.worker, case)
    assert [reads_place(each, contact) for each in (people.worker, people.lead)] == [False, True]
    # Once it is no longer restricted, a seal and its lifting leave it open.
    at_the_next_request()
    row = actions.propose(by=again(people.lead), person_id=case.person_id, kind="unrestrict", reason="no_longer_needed")
    actions.confirm(by=again(people.other_lead), proposal_id=row.pk)
    sealed(people, case.person_id)
    both_unseal(people, case.person_id)
    assert scope(case.person_id, people.worker) == ("open", [organisation_id(DESK)], [])
    assert reads_place(people.worker, contact)


def everything(user: User) -> set[UUID]:
    with acting_as(again(user)):
        return {pk for model in (Person, Case, CaseEvent, Contact) for pk in model.objects.values_list("pk", flat=True)}


def test_what_came_while_it_was_sealed_goes_to_its_own_desk(people: Desks) -> None:
    case = a_case(people.worker)
    sealed(people, case.person_id)
    with acting_as(again(people.lead)):
        held = Person.objects.get(pk=case.person_id)
        young = make_case(desk=organisation_id(HUB), person=held, visible_to=[], named_users=held.named_users)
        event = make_event(young, "support_reached", young.reported_on, visible_to=[], named_users=held.named_users)
    both_unseal(people, case.person_id)
    assert [sees(people.worker, young), sees(people.hub_worker, young)] == [False, True]
    assert [sees(people.worker, case), sees(people.hub_worker, case)] == [True, False]
    assert event.pk in everything(people.hub_worker) - everything(people.worker)


def referred(people: Desks) -> Case:
    with acting_as(again(people.worker)) as by:
        case = make_case(desk=organisation_id(DESK), agreement="yes", route="consent_first")
        make_contact(case.person)
        refer_to_hub(by=by, case=case, on=today())
    assert sees(people.hub_worker, case)
    return case


def test_unsealing_gives_a_referred_case_back_to_the_hub(people: Desks) -> None:
    case = referred(people)
    sealed(people, case.person_id)
    assert not sees(people.hub_worker, case)
    both_unseal(people, case.person_id)
    assert [sees(people.hub_worker, case), sees(people.worker, case)] == [True, True]
    with acting_as(again(people.worker)):
        assert (Case.objects.get(pk=case.pk).referred_on, Case.objects.get(pk=case.pk).recalled_on) == (today(), None)


def test_and_not_where_the_person_withdrew_meanwhile(people: Desks) -> None:
    case = referred(people)
    sealed(people, case.person_id)
    with acting_as(again(people.lead)):
        agreement = SharingAgreement.objects.get(person_id=case.person_id)
    withdraw_agreement(by=again(people.lead), agreement_id=agreement.pk, on=today(), channel="telephone")
    both_unseal(people, case.person_id)
    assert [sees(people.hub_worker, case), sees(people.worker, case)] == [False, True]
    with acting_as(again(people.hub_worker)):
        assert not Person.objects.filter(pk=case.person_id).exists()
    with acting_as(again(people.worker)):
        assert (Case.objects.get(pk=case.pk).referred_on, Case.objects.get(pk=case.pk).recalled_on) == (None, today())


def test_two_who_ask_for_more_bodies_open_no_row_to_them(people: Desks) -> None:
    case = a_case(people.worker)
    sealed(people, case.person_id)
    with acting_as(again(people.lead)):
        rescoping.unseal(person_id=case.person_id, proposed_by=people.other_lead.pk,
                         visible_to=[organisation_id(DESK), organisation_id(HUB)])  # fmt: skip
    assert [sees(people.worker, case), sees(people.hub_worker, case)] == [True, False]
    assert everything(people.hub_worker) == set()


def test_who_lifts_a_seal_is_another_and_in_standing(people: Desks) -> None:
    case = a_case(people.worker)
    sealed(people, case.person_id)
    lapsed_yesterday(people.other_lead)
    people.other_lead.save()
    assert "two people" in rescoped(people.lead, case.person_id, "unseal", [organisation_id(DESK)],
                                    people.other_lead.pk)  # fmt: skip
    with acting_as(again(people.lead)):
        assert Proposal.objects.filter(kind="unseal").count() == 0
    assert rescoped(people.lead, case.person_id, "unseal", [organisation_id(DESK)], people.steward.pk) == ""

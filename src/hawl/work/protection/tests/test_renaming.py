"""Who signs that records with nobody left be given to others: leads of that desk and stewards, in standing."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from hawl.foundations.access.actor import Role
from hawl.foundations.access.models import Body
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.identity.models import User
from hawl.registers.cases.tests.makers import COMMISSIONER, DESK, account, organisation_id
from hawl.work.protection import actions, queries
from hawl.work.protection.models import Renaming
from hawl.work.protection.refusals import Refused
from hawl.work.protection.rules import may_agree_to_renaming
from hawl.work.protection.tests.desks import Desks, a_case, again, desks

pytestmark = [pytest.mark.django_db, pytest.mark.process("staff")]
LAPSES = {
    "vetting": {"vetting_until": today() - timedelta(1)},
    "training": {"training_until": today() - timedelta(1)},
    "none recorded": {"training_until": None},
}


@pytest.fixture
def people() -> Desks:
    return desks()


def orphaned(people: Desks) -> User:
    """A sealed record of the desk whose two named leads have left; gives one of them."""
    gone, also = (account(Role.SPECIALIST_LEAD, DESK, name) for name in ("Gwen Gone", "Gari Gone"))
    row = actions.propose(by=again(people.worker), person_id=a_case(people.worker).person_id, kind="seal",
                          reason="danger", named=[gone.pk, also.pk])  # fmt: skip
    actions.confirm(by=again(gone), proposal_id=row.pk)
    User.objects.filter(pk__in=[gone.pk, also.pk]).update(is_active=False)
    return gone


def asked(people: Desks) -> Renaming:
    orphaned(people)
    return actions.ask_renaming(by=again(people.lead), named=[people.lead.pk])


def shown(user: User, address: str = "/reviews/") -> str:
    client = Client()
    client.force_login(user)
    return " ".join(BeautifulSoup(client.get(address).content, "html.parser").get_text(" ").split())


def sent(user: User, row: Renaming) -> int:
    client = Client()
    client.force_login(user)
    return client.post(f"/reviews/renaming/{row.pk}/", {"answer": "yes"}).status_code


def in_sql(user: User, row: Renaming) -> bool:
    """Does the database take this account's signature, whatever the action above it says."""
    try:
        with acting_as(again(user)), transaction.atomic():
            changed = Renaming.objects.filter(pk=row.pk).update(agreed_by=user.pk, agreed_at=timezone.now())
            transaction.set_rollback(True)
            return bool(changed)
    except DatabaseError:
        return False


@pytest.mark.parametrize(
    ("who", "may"),
    [("other_lead", True), ("steward", True), ("hub_lead", False), ("worker", False), ("hub_worker", False)],
)
def test_another_lead_of_that_desk_or_a_steward_agrees_and_nobody_else(people: Desks, who: str, may: bool) -> None:
    row, user = asked(people), getattr(people, who)
    assert in_sql(user, row) is may
    if user.roles[0] in (Role.STEWARD, Role.SPECIALIST_LEAD):
        assert ("asks that they be given to" in shown(user)) is may
        assert sent(user, row) == (302 if may else 422)
    else:
        with pytest.raises(Refused, match="not_allowed"):
            actions.agree_renaming(by=again(user), renaming_id=row.pk)
    row.refresh_from_db()
    assert (row.agreed_by == user.pk) is may


@pytest.mark.parametrize("who", ["other_lead", "steward"])
@pytest.mark.parametrize("lapse", LAPSES)
def test_a_second_person_whose_papers_lapsed_signs_nothing(people: Desks, who: str, lapse: str) -> None:
    row, user = asked(people), getattr(people, who)
    User.objects.filter(pk=user.pk).update(**LAPSES[lapse])
    assert "asks that they be given to" not in shown(user)
    assert not in_sql(user, row)
    with pytest.raises(Refused, match="reviewer_lapsed"):
        actions.agree_renaming(by=again(user), renaming_id=row.pk)
    User.objects.filter(pk=user.pk).update(vetting_until=today(), training_until=today())
    assert in_sql(user, row)
    assert actions.agree_renaming(by=again(user), renaming_id=row.pk).agreed_by == user.pk


@pytest.mark.process("jobs")
@pytest.mark.parametrize(("days", "may"), [(0, False), (1, True)])
def test_a_steward_of_a_body_that_ended_signs_nothing(people: Desks, days: int, may: bool) -> None:
    row = asked(people)
    ends = today() + timedelta(days)
    Body.objects.filter(organisation_id=organisation_id(COMMISSIONER)).update(ended_on=ends)
    assert in_sql(people.steward, row) is may
    with nullcontext() if may else pytest.raises(Refused, match="reviewer_lapsed"):
        actions.agree_renaming(by=again(people.steward), renaming_id=row.pk)


def test_where_no_record_has_lost_its_people_nothing_is_shown_asked_or_agreed(people: Desks) -> None:
    assert "Give such records of my desk to" not in shown(people.lead)
    with pytest.raises(Refused, match="nothing_waits"):
        actions.ask_renaming(by=again(people.lead), named=[people.lead.pk])
    with acting_as(again(people.lead)):
        row = Renaming.objects.create(
            organisation_id=organisation_id(DESK), named=[people.lead.pk], asked_by=people.lead.pk,
            asked_at=timezone.now(),
        )  # fmt: skip
    for user in (people.other_lead, people.steward):
        assert "I agree" not in shown(user)
        with pytest.raises(Refused, match="nothing_waits"):
            actions.agree_renaming(by=again(user), renaming_id=row.pk)


def test_whether_a_desk_has_such_a_record_is_of_that_desk_alone(people: Desks) -> None:
    left = orphaned(people)
    hub = next(iter(again(people.hub_lead).organisations))
    assert queries.nobody_left([organisation_id(DESK)])
    assert not queries.nobody_left([hub])
    assert not queries.nobody_left([])
    assert "Give such records of my desk to" in shown(people.lead)
    assert "Give such records of my desk to" not in shown(people.hub_lead)
    # One who would hold it alone is as nobody; two are not.
    User.objects.filter(pk=left.pk).update(is_active=True)
    assert "Give such records of my desk to" in shown(people.lead)
    User.objects.filter(display_name="Gari Gone").update(is_active=True)
    assert "Give such records of my desk to" not in shown(people.lead)


@pytest.mark.parametrize("change", [{"named": [1]}, {"organisation_id": 1}])
def test_what_was_asked_is_not_altered_before_the_second_person_signs(people: Desks, change: dict[str, object]) -> None:
    with acting_as(again(people.lead)):
        row = Renaming.objects.create(
            organisation_id=organisation_id(DESK), named=[people.lead.pk], asked_by=people.lead.pk,
            asked_at=timezone.now(),
        )  # fmt: skip
    with acting_as(again(people.lead)), pytest.raises(DatabaseError, match="stands as it was"), transaction.atomic():
        Renaming.objects.filter(pk=row.pk).update(**change)


def test_a_lead_asks_for_their_own_desk_alone(people: Desks) -> None:
    with (
        acting_as(again(people.hub_lead)),
        pytest.raises(DatabaseError, match="signs in standing"),
        transaction.atomic(),
    ):
        Renaming.objects.create(
            organisation_id=organisation_id(DESK), named=[people.hub_lead.pk], asked_by=people.hub_lead.pk,
            asked_at=timezone.now(),
        )  # fmt: skip


@pytest.mark.parametrize(("roles", "desks_of", "may"), [
    ({Role.STEWARD}, set(), True), ({Role.SPECIALIST_LEAD}, {3}, True), ({Role.SPECIALIST_LEAD}, {4}, False),
    ({Role.HUB_WORKER}, {3}, False), (set(), {3}, False),
])  # fmt: skip
def test_the_rule_without_tables(roles: set[Role], desks_of: set[int], may: bool) -> None:
    assert may_agree_to_renaming(roles, desks_of, 3) is may


def test_what_is_no_account_that_was_offered_names_nobody(people: Desks) -> None:
    orphaned(people)
    client = Client()
    client.force_login(people.lead)
    for sent_on in ("²", "9" * 40, "-1", "x", str(people.worker.pk)):
        assert client.post("/reviews/re-naming/", {"named": [sent_on]}).status_code == 422
    assert not Renaming.objects.exists()

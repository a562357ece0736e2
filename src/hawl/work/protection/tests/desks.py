"""People at desks for the tests of protection."""

from __future__ import annotations

from dataclasses import dataclass

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.identity.models import User
from hawl.registers.cases.models import Case
from hawl.registers.cases.tests.makers import COMMISSIONER, DESK, HUB, account, make_case, make_contact, organisation_id

FORCE = "gwent-police"


@dataclass(frozen=True, slots=True)
class Desks:
    """Two workers and two leads of the receiving desk, a lead and a worker of the hub, a steward."""

    worker: User
    colleague: User
    lead: User
    other_lead: User
    hub_lead: User
    hub_worker: User
    second_hub_lead: User
    steward: User


def desks() -> Desks:
    """Fresh accounts."""
    return Desks(
        worker=account(Role.VICTIM_CARE_OFFICER, DESK, "Olwen Price"),
        colleague=account(Role.VICTIM_CARE_OFFICER, DESK, "Dai Rees"),
        lead=account(Role.SPECIALIST_LEAD, DESK, "Idris Lead"),
        other_lead=account(Role.SPECIALIST_LEAD, DESK, "Menna Lead"),
        hub_lead=account(Role.SPECIALIST_LEAD, HUB, "Hafwen Lead"),
        hub_worker=account(Role.HUB_WORKER, HUB, "Hari Evans"),
        second_hub_lead=account(Role.SPECIALIST_LEAD, HUB, "Hedd Lead"),
        steward=account(Role.STEWARD, COMMISSIONER, "Sara Steward"),
    )


def a_case(by: User, *, number: str = "07700 900123") -> Case:
    """A person of the desk with one case and one number."""
    with acting_as(by.actor()):
        case = make_case(desk=organisation_id(DESK))
        make_contact(case.person, number)
    return case


def again(user: User) -> Actor:
    """The actor that the account is now."""
    return User.objects.get(pk=user.pk).actor()


def sees(user: User, case: Case) -> bool:
    """Does the account see the case."""
    with acting_as(again(user)):
        return Case.objects.filter(pk=case.pk).exists()

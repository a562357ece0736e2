"""The accounts of a demo, one for each kind of desk. They exist on an installation made by the demo only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.clock import today
from hawl.foundations.identity.actions import add_authenticator, put_account
from hawl.foundations.identity.factors import code_now, has_factor, new_secret
from hawl.foundations.identity.queries import all_accounts
from hawl.registers.organisations.queries import ids_by_key


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in, at which organisation of the area, to see what."""

    email: str
    name: str
    organisation: str
    role: Role
    sees: str
    language: str = "en"


def accounts(receiving: str, onward: str, office: str) -> tuple[Account, ...]:
    """Accounts at the desks of the loaded area, given by the keys of its organisations."""
    return (
        Account("officer@demo.example", "Mari Officer", receiving, Role.VICTIM_CARE_OFFICER, "the police desk"),
        Account("lead@demo.example", "Idris Lead", receiving, Role.SPECIALIST_LEAD, "the desk, with what is sealed"),
        Account("hub@demo.example", "Hefin Hub", onward, Role.HUB_WORKER, "the hub: what was referred to it"),
        Account("hub-lead@demo.example", "Nia Lead", onward, Role.SPECIALIST_LEAD, "what the force must not see"),
        Account("office@demo.example", "Olwen Office", office, Role.COMMISSIONING_MANAGER, "figures, never a person"),
        Account("swyddog@demo.example", "Cerys Swyddog", receiving, Role.VICTIM_CARE_OFFICER, "y ddesg", "cy"),
    )


def make_accounts(wanted: tuple[Account, ...], password: str, by: Actor) -> None:
    """Make the accounts, or bring them to this password."""
    ids = ids_by_key()
    for each in wanted:
        user = put_account(
            by=by,
            email=each.email,
            display_name=each.name,
            roles=frozenset({each.role}),
            organisation_id=ids[each.organisation],
            password=password,
            vetting_until=today() + timedelta(days=365),
            training_until=today() + timedelta(days=365),
            language=each.language,
            is_demo=True,
        )
        if not has_factor(user.pk):
            add_authenticator(by=by, user=user, secret=new_secret())


def code(email: str) -> tuple[str, int]:
    """The one-time code of a demo's account and for how many seconds it opens. `LookupError` for any other account."""
    user = next((each for each in all_accounts() if each.email == email.lower() and each.is_demo), None)
    found = code_now(user) if user is not None else None
    if found is None:
        raise LookupError(email)
    return found

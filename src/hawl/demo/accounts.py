"""The accounts of a demo, one for each kind of desk. They exist on an installation made by the demo only."""

from __future__ import annotations

from dataclasses import dataclass

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.identity.actions import put_account
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
        Account("office@demo.example", "Olwen Office", office, Role.COMMISSIONING_MANAGER, "figures, never a person"),
        Account("swyddog@demo.example", "Cerys Swyddog", receiving, Role.VICTIM_CARE_OFFICER, "y ddesg", "cy"),
    )


def make_accounts(wanted: tuple[Account, ...], password: str, by: Actor) -> None:
    """Make the accounts, or bring them to this password."""
    ids = ids_by_key()
    for each in wanted:
        put_account(
            by=by,
            email=each.email,
            display_name=each.name,
            roles=frozenset({each.role}),
            organisation_id=ids[each.organisation],
            password=password,
            language=each.language,
            is_demo=True,
        )

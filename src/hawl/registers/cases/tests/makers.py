"""Invented people, cases and events for tests; call the makers inside `acting_as(actor)`."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.db import connection
from django.utils import timezone

from hawl.foundations.access.actor import Actor, Role
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.clock import today
from hawl.foundations.database.connection import credential
from hawl.foundations.identity.actions import put_account
from hawl.foundations.identity.models import User
from hawl.foundations.identity.queries import approvers
from hawl.foundations.vault.sealing import blind_index
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.organisations.queries import ids_by_key
from hawl.registers.people.models import Contact, Person

DESK = "victim-care-unit"
HUB = "connect-gwent"
OTHER_PROVIDER = "hafan-cymru"
COMMISSIONER = "local-policing-office"

# Nobody in particular: tests of the staff site make their accounts in its role, which names no machine.
_SYSTEM = Actor(label="anyone")
_number = count(1)


@dataclass(frozen=True, slots=True)
class ThreePeople:
    """Who may, who may in part, and who must see nothing: a body's worker without scope, and one without a role."""

    officer: User  # of the desk that receives the feed
    hub_worker: User  # of the hub to which cases are referred on
    stranger: User  # works with people elsewhere, so has the permission and no row
    board: User  # sees figures, never a person


def organisation_id(key: str) -> int:
    """The small id of an organisation of the test area."""
    return ids_by_key([key])[key]


def account(role: Role, organisation: str, name: str = "") -> User:
    """An account of one role at one organisation; sign in with `client.force_login(user)`."""
    with _by_a_command():
        return put_account(
            by=_SYSTEM,
            email=f"{role.value}-{next(_number)}@example.org",
            display_name=name or role.value.replace("_", " ").title(),
            roles=frozenset({role}),
            organisation_id=organisation_id(organisation),
            password="for tests only",
            vetting_until=today() + timedelta(days=365),
            training_until=today() + timedelta(days=365),
            approved_by=next((each.email for each in approvers()), ""),
        )


@contextmanager
def _by_a_command() -> Iterator[None]:
    """The staff site makes no accounts. Where what is committed stays, a command does; else the test's transaction."""
    if connection.in_atomic_block or connection.settings_dict["USER"] != credential("staff").user:
        yield
        return
    with as_process("jobs"):
        yield


def three_people() -> ThreePeople:
    """The people by whom each page and action is tried."""
    return ThreePeople(
        officer=account(Role.VICTIM_CARE_OFFICER, DESK, "Olwen Price"),
        hub_worker=account(Role.HUB_WORKER, HUB, "Hari Evans"),
        stranger=account(Role.PROVIDER_WORKER, OTHER_PROVIDER, "Petra Stone"),
        board=account(Role.BOARD, COMMISSIONER, "Bryn Board"),
    )


def make_person(*, desk: int, given: str = "Siân", family: str = "ap Rhys", **changes: Any) -> Person:
    """A person whom the desk sees."""
    named = {"given": given, "family": family, "known_as": None, "organisation": None, "named_contact": None}
    values: dict[str, Any] = {
        "names": named,
        "facts": {"age": None, "gender": "female", "ethnicity": None, "interpreter": None, "access_needs": []},
        "born_on": date(1987, 3, 1),
        "language": "cy",
        "created_at": timezone.now(),
        "visible_to": [desk],
    }
    return Person.objects.create(**{**values, **changes})


def make_contact(person: Person, value: str = "07700 900123", **changes: Any) -> Contact:
    """A mobile number of which nothing is known to be safe."""
    values: dict[str, Any] = {
        "kind": "mobile",
        "value_key": blind_index("people.contact", f"{changes.get('kind', 'mobile')}\x00{value}"),
        "given_by": "victim",
        "message_key": uuid.uuid4().bytes,
        "visible_to": person.visible_to,
        "named_users": person.named_users,
    }
    return Contact.objects.create(person=person, value=value, **{**values, **changes})


def make_case(*, desk: int, person: Person | None = None, reported: int = 2, **changes: Any) -> Case:
    """A burglary reported `reported` days ago, routed automatically, with the event of its report."""
    whose = person or make_person(desk=desk)
    values: dict[str, Any] = {
        "desk_id": desk,
        "source": "gwent-police",
        "reference": {"crime_ref": f"26{next(_number):08}", "record_id": "T-1", "title": "Burglary", "outcome": None},
        "location": {"place": "Stow Hill", "postcode": "NP20 1AA", "lsoa": "W01001440"},
        "note": "",
        "role": "victim",
        "offence": "burglary_dwelling",
        "council": "newport",
        "route": "automatic",
        "route_reason": "no_hold",
        "reported_on": today() - timedelta(days=reported),
        "received_at": timezone.now(),
        "visible_to": whose.visible_to,
        "named_users": whose.named_users,
    }
    case = Case.objects.create(person=whose, **{**values, **changes})
    make_event(case, "crime_reported", case.reported_on)
    return case


def make_event(case: Case, event: str, occurred_on: date | None, **changes: Any) -> CaseEvent:
    """An event as a feed would have told it."""
    values: dict[str, Any] = {
        "event_id": f"T-{next(_number)}",
        "asserted_by": f"feed:{case.source}",
        "recorded_at": timezone.now(),
        "visible_to": case.visible_to,
        "named_users": case.named_users,
    }
    return CaseEvent.objects.create(case=case, event=event, occurred_on=occurred_on, **{**values, **changes})


def make_self_referred(worker: Actor, *, matched: bool = True, **changes: Any) -> Case:
    """Somebody who came to the hub of `worker` without the police; `matched`: open to the hub, as after matching.

    Give `worker` as an actor of the hub. Changes are those of `agreements.actions.Arrival`.
    """
    from hawl.registers.agreements.actions import Arrival, finish_matching, register_without_police

    values: dict[str, Any] = {
        "names": {"given": "Mair", "family": "Lewis", "known_as": None, "organisation": None, "named_contact": None},
        "offence": "sexual_assault",
        "came_on": today(),
        "language": "cy",
        "born_on": date(1990, 5, 17),
        "council": "torfaen",
    }
    lead = account(Role.SPECIALIST_LEAD, HUB) if matched else None
    case = register_without_police(by=worker, arrival=Arrival(**{**values, **changes}))
    if lead is not None:
        finish_matching(by=lead.actor(), person_id=case.person_id)
        case.refresh_from_db()
    return case

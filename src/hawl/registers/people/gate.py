"""The gate through which every message to a person goes: facts gathered here, decided in `contact_rules`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from hawl.foundations.clock import today
from hawl.foundations.messages.gate import Reached
from hawl.foundations.messages.rules import Channel, Decision
from hawl.registers.people.contact_rules import NO_PLAN, ContactFacts, PersonFacts, PlanFacts, may_send
from hawl.registers.people.models import Contact, ContactPlan, Person, Visibility
from hawl.registers.people.plan_rules import windows_standing
from hawl.registers.people.queries import merged

_ADULT = 18
# Cases stand above this register and say whether the person declined; until somebody does, everybody has.
_declined: list[Callable[[uuid.UUID], bool]] = []


def fill_declined(declined: Callable[[uuid.UUID], bool]) -> None:
    """Port that the rooms above fill: did this person say no in any case, whoever asks.

    Whoever keeps such an answer locks the person, as the gate does.
    """
    _declined[:] = [declined]


def gate(*, person_id: uuid.UUID, contact_id: uuid.UUID, channel: Channel, now: datetime, lock: bool) -> Reached:
    """The decision on one way at one moment; with `lock` person, plan and way stay as they are until the end.

    Locks are taken in one order everywhere: person, plan, ways.
    """
    person = _locked(Person, lock).filter(pk=person_id).first()
    if person is None:
        return Reached(Decision(False, "stop.no_person"))
    plan = _locked(ContactPlan, lock).filter(person_id=person_id).first()
    claim = Contact.objects.filter(pk=contact_id, person_id=person_id).first()
    if claim is None:
        return Reached(Decision(False, "stop.no_way"))
    rows = list(_locked(Contact, lock).filter(person_id=person_id, value_key=claim.value_key).order_by("pk"))
    if not rows:
        return Reached(Decision(False, "stop.no_way"))
    way = merged(rows)
    facts = ContactFacts(way.kind, way.ring, way.text, way.message, way.write, way.held_by, way.write_verified_on)
    decision = may_send(channel, facts, plan_facts(plan), person_facts(person, today(now)), now)
    shown = next(row for row in rows if row.pk == way.contact_id)
    return Reached(
        decision,
        contact_id=way.contact_id,
        to=str(shown.value or "") if decision.allow else "",
        name=_name(person) if decision.allow else "",
        language=(plan.language if plan else "") or (person.language if person.language in ("en", "cy") else "en"),
        scope={
            "visible_to": person.visible_to,
            "named_users": person.named_users,
            "denied_users": person.denied_users,
            "denied_organisations": person.denied_organisations,
        },
    )


def _locked(model: Any, lock: bool) -> Any:
    rows = model.objects.all()
    return rows.select_for_update() if lock else rows


def plan_facts(plan: ContactPlan | None) -> PlanFacts:
    """What of a plan the gate asks; a plan whose hours cannot be read opens at no hour."""
    if plan is None:
        return NO_PLAN
    told = plan.plan or {}
    return PlanFacts(
        windows=windows_standing(told),
        voicemail=told.get("voicemail") == "neutral",
        never_reach=plan.never_reach,
        lost=plan.unsure_since is not None,
    )


def person_facts(person: Person, day: date) -> PersonFacts:
    """What of a person the gate asks, on a local day."""
    return PersonFacts(
        deceased=person.deceased,
        declined=_declined[0](person.pk) if _declined else True,
        restricted=person.visibility == Visibility.RESTRICTED,
        sealed=person.visibility == Visibility.SEALED or not person.visible_to,
        may_be_child=_may_be_child(person, day),
        first_call_spent=person.first_call_spent_at is not None,
    )


def _may_be_child(person: Person, day: date) -> bool:
    if person.kind != "person":
        return False
    born = person.born_on
    if born is not None:
        return bool(day.year - born.year - ((day.month, day.day) < (born.month, born.day)) < _ADULT)
    age = (person.facts or {}).get("age")
    return not (isinstance(age, int) and age >= _ADULT)


def _name(person: Person) -> str:
    names = person.names or {}
    told = " ".join(part for part in (names.get("given"), names.get("family")) if part)
    return str(told or names.get("named_contact") or "")

"""The contact plan of a person: one for each, changed by one person at a time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.policy import Action
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.journal.actions import note
from hawl.foundations.vault.fields import can_open
from hawl.registers.people.actions.deciding import MAY_LOWER, CannotDecide, Changed, _at, _scope
from hawl.registers.people.grounds import decided_on, is_grave
from hawl.registers.people.hours import windows_of
from hawl.registers.people.models import ContactPlan

_TEXTS = ("who_answers", "voicemail_words", "code_word", "never", "not_told")


@dataclass(frozen=True, slots=True)
class PlanTold:
    """What a worker put into the plan. `windows` as `hours.windows_of` reads them; empty means office hours."""

    who_answers: str = ""
    voicemail: str = "none"  # none | neutral: a message that gives a first name and a number, and nothing else
    voicemail_words: str = ""
    code_word: str = ""
    never: str = ""  # who must never be reached
    not_told: str = ""  # who must not be told that the person is in touch
    windows: tuple[dict[str, Any], ...] = ()
    language: str = ""
    never_reach: bool = False


@transaction.atomic
def put_plan(*, by: Actor, person_id: uuid.UUID, version: int, told: PlanTold) -> ContactPlan:
    """Keep the plan of a person; `version` is that on which it was changed, 0 for the first.

    That nobody may reach the person is set by one and lifted when a second person asks for it too: until then it
    stays. Raises `Changed` with each field that differs, `CannotDecide` (not_allowed, not_a_word), and
    `Person.DoesNotExist`.
    """
    with _at(by, person_id) as person:
        _check(told)
        held = ContactPlan.objects.select_for_update().filter(person_id=person_id).first()
        if held is not None and not held.shows_place():
            raise CannotDecide("not_allowed")
        if (held.version if held else 0) != version:
            raise Changed(_differences(held, told))
        plan = held or ContactPlan(person_id=person_id, version=0, **_scope(person))
        plan.plan = _stored(told)
        plan.language = told.language
        _never_reach(by, plan, told)
        plan.version += 1
        plan.changed_at, plan.changed_by = now(), by.user_id
        plan.save()
        record(
            action="contact.plan_put", object_kind="person", object_id=str(person_id), version=plan.version,
            never_reach=plan.never_reach, lifting=plan.lift_by is not None,
        )  # fmt: skip
    return plan


def _check(told: PlanTold) -> None:
    if told.voicemail not in ("none", "neutral") or told.language not in ("", "en", "cy"):
        raise CannotDecide("not_a_word")
    windows_of(told.windows)


def _never_reach(by: Actor, plan: ContactPlan, told: PlanTold) -> None:
    if told.never_reach:
        if not plan.never_reach:
            note(kind="never_reach", subject=plan.person_id)
        plan.never_reach, plan.lift_by = True, None
        return
    if not plan.never_reach:
        return
    if not by.roles & MAY_LOWER:
        raise CannotDecide("not_allowed")
    if plan.lift_by is None or plan.lift_by == by.user_id:
        plan.lift_by = by.user_id
        return
    # In two steps: the database lets nobody lift it who is the one that asked.
    plan.never_reach = False
    plan.save(update_fields=["never_reach"])
    plan.lift_by = None


def _stored(told: PlanTold) -> dict[str, Any]:
    texts = {name: getattr(told, name).strip() for name in _TEXTS}
    return {**texts, "voicemail": told.voicemail, "windows": list(told.windows)}


def _differences(held: ContactPlan | None, told: PlanTold) -> list[tuple[str, str, str]]:
    if held is None:
        return []
    stands = {**(held.plan or {}), "language": held.language, "never_reach": held.never_reach}
    sent = {**_stored(told), "language": told.language, "never_reach": told.never_reach}
    return [
        (name, str(stands.get(name) or ""), str(value or ""))
        for name, value in sent.items()
        if (stands.get(name) or None) != (value or None)
    ]


@transaction.atomic
def show_plan(*, by: Actor, person_id: uuid.UUID) -> ContactPlan | None:
    """The plan of a person, for showing it to `by`; the reading is audited.

    None where there is none, where it is hidden, of a restricted record for whom it does not name, and of the erased.
    """
    with acting_as(by):
        plan = ContactPlan.objects.filter(person_id=person_id).first()
        if plan is None or not plan.shows_place() or not can_open(plan, "plan"):
            return None
        decision = decided_on(by, Action.READ, plan)
        record(
            action="contact.plan_read", object_kind="person", object_id=str(person_id), rule=decision.rule,
            grave=is_grave(decision),
        )  # fmt: skip
    return plan

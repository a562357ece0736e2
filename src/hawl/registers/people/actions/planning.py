"""The contact plan of a person: one for each. One person narrows it; two widen it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.policy import Action
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now, today
from hawl.foundations.journal.actions import note
from hawl.foundations.vault.fields import can_open
from hawl.registers.people.actions.deciding import Changed, _at, _scope
from hawl.registers.people.grounds import decided_on, is_grave
from hawl.registers.people.hours import windows_of
from hawl.registers.people.models import ContactPlan
from hawl.registers.people.plan_rules import expired, parted
from hawl.registers.people.plans_told import PlanTold, as_kept, waits_of
from hawl.registers.people.seconds import CannotDecide, check_second, may_lower


@transaction.atomic
def put_plan(*, by: Actor, person_id: uuid.UUID, version: int, told: PlanTold) -> ContactPlan:
    """Keep the plan of a person; `version` is that on which it was changed, 0 for the first.

    What narrows contact stands at once. What widens it (`plan_rules`), lifts that nobody may reach the person, or keeps
    a plan again of which a restore lost the last words, waits in `waiting` until a second person confirms it; another
    change takes the place of what waits. Raises `Changed` with each field that differs, `CannotDecide` (not_allowed,
    not_a_word), and `Person.DoesNotExist`.
    """
    with _at(by, person_id) as person:
        _check(told)
        held = ContactPlan.objects.select_for_update().filter(person_id=person_id).first()
        if held is not None and not held.shows_place():
            raise CannotDecide("not_allowed")
        if (held.version if held else 0) != version:
            raise Changed(_differences(held, told))
        plan = held or ContactPlan(person_id=person_id, version=0, **_scope(person))
        before = (plan.plan or {}, plan.language, plan.never_reach)
        wanted = as_kept(told, plan.plan or {})
        waits = waits_of(held, told)
        plan.plan, plan.language = parted(plan.plan or {}, wanted)[0], told.language
        if told.never_reach and not plan.never_reach:
            note(kind="never_reach", subject=person_id)
        lifts = plan.never_reach and not told.never_reach
        plan.never_reach = plan.never_reach or told.never_reach
        if waits and not may_lower(by, person_id):
            raise CannotDecide("not_allowed")
        asked = {"plan": wanted, "language": told.language, "never_reach": told.never_reach, "waits": list(waits)}
        _wait(plan, by.user_id if waits else None, asked, lifts=lifts)
        _keep(by, plan, before)
        record(
            action="contact.plan_put", object_kind="person", object_id=str(person_id), version=plan.version,
            never_reach=plan.never_reach, lifting=plan.lift_by is not None, waits=len(waits),
        )  # fmt: skip
    return plan


@transaction.atomic
def confirm_plan(*, by: Actor, person_id: uuid.UUID, version: int) -> ContactPlan:
    """Confirm what another proposed of the plan: from now on it stands. `version` is that of the page that showed it.

    Raises `CannotDecide` (not_allowed, closed, same_person, proposer_gone, expired), `Changed` where the plan changed
    since, and `ContactPlan.DoesNotExist`.
    """
    with _at(by, person_id):
        plan = _waiting(person_id)
        if plan.version != version:
            raise Changed([])
        check_second(by, plan.waiting_by, person_id)
        if expired(today(plan.waiting_at), today()):
            raise CannotDecide("expired")
        before, asked = (plan.plan or {}, plan.language, plan.never_reach), plan.waiting or {}
        if plan.never_reach and not asked["never_reach"]:
            # In two steps: the database lets nobody lift it who is the one that asked.
            plan.never_reach = False
            plan.save(update_fields=["never_reach"])
        plan.plan, plan.language, plan.unsure_since = asked["plan"], asked["language"], None
        _wait(plan, None, {}, lifts=False)
        _keep(by, plan, before)
        record(
            action="contact.plan_widened", object_kind="person", object_id=str(person_id), version=plan.version,
            waits=len(asked["waits"]), grave=True,
        )  # fmt: skip
    return plan


@transaction.atomic
def refuse_plan(*, by: Actor, person_id: uuid.UUID) -> ContactPlan:
    """Refuse what was proposed of the plan, or take back one's own: what stands, stands. Raises `CannotDecide`."""
    with _at(by, person_id):
        plan = _waiting(person_id)
        _wait(plan, None, {}, lifts=False)
        plan.save(update_fields=["waiting", "waiting_by", "waiting_at", "lift_by"])
        record(action="contact.plan_refused", object_kind="person", object_id=str(person_id), version=plan.version)
    return plan


def _waiting(person_id: uuid.UUID) -> ContactPlan:
    plan = ContactPlan.objects.select_for_update().get(person_id=person_id)
    if not plan.shows_place():
        raise CannotDecide("not_allowed")
    if plan.waiting_by is None:
        raise CannotDecide("closed")
    return plan


def _wait(plan: ContactPlan, who: int | None, asked: dict[str, Any], *, lifts: bool) -> None:
    plan.waiting, plan.waiting_by, plan.waiting_at = (asked, who, now()) if who is not None else (None, None, None)
    plan.lift_by = who if lifts else None


def _keep(by: Actor, plan: ContactPlan, before: tuple[dict[str, Any], str, bool]) -> None:
    plan.version += 1
    plan.changed_at, plan.changed_by = now(), by.user_id
    plan.save()
    if before != (plan.plan, plan.language, plan.never_reach):
        note(kind="plan_changed", subject=plan.person_id, facts={"version": plan.version})


def _check(told: PlanTold) -> None:
    if told.voicemail not in ("none", "neutral") or told.language not in ("", "en", "cy"):
        raise CannotDecide("not_a_word")
    windows_of(told.windows or ())


def _differences(held: ContactPlan | None, told: PlanTold) -> list[tuple[str, str, str]]:
    if held is None:
        return []
    stands = {**(held.plan or {}), "language": held.language, "never_reach": held.never_reach}
    sent = {**as_kept(told, held.plan or {}), "language": told.language, "never_reach": told.never_reach}
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

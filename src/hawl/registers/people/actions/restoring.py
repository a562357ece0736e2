"""Putting protection back from the safety journal. Run by the machine in the transaction of the whole replay."""

from __future__ import annotations

from datetime import datetime

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.journal.kinds import Entry
from hawl.registers.people.journal_facts import value_key_of
from hawl.registers.people.models import Contact, ContactPlan, Person
from hawl.registers.people.strictness import strictest


def close_again(*, by: Actor, entry: Entry, at: datetime) -> bool:
    """Give one use of one number or address the word that it was given; one that is stricter by now stays.

    A number that the restored database does not know yet is kept by its key alone, so that a claim to come meets it.
    False where there is no such person.
    """
    with acting_as(by):
        person = Person.objects.select_for_update().filter(pk=entry.subject).first()
        if person is None:
            return False
        key, word = value_key_of(str(entry.facts["contact"])), str(entry.facts.get("word", "unsafe"))
        rows = list(Contact.objects.select_for_update().filter(person_id=person.pk, value_key=key))
        held = next((row for row in rows if row.decided_at), None) or _taken_over(rows, at) or Contact(
            person=person, kind=rows[0].kind if rows else "", value=rows[0].value if rows else None, value_key=key,
            decided_uses=[], visible_to=person.visible_to, named_users=person.named_users, decided_at=at,
            denied_users=person.denied_users, denied_organisations=person.denied_organisations,
        )  # fmt: skip
        for use in entry.facts["uses"]:
            setattr(held, use, strictest([getattr(held, use), word]) if held.version else word)
            if held.decided_uses is not None:
                held.decided_uses = sorted({*held.decided_uses, use})
            held.claims_no = sorted({*held.claims_no, use})
            if use == "write":
                held.write_verified_on = None
        if entry.facts.get("held_by") == "other":
            held.held_by = "other"
        held.version += 1
        held.save()
        record(action="contact.closed_again", object_kind="person", object_id=str(person.pk))
        return True


def _taken_over(rows: list[Contact], at: datetime) -> Contact | None:
    """A way that no message brought has the place of the decision: it becomes one, and opens nothing by that."""
    found = next((row for row in rows if row.message_key is None), None)
    if found is not None:
        found.decided_at, found.decided_uses = at, []
        for use in ("ring", "text", "message", "write"):
            setattr(found, use, strictest([getattr(found, use), "unknown"]))
    return found


def never_again(*, by: Actor, entry: Entry, at: datetime) -> bool:
    """Nobody may reach the person. False where there is no such person."""
    with acting_as(by):
        person = Person.objects.select_for_update().filter(pk=entry.subject).first()
        if person is None:
            return False
        plan = _plan_of(person)
        if not plan.never_reach:
            plan.never_reach, plan.lift_by, plan.version, plan.changed_at = True, None, plan.version + 1, at
            plan.save()
            record(action="contact.never_again", object_kind="person", object_id=str(person.pk))
        return True


def plan_lost(*, by: Actor, entry: Entry, at: datetime) -> bool:
    """The plan was changed after the backup, and nobody knows how: it opens nothing until two people keep one anew."""
    with acting_as(by):
        person = Person.objects.select_for_update().filter(pk=entry.subject).first()
        if person is None:
            return False
        close_plan(by=by, person=person, at=at)
        return True


def close_plan(*, by: Actor, person: Person, at: datetime) -> None:
    """Nobody is reached by the plan of this person, which is locked, until two people keep one anew."""
    with acting_as(by):
        plan = _plan_of(person)
        if plan.unsure_since is None:
            plan.unsure_since, plan.version, plan.changed_at = at, plan.version + 1, at
            plan.waiting = plan.waiting_by = plan.waiting_at = plan.lift_by = None
            plan.save()
            record(action="contact.plan_unsure", object_kind="person", object_id=str(person.pk))


def _plan_of(person: Person) -> ContactPlan:
    return ContactPlan.objects.filter(person_id=person.pk).first() or ContactPlan(
        person_id=person.pk, version=0, plan={}, visible_to=person.visible_to, named_users=person.named_users,
        denied_users=person.denied_users, denied_organisations=person.denied_organisations,
    )  # fmt: skip


def spend_again(*, by: Actor, entry: Entry, at: datetime) -> bool:
    """The one first call was tried. False where there is no such person."""
    with acting_as(by):
        found = Person.objects.filter(pk=entry.subject)
        found.filter(first_call_spent_at=None).update(first_call_spent_at=at)
        Contact.objects.filter(person_id=entry.subject, ring="first_approach").update(ring="unknown")
        if not found.exists():
            return False
        record(action="contact.first_call_spent_again", object_kind="person", object_id=str(entry.subject))
        return True

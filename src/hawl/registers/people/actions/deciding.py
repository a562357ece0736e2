"""Deciding whether a number or address may be used. Raising protection takes one person, lowering it takes two.

The person's row is locked first in every action here and by whoever sends, so that what is decided and what is sent
have one order.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now, today
from hawl.foundations.journal.actions import note
from hawl.registers.people.contact_rules import USES, lowers
from hawl.registers.people.journal_facts import decided_facts, not_theirs_facts
from hawl.registers.people.models import Contact, ContactDecision, HowKnown, Person, Safety
from hawl.registers.people.queries import merged
from hawl.registers.people.seconds import CannotDecide, check_second, may_lower

_BY_ITSELF = frozenset({HowKnown.FEED_SAID, HowKnown.SHARED, HowKnown.RESTORED})
_State = ContactDecision.State


class Changed(Exception):
    """Somebody else changed it meanwhile. `differs` tells what: (what it is, as it stands now, as it was sent)."""

    def __init__(self, differs: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("changed")
        self.differs = tuple(differs)


@transaction.atomic
def decide_contact(
    *,
    by: Actor,
    person_id: uuid.UUID,
    contact_id: uuid.UUID,
    use: str,
    to: str,
    how_known: str,
    version: int,
    reason: str = "",
    held_by: str = "",
) -> ContactDecision:
    """Decide one use of a number or address; gives the decision, or the proposal that waits for another person.

    `to` is safe, unsafe or unknown; `held_by` says who answers there. `version` is that of the way as it was shown
    (`Way.version`); `Changed` where it is another by now. Raises `CannotDecide`, and `Contact.DoesNotExist` for a way
    that `by` may not see.
    """
    with _at(by, person_id):
        _check_words(use, to, how_known)
        claim = Contact.objects.get(pk=contact_id, person_id=person_id)
        rows = list(Contact.objects.select_for_update().filter(person_id=person_id, value_key=claim.value_key))
        way = merged(rows)
        before = getattr(way, use)
        if way.version != version:
            raise Changed([(use, before, to)])
        lowering = to == Safety.SAFE or lowers(before, to)
        if not lowering and before == to and (not held_by or held_by == way.held_by):
            raise CannotDecide("nothing_changes")
        decision = ContactDecision(
            person_id=person_id, kind=way.kind, value_key=claim.value_key, use=use, before=before, after=to,
            lowers=lowering, held_by=held_by, how_known=how_known, reason=reason.strip() or None, version=version,
            proposed_by=by.user_id, proposed_at=now(), **_scope(claim.person),
        )  # fmt: skip
        if lowering:
            _propose(by, decision)
        else:
            _stand(decision, rows)
    return decision


@transaction.atomic
def confirm_decision(*, by: Actor, decision_id: uuid.UUID) -> ContactDecision:
    """Confirm what another proposed: from now on it stands.

    Raises `CannotDecide` (same_person, proposer_gone, not_allowed, closed, overtaken), `Changed` where the way changed
    since, and `ContactDecision.DoesNotExist`.
    """
    with acting_as(by):
        person_id = ContactDecision.objects.values_list("person_id", flat=True).get(pk=decision_id)
    with _at(by, person_id):
        decision = ContactDecision.objects.select_for_update().get(pk=decision_id)
        _may_confirm(by, decision)
        rows = list(Contact.objects.select_for_update().filter(person_id=person_id, value_key=decision.value_key))
        way = merged(rows)
        if way.version != decision.version or getattr(way, decision.use) != decision.before:
            raise Changed([(decision.use, getattr(way, decision.use), decision.before)])
        decision.confirmed_by = by.user_id
        _stand(decision, rows)
    return decision


@transaction.atomic
def refuse_decision(*, by: Actor, decision_id: uuid.UUID) -> ContactDecision:
    """Refuse what was proposed, or take back one's own proposal: all stays as it is. Raises `CannotDecide`."""
    with acting_as(by):
        if not by.may(Permission.RECORD_ACTS):
            raise CannotDecide("not_allowed")
        decision = ContactDecision.objects.select_for_update().get(pk=decision_id)
        if decision.state != _State.PROPOSED:
            raise CannotDecide("closed")
        decision.state, decision.closed_at = _State.REFUSED, now()
        decision.save(update_fields=["state", "closed_at"])
        record(action="contact.lowering_refused", object_kind="decision", object_id=str(decision.pk),
               objects=[decision.person_id], use=decision.use)  # fmt: skip
    return decision


@transaction.atomic
def first_call_tried(*, by: Actor, person_id: uuid.UUID) -> int:
    """Record that the one first call was tried: no claim, held or to come, opens another. Gives the claims closed."""
    with _at(by, person_id) as person:
        if person.first_call_spent_at is None:
            person.first_call_spent_at = now()
            person.save(update_fields=["first_call_spent_at"])
            note(kind="no_first_call", subject=person_id)
        return _close_first_calls(person_id)


@transaction.atomic
def close_first_calls(*, by: Actor, person_id: uuid.UUID) -> int:
    """Take back the leave for one first call that a feed's word gave; gives the number of claims closed."""
    with acting_as(by):
        # Whoever sends holds this row meanwhile.
        Person.objects.select_for_update().get(pk=person_id)
        return _close_first_calls(person_id)


def _close_first_calls(person_id: uuid.UUID) -> int:
    claims = Contact.objects.filter(person_id=person_id, ring="first_approach", decided_at=None)
    closed = claims.update(ring="unknown")
    if closed:
        record(action="contact.first_calls_closed", object_kind="person", object_id=str(person_id), claims=closed)
    return closed


@contextmanager
def _at(by: Actor, person_id: uuid.UUID) -> Iterator[Person]:
    """Act as `by`, a person at a desk who may record, with the person's row locked."""
    with acting_as(by):
        if by.user_id is None or not by.may(Permission.RECORD_ACTS):
            raise CannotDecide("not_allowed")
        yield Person.objects.select_for_update().get(pk=person_id)


def _check_words(use: str, to: str, how_known: str) -> None:
    if use not in USES or to not in (Safety.SAFE, Safety.UNSAFE, Safety.UNKNOWN):
        raise CannotDecide("not_a_word")
    if how_known not in HowKnown.values or how_known in _BY_ITSELF:
        raise CannotDecide("how_known_needed")


def _propose(by: Actor, decision: ContactDecision) -> None:
    if not may_lower(by, decision.person_id):
        raise CannotDecide("not_allowed")
    if not decision.reason:
        raise CannotDecide("reason_needed")
    same = ContactDecision.objects.filter(
        person_id=decision.person_id, value_key=decision.value_key, use=decision.use, state=_State.PROPOSED
    )
    if same.exists():
        raise CannotDecide("proposed_already")
    decision.state = _State.PROPOSED
    decision.save(force_insert=True)
    record(
        action="contact.lowering_proposed", object_kind="decision", object_id=str(decision.pk),
        objects=[decision.person_id], use=decision.use, to=decision.after,
    )  # fmt: skip


def _may_confirm(by: Actor, decision: ContactDecision) -> None:
    if decision.state != _State.PROPOSED:
        raise CannotDecide("overtaken" if decision.state == _State.OVERTAKEN else "closed")
    check_second(by, decision.proposed_by, decision.person_id)


def _stand(decision: ContactDecision, rows: Sequence[Contact]) -> None:
    """Let a decision stand: on the record of decisions first, then on the way, then in audit and journal."""
    way = merged(rows)
    decision.version = way.version + 1
    decision.state, decision.closed_at = _State.APPLIED, now()
    decision.save()
    ContactDecision.objects.filter(
        person_id=decision.person_id, value_key=decision.value_key, use=decision.use, state=_State.PROPOSED
    ).update(state=_State.OVERTAKEN, closed_at=now())
    _put_word(decision, rows)
    lowered = decision.lowers
    record(
        action="contact.lowered" if lowered else "contact.raised", object_kind="decision", object_id=str(decision.pk),
        objects=[decision.person_id], use=decision.use, to=decision.after,
    )  # fmt: skip
    note(
        kind="contact_safe" if decision.after == Safety.SAFE else "contact_unsafe",
        subject=decision.person_id,
        facts=decided_facts(bytes(decision.value_key), decision.use, decision.after),
    )
    if decision.held_by == "other" != way.held_by:
        note(kind="contact_unsafe", subject=decision.person_id, facts=not_theirs_facts(bytes(decision.value_key)))


def _put_word(decision: ContactDecision, rows: Sequence[Contact]) -> None:
    held = next((row for row in rows if row.decided_at), None)
    contact = held or _decided_row(decision, rows[0])
    setattr(contact, decision.use, decision.after)
    if held is None or contact.decided_uses is not None:
        contact.decided_uses = sorted({*(contact.decided_uses or ()), decision.use})
    spoke = {use for row in rows for use in row.claims_no}
    contact.claims_no = sorted({*contact.claims_no, *(spoke & {decision.use})})
    # Who answers is decided with a word of safety, by two; that it is somebody else, by one.
    if decision.held_by and (decision.lowers or decision.held_by == "other"):
        contact.held_by = decision.held_by
    if decision.use == "write":
        contact.write_verified_on = today() if decision.after == Safety.SAFE else None
    contact.version, contact.decided_at = decision.version, now()
    contact.save()


def _decided_row(decision: ContactDecision, claim: Contact) -> Contact:
    """A row for what people decide about this number or address; claims keep theirs."""
    return Contact(
        person_id=decision.person_id, kind=claim.kind, value=claim.value, value_key=claim.value_key,
        given_by=claim.given_by, given_on=claim.given_on, decided_uses=[], **_scope(claim.person),
    )  # fmt: skip


def _scope(person: Person) -> dict[str, Any]:
    return {
        "visible_to": person.visible_to,
        "named_users": person.named_users,
        "denied_users": person.denied_users,
        "denied_organisations": person.denied_organisations,
    }

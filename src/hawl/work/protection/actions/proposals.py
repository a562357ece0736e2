"""One proposes, another confirms; what is raised in danger takes effect at once and is confirmed afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.models import Body
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import today
from hawl.foundations.identity.queries import organisations_of
from hawl.foundations.journal.actions import note
from hawl.registers.cases.models import Case
from hawl.registers.people.models import Person
from hawl.work.protection import queries, rules
from hawl.work.protection.models import Conflict, Proposal, SecondOpinion
from hawl.work.protection.refusals import Refused

_SCOPE = ("visible_to", "named_users", "denied_users", "denied_organisations")


@transaction.atomic
def propose(
    *,
    by: Actor,
    person_id: uuid.UUID,
    kind: rules.Kind,
    reason: str,
    account: str = "",
    named: Collection[int] = (),
    about: tuple[str, int] | None = None,
    emergency: bool = False,
) -> Proposal:
    """Propose a change of a record's protection; with `emergency` what raises it takes effect at once.

    `about` is the denial that is to end: ("user" | "organisation", id). Raises `Refused`, and `Person.DoesNotExist`
    for a record that `by` may not see.
    """
    with acting_as(by):
        person = _locked(person_id)
        asked = rules.Asked(
            kind, by.user_id or 0, queries.parties(named, person), about, emergency,
            leads=queries.leads_of(person) if emergency else frozenset(),
            holding=queries.holding(person) if emergency else frozenset(),
        )  # fmt: skip
        refusal = rules.why_not_proposed(asked, queries.record_of(person), queries.party_of(by, person), sees=True)
        if refusal or not by.may(Permission.RECORD_ACTS):
            raise Refused(refusal or "not_allowed")
        if emergency and kind not in rules.RAISES:
            raise Refused("not_allowed")
        row = Proposal.objects.create(
            person_id=person.pk, kind=kind, reason=reason, account=account or None, named=sorted(set(named)),
            about_user=about[1] if about and about[0] == "user" else None,
            about_organisation=about[1] if about and about[0] == "organisation" else None,
            emergency=emergency, proposed_by=by.user_id or 0, proposed_at=timezone.now(),
            in_effect_at=timezone.now() if emergency else None, **{name: getattr(person, name) for name in _SCOPE},
        )  # fmt: skip
        grave = kind in rules.LOWERS or asked.without_lead
        _audit(f"protection.{kind}_proposed", person.pk, grave=grave, emergency=emergency, no_lead=asked.without_lead)
        if emergency:
            _move(row, person, other=None)
    return row


@transaction.atomic
def confirm(*, by: Actor, proposal_id: uuid.UUID) -> Proposal:
    """Be the second person: what was proposed takes effect. Raises `Refused`, `Proposal.DoesNotExist` where hidden."""
    with acting_as(by):
        row = queries.proposal_locked(proposal_id)
        person = _locked(row.person_id)
        asked, (proposer,) = queries.asked_of(row, person), queries.parties([row.proposed_by], person)
        party = queries.party_of(by, person)
        refusal = rules.why_not_confirmed(asked, queries.record_of(person), party, proposer, sees=True)
        if refusal or not by.may(Permission.RECORD_ACTS):
            raise Refused(refusal or "not_allowed")
        _take_effect(row, person, confirmed_by=by.user_id or 0, other=row.proposed_by)
    return row


@transaction.atomic
def ask_steward(*, by: Actor, proposal_id: uuid.UUID) -> SecondOpinion:
    """Ask a steward, who sees no record, to be the second person to one's own proposal. Raises `Refused`."""
    with acting_as(by):
        row = queries.proposal_locked(proposal_id)
        if row.confirmed_at or row.closed_at or row.opinion_id:
            raise Refused("closed")
        if row.proposed_by != by.user_id or row.kind not in rules.A_STEWARD_MAY:
            raise Refused("not_allowed")
        _not_by_glass(by, row.person_id)
        row.opinion = SecondOpinion.objects.create(
            kind=row.kind, reason=row.reason, organisation_id=next(iter(by.organisations)), asked_by=by.user_id,
            asked_at=timezone.now(),
        )  # fmt: skip
        row.save(update_fields=["opinion"])
        _audit("protection.steward_asked", row.person_id, kind=row.kind)
    return row.opinion


@transaction.atomic
def give_opinion(*, by: Actor, opinion_id: uuid.UUID, agreed: bool) -> SecondOpinion:
    """A steward answers. Nothing moves by it: the named person who asked carries it out. Raises `Refused`."""
    with acting_as(by):
        held = SecondOpinion.objects.select_for_update().get(pk=opinion_id)
        if held.decided_at is not None:
            raise Refused("closed")
        if refusal := rules.why_no_opinion(held.kind, held.asked_by, queries.party_of(by)):  # type: ignore[arg-type]
            raise Refused(refusal)
        held.decided_by, held.decided_at, held.agreed = by.user_id, timezone.now(), agreed
        held.save(update_fields=["decided_by", "decided_at", "agreed"])
        record(
            action="protection.opinion_given", object_kind="second_opinion", object_id=str(held.pk), grave=True,
            agreed=agreed,
        )  # fmt: skip
    return held


@transaction.atomic
def with_steward(*, by: Actor, proposal_id: uuid.UUID) -> Proposal:
    """Carry out one's own proposal to which a steward agreed; both are looked at again now. Raises `Refused`."""
    with acting_as(by):
        row = queries.proposal_locked(proposal_id)
        person, opinion = _locked(row.person_id), row.opinion
        if row.proposed_by != by.user_id:
            raise Refused("not_allowed")
        if row.confirmed_at or row.closed_at:
            raise Refused("closed")
        if opinion is None or not opinion.agreed or opinion.decided_by is None:
            raise Refused("steward_needed")
        (steward,) = queries.parties([opinion.decided_by])
        refusal = rules.why_no_opinion(row.kind, row.proposed_by, steward)  # type: ignore[arg-type]
        refusal = refusal or rules.why_not_proposed(
            queries.asked_of(row, person), queries.record_of(person), queries.party_of(by, person), sees=True
        )
        if refusal:
            raise Refused(refusal)
        _take_effect(row, person, confirmed_by=opinion.decided_by, other=opinion.decided_by)
    return row


@transaction.atomic
def set_aside(*, by: Actor, proposal_id: uuid.UUID) -> Proposal:
    """Close a proposal that has had no effect; whoever sees it may. Raises `Refused`."""
    with acting_as(by):
        row = queries.proposal_locked(proposal_id)
        if row.confirmed_at or row.closed_at:
            raise Refused("closed")
        # What was raised in danger stays raised until two people lower it.
        if row.in_effect_at is not None or not by.may(Permission.RECORD_ACTS):
            raise Refused("not_allowed")
        _not_by_glass(by, row.person_id)
        row.closed_by, row.closed_at = by.user_id, timezone.now()
        row.save(update_fields=["closed_by", "closed_at"])
        _audit("protection.set_aside", row.person_id, kind=row.kind)
    return row


def _locked(person_id: uuid.UUID) -> Person:
    return Person.objects.select_for_update().get(pk=person_id)


def _not_by_glass(by: Actor, person_id: uuid.UUID) -> None:
    if queries.party_of(by, Person.objects.get(pk=person_id)).by_glass:
        raise Refused("glass_reads_only")


def _take_effect(row: Proposal, person: Person, *, confirmed_by: int, other: int) -> None:
    row.confirmed_by, row.confirmed_at = confirmed_by, timezone.now()
    first = row.in_effect_at is None
    row.in_effect_at = row.in_effect_at or row.confirmed_at
    row.save(update_fields=["confirmed_by", "confirmed_at", "in_effect_at"])
    _audit(f"protection.{row.kind}_confirmed", person.pk, grave=True, proposed_by=row.proposed_by)
    if first:
        _move(row, person, other=other)


def _move(row: Proposal, person: Person, *, other: int | None) -> None:
    """Move the scope, and note it in the safety journal. `other` is the second of two who lower."""
    named, pk = list(row.named), person.pk
    if row.kind == "seal":
        note(kind="sealed", subject=pk, facts={"named": named})
        rescoping.seal(person_id=pk, named_users=named, proposed_by=other)
    elif row.kind == "restrict":
        note(kind="restricted", subject=pk, facts={"named": named})
        rescoping.restrict(person_id=pk, named_users=named, proposed_by=other)
    elif row.kind == "rename":
        note(kind="sealed" if person.visibility == "sealed" else "restricted", subject=pk, facts={"named": named})
        rescoping.name(person_id=pk, named_users=named, proposed_by=other)
    else:
        _lower(row, person, other or 0)


def _lower(row: Proposal, person: Person, other: int) -> None:
    pk = person.pk
    if row.kind == "unseal":
        seen_by = _opens_to(person)
        # Of a referral that is not given back the desk reads that it was taken back.
        gone = Case.objects.filter(person_id=pk, referred_on__isnull=False).exclude(desk_id=queries.onward())
        if queries.onward() not in seen_by:
            gone.update(referred_on=None, recalled_on=today())
        note(kind="unsealed", subject=pk, facts={"visible_to": seen_by})
        rescoping.unseal(person_id=pk, visible_to=seen_by, proposed_by=other)
    elif row.kind == "unrestrict":
        note(kind="unrestricted", subject=pk)
        rescoping.unrestrict(person_id=pk, proposed_by=other)
    else:
        whom: dict[str, Any] = {"user_id": row.about_user, "organisation_id": row.about_organisation}
        if not Conflict.objects.filter(person_id=pk, ended_at=None, **whom).update(ended_at=timezone.now()):
            # A wall that a feed laid has no conflict of its own: that it was ended is kept, or the next version of the
            # same message would lay it again.
            Conflict.objects.create(
                person_id=pk, source=Conflict.Source.INFERRED, told_at=timezone.now(), ended_at=timezone.now(),
                **{name: getattr(person, name) for name in _SCOPE}, **whom,
            )  # fmt: skip
        note(kind="denial_ended", subject=pk, facts=queries.denial_facts(row.about_user, row.about_organisation))
        rescoping.end_denial(person_id=pk, proposed_by=other, user_id=row.about_user,
                             organisation_id=row.about_organisation)  # fmt: skip


def _opens_to(person: Person) -> list[int]:
    """To whom an unsealed record may open: its desks, and the hub where what was referred to it stays so.

    Each row goes to those of them who saw it when it was sealed (`rescoping.unseal`). A body that a wall keeps out is
    none of them; where no desk is left, it opens to the bodies of those named on it.
    """
    denied = set(person.denied_organisations or ())
    walls = dict(Body.objects.values_list("organisation_id", "walls"))
    able = {each for each, wall in walls.items() if not set(wall) & denied}
    desks = queries.desks_of(person.pk) & able
    if not desks:
        return sorted(set(organisations_of(person.named_users).values()))
    return sorted(desks | (queries.still_referred_to(person.pk, today()) & able))


def _audit(action: str, person_id: uuid.UUID, **detail: Any) -> None:
    record(action=action, object_kind="person", object_id=str(person_id), **detail)

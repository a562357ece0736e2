"""What a worker does on a case: each act recorded, and what is owed worked out anew with it.

Every act here is one transaction, leaves an audit entry, and refuses in words (`Refused.says`) what may not be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction

from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.policy import Action
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import today
from hawl.foundations.identity.queries import organisations_of
from hawl.registers.agreements.actions import Said, close_after_no, record_agreement
from hawl.registers.agreements.models import Channel
from hawl.registers.agreements.queries import flow_allows, standing_agreements
from hawl.registers.agreements.rules import PURPOSE_OF_ROUTE
from hawl.registers.cases import actions as cases
from hawl.registers.cases.queries import case_locked, events_of
from hawl.registers.people.actions import close_first_calls
from hawl.registers.people.grounds import decided_on
from hawl.registers.people.models import Visibility
from hawl.rights.duties.actions import recompute
from hawl.rights.rulebook import vocabulary
from hawl.work.hub import rules
from hawl.work.hub.refusals import Refused
from hawl.work.hub.routing import onward_organisation, route_anew
from hawl.work.intake.rules import Route
from hawl.work.protection.queries import holds_other_side

# What the hub sees of a case that is referred to it.
TOLD_BY_A_REFERRAL = ("identity", "contact", "what_happened", "needs", "location")

if TYPE_CHECKING:
    from hawl.registers.cases.models import Case, CaseEvent


@transaction.atomic
def record_act(
    *,
    by: Actor,
    case: Case,
    event: str,
    occurred_on: date,
    about: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    received_on: date | None = None,
    words: str = "",
) -> CaseEvent:
    """Record what was done or heard on a day (local, Europe/London), and lay the duties of the case anew.

    `about` is the event_id that it answers, `received_on` the day on which word of it came, and `words`, such as a
    reason, are kept sealed. Raises `Refused` for an event that is not this side's to record and for
    one recorded already with that day, and `Case.DoesNotExist` for a case that `by` may not see.
    """
    with _at_work(by, case) as held:
        known = list(events_of(held.pk))
        if refusal := rules.why_no_act(event, about, occurred_on, _facts(held, known), of_desk=_of_desk(by, held)):
            raise Refused(refusal)
        same = (event, occurred_on, about or "", dict(attributes or {}))
        if any((row.event, row.occurred_on, row.about, row.attributes) == same for row in known):
            raise Refused("already_recorded")
        made = _event(by, held, event, occurred_on, about, attributes, received_on, words)
        recompute(case_id=held.pk, by=by, events=[*known, made])
    return made


@transaction.atomic
def take_back(*, by: Actor, case: Case, event_id: str) -> CaseEvent:
    """Take back what was recorded by hand at this desk by mistake, and lay the duties of the case anew.

    Raises `Refused` for what a feed or another body recorded, for what has a way back of its own (an answer, a
    referral), and for what something else was recorded about; `Case.DoesNotExist` for a case that `by` may not see.
    """
    with _at_work(by, case) as held:
        row = next((each for each in events_of(held.pk) if each.event_id == event_id), None)
        if row is None:
            raise Refused("unknown_about")
        if refusal := rules.why_not_taken_back(
            row.asserted_by, row.event, of_desk=_of_desk(by, held), own=_recorded_here(by, row)
        ):
            raise Refused(refusal)
        try:
            taken = cases.take_back_event(by=by, case=held, event_id=event_id, into=rules.TAKEN_BACK)
        except cases.CannotRecord as cannot:
            raise Refused(cannot.code) from cannot
        recompute(case_id=held.pk, by=by)
    return taken


def _recorded_here(by: Actor, row: CaseEvent) -> bool:
    """Whether a worker of the actor's own body recorded the event."""
    worker = rules.worker_of(row.asserted_by)
    return worker is not None and organisations_of([worker]).get(worker) in by.organisations


@transaction.atomic
def record_answer(*, by: Actor, case: Case, agreed: bool, on: date) -> Case:
    """Record that the person was asked about being referred on, and answered on that day.

    The answer is a person's decision: no later version of the feed alters it or the route that follows. A yes opens
    the gate of a consent-first case, and nothing else; a no also takes back every leave for a first call.
    A no after the case was referred on takes it back from the hub (`record_withdrawal`). Raises `Refused`: a yes cannot
    be recorded once the case was referred on, an older answer does not take the place of a later one, and the same
    answer of the same day is recorded once.
    """
    with _at_work(by, case) as held:
        if not _of_desk(by, held):
            raise Refused("not_for_this_side")
        if held.referred_on is not None:
            if agreed:
                raise Refused("already_referred")
            return _withdrawn(by, held, on, Channel.NOT_RECORDED)
        facts = _facts(held)
        if refusal := rules.why_no_answer(facts, agreed=agreed, on=on):
            raise Refused(refusal, facts.answered.on if facts.answered else None)
        route = rules.route_after_answer(
            Route(held.route, held.route_reason),  # type: ignore[arg-type]  # the column holds these codes only
            agreed=agreed,
            anew=lambda: route_anew(held),
        )
        _event(by, held, "referral_asked", on)
        _event(by, held, "referral_agreed" if agreed else "support_referral_declined", on)
        answered = cases.set_answer(by=by, case=held, agreed=agreed, route=route.code, reason=route.reason_code)
        if not agreed:
            close_first_calls(by=by, person_id=held.person_id)
        recompute(case_id=held.pk, by=by)
    return answered


@transaction.atomic
def record_withdrawal(*, by: Actor, case: Case, on: date, channel: str) -> Case:
    """Record that the person withdrew on that day, after the case was referred on; the hub loses sight of it at once.

    The desk and the hub may. What the person agreed to for this case ends, what waits to be sent to the hub is taken
    back, and the hub keeps nothing of the person but what it holds for another reason. What is owed stays owed.
    Raises `Refused`.
    """
    with _at_work(by, case) as held:
        if not decided_on(by, Action.AGREE, held).allow:
            raise Refused("not_for_this_side")
        return _withdrawn(by, held, on, channel)


def _withdrawn(by: Actor, held: Case, on: date, channel: str) -> Case:
    facts = _facts(held)
    if refusal := rules.why_no_withdrawal(facts, on):
        raise Refused(refusal, facts.answered.on if facts.answered else None)
    _event(by, held, "support_referral_declined", on)
    cases.set_answer(by=by, case=held, agreed=False, route="declined", reason="agreement_no")
    answered = cases.end_referral(by=by, case=held)
    close_first_calls(by=by, person_id=held.person_id)
    recompute(case_id=held.pk, by=by)
    # Last: who withdraws for the hub sees nothing of it any more.
    close_after_no(by=by, case=held, organisation_id=onward_organisation(), on=on, channel=channel)
    return answered


@transaction.atomic
def refer_to_hub(*, by: Actor, case: Case, on: date) -> Case:
    """Refer a case on to the hub of the area: from now on the hub sees it, its person and how to reach them.

    The gate: raises `Refused` for a sealed record, a case without the yes that its route asks for, one that waits
    for a specialist, is out of scope or declined, and one already referred on, and one that the area's record of
    processing does not foresee. Nothing is opened then. Where that record asks for the person's agreement besides the
    legal basis, the yes is kept as an agreement with the hub; else the audit says on what basis it went.
    """
    with _at_work(by, case) as held:
        if not _of_desk(by, held):
            raise Refused("not_for_this_side")
        if refusal := rules.why_not_referred(_facts(held), on, today()):
            raise Refused(refusal)
        onward = onward_organisation()
        basis = flow_allows(held.desk_id, onward, PURPOSE_OF_ROUTE[held.route], on)
        if not basis.allowed:
            raise Refused("no_basis")
        if basis.agreement_needed and held.agreement != "yes":
            raise Refused("answer_needed")
        _event(by, held, "support_referral_made", on)
        referred = cases.open_to(by=by, case=held, organisation_id=onward, on=on)
        if basis.agreement_needed:
            _keep_agreement(by, referred, onward, on)
        recompute(case_id=held.pk, by=by)
        record(
            action="case.referred", object_kind="case", object_id=str(held.pk), organisation=onward,
            flow=basis.rule, basis=basis.basis, verified=basis.verified, agreement=basis.agreement_needed,
        )  # fmt: skip
    return referred


def _keep_agreement(by: Actor, case: Case, onward: int, on: date) -> None:
    """The yes on which a case is referred, as what the person agreed to; once, while it stands."""
    held = standing_agreements(person_id=case.person_id, organisation_id=onward, on=on)
    if any(each.case_id in (None, case.pk) for each in held):
        return
    answered = _facts(case).answered
    record_agreement(
        by=by,
        person_id=case.person_id,
        organisation_id=onward,
        case_id=case.pk,
        kinds=TOLD_BY_A_REFERRAL,
        said=Said(
            on=answered.on if answered else on,
            channel=Channel.POLICE_RECORD if case.agreement_decided_at is None else Channel.NOT_RECORDED,
        ),
    )


@transaction.atomic
def take_case(*, by: Actor, case: Case) -> Case:
    """Put a case of one's own desk into one's own hands, also from those of a colleague; again changes nothing.

    Only the desk of the case may: whose hands it is in is that body's own record. Where two accuse each other, nobody
    holds both. Raises `Refused`.
    """
    with _at_work(by, case) as held:
        if by.user_id is None:
            raise Refused("not_allowed")
        if not _of_desk(by, held):
            raise Refused("not_for_this_side")
        if holds_other_side(held, by.user_id):
            raise Refused("other_hands")
        return cases.assign(by=by, case=held, user_id=by.user_id)


@contextmanager
def _at_work(by: Actor, case: Case) -> Iterator[Case]:
    """Act as `by`, who must be allowed to record, on the case as it stands, locked."""
    with acting_as(by):
        if not by.may(Permission.RECORD_ACTS):
            raise Refused("not_allowed")
        yield case_locked(case.pk)


def _of_desk(by: Actor, case: Case) -> bool:
    return case.desk_id in by.organisations


def _facts(case: Case, events: Iterable[CaseEvent] | None = None) -> rules.CaseFacts:
    """What the gate asks of a case; reads its events unless they are given."""
    known = events_of(case.pk) if events is None else events
    latest = rules.latest_answer((row.event, row.occurred_on) for row in known)
    return rules.CaseFacts(
        route=case.route,
        agreement=case.agreement,
        sealed=case.person.visibility == Visibility.SEALED or not case.visible_to,
        reported_on=case.reported_on,
        referred_on=case.referred_on,
        answered=latest,
        answered_by_hand=case.agreement_decided_at is not None,
    )


def _event(
    by: Actor,
    case: Case,
    event: str,
    on: date,
    about: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    received_on: date | None = None,
    words: str = "",
) -> CaseEvent:
    try:
        return cases.record_event(
            by=by,
            case=case,
            event=event,
            occurred_on=on,
            known=vocabulary().events,
            about=about,
            attributes=attributes,
            received_on=received_on,
            words=words,
        )
    except cases.CannotRecord as cannot:
        raise Refused(cannot.code) from cannot

"""Writing what a person agreed to and withdrew; who loses sight with it; who came without the police; the area's flows.

Duties are owed whatever the person agreed to: nothing here touches one, but for who may see it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hawl.foundations.access.actor import POLICE, Actor, Permission, Role
from hawl.foundations.access.models import Body
from hawl.foundations.access.policy import GLASS_READS_ONLY, Action, Purpose, decide
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now, today
from hawl.foundations.identity.queries import users_with_role
from hawl.foundations.journal.actions import note
from hawl.registers.agreements import ports, queries, rules
from hawl.registers.agreements.entries import ProcessingEntry
from hawl.registers.agreements.models import (
    CameWithoutPolice,
    Channel,
    Kind,
    ProcessingActivity,
    SaidBy,
    SharingAgreement,
)
from hawl.registers.cases.models import Case
from hawl.registers.dated.columns import rows
from hawl.registers.dated.reconcile import Counts, reconcile
from hawl.registers.people.models import Person

# How a case came that no feed brought: by the person themself, without the police.
SELF_REFERRAL = "self-referral"


class CannotAgree(ValueError):
    """An agreement that cannot be: `code` is one of those below. Nothing was written.

    not_allowed, glass_reads_only, future_day, until_before, until_past, no_kinds, unknown_kind, unknown_channel,
    unknown_organisation, no_flow, ended_already, before_agreed, with_oneself, waits_for_matching, same_person,
    nothing_to_second.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Said:
    """What was said: by whom, how, when, and who explained it in which language. `words` are kept sealed."""

    on: date
    channel: str
    said_by: str = SaidBy.PERSON
    explained_by: int | None = None
    explained_in: str = ""
    words: Mapping[str, str] | None = None


@transaction.atomic
def record_agreement(
    *,
    by: Actor,
    person_id: uuid.UUID,
    organisation_id: int,
    kinds: Collection[str],
    said: Said,
    until: date | None = None,
    case_id: uuid.UUID | None = None,
) -> SharingAgreement:
    """Keep that the person agreed to one organisation having these kinds of information, until a day (included).

    It opens nothing by itself: that is the act which passes something on, and for which a flow from the body of `by`
    must be foreseen. Where it names a police body and the person came without the police, the wall against all police
    falls when a second person signs (`second_agreement`), whoever `by` is. Raises `CannotAgree`, and
    `Person.DoesNotExist` for somebody whom `by` may not see.
    """
    with acting_as(by):
        _may(by)
        person = Person.objects.select_for_update().get(pk=person_id)
        _has_ground(by, person)
        _check(by, person, organisation_id, kinds, said, until)
        walled = _is_police(organisation_id) and queries.came_without_police(person.pk)
        made = SharingAgreement.objects.create(
            person_id=person.pk,
            case_id=case_id,
            organisation_id=organisation_id,
            kinds=sorted(set(kinds)),
            agreed_on=said.on,
            until=until,
            channel=said.channel,
            said_by=said.said_by,
            explained_by=said.explained_by,
            explained_in=said.explained_in,
            words=dict(said.words) if said.words else None,
            recorded_at=timezone.now(),
            recorded_by=by.user_id,
            recorded_for=min(by.organisations, default=0),
            **_seen_like(person, None if walled else organisation_id),
        )
        if walled:
            record(action="agreement.police_asked", object_kind="person", object_id=str(person.pk), grave=True,
                   agreement=str(made.pk), organisation=organisation_id)  # fmt: skip
        record(
            action="agreement.recorded", object_kind="person", object_id=str(person.pk), agreement=str(made.pk),
            organisation=organisation_id, kinds=made.kinds, until=until and until.isoformat(),
        )  # fmt: skip
    return made


@transaction.atomic
def second_agreement(*, by: Actor, agreement_id: uuid.UUID) -> SharingAgreement:
    """Sign as the second person that the police may know of somebody who came without them: now the wall falls.

    `by` is another than who recorded it, sees the person by more than a broken glass, and works for a body from which a
    flow to that police body is foreseen. The leads of the hub find it among their reviews from then on. Raises
    `CannotAgree` (not_allowed, glass_reads_only, same_person, no_flow, nothing_to_second) and
    `SharingAgreement.DoesNotExist`.
    """
    with acting_as(by):
        _may(by)
        held = SharingAgreement.objects.select_for_update().get(pk=agreement_id)
        _has_ground(by, held)
        if not queries.waits_for_second(held):
            raise CannotAgree("nothing_to_second")
        if held.recorded_by == by.user_id:
            raise CannotAgree("same_person")
        _has_flow(by, held.organisation_id)
        if not _call("hawl_unwall_by_two", held.pk):
            raise CannotAgree("not_allowed")
        held.refresh_from_db()
        record(action="agreement.police_unwalled", object_kind="person", object_id=str(held.person_id), grave=True,
               agreement=str(held.pk), organisation=held.organisation_id)  # fmt: skip
    return held


def _has_ground(by: Actor, row: Person | SharingAgreement | Case) -> None:
    """What the person agreed to is kept by who works on the record; a broken glass is for reading alone."""
    decided = decide(by, Action.AGREE, row.as_resource(), Purpose.SUPPORT, now())
    if not decided.allow:
        raise CannotAgree(GLASS_READS_ONLY if decided.rule == GLASS_READS_ONLY else "not_allowed")


def _has_flow(by: Actor, organisation_id: int) -> None:
    """No agreement is kept with a body to which nothing may pass from the body of `by`."""
    if not by.machine and organisation_id not in queries.flows().receivers(by.organisations, on=today()):
        raise CannotAgree("no_flow")


def _seen_like(person: Person, organisation_id: int | None) -> dict[str, Any]:
    """Who sees the person sees the agreement; so does the organisation that it names, unless the person is sealed."""
    added = () if organisation_id is None else (organisation_id,)
    seen = sorted({*person.visible_to, *added}) if person.visible_to else []
    return {
        "visible_to": seen,
        "named_users": person.named_users,
        "denied_users": person.denied_users,
        "denied_organisations": person.denied_organisations,
    }


def _check(
    by: Actor, person: Person, organisation_id: int, kinds: Collection[str], said: Said, until: date | None
) -> None:
    if said.on > today():
        raise CannotAgree("future_day")
    if until is not None and until < said.on:
        raise CannotAgree("until_before")
    if until is not None and until < today():
        raise CannotAgree("until_past")
    if not kinds:
        raise CannotAgree("no_kinds")
    if not set(kinds) <= set(Kind.values):
        raise CannotAgree("unknown_kind")
    if said.channel not in Channel.values or said.said_by not in SaidBy.values:
        raise CannotAgree("unknown_channel")
    if not Body.objects.filter(pk=organisation_id).exists():
        raise CannotAgree("unknown_organisation")
    _has_flow(by, organisation_id)
    if queries.waits_for_matching(person.pk):
        raise CannotAgree("waits_for_matching")


@transaction.atomic
def withdraw_agreement(
    *, by: Actor, agreement_id: uuid.UUID, on: date, channel: str, words: str = ""
) -> SharingAgreement:
    """Keep that the person withdrew an agreement on a day (Europe/London); the organisation loses sight at once.

    It keeps what it holds for another reason: as the organisation of record, by a legal basis that needs no agreement,
    by another agreement that stands. What waits to be sent to it is taken back. Who withdraws for their own
    organisation loses sight too. Raises `CannotAgree`, `SharingAgreement.DoesNotExist`.
    """
    with acting_as(by):
        _may(by)
        held = SharingAgreement.objects.select_for_update().get(pk=agreement_id)
        _has_ground(by, held)
        if held.ended_at is not None:
            raise CannotAgree("ended_already")
        if on > today():
            raise CannotAgree("future_day")
        if on < held.agreed_on:
            raise CannotAgree("before_agreed")
        if channel not in Channel.values:
            raise CannotAgree("unknown_channel")
        _end(held, "withdrawn", on=on, channel=channel, by=by, words=words)
        note(
            kind="agreement_withdrawn",
            subject=held.person_id,
            facts=_journalled(held.organisation_id, on, held.pk, held.case_id),
        )
        _lose_sight(held.person_id, held.organisation_id, on)
        record(
            action="agreement.withdrawn", object_kind="person", object_id=str(held.person_id),
            agreement=str(held.pk), organisation=held.organisation_id,
        )  # fmt: skip
    return held


@transaction.atomic
def close_after_no(
    *, by: Actor, case: Case, organisation_id: int, on: date, channel: str = Channel.NOT_RECORDED
) -> int:
    """The person said no after the case was referred on: end what they agreed to for it, and the organisation's sight.

    The case must hold the no already. Gives how many agreements ended.
    """
    with acting_as(by):
        _may(by)
        _has_ground(by, case)
        rows_held = SharingAgreement.objects.select_for_update().filter(
            person_id=case.person_id, organisation_id=organisation_id, case_id=case.pk, ended_at=None
        )
        ended = 0
        for held in rows_held:
            _end(held, "withdrawn", on=max(on, held.agreed_on), channel=channel, by=by)
            ended += 1
            facts = _journalled(organisation_id, on, held.pk, case.pk)
            note(kind="agreement_withdrawn", subject=case.person_id, facts=facts)
        if not ended:
            # It rested on a legal basis alone; a no ends that as well.
            facts = _journalled(organisation_id, on, None, case.pk)
            note(kind="agreement_withdrawn", subject=case.person_id, facts=facts)
        _lose_sight(case.person_id, organisation_id, on)
        record(
            action="agreement.closed_after_no", object_kind="case", object_id=str(case.pk),
            organisation=organisation_id, agreements=ended,
        )  # fmt: skip
    return ended


def _journalled(
    organisation_id: int, on: date, agreement_id: uuid.UUID | None, case_id: uuid.UUID | None
) -> dict[str, Any]:
    facts: dict[str, Any] = {"organisation": organisation_id, "on": on.isoformat(), "agreement": None, "case": None}
    if agreement_id is not None:
        facts["agreement"] = str(agreement_id)
    if case_id is not None:
        facts["case"] = str(case_id)
    return facts


def withdraw_again(
    *,
    by: Actor,
    person_id: uuid.UUID,
    agreement_id: uuid.UUID | None,
    organisation_id: int,
    case_id: uuid.UUID | None,
    on: date,
) -> bool:
    """Put a withdrawal back after a restore, as the machine; False where the person is not there. Harmless again."""
    with acting_as(by):
        if not Person.objects.filter(pk=person_id).exists():
            return False
        standing = SharingAgreement.objects.filter(person_id=person_id, ended_at=None)
        held = standing.filter(pk=agreement_id).first() if agreement_id else None
        if held is not None:
            _end(held, "withdrawn", on=max(on, held.agreed_on), channel="", by=by)
        if case_id is not None:
            # An answer given after that day stands: the person may have said yes again.
            Case.objects.filter(pk=case_id, agreement_decided_at__date__lte=on).exclude(agreement="no").update(
                agreement="no", route="declined", route_reason="agreement_no", referred_on=None, no_first_call=True
            )
        _lose_sight(person_id, organisation_id, on)
        record(
            action="agreement.withdrawn_again", object_kind="person", object_id=str(person_id),
            organisation=organisation_id,
        )  # fmt: skip
    return True


def end_lapsed_agreements(*, by: Actor, on: date | None = None) -> int:
    """Close every agreement whose last day was before `on` (today in London): gives how many. For machines.

    Each in a transaction of its own, so that one which cannot be closed keeps none of the others open.
    """
    day = on or today()
    with acting_as(by):
        waiting = queries.lapsed(day)
    for agreement_id in waiting:
        with acting_as(by):
            held = SharingAgreement.objects.select_for_update().get(pk=agreement_id)
            if held.ended_at is None and held.until is not None and held.until < day:
                _end(held, "lapsed")
                _lose_sight(held.person_id, held.organisation_id, day)
                record(
                    action="agreement.lapsed", object_kind="person", object_id=str(held.person_id),
                    agreement=str(held.pk), organisation=held.organisation_id,
                )  # fmt: skip
    return len(waiting)


def _end(
    held: SharingAgreement,
    how: str,
    *,
    on: date | None = None,
    channel: str = "",
    by: Actor | None = None,
    words: str = "",
) -> None:
    held.ended_at, held.ended_as = timezone.now(), how
    held.withdrawn_on, held.withdrawn_by_way_of = on, channel
    held.withdrawn_recorded_by = by.user_id if by else None
    changed = ["ended_at", "ended_as", "withdrawn_on", "withdrawn_by_way_of", "withdrawn_recorded_by"]
    if words:
        held.words = {**(held.words or {}), "withdrawal": words}
        changed.append("words")
    held.save(update_fields=changed)


def _lose_sight(person_id: uuid.UUID, organisation_id: int, on: date) -> None:
    """What waits for the organisation is taken back, then every row closed to it: last, since `by` may lose sight."""
    ports.take_back(person_id, organisation_id)
    free = queries.flows().free_senders(to_org=organisation_id, purpose=rules.SUPPORT_OFFER, on=on)
    _call("hawl_close_sight", person_id, organisation_id, free)


def _call(function: str, *given: Any) -> Any:
    marks = ", ".join("%s" for _ in given)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({marks})", given)
        return cursor.fetchone()[0]


def _is_police(organisation_id: int) -> bool:
    return Body.objects.filter(pk=organisation_id, police=True).exists()


def _may(by: Actor) -> None:
    if not (by.machine or by.may(Permission.RECORD_ACTS)):
        raise CannotAgree("not_allowed")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of somebody who came to the hub: names, language, and what the case is about, all in codes."""

    names: Mapping[str, str | None]
    offence: str
    came_on: date
    language: str = ""
    born_on: date | None = None
    council: str = ""


@transaction.atomic
def register_without_police(*, by: Actor, arrival: Arrival) -> Case:
    """Keep somebody who came without the police: a person and a case of whom no police account gets to know anything.

    Open to `by` and the duty leads of their organisation alone until matching has run (`finish_matching`). Nothing is
    owed under the Code for a crime that nobody reported, so no duty arises. Raises `CannotAgree`: not_allowed for who
    may not record, has no organisation or works for the police, future_day.
    """
    with acting_as(by):
        _may(by)
        if by.user_id is None or by.police or len(by.organisations) != 1:
            raise CannotAgree("not_allowed")
        if arrival.came_on > today():
            raise CannotAgree("future_day")
        organisation_id, person_id = min(by.organisations), uuid.uuid4()
        scope: dict[str, Any] = {
            "visible_to": [],
            "named_users": sorted({by.user_id, *users_with_role(Role.SPECIALIST_LEAD, organisation_id)}),
            "denied_organisations": [POLICE],
        }
        # First, so that the database keeps the police off every row from the first one.
        CameWithoutPolice.objects.create(
            person_id=person_id, organisation_id=organisation_id, registered_by=by.user_id, came_on=arrival.came_on,
            **scope,
        )  # fmt: skip
        person = Person.objects.create(
            id=person_id, names=dict(arrival.names), born_on=arrival.born_on, facts={}, language=arrival.language,
            created_at=timezone.now(), **scope,
        )  # fmt: skip
        case = Case.objects.create(
            person=person, desk_id=organisation_id, source=SELF_REFERRAL, reference={"record_id": ""}, location={},
            role="victim", offence=arrival.offence, council=arrival.council, route="consent_first",
            route_reason="came_without_police", reported_on=arrival.came_on, received_at=timezone.now(), **scope,
        )  # fmt: skip
        record(action="person.registered", object_kind="person", object_id=str(person_id))
    return case


@transaction.atomic
def finish_matching(*, by: Actor, person_id: uuid.UUID, sealed_match: uuid.UUID | None = None) -> None:
    """Open to the hub who came without the police, now that matching has run; again changes nothing.

    Where the same person is held in a sealed record, theirs is sealed too, to those named there; whoever registered
    them sees no more than that it was handed over. For machines, which alone see a sealed match; a duty lead of the hub
    may where there is none. Raises `CannotAgree`: not_allowed.
    """
    with acting_as(by):
        lead = Role.SPECIALIST_LEAD in by.roles and sealed_match is None
        if not (by.machine or lead):
            raise CannotAgree("not_allowed")
        came = CameWithoutPolice.objects.get(person_id=person_id)
        leads = users_with_role(Role.SPECIALIST_LEAD, came.organisation_id)
        _call("hawl_finish_matching", person_id, sealed_match, leads)
        record(action="person.matched", object_kind="person", object_id=str(person_id))


def load_processing(*, area: str, entries: Iterable[ProcessingEntry], by: Actor) -> Counts:
    """Bring an area's flows to what its entries say; those that are gone are taken away, the same change nothing."""
    with acting_as(by):
        counts = reconcile(ProcessingActivity.objects.filter(area=area), ["key"], rows(entries, area=area), remove=True)
        record(action="processing.loaded", object_kind="area", object_id=area, **counts.as_dict())
    return counts

"""Writing what happened in a case, who works on it, and to whom it is open.

These are the plain writers of the register. What an act means (which duty it answers, whether it may be done)
is decided above; `work.hub.actions` composes them.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Container, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import today
from hawl.foundations.journal.actions import note
from hawl.registers.cases.journal_facts import declined_facts
from hawl.registers.cases.models import Case, CaseEvent, Route
from hawl.registers.people.actions.restoring import close_plan
from hawl.registers.people.models import Person

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,60}")


class CannotRecord(ValueError):
    """An event that cannot be. `code` is unknown_event, future_day, before_report, unknown_about, before_about,
    received_before, future_receipt or free_text; for one that cannot be taken back unknown_event or answered.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def record_event(
    *,
    by: Actor,
    case: Case,
    event: str,
    occurred_on: date,
    known: Container[str],
    about: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    received_on: date | None = None,
    words: str = "",
) -> CaseEvent:
    """Add to a case what happened on a day, and when word of it came to this body (local days, Europe/London).

    `known` are the codes that rulebooks know, `about` the event_id of an event of this case that this one answers.
    `attributes` are numbers, truth values and codes, never text; `words`, such as a reason, are kept sealed. Raises
    `CannotRecord`, and `Case.DoesNotExist` for a case that `by` may not see.
    """
    with acting_as(by):
        held = _held(case)
        _check(held, event, occurred_on, known, about, attributes or {})
        _check_receipt(occurred_on, received_on)
        made = CaseEvent.objects.create(
            case=held,
            event_id=f"desk-{uuid.uuid4().hex[:16]}",
            event=event,
            occurred_on=occurred_on,
            received_on=received_on,
            about=about or "",
            attributes=dict(attributes or {}),
            detail={"words": words} if words else None,
            asserted_by=by.label,
            recorded_at=timezone.now(),
            visible_to=held.visible_to,
            named_users=held.named_users,
            denied_users=held.denied_users,
            denied_organisations=held.denied_organisations,
        )
        record(action="case.event_recorded", object_kind="case", object_id=str(held.pk), event=event)
    return made


def _check(
    case: Case, event: str, day: date, known: Container[str], about: str | None, attributes: Mapping[str, Any]
) -> None:
    if event not in known:
        raise CannotRecord("unknown_event")
    if day > today():
        raise CannotRecord("future_day")
    if day < case.reported_on:
        raise CannotRecord("before_report")
    if about:
        answered = list(CaseEvent.objects.filter(case=case, event_id=about).values_list("occurred_on", flat=True))
        if not answered:
            raise CannotRecord("unknown_about")
        if answered[0] is not None and day < answered[0]:
            raise CannotRecord("before_about")
    if any(isinstance(value, str) and not _CODE.fullmatch(value) for value in attributes.values()):
        raise CannotRecord("free_text")


def _check_receipt(day: date, received_on: date | None) -> None:
    if received_on is None:
        return
    if received_on > today():
        raise CannotRecord("future_receipt")
    if received_on < day:
        raise CannotRecord("received_before")


@transaction.atomic
def take_back_event(*, by: Actor, case: Case, event_id: str, into: str) -> CaseEvent:
    """Make an event that was recorded by mistake into one of the code `into`, which no rule asks for.

    Nobody at a desk can delete what was recorded: the row stays, says what it was, and the audit keeps all it said.
    Raises `CannotRecord`: unknown_event where it is not there or taken back, answered where another is about it.
    """
    with acting_as(by):
        held = _held(case)
        row = CaseEvent.objects.filter(case=held, event_id=event_id).exclude(event=into).defer("detail").first()
        if row is None:
            raise CannotRecord("unknown_event")
        if CaseEvent.objects.filter(case=held, about=event_id).exclude(event=into).exists():
            raise CannotRecord("answered")
        record(
            action="case.event_taken_back", object_kind="case", object_id=str(held.pk), event=row.event,
            event_id=row.event_id, occurred_on=row.occurred_on.isoformat() if row.occurred_on else "",
            received_on=row.received_on.isoformat() if row.received_on else "", about=row.about,
            attributes=row.attributes, asserted_by=row.asserted_by, recorded_at=row.recorded_at.isoformat(),
        )  # fmt: skip
        row.attributes, row.event = {"was": row.event}, into
        row.save(update_fields=["attributes", "event"])
    return row


@transaction.atomic
def set_answer(*, by: Actor, case: Case, agreed: bool, route: str, reason: str) -> Case:
    """Keep the person's answer to being referred, and the route that follows from it. No feed alters it afterwards."""
    with acting_as(by):
        held = _held(case)
        # Whoever writes to the person holds this row meanwhile: they come before the answer, or find it.
        list(Person.objects.select_for_update().filter(pk=held.person_id))
        if not agreed:
            note(kind="declined", subject=held.person_id, facts=declined_facts(held))
        held.agreement = "yes" if agreed else "no"
        held.agreement_decided_at = timezone.now()
        held.route, held.route_reason = Route(route).value, reason
        # Nobody rings, unasked, who said no.
        held.no_first_call = held.no_first_call or not agreed
        held.save(update_fields=["agreement", "agreement_decided_at", "route", "route_reason", "no_first_call"])
        record(
            action="case.answer_recorded", object_kind="case", object_id=str(held.pk), agreement=held.agreement,
            route=held.route,
        )  # fmt: skip
    return held


@transaction.atomic
def decline_again(*, by: Actor, person_id: uuid.UUID, case_id: str | None, crime: str | None, at: datetime) -> bool:
    """Put a no back after a restore. False where the case is not here; then nobody is reached by the person's plan."""
    with acting_as(by):
        person = Person.objects.select_for_update().filter(pk=person_id).first()
        if person is None:
            return False
        same = Q(pk=case_id) if case_id else Q(pk=None)
        if crime:
            same |= Q(crime_key=bytes.fromhex(crime.removeprefix("c")))
        cases = Case.objects.filter(same, person_id=person_id).exclude(agreement="yes", agreement_decided_at__gt=at)
        closed = cases.update(
            agreement="no", agreement_decided_at=at, route=Route.DECLINED, route_reason="agreement_no",
            no_first_call=True,
        )  # fmt: skip
        if not closed and not Case.objects.filter(same, person_id=person_id).exists():
            close_plan(by=by, person=person, at=at)
            return False
        record(action="case.declined_again", object_kind="person", object_id=str(person_id), cases=closed)
        return True


@transaction.atomic
def open_to(*, by: Actor, case: Case, organisation_id: int, on: date) -> Case:
    """Open a case, its events, its person and the ways of reaching them that it told to one more organisation.

    What other cases told of the person's numbers stays as it is; that it forbids a use is on every claim of the
    number already. What belongs to the person and no case (a decision) goes along. Duties are the caller's to lay
    anew. Nothing else of the person is opened. The database asks for itself who may (`moving.sql`): Django's
    `ProgrammingError` for whoever is not at the case's own desk, for a sealed record, and for a police body.
    """
    with acting_as(by):
        held = _held(case)
        with connection.cursor() as cursor:
            cursor.execute("SELECT hawl_open_to(%s, %s)", [held.pk, organisation_id])
        Case.objects.filter(pk=held.pk).update(referred_on=on, recalled_on=None)
        record(action="case.opened_to", object_kind="case", object_id=str(held.pk), organisation=organisation_id)
    held.visible_to = sorted({*held.visible_to, organisation_id})
    held.referred_on, held.recalled_on = on, None
    return held


@transaction.atomic
def end_referral(*, by: Actor, case: Case) -> Case:
    """The person withdrew after the case was referred on: it is its desk's alone again. Sight is closed apart."""
    with acting_as(by):
        held = _held(case)
        held.referred_on = None
        held.save(update_fields=["referred_on"])
        record(action="case.referral_ended", object_kind="case", object_id=str(held.pk))
    return held


@transaction.atomic
def assign(*, by: Actor, case: Case, user_id: int) -> Case:
    """Put a case into one person's hands; nothing happens where it is there already."""
    with acting_as(by):
        held = _held(case)
        if held.assigned_to != user_id:
            before = held.assigned_to
            held.assigned_to = user_id
            held.save(update_fields=["assigned_to"])
            record(action="case.taken", object_kind="case", object_id=str(held.pk), before=before, after=user_id)
    return held


def _held(case: Case) -> Case:
    """The case as it stands, locked to the end of the transaction; `Case.DoesNotExist` where it is hidden."""
    return Case.objects.select_for_update().get(pk=case.pk)

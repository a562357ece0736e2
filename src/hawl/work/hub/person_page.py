"""The person's page: who this is, how to reach them, what happened and what was owed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hawl.foundations.clock import BeyondCalendar, england_and_wales, today
from hawl.foundations.design.timeline import Happened, Moment, Owed, in_order
from hawl.foundations.identity.queries import display_name, organisations_of
from hawl.foundations.languages.texts import in_language
from hawl.foundations.vault.fields import can_open
from hawl.registers.cases.queries import cases_of, events_of
from hawl.registers.people.models import Visibility
from hawl.registers.people.queries import Way, ways_to_reach
from hawl.rights.duties.queries import evaluated_now, reminders_now
from hawl.rights.rulebook import Evaluated
from hawl.work.hub import rules, wording
from hawl.work.hub.area_words import AreaWords
from hawl.work.hub.duty_page import doubted
from hawl.work.hub.presenters import what_next
from hawl.work.hub.refusals import Refused
from hawl.work.hub.routing import onward_organisation
from hawl.work.intake.facts import years_between
from hawl.work.intake.reasons import reasons

if TYPE_CHECKING:
    from hawl.registers.cases.models import Case, CaseEvent
    from hawl.registers.people.models import Person


@dataclass(frozen=True, slots=True)
class ShownWay:
    """A way of reaching the person: what it is, and for each use the words and colour of its safety."""

    contact_id: UUID
    kind: str | Promise
    uses: tuple[tuple[str, str | Promise, str], ...]
    given: str
    first_call: bool
    decided: bool


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing that the person may ask for, and by when."""

    says: str
    due_on: date | None
    left: str
    state: str


@dataclass(frozen=True, slots=True)
class CaseShown:
    """One case in full; `of_desk` tells on which side of the gate the reader stands."""

    case: Case
    offence: str
    role: str | Promise
    council: str
    route: str
    route_reason: str
    next: str
    answer: str | Promise
    grounds: tuple[str, ...]
    taken_by: str
    mine: bool
    of_desk: bool
    # Why the case may not be referred on now; empty where it may.
    not_referred: str
    events: list[CaseEvent]
    moments: list[Moment]
    # What the person may ask for: the words, the last day, and how far off it is; those whose time is over last.
    reminders: list[Reminder]


@dataclass(frozen=True, slots=True)
class PersonShown:
    """All that the page shows. `others` are the person's further cases."""

    person: Person
    name: str
    particulars: tuple[tuple[str, str], ...]
    ways: list[ShownWay]
    first_call_words: str
    cases: list[tuple[Case, str]]
    shown: CaseShown | None
    today: date


def person_shown(
    person: Person, case_id: UUID | None, words: AreaWords, user_id: int, organisations: frozenset[int]
) -> PersonShown:
    """The page of a person whom the reader may see, at one case of theirs (default: the most urgent)."""
    held = cases_of(person.pk)
    case = next((one for one in held if one.pk == case_id), None) or min(held, key=_urgency, default=None)
    return PersonShown(
        person=person,
        name=wording.name_of(person),
        particulars=tuple(_particulars(person)),
        ways=[_way(way) for way in ways_to_reach(person)],
        first_call_words=in_language(reasons("safety")["first_approach"]),
        cases=[(one, wording.offence(one.offence)) for one in held],
        shown=_case(case, words, user_id, organisations) if case else None,
        today=today(),
    )


def _urgency(case: Case) -> tuple[int, int]:
    return case.rank, -case.reported_on.toordinal()


def _particulars(person: Person) -> list[tuple[str, str]]:
    if not can_open(person, "names"):
        return []
    names, facts = person.names or {}, person.facts or {}
    language = wording.LANGUAGES.get(person.language, person.language)
    born = person.born_on
    told = [
        (_("Known as"), names.get("known_as")),
        (_("Organisation"), names.get("organisation")),
        (_("Person to ask for"), names.get("named_contact")),
        (_("Language"), str(language) if language else _("Not recorded: ask")),
        (_("Interpreter"), facts.get("interpreter")),
        (_("Age"), str(years_between(born, today())) if born else None),
        (_("Age when reported"), None if born else facts.get("age")),
        (_("Needs"), ", ".join(facts.get("access_needs") or ())),
    ]
    return [(label, str(value)) for label, value in told if value not in (None, "")]


def _way(way: Way) -> ShownWay:
    uses: list[tuple[str, str]] = []
    if way.kind in ("mobile", "landline"):
        uses = [(_("Ring"), way.ring), (_("Leave a message"), way.message)]
    if way.kind in ("mobile", "email"):
        uses.append((_("Text") if way.kind == "mobile" else _("Send an e-mail"), way.text))
    if way.kind in ("address", "email"):
        uses.append((_("Write"), way.write))
    return ShownWay(
        contact_id=way.contact_id,
        kind=wording.KINDS.get(way.kind, way.kind),
        uses=tuple((label, *wording.SAFETY[safety]) for label, safety in uses),
        given=str(wording.GIVEN_BY.get(way.given_by, "")),
        first_call=way.ring == "first_approach",
        decided=way.decided_at is not None,
    )


def _case(case: Case, words: AreaWords, user_id: int, organisations: frozenset[int]) -> CaseShown:
    events = events_of(case.pk)
    owed = evaluated_now(case.pk, today(), events)
    taken = case.assigned_to
    grounds = reasons("grounds")
    return CaseShown(
        case=case,
        offence=wording.offence(case.offence),
        role=wording.ROLES.get(case.role, case.role),
        council=words.council(case.council),
        route=wording.route(case.route),
        route_reason=words.route_reason(case.route_reason),
        next=what_next(case, words, _force_referred_on(events)),
        answer=wording.ANSWERS.get(case.agreement, case.agreement),
        grounds=tuple(in_language(grounds[code]) for code in case.enhanced_suggested.split() if code in grounds),
        taken_by=display_name(taken) if taken else "",
        mine=taken == user_id,
        of_desk=case.desk_id in organisations,
        not_referred=_not_referred(case, events),
        events=events,
        moments=_moments(case, events, owed),
        reminders=_reminders(reminders_now(case.pk, today(), events)),
    )


def _moments(case: Case, events: Sequence[CaseEvent], owed: Sequence[Evaluated]) -> list[Moment]:
    sources = _sources(events, case.desk_id)
    by_trigger: dict[str, list[Owed]] = {}
    for one in owed:
        by_trigger.setdefault(one.trigger_event_id, []).append(_owed(case, one, events))
    # On one day, what started a clock stands before what answered it.
    starting_first = sorted(events, key=lambda row: row.event_id not in by_trigger)
    page = reverse("happened", args=[case.person_id, case.pk])
    return in_order(
        Moment(
            Happened(
                wording.event(row.event),
                row.occurred_on,
                source=sources[row.event_id],
                note=_doubted_duty(row, owed),
                href=f"{page}?{urlencode({'event': row.event_id})}",
            ),
            tuple(by_trigger.get(row.event_id, ())),
        )
        for row in starting_first
    )


def _doubted_duty(row: CaseEvent, owed: Sequence[Evaluated]) -> str:
    """What it was that the person said was not done; empty for other events."""
    attribute = rules.doubts(row.event)
    named = row.attributes.get(attribute) if attribute else None
    one = next((each for each in owed if (each.duty_id, each.trigger_event_id) == (named, row.about)), None)
    return wording.work_of(one.rulebook, one.duty_id) if one else ""


def _reminders(found: Sequence[Evaluated]) -> list[Reminder]:
    running = sorted(found, key=lambda one: (one.state == "lapsed", one.due_on or date.max))
    shown = []
    for one in running:
        rule = wording.duty(one.rulebook, one.duty_id)
        if rule and one.state in ("pending", "lapsed"):
            left = wording.days_left(one.due_on, today()) if one.state == "pending" else ""
            shown.append(Reminder(in_language(rule[1].says), one.due_on, left, one.state))
    return shown


def _sources(events: Sequence[CaseEvent], desk_id: int) -> dict[str, str]:
    """By whom each event was recorded, by event_id: the feed, or the body for which the worker works."""
    workers = {row.event_id: rules.worker_of(row.asserted_by) for row in events}
    bodies = organisations_of(one for one in workers.values() if one is not None)
    places = {desk_id: _("recorded at the desk")}
    if set(bodies.values()) - set(places):
        places = {onward_organisation(): _("recorded at the hub"), **places}
    return {
        row.event_id: str(wording.SENT_BY.get(row.asserted_by.partition(":")[0], ""))
        or places.get(bodies.get(workers[row.event_id] or 0, 0), _("recorded by a worker"))
        for row in events
    }


def _owed(case: Case, one: Evaluated, events: Sequence[CaseEvent]) -> Owed:
    limit = one.why["limit"]
    clock = str(in_language(one.why["clock"]))
    return Owed(
        what=wording.work_of(one.rulebook, one.duty_id),
        bearer=wording.bearers().get(one.bearer, one.bearer),
        state=one.state,
        due_on=one.due_on,
        done_on=one.done_on,
        note=clock if one.enforced else _("%(clock)s (advisory)") % {"clock": clock},
        href=f"{reverse('duty', args=[case.person_id, case.pk])}?"
        + urlencode({"duty": one.duty_id, "from": one.trigger_event_id}),
        limit=limit,
        used=_used(one) if limit is not None else None,
        doubted=doubted(one, events),
    )


def _used(one: Evaluated) -> int | None:
    """Working days from the first day of the clock to the day it was done, else to today."""
    end = one.done_on or today()
    if one.started_on is None or end < one.started_on or (one.done_on is None and one.state not in _RUNNING):
        return None
    try:
        return england_and_wales().working_days_between(one.started_on, end)
    except BeyondCalendar:
        return None


_RUNNING = frozenset({"pending", "overdue"})


def _not_referred(case: Case, events: Sequence[CaseEvent]) -> str:
    """The words of the gate, so that no button stands there that it would refuse."""
    said = sorted(events, key=lambda each: each.recorded_at)
    facts = rules.CaseFacts(
        route=case.route,
        agreement=case.agreement,
        sealed=case.person.visibility == Visibility.SEALED or not case.visible_to,
        reported_on=case.reported_on,
        referred_on=case.referred_on,
        answered=rules.latest_answer((each.event, each.occurred_on) for each in said),
        answered_by_hand=case.agreement_decided_at is not None,
    )
    refusal = rules.why_not_referred(facts, today(), today())
    return Refused(refusal).says if refusal else ""


def _force_referred_on(events: Sequence[CaseEvent]) -> date | None:
    """The first day on which the feed says that the force referred the person."""
    days = [
        each.occurred_on
        for each in events
        if each.event == "support_referral_made" and each.occurred_on and each.asserted_by.startswith("feed:")
    ]
    return min(days, default=None)

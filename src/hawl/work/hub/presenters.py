"""The lists of the desks as their templates draw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.access.counting import MOST_COUNTED
from hawl.foundations.design.charts import number
from hawl.foundations.languages import dates
from hawl.registers.cases.models import Risk, Route
from hawl.registers.cases.queries import CasesAsked
from hawl.rights.duties.queries import NOBODY, DueList, DutiesAsked
from hawl.rights.rulebook import state_on
from hawl.work.hub import rules, wording
from hawl.work.hub.area_words import AreaWords
from hawl.work.hub.filters import PERIODS
from hawl.work.intake.feed.offences import offences

if TYPE_CHECKING:
    from hawl.registers.cases.models import Case
    from hawl.rights.duties.models import Duty

Options = list[tuple[str, str | Promise]]


def counted(count: int) -> str:
    """A capped count: "over 10,000" where it went on."""
    return _("over %(count)s") % {"count": number(MOST_COUNTED)} if count > MOST_COUNTED else number(count)


@dataclass(frozen=True, slots=True)
class DueRow:
    """One thing owed to one person."""

    person_id: UUID
    case_id: UUID
    name: str
    offence: str
    what: str
    bearer: str
    due_on: date | None
    left: str
    state: str
    risk: str
    council: str
    hands: str
    duty: str
    trigger: str
    # The event by which it is done, where this reader may say so with one press; empty else.
    act: str


def due_row(duty: Duty, day: date, words: AreaWords, actor: Actor, colleagues: Mapping[int, str]) -> DueRow:
    """A duty of the list, with its case and person read already."""
    case, mine = duty.case, actor.user_id is not None and duty.case.assigned_to == actor.user_id
    at_hand = actor.may(Permission.RECORD_ACTS) and case.desk_id in actor.organisations
    return DueRow(
        person_id=case.person_id,
        case_id=case.pk,
        name=wording.name_of(case.person),
        offence=wording.offence(case.offence),
        what=wording.work_of(duty.rulebook, duty.duty_id),
        bearer=wording.bearers().get(duty.bearer, duty.bearer),
        due_on=duty.due_on,
        left=wording.days_left(duty.due_on, day),
        state=state_on(duty.standing, duty.due_on, day),
        risk=case.risk,
        council=words.council(case.council),
        hands=_("mine") if mine else colleagues.get(case.assigned_to or 0, ""),
        duty=duty.duty_id,
        trigger=duty.trigger_event_id,
        act=done_by(duty.rulebook, duty.duty_id) if at_hand else "",
    )


def done_by(rulebook: str, duty_id: str) -> str:
    """The event by which a worker says that a duty was done; empty where it has none, or one with a gate of its own."""
    found = wording.duty(rulebook, duty_id)
    act = found[1].act if found else None
    return act if act and act not in rules.BY_THEIR_OWN_ACT else ""


def due_numbers(due: DueList, address: Any) -> list[dict[str, Any]]:
    """The numbers above the due list; each leads to what is behind it."""
    shown = (
        ("overdue", _("Overdue"), "overdue"),
        ("today", _("Due today"), "pending"),
        ("week", _("Due in the next 7 days"), "pending"),
        ("no_limit", _("Owed, with no day set"), "no_limit"),
    )
    return [
        {
            "value": counted(due.counts[window]),
            "label": label,
            "state": state,
            "href": address(window=window, page=None),
        }
        for window, label, state in shown
    ]


def due_filters(
    asked: DutiesAsked, words: AreaWords, user_id: int | None, colleagues: Mapping[int, str]
) -> list[dict[str, Any]]:
    """The fields of the due list's filter; `colleagues` are named by id, oneself among them."""
    windows: Options = [
        ("", _("All that is owed")),
        ("overdue", _("Overdue")),
        ("today", _("Due today")),
        ("week", _("Due in the next 7 days")),
        ("no_limit", _("Owed, with no day set")),
    ]
    others: Options = [(str(one), name) for one, name in colleagues.items() if one != user_id]
    hands: Options = [("", _("Everybody's")), ("yes", _("Mine")), ("nobody", _("Nobody's yet")), *others]
    chosen = {None: "", NOBODY: "nobody", user_id: "yes"}.get(asked.hands, asked.hands)
    rights: Options = [(str(key), f"{key}. {title}") for key, title in wording.rights().items()]
    return [
        _choice("window", _("When"), asked.window, windows),
        _choice("mine", _("Whose cases"), chosen, hands),
        _choice("bearer", _("Owed by"), asked.bearer, [("", _("Any body")), *wording.bearers().items()]),
        _choice("right", _("Right"), asked.right or "", [("", _("Any right")), *rights]),
        _choice("route", _("Route"), asked.route, [("", _("Any route")), *_routes()]),
        _choice("council", _("Council"), asked.council, [("", _("Any council")), *_councils(words)]),
    ]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case that came in."""

    person_id: UUID
    case_id: UUID
    name: str
    offence: str
    reported_on: date
    risk: str
    council: str
    route: str
    why: str
    next: str
    mine: bool


def case_row(case: Case, words: AreaWords, user_id: int | None) -> CaseRow:
    """A case of the list, with its person read already."""
    return CaseRow(
        person_id=case.person_id,
        case_id=case.pk,
        name=wording.name_of(case.person),
        offence=wording.offence(case.offence),
        reported_on=case.reported_on,
        risk=case.risk,
        council=words.council(case.council),
        route=wording.route(case.route),
        why=words.route_reason(case.route_reason),
        next=what_next(case, words),
        mine=user_id is not None and case.assigned_to == user_id,
    )


def what_next(case: Case, words: AreaWords, force_referred_on: date | None = None) -> str:
    """What is to be done with a case, in one sentence.

    `force_referred_on`: the day on which the force's own record says that it referred the person, outside this desk.
    """
    if case.referred_on:
        return _("Referred on to %(hub)s.") % {"hub": words.hub}
    to_do = _to_do(case, words, force_referred_on)
    if case.recalled_on:
        taken_back = _("Was referred on, and has been taken back since the police record changed. Ring the hub.")
        return f"{taken_back} {to_do}"
    return to_do


def _to_do(case: Case, words: AreaWords, force_referred_on: date | None) -> str:
    if case.route == Route.SPECIALIST_HOLD:
        return _("Do not make contact. A specialist decides who is approached, and how.")
    if case.route == Route.OUT_OF_SCOPE:
        return _("Nothing is passed on. The rights under the Code are still owed.")
    if case.route == Route.DECLINED or case.agreement == "no":
        return _("Pass nothing on. If the person comes back, record the new answer.")
    if case.route == Route.CONSENT_FIRST and case.agreement == "yes_unconfirmed":
        return _("Find out who said yes, then record the answer.")
    if case.route == Route.CONSENT_FIRST and case.agreement != "yes":
        return _("Ask the person, then record the answer.")
    if force_referred_on:
        return _("The force recorded a referral on %(day)s. Refer on here to open the case to %(hub)s.") % {
            "day": dates.day(force_referred_on),
            "hub": words.hub,
        }
    return _("Refer on to %(hub)s.") % {"hub": words.hub}


def route_numbers(counts: Mapping[str, int], asked: CasesAsked, address: Any) -> list[dict[str, Any]]:
    """How many cases took each route; each number leads to its cases."""
    return [
        {
            "value": counted(counts[code]),
            "label": wording.route(code),
            "href": address(route=code, page=None),
            "note": _("shown below") if asked.route == code else "",
        }
        for code in Route.values
    ]


def case_filters(asked: CasesAsked, words: AreaWords) -> list[dict[str, Any]]:
    """The fields of the filter of the list of cases."""
    risks: Options = [(code, wording.RISKS[code]) for code in Risk.values]
    kinds: Options = sorted(((key, wording.offence(key)) for key in offences()), key=lambda one: str(one[1]))
    periods: Options = [(str(days), _("Last %(days)s days") % {"days": days}) for days in PERIODS]
    return [
        _choice("route", _("Route"), asked.route, [("", _("Any route")), *_routes()]),
        _choice("risk", _("Risk"), asked.risk, [("", _("Any risk")), *risks]),
        _choice("council", _("Council"), asked.council, [("", _("Any council")), *_councils(words)]),
        _choice("offence", _("Offence"), asked.offence, [("", _("Any offence")), *kinds]),
        _choice("days", _("Reported"), asked.days or "", [("", _("At any time")), *periods]),
    ]


def _choice(name: str, label: str, value: object, options: Options) -> dict[str, Any]:
    return {"name": name, "label": label, "value": value, "options": options}


def _routes() -> Options:
    return [(code, wording.route(code)) for code in Route.values]


def _councils(words: AreaWords) -> Options:
    return [(key, words.council(key)) for key in words.councils]

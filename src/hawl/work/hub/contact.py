"""How to reach one person: what counts, who decides it, and the contact plan. A page of its own beside the person's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hawl.foundations.access.actor import Actor, Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.clock import today
from hawl.foundations.identity.queries import display_name
from hawl.foundations.identity.stepping_up import needs_fresh_sign_in_unless
from hawl.foundations.vault.fields import can_open
from hawl.registers.people import actions
from hawl.registers.people.actions import CannotDecide, Changed, PlanTold
from hawl.registers.people.plan_rules import PROPOSAL_STANDS_DAYS
from hawl.registers.people.queries import Way, decisions_of, ways_to_reach, widens
from hawl.work.hub import wording
from hawl.work.hub.contact_forms import SAYS, DecideForm, PlanAnswerForm, PlanForm
from hawl.work.hub.contact_words import HOW_KNOWN, PLAN_FIELDS, STATES, USES, days_in_words

if TYPE_CHECKING:
    from hawl.registers.people.models import ContactDecision, ContactPlan

NOT_TAKEN, DIFFERS = 422, 409


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision or proposal in words. `waits` may be confirmed by the reader, `own` is the reader's."""

    id: UUID
    what: str
    state: str | Promise
    colour: str
    who: str
    reason: str
    waits: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of the plan waits: rows of (what, as it stands, as it was asked for), who asked, and the last day of it."""

    rows: list[tuple[str, str, str]]
    who: str
    until: date
    own: bool


def _closes(request: HttpRequest, person_id: UUID) -> bool:
    return request.POST.get("to") == "unsafe"


def _refuses(request: HttpRequest, person_id: UUID, decision_id: UUID) -> bool:
    return request.POST.get("answer") != "confirm"


def _widens_nothing(request: HttpRequest, person_id: UUID) -> bool:
    form = PlanForm(request.POST)
    return not form.is_valid() or not widens(person_id, PlanTold(**form.told()))


def _refuses_plan(request: HttpRequest, person_id: UUID) -> bool:
    return request.POST.get("answer") != "confirm"


@require_safe
@opens_to(Permission.SEE_PEOPLE)
def contact(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The page. Reading the plan is audited."""
    return _page(request, person_id)


@require_POST
@opens_to(Permission.RECORD_ACTS)
@needs_fresh_sign_in_unless(_closes)
def decide(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Decide one use of a number or address, or propose what another has to confirm."""
    form = DecideForm(request.POST, ways=_ways(person_id))

    def act(by: Actor) -> str:
        told = form.cleaned_data
        contact_id, _sep, version = told["way"].partition(":")
        made = actions.decide_contact(
            by=by, person_id=person_id, contact_id=UUID(contact_id), use=told["use"], to=told["to"],
            how_known=told["how_known"], version=int(version), reason=told["reason"], held_by=told["held_by"],
        )  # fmt: skip
        return "proposed" if made.state == made.State.PROPOSED else "decided"

    return _taken(request, person_id, "decide", form, act)


@require_POST
@opens_to(Permission.RECORD_ACTS)
@needs_fresh_sign_in_unless(_refuses)
def answer(request: HttpRequest, person_id: UUID, decision_id: UUID) -> HttpResponse:
    """Confirm what another proposed, or refuse it."""
    form = forms.Form(request.POST)

    def act(by: Actor) -> str:
        if request.POST.get("answer") == "confirm":
            actions.confirm_decision(by=by, decision_id=decision_id)
            return "confirmed"
        actions.refuse_decision(by=by, decision_id=decision_id)
        return "refused"

    return _taken(request, person_id, "answer", form, act)


@require_POST
@opens_to(Permission.RECORD_ACTS)
@needs_fresh_sign_in_unless(_widens_nothing)
def plan(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Keep the contact plan."""
    form = PlanForm(request.POST)

    def act(by: Actor) -> str:
        told = PlanTold(**form.told())
        kept = actions.put_plan(by=by, person_id=person_id, version=form.cleaned_data["version"], told=told)
        return "waits" if kept.waiting_by else "kept"

    return _taken(request, person_id, "plan", form, act)


@require_POST
@opens_to(Permission.RECORD_ACTS)
@needs_fresh_sign_in_unless(_refuses_plan)
def answer_plan(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Confirm what another proposed of the plan, or refuse it."""
    form = PlanAnswerForm(request.POST)

    def act(by: Actor) -> str:
        if request.POST.get("answer") == "confirm":
            actions.confirm_plan(by=by, person_id=person_id, version=form.cleaned_data["version"])
            return "confirmed"
        actions.refuse_plan(by=by, person_id=person_id)
        return "refused"

    return _taken(request, person_id, "answer_plan", form, act)


@require_POST
@opens_to(Permission.RECORD_ACTS)
def first_call(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The one first call was tried."""

    def act(by: Actor) -> str:
        actions.first_call_tried(by=by, person_id=person_id)
        return "spent"

    return _taken(request, person_id, "first_call", forms.Form(request.POST), act)


def _taken(
    request: HttpRequest, person_id: UUID, name: str, form: forms.Form, act: Callable[[Actor], str]
) -> HttpResponse:
    status, differs = NOT_TAKEN, []
    if form.is_valid():
        try:
            done = act(current_actor())
            return HttpResponseRedirect(f"{reverse('contact', args=[person_id])}?done={done}#done")
        except ObjectDoesNotExist as hidden:
            raise Http404 from hidden
        except CannotDecide as cannot:
            form.add_error(None, str(SAYS[cannot.code]))
        except Changed as changed:
            status, differs = DIFFERS, _differences(changed)
            form.add_error(None, str(SAYS["changed"]))
    return _page(request, person_id, bound={name: form}, differs=differs, status=status)


def _differences(changed: Changed) -> list[tuple[str, str, str]]:
    safety = {code: str(words) for code, (words, _colour) in wording.SAFETY.items()}
    names = {**PLAN_FIELDS, **USES}
    return [
        (str(names.get(what, what)), safety.get(now, now), safety.get(sent, sent))
        for what, now, sent in changed.differs
    ]


def _page(
    request: HttpRequest,
    person_id: UUID,
    *,
    bound: dict[str, forms.Form] | None = None,
    differs: list[tuple[str, str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    by, bound = current_actor(), bound or {}
    try:
        person = actions.open_person(by=by, person_id=person_id)
        held = actions.show_plan(by=by, person_id=person_id)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    ways = ways_to_reach(person)
    may = by.may(Permission.RECORD_ACTS)
    context: dict[str, Any] = {
        "person": person,
        "name": wording.name_of(person),
        "ways": [(_named(way, number), _uses(way)) for number, way in enumerate(ways, start=1)],
        "first_call": any(way.ring == "first_approach" for way in ways),
        "decisions": [_decided(each, by) for each in decisions_of(person_id)],
        "plan": held,
        "plan_rows": _plan_rows(held),
        "waiting": _waiting(held, by),
        "forms": {
            "decide": bound.get("decide") or DecideForm(ways=_choices(ways)),
            "plan": bound.get("plan") or PlanForm(initial=PlanForm.as_it_stands(held)),
        }
        if may
        else {},
        "wrong": next(iter(bound.values()), None),
        "differs": differs or [],
        "done": request.GET.get("done", ""),
    }
    return render(request, "hub/contact.html", context, status=status)


def _ways(person_id: UUID) -> list[tuple[str, str]]:
    try:
        return _choices(ways_to_reach(actions.open_person(by=current_actor(), person_id=person_id)))
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden


def _choices(ways: list[Way]) -> list[tuple[str, str]]:
    return [(f"{way.contact_id}:{way.version}", _named(way, number)) for number, way in enumerate(ways, start=1)]


def _named(way: Way, number: int) -> str:
    """A way by kind and place on the page: never by its value, which is shown one at a time."""
    return f"{number}. {wording.KINDS.get(way.kind, way.kind)}"


def _uses(way: Way) -> list[tuple[str, str, str]]:
    of_kind = {"mobile": ("ring", "message", "text"), "landline": ("ring", "message"), "email": ("text", "write")}
    found = []
    for use in of_kind.get(way.kind, ("write",)):
        words, colour = wording.SAFETY[getattr(way, use)]
        found.append((str(USES[use]), str(words), str(colour)))
    return found


def _decided(each: ContactDecision, by: Actor) -> Decided:
    words = {code: str(said[0]) for code, said in wording.SAFETY.items()}
    what = _("%(way)s, %(use)s: from “%(before)s” to “%(after)s”") % {
        "way": wording.KINDS.get(each.kind, each.kind), "use": USES[each.use], "before": words[each.before],
        "after": words[each.after],
    }  # fmt: skip
    people = [display_name(user) for user in (each.proposed_by, each.confirmed_by) if user]
    waits = each.state == each.State.PROPOSED
    state, colour = STATES[each.state]
    return Decided(
        each.pk, what, state, colour, ", ".join(people) or _("by itself"),
        f"{HOW_KNOWN[each.how_known]}. {each.reason or ''}".strip(), waits and each.proposed_by != by.user_id,
        waits and each.proposed_by == by.user_id,
    )  # fmt: skip


def _waiting(held: ContactPlan | None, by: Actor) -> Waiting | None:
    """What of the plan waits for a second person, each part as it stands and as it was asked for."""
    if held is None or held.waiting_by is None or not can_open(held, "waiting"):
        return None
    asked = held.waiting or {}
    stands = (held.plan or {}) | {"never_reach": held.never_reach}
    wanted = asked["plan"] | {"never_reach": asked["never_reach"]}
    # Of a plan that a restore lost nothing stands that could be left unread.
    names = list(PLAN_FIELDS) if "restored" in asked["waits"] else asked["waits"]
    shown = [
        (str(PLAN_FIELDS[name]), _plan_value(name, stands), _plan_value(name, wanted))
        for name in names
        if name in PLAN_FIELDS and name != "language"
    ]
    until = today(held.waiting_at) + timedelta(days=PROPOSAL_STANDS_DAYS)
    return Waiting(shown, display_name(held.waiting_by), until, held.waiting_by == by.user_id)


def _plan_value(name: str, told: Mapping[str, Any]) -> str:
    if name == "windows":
        return _hours(told)
    if name == "voicemail":
        return _("A first name and a number only") if told.get(name) == "neutral" else _("Leave none")
    if name == "never_reach":
        return _("Yes") if told.get(name) else _("No")
    return str(told.get(name) or "") or _("Nothing")


def _hours(told: Mapping[str, Any]) -> str:
    if told.get("no_hours"):
        return _("At no hour, until a second person confirms other hours")
    windows = told.get("windows") or ()
    if not windows:
        return _("Working days, 9am to 5pm")
    return "; ".join(
        f"{days_in_words(each['days'], each.get('bank_holidays', False))}, {each['start']} – {each['end']}"
        for each in windows
    )


def _plan_rows(held: ContactPlan | None) -> list[tuple[str, str]]:
    if held is None:
        return []
    told = held.plan or {}
    rows = [(name, str(told.get(name) or "")) for name in ("who_answers", "code_word", "never", "not_told")]
    shown = [(str(PLAN_FIELDS[name]), value) for name, value in rows]
    shown += [(str(PLAN_FIELDS[name]), _plan_value(name, told)) for name in ("windows", "voicemail")]
    return [(label, value) for label, value in shown if value]

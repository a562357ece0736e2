"""The desks' pages: what is due, the cases received, the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hawl.foundations.access.actor import Actor, Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.audit.actions import record_list
from hawl.foundations.clock import today
from hawl.foundations.identity.queries import colleagues
from hawl.registers.cases.queries import case as one_case
from hawl.registers.cases.queries import cases_by_route, counts_by_route
from hawl.registers.people.actions import open_person, show_contact
from hawl.rights.duties.queries import due_list
from hawl.work.hub import actions, presenters, wording
from hawl.work.hub.agreements import WithdrawForm, after_withdrawal, agreements_part
from hawl.work.hub.area_words import area_words
from hawl.work.hub.filters import cases_asked, duties_asked
from hawl.work.hub.forms import AnswerForm, ReferForm, add_refusal
from hawl.work.hub.person_page import person_shown
from hawl.work.hub.refusals import Refused

if TYPE_CHECKING:
    from hawl.registers.cases.models import Case

# A form that was not taken is shown again under this status (RFC 9110, 15.5.21).
NOT_TAKEN = 422
# A form sent twice is no mistake of the sender's: by form, the refusals that say no more than that.
_REPEATS = {
    "answer": ("already_recorded",),
    "refer": ("already_referred",),
    "withdraw": ("not_referred",),
}


@require_safe
@opens_to(Permission.SEE_PEOPLE)
def due(request: HttpRequest) -> HttpResponse:
    """What is owed, to whom, by when."""
    actor, words = current_actor(), area_words()
    desk = colleagues(actor.organisations)
    asked = duties_asked(request.GET, words, actor.user_id, desk)
    found = due_list(asked, page=request.GET.get("page"))
    record_list(by=actor, action="duties.listed", people=[each.case.person_id for each in found.page])
    context = {
        "numbers": presenters.due_numbers(found, _address(request)),
        "filters": presenters.due_filters(asked, words, actor.user_id, desk),
        "page": found.page,
        "rows": [presenters.due_row(each, today(), words, actor, desk) for each in found.page],
        "done": _recorded_there(request),
        "query": _address(request)().removeprefix("?"),
        "risk_shown": wording.risk_shown,
    }
    return render(request, "hub/due.html", context)


@require_safe
@opens_to(Permission.SEE_PEOPLE)
def cases(request: HttpRequest) -> HttpResponse:
    """The cases received, by the route that each took."""
    actor, words = current_actor(), area_words()
    asked = cases_asked(request.GET, words)
    counts = counts_by_route(asked)
    count = counts[asked.route] if asked.route else sum(counts.values())
    page = cases_by_route(asked, page=request.GET.get("page"), count=count)
    record_list(by=actor, action="cases.listed", people=[each.person_id for each in page])
    context = {
        "numbers": presenters.route_numbers(counts, asked, _address(request)),
        "withdrawn": request.GET.get("done") == "withdrawn",
        "filters": presenters.case_filters(asked, words),
        "page": page,
        "rows": [presenters.case_row(each, words, actor.user_id) for each in page],
        "risk_shown": wording.risk_shown,
    }
    return render(request, "hub/cases.html", context)


@require_safe
@opens_to(Permission.SEE_PEOPLE)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """A person: how to reach them, what happened, what was owed. The reading is audited."""
    return _person(request, person_id, _case_id(request.GET.get("case", "")))


@require_POST
@opens_to(Permission.SEE_PEOPLE)
def show(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The person's page with one number or address uncovered. The showing is audited."""
    contact_id = _case_id(request.POST.get("contact", ""))
    if contact_id is None:
        raise Http404
    try:
        value = show_contact(by=current_actor(), person_id=person_id, contact_id=contact_id)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    uncovered = {"contact_id": contact_id, "value": value}
    return _person(request, person_id, _case_id(request.POST.get("case", "")), uncovered=uncovered)


@require_POST
@opens_to(Permission.RECORD_ACTS)
def record_answer(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """Record the person's answer to being referred on."""

    def act(form: AnswerForm, by: Actor, case: Case) -> None:
        told = form.cleaned_data
        actions.record_answer(by=by, case=case, agreed=told["agreed"] == "yes", on=told["on"])

    return _taken(request, person_id, case_id, "answer", act)


@require_POST
@opens_to(Permission.RECORD_ACTS)
def refer(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """Refer a case on to the hub."""

    def act(form: ReferForm, by: Actor, case: Case) -> None:
        actions.refer_to_hub(by=by, case=case, on=form.cleaned_data["on"])

    return _taken(request, person_id, case_id, "refer", act)


@require_POST
@opens_to(Permission.RECORD_ACTS)
def withdraw(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """Record that the person withdrew after the case was referred on."""
    case = case_of(person_id, case_id)
    of_desk = case.desk_id in current_actor().organisations

    def act(form: WithdrawForm, by: Actor, case: Case) -> None:
        told = form.cleaned_data
        actions.record_withdrawal(by=by, case=case, on=told["on"], channel=told["channel"])

    taken = _taken(request, person_id, case_id, "withdraw", act)
    if taken.status_code == NOT_TAKEN:
        return taken
    return after_withdrawal(person_id, loses=not of_desk, case_id=case_id)


@require_POST
@opens_to(Permission.RECORD_ACTS)
def take(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """Take a case into one's own hands."""
    try:
        actions.take_case(by=current_actor(), case=case_of(person_id, case_id))
    except Refused as refused:
        if refused.code == "other_hands":
            return back_to(person_id, case_id, "elsewhere")
        # The page shows no button to those who may not, so nobody comes here by it.
        raise Http404 from refused
    return back_to(person_id, case_id, "take")


def _taken(
    request: HttpRequest, person_id: UUID, case_id: UUID, name: str, act: Callable[[Any, Actor, Case], None]
) -> HttpResponse:
    """Do what the form asks and go back to the page; or show it again with what is wrong and what was typed."""
    case, by = case_of(person_id, case_id), current_actor()
    form = _forms(request, name)[name]
    if form.is_valid():
        try:
            act(form, by, case)
            return back_to(person_id, case_id, name)
        except Refused as refused:
            if refused.code in _REPEATS.get(name, ()):
                return back_to(person_id, case_id, "again")
            add_refusal(form, refused.code, refused.says)
    return _person(request, person_id, case_id, bound={name: form}, status=NOT_TAKEN)


def _person(
    request: HttpRequest,
    person_id: UUID,
    case_id: UUID | None,
    *,
    uncovered: dict[str, Any] | None = None,
    bound: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    by = current_actor()
    try:
        held = open_person(by=by, person_id=person_id)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    words = area_words()
    shown = person_shown(held, case_id, words, by.user_id or 0, by.organisations)
    context = {
        "about": shown,
        "case": shown.shown,
        "forms": _open_forms(shown.shown, bound or {}) if by.may(Permission.RECORD_ACTS) else {},
        "wrong": next(iter((bound or {}).values()), None),
        "uncovered": uncovered,
        "done": request.GET.get("done", ""),
        "of": request.GET.get("of", ""),
        "may_record": by.may(Permission.RECORD_ACTS),
        "hub": words.hub,
        "risk_shown": wording.risk_shown,
        "agreements": agreements_part(held, by, bound or {}),
        "own_address": reverse("person", args=[person_id]) + (f"?case={shown.shown.case.pk}" if shown.shown else ""),
    }
    return render(request, "hub/person.html", context, status=status)


def _open_forms(case: Any, bound: dict[str, forms.Form]) -> dict[str, forms.Form]:
    """The forms that make sense for this reader in this case, each as it was sent or fresh."""
    if case is None:
        return {}
    start = {"on": today().strftime("%d/%m/%Y")}
    fresh: dict[str, forms.Form] = {}
    if case.of_desk and case.case.referred_on is None:
        fresh["answer"] = AnswerForm(initial=start)
        if not case.not_referred:
            fresh["refer"] = ReferForm(initial=start)
    if case.case.referred_on is not None:
        fresh["withdraw"] = WithdrawForm(initial=start)
    return fresh | bound


def person_again(request: HttpRequest, person_id: UUID, bound: dict[str, forms.Form]) -> HttpResponse:
    """The person's page once more, with a form that was not taken, for the other parts of the page."""
    return _person(request, person_id, None, bound=bound, status=NOT_TAKEN)


def _forms(request: HttpRequest, name: str) -> dict[str, Any]:
    kinds: dict[str, type[forms.Form]] = {"answer": AnswerForm, "refer": ReferForm, "withdraw": WithdrawForm}
    return {name: kinds[name](request.POST)}


def case_of(person_id: UUID, case_id: UUID) -> Case:
    """A case of that person, for who may see both; `Http404` else."""
    try:
        case = one_case(case_id)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    if case.person_id != person_id:
        raise Http404
    return case


def back_to(person_id: UUID, case_id: UUID, done: str, of: str = "") -> HttpResponse:
    """To the person's page, which tells what was done; `of` is the event that can be taken back there."""
    told = urlencode({"case": case_id, "done": done, **({"of": of} if of else {})})
    return HttpResponseRedirect(f"{reverse('person', args=[person_id])}?{told}#done")


def _case_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# What tells a list of an entry that was made from it a moment ago; its links do not carry it on.
_RECORDED = ("person", "case", "event")


def _recorded_there(request: HttpRequest) -> dict[str, object] | None:
    """The entry that was made from this list a moment ago: person, case and event."""
    person, case = (_case_id(request.GET.get(name, "")) for name in _RECORDED[:2])
    event = request.GET.get("event", "")
    return {"person": person, "case": case, "event": event} if person and case and event else None


def _address(request: HttpRequest) -> Callable[..., str]:
    """This page's address with some parts of its query changed; None takes a part away."""

    def changed(**changes: object) -> str:
        query = request.GET.copy()
        for name in _RECORDED:
            query.pop(name, None)
        for key, value in changes.items():
            query.pop(key, None)
            if value is not None:
                query[key] = str(value)
        return f"?{query.urlencode()}"

    return changed

"""Pages on which a worker records: what happened, what became of a duty, and that an entry was a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hawl.foundations.access.actor import Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.clock import today
from hawl.registers.cases.queries import events_of
from hawl.registers.people.actions import open_person
from hawl.work.hub import actions, offering, rules, wording
from hawl.work.hub.duty_page import DutyShown, duty_shown
from hawl.work.hub.event_page import event_shown, kinds_shown
from hawl.work.hub.forms import ActForm, DutyForm, add_refusal
from hawl.work.hub.refusals import Refused
from hawl.work.hub.views import NOT_TAKEN, back_to, case_of

if TYPE_CHECKING:
    from hawl.registers.cases.models import Case, CaseEvent


@require_safe
@opens_to(Permission.RECORD_ACTS)
def record(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """What may be recorded, by right; or, once an event is chosen, what it has to tell."""
    case = case_of(person_id, case_id)
    event = request.GET.get("event", "")
    if offering.offered(event, of_desk=_of_desk(case)):
        form = ActForm(initial={"on": _typed_today()}, event=event, events=events_of(case.pk))
        return _act_page(request, case, form)
    _opened(case)
    wanted = request.GET.get("find", "").strip()
    context = {"case": case, "find": wanted, "groups": kinds_shown(wanted, of_desk=_of_desk(case)), **_of(case)}
    return render(request, "hub/record.html", context)


@require_POST
@opens_to(Permission.RECORD_ACTS)
def record_act(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """Record what was done or heard."""
    case, event = case_of(person_id, case_id), request.POST.get("event", "")
    if not offering.offered(event, of_desk=_of_desk(case)):
        _opened(case)
        groups = kinds_shown("", of_desk=_of_desk(case))
        wrong = Refused("unknown_event").says
        context = {"case": case, "find": "", "groups": groups, "wrong": wrong, **_of(case)}
        return render(request, "hub/record.html", context, status=NOT_TAKEN)
    form = ActForm(request.POST, event=event, events=events_of(case.pk))
    if form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.record_act(
                by=current_actor(), case=case, event=event, occurred_on=told["on"], about=told.get("about") or None,
                attributes=told["attributes"], received_on=told.get("received"),
            )  # fmt: skip
            return back_to(person_id, case_id, "act", made.event_id)
        except Refused as refused:
            if refused.code == "already_recorded":
                return back_to(person_id, case_id, "again")
            add_refusal(form, refused.code, refused.says)
    return _act_page(request, case, form, status=NOT_TAKEN)


@require_safe
@opens_to(Permission.SEE_PEOPLE)
def duty(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """One duty: the rule in plain words, how its day was counted, and what may be recorded of it."""
    case = case_of(person_id, case_id)
    shown = _duty_of(case, events_of(case.pk), request.GET)
    return _duty_page(request, case, shown, _fresh(shown))


@require_POST
@opens_to(Permission.RECORD_ACTS)
def answer_duty(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """Record what became of a duty: on its page, or with one press on the list of what is due."""
    case = case_of(person_id, case_id)
    shown = _duty_of(case, events_of(case.pk), request.POST)
    sent = request.POST.copy()
    if "today" in sent:
        sent["on"] = _typed_today()
    form = DutyForm(sent, answers=shown.answers)
    if form.is_valid():
        told = form.cleaned_data
        doubts = rules.doubts(told["event"])
        try:
            made = actions.record_act(
                by=current_actor(), case=case, event=told["event"], occurred_on=told["on"],
                about=shown.one.trigger_event_id, attributes={doubts: shown.one.duty_id} if doubts else None,
                words=told["words"],
            )  # fmt: skip
            return _after(request, case, made.event_id)
        except Refused as refused:
            if refused.code == "already_recorded":
                return back_to(person_id, case_id, "again")
            add_refusal(form, refused.code, refused.says)
    return _duty_page(request, case, shown, form, status=NOT_TAKEN)


@require_safe
@opens_to(Permission.SEE_PEOPLE)
def happened(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """One event: what was recorded of it, by whom and when; and, where it was a mistake of this desk, its way back."""
    return _event_page(request, case_of(person_id, case_id), request.GET.get("event", ""))


@require_POST
@opens_to(Permission.RECORD_ACTS)
def take_back(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """Take back what was recorded by mistake."""
    case, event_id = case_of(person_id, case_id), request.POST.get("event", "")
    try:
        actions.take_back(by=current_actor(), case=case, event_id=event_id)
    except Refused as refused:
        return _event_page(request, case, event_id, wrong=refused.says)
    return back_to(person_id, case_id, "taken_back")


def _after(request: HttpRequest, case: Case, event_id: str) -> HttpResponse:
    """Back to the list of what is due, as it was narrowed, where the press came from there; else to the person."""
    if "list" not in request.POST:
        return back_to(case.person_id, case.pk, "act", event_id)
    query = QueryDict(request.POST["list"], mutable=True)
    for name, value in (("person", case.person_id), ("case", case.pk), ("event", event_id)):
        query[name] = str(value)
    return HttpResponseRedirect(f"{reverse('due')}?{query.urlencode()}#done")


def _duty_of(case: Case, events: list[CaseEvent], query: Any) -> DutyShown:
    shown = duty_shown(case.pk, events, query.get("duty", ""), query.get("from", ""), of_desk=_of_desk(case))
    if shown is None:
        raise Http404
    return shown


def _fresh(shown: DutyShown) -> DutyForm | None:
    may = shown.answers and current_actor().may(Permission.RECORD_ACTS)
    return DutyForm(answers=shown.answers, initial={"on": _typed_today()}) if may else None


def _act_page(request: HttpRequest, case: Case, form: ActForm, status: int = 200) -> HttpResponse:
    _opened(case)
    context = {"case": case, "form": form, "event": wording.event(form.event), "code": form.event, **_of(case)}
    return render(request, "hub/record_one.html", context, status=status)


def _duty_page(
    request: HttpRequest, case: Case, shown: DutyShown, form: DutyForm | None, status: int = 200
) -> HttpResponse:
    _opened(case)
    context = {"case": case, "duty": shown, "form": form, **_of(case)}
    return render(request, "hub/duty.html", context, status=status)


def _event_page(request: HttpRequest, case: Case, event_id: str, wrong: str = "") -> HttpResponse:
    _opened(case)
    shown = event_shown(events_of(case.pk), event_id, current_actor(), of_desk=_of_desk(case))
    if shown is None:
        raise Http404
    context = {"case": case, "event": shown, "wrong": wrong, **_of(case)}
    return render(request, "hub/event.html", context, status=NOT_TAKEN if wrong else 200)


def _opened(case: Case) -> None:
    """The page shows whose case it is: that is a reading of the person, and audited as one."""
    try:
        open_person(by=current_actor(), person_id=case.person_id)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden


def _of(case: Case) -> dict[str, Any]:
    back = f"{reverse('person', args=[case.person_id])}?{urlencode({'case': case.pk})}"
    return {"name": wording.name_of(case.person), "offence": wording.offence(case.offence), "back": back}


def _of_desk(case: Case) -> bool:
    return case.desk_id in current_actor().organisations


def _typed_today() -> str:
    return today().strftime("%d/%m/%Y")

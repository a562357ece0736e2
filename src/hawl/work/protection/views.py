"""Pages of protection: a person's record, an emergency, what is to be reviewed, what a worker declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hawl.foundations.access.actor import Actor, Permission, Role, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.clock import today
from hawl.foundations.identity.stepping_up import needs_fresh_sign_in
from hawl.registers.people.actions import open_person
from hawl.registers.places.queries import area_entry
from hawl.work.protection import actions, glass_keys, presenters, queries, rules
from hawl.work.protection.forms import ConflictForm, DeclarationForm, GlassForm, ProposalForm
from hawl.work.protection.refusals import Refused

# A form that was not taken is shown again under this status (RFC 9110, 15.5.21).
NOT_TAKEN = 422
_shown_or_sent = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@opens_to(Permission.RECORD_ACTS)
def protection(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """How a person's record is protected, and what is proposed."""
    return _protection(request, person_id)


@require_POST
@opens_to(Permission.RECORD_ACTS)
@needs_fresh_sign_in
def propose(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Propose a change of protection."""
    form = _proposal_form(person_id, request.POST)

    def act(told: dict[str, Any]) -> None:
        actions.propose(
            by=current_actor(), person_id=person_id, kind=told["kind"], reason=told["reason"],
            account=told["account"], named=told["named"], about=told["whom"], emergency=told["at_once"],
        )  # fmt: skip

    return _taken(request, person_id, "change", form, act)


@require_POST
@opens_to(Permission.RECORD_ACTS)
@needs_fresh_sign_in
def tell_conflict(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Keep the record from somebody or from a body."""
    form = ConflictForm(request.POST, choices=presenters.could_be_kept_from())

    def act(told: dict[str, Any]) -> None:
        actions.tell_conflict(by=current_actor(), person_id=person_id, **told["chosen"])

    return _taken(request, person_id, "conflict", form, act)


_STEPS: dict[str, Callable[..., Any]] = {
    "confirm": actions.confirm,
    "set-aside": actions.set_aside,
    "ask-steward": actions.ask_steward,
    "carry-out": actions.with_steward,
}


@require_POST
@opens_to(Permission.RECORD_ACTS)
@needs_fresh_sign_in
def proposal_step(request: HttpRequest, person_id: UUID, proposal_id: UUID, step: str) -> HttpResponse:
    """Confirm, set aside, ask a steward, carry out with a steward."""
    _held(person_id)
    try:
        _STEPS[step](by=current_actor(), proposal_id=proposal_id)
    except (KeyError, ObjectDoesNotExist) as hidden:
        raise Http404 from hidden
    except Refused as refused:
        return _protection(request, person_id, said=refused.says, status=NOT_TAKEN)
    return _after(person_id, "done")


@_shown_or_sent
@opens_to(Permission.RECORD_ACTS)
@needs_fresh_sign_in
def glass(request: HttpRequest) -> HttpResponse:
    """Open a record in an emergency."""
    form = GlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = actions.break_glass(
                by=current_actor(), sought=_sought(told), reason=told["reason"], account=told["account"]
            )
        except Refused as refused:
            form.add_error(None, refused.says)
        else:
            alone = len(queries.reviewers_of(made)) < rules.REVIEWERS
            return HttpResponseRedirect(f"{reverse('glass_opened')}?done={'alone' if alone else 'glass'}")
    status = NOT_TAKEN if form.errors else 200
    return render(request, "protection/glass.html", {"form": form}, status=status)


def _sought(told: dict[str, Any]) -> glass_keys.Sought:
    if told["form"] == "phone":
        return glass_keys.by_phone(told["identifier"])
    if told["form"] == "name":
        return glass_keys.by_name(told["identifier"], told["born_on"])
    return glass_keys.by_crime(area_entry(settings.HAWL_AREA).force, told["identifier"])


@require_safe
@opens_to(Permission.RECORD_ACTS)
def glass_opened(request: HttpRequest) -> HttpResponse:
    """What stands open to the worker in an emergency. The same page whether there is nothing or it is hidden."""
    opened = presenters.opened(queries.opened_now(current_actor()))
    return render(request, "protection/glass_opened.html", {"opened": opened, "done": request.GET.get("done", "")})


@require_safe
@opens_to(Permission.REVIEW_ACCESS)
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits for this reviewer: openings, second opinions, re-naming, looks."""
    return _reviews(request)


@require_POST
@opens_to(Permission.REVIEW_ACCESS)
@needs_fresh_sign_in
def review_step(request: HttpRequest, what: str, item_id: UUID) -> HttpResponse:
    """Answer one thing that waits."""
    by, yes = current_actor(), request.POST.get("answer") == "yes"
    steps: dict[str, Callable[[], Any]] = {
        "opening": lambda: actions.review_glass(by=by, glass_id=item_id, upheld=yes),
        "opinion": lambda: actions.give_opinion(by=by, opinion_id=item_id, agreed=yes),
        "renaming": lambda: actions.agree_renaming(by=by, renaming_id=item_id),
    }
    if what not in steps or request.POST.get("answer") not in ("yes", "no"):
        raise Http404
    try:
        steps[what]()
    except ObjectDoesNotExist as gone:
        raise Http404 from gone
    except Refused as refused:
        return _reviews(request, said=refused.says, status=NOT_TAKEN)
    return HttpResponseRedirect(reverse("reviews") + "?done=yes")


@require_POST
@opens_to(Permission.REVIEW_ACCESS)
@needs_fresh_sign_in
def ask_renaming(request: HttpRequest) -> HttpResponse:
    """Ask that records with nobody left be given to others."""
    sent = set(request.POST.getlist("named"))
    chosen = [user_id for user_id, _name in presenters.could_be_named() if str(user_id) in sent]
    try:
        actions.ask_renaming(by=current_actor(), named=chosen)
    except Refused as refused:
        return _reviews(request, said=refused.says, status=NOT_TAKEN)
    return HttpResponseRedirect(reverse("reviews") + "?done=yes")


@require_safe
@opens_to(Permission.REVIEW_ACCESS)
def incident(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    """One opening, for its two reviewers and for who made it."""
    by = current_actor()
    try:
        held = queries.incident(glass_id, by.user_id or 0)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    context = {
        "one": presenters.incident_shown(held),
        "account": queries.account_of(glass_id),
        "subjects": queries.subjects_seen(glass_id),
        "reviews": by.user_id in held.reviewers,
    }
    return render(request, "protection/incident.html", context)


@require_safe
@opens_to(Permission.SEE_FIGURES)
def openings(request: HttpRequest) -> HttpResponse:
    """How often records were opened in an emergency, in figures only."""
    return render(request, "protection/openings.html", {"figures": presenters.glass_numbers(queries.glass_figures())})


@_shown_or_sent
@opens_to(Permission.SEE_PEOPLE)
def declare(request: HttpRequest) -> HttpResponse:
    """Say whom one knows. The answer never depends on whether there is a record."""
    form = DeclarationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        keys = {"phone": glass_keys.phone, "address": glass_keys.address}
        given = {name: make(told[name]) for name, make in keys.items() if told[name]}
        actions.declare(by=current_actor(), about=told["about"], keys=given)
        return HttpResponseRedirect(reverse("declare") + "?done=yes")
    context = {"form": form, "done": request.GET.get("done", "")}
    return render(request, "protection/declare.html", context, status=NOT_TAKEN if form.errors else 200)


@require_safe
@opens_to(Permission.SEE_PEOPLE)
def looks(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Who looked at a person's record."""
    _held(person_id)
    page = presenters.looks_page(person_id, request.GET.get("page"))
    return render(request, "protection/looks.html", {"person_id": person_id, **page})


@require_POST
@opens_to(Permission.RECORD_ACTS)
def settle_look(request: HttpRequest, look_id: UUID) -> HttpResponse:
    """Say what a colleague's looks were."""
    try:
        actions.settle_look(by=current_actor(), look_id=look_id, outcome=request.POST.get("outcome", ""))
    except (ObjectDoesNotExist, ValueError) as hidden:
        raise Http404 from hidden
    except Refused as refused:
        return _unexplained(request, said=refused.says, status=NOT_TAKEN)
    return HttpResponseRedirect(reverse("unexplained_looks") + "?done=yes")


@require_safe
@opens_to(Permission.RECORD_ACTS)
def unexplained(request: HttpRequest) -> HttpResponse:
    """Looks without a relationship at records that the reader may see."""
    return _unexplained(request)


def _unexplained(request: HttpRequest, *, said: str = "", status: int = 200) -> HttpResponse:
    context = {"rows": presenters.looks_to_explain(), "said": said, "done": request.GET.get("done", "")}
    return render(request, "protection/unexplained.html", context, status=status)


def _reviews(request: HttpRequest, *, said: str = "", status: int = 200) -> HttpResponse:
    by = current_actor()
    context = {
        "waiting": presenters.waiting(by),
        "named": presenters.could_be_named() if _may_ask(by) else [],
        "said": said,
        "done": request.GET.get("done", ""),
    }
    return render(request, "protection/reviews.html", context, status=status)


def _may_ask(by: Actor) -> bool:
    """A lead in standing at whose desk a record has lost all its people: where nothing waits, nothing is offered."""
    lead = Role.SPECIALIST_LEAD in by.roles and not by.standing.lapsed(today())
    return lead and queries.nobody_left(by.organisations)


def _held(person_id: UUID) -> Any:
    try:
        return queries.person_held(person_id)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden


def _proposal_form(person_id: UUID, typed: Any = None) -> ProposalForm:
    person = _held(person_id)
    return ProposalForm(
        typed, level=person.visibility, people=queries.may_be_named(person), kept_from=presenters.kept_from(person)
    )


def _taken(
    request: HttpRequest, person_id: UUID, name: str, form: forms.Form, act: Callable[[dict[str, Any]], None]
) -> HttpResponse:
    """Do what the form asks and go back to the page; or show it again with what is wrong and what was typed."""
    _held(person_id)
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.says)
        else:
            return _after(person_id, name)
    return _protection(request, person_id, bound={name: form}, status=NOT_TAKEN)


def _after(person_id: UUID, done: str) -> HttpResponse:
    """Back to the record; who has lost sight of it by what they did is told so on a page that names nobody."""
    try:
        queries.person_held(person_id)
    except ObjectDoesNotExist:
        return HttpResponseRedirect(reverse("protected"))
    return HttpResponseRedirect(f"{reverse('protection', args=[person_id])}?done={done}#done")


@require_safe
@opens_to(Permission.RECORD_ACTS)
def protected(request: HttpRequest) -> HttpResponse:
    """After a seal: it is done, and the record is no longer open to who did it."""
    return render(request, "protection/protected.html", {})


def _protection(
    request: HttpRequest,
    person_id: UUID,
    *,
    bound: dict[str, forms.Form] | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    try:
        person = open_person(by=current_actor(), person_id=person_id)  # the page shows who it is: a reading
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    fresh: dict[str, forms.Form] = {
        "change": _proposal_form(person_id),
        "conflict": ConflictForm(choices=presenters.could_be_kept_from()),
    }
    context = {
        **presenters.protection_shown(person),
        "forms": fresh | (bound or {}),
        "wrong": next(iter((bound or {}).values()), None),
        "said": said,
        "done": request.GET.get("done", ""),
    }
    return render(request, "protection/person.html", context, status=status)

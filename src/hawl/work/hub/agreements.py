"""The part of the person's page on what the person agreed to: what it shows, its two forms, and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from hawl.foundations.access.actor import Actor, Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.access.policy import Action, Purpose, decide
from hawl.foundations.clock import now, today
from hawl.foundations.identity.stepping_up import needs_fresh_sign_in
from hawl.foundations.languages.texts import Text, in_language
from hawl.registers.agreements import rules
from hawl.registers.agreements.actions import (
    CannotAgree,
    Said,
    record_agreement,
    second_agreement,
    withdraw_agreement,
)
from hawl.registers.agreements.queries import (
    Flows,
    agreement,
    agreements_of,
    flows,
    police_bodies,
    waits_for_second,
)
from hawl.registers.organisations.queries import names_of
from hawl.work.hub.forms import DayField

if TYPE_CHECKING:
    from hawl.registers.agreements.models import SharingAgreement
    from hawl.registers.people.models import Person

KINDS: Mapping[str, str | Promise] = {
    "identity": gettext_lazy("Who they are"),
    "contact": gettext_lazy("How to reach them"),
    "what_happened": gettext_lazy("What happened"),
    "needs": gettext_lazy("What they need"),
    "support_notes": gettext_lazy("Notes of support"),
    "location": gettext_lazy("Where they are"),
}
CHANNELS: Mapping[str, str | Promise] = {
    "in_person": gettext_lazy("In person"),
    "telephone": gettext_lazy("By telephone"),
    "video": gettext_lazy("By video"),
    "letter": gettext_lazy("By letter"),
    "email": gettext_lazy("By e-mail"),
    "text": gettext_lazy("By text message"),
    "web_form": gettext_lazy("By the web form"),
    "police_record": gettext_lazy("From the police record"),
    "not_recorded": gettext_lazy("Not recorded how"),
}
# What was said to us; the other two are for what comes by another way than this form.
_SAID_TO_US = tuple(code for code in CHANNELS if code not in ("police_record", "not_recorded"))
SAID_BY: Mapping[str, str | Promise] = {
    "person": gettext_lazy("The person themself"),
    "parent": gettext_lazy("A parent, for them"),
    "guardian": gettext_lazy("A guardian, for them"),
    "attorney": gettext_lazy("Who holds power of attorney"),
    "other": gettext_lazy("Somebody else, for them"),
}
LANGUAGES: Mapping[str, str | Promise] = {
    "cy": gettext_lazy("Welsh"),
    "en": gettext_lazy("English"),
    "other": pgettext_lazy("a language", "Another, with an interpreter"),
}
# By how it ended: the word and the colour of its tag.
_STATES: Mapping[str, tuple[str | Promise, str]] = {
    "": (pgettext_lazy("an agreement", "Stands"), "green"),
    "lapsed": (pgettext_lazy("an agreement", "Ended"), "grey"),
    "withdrawn": (pgettext_lazy("an agreement", "Withdrawn"), "red"),
}
# The police are named, of somebody who came without them, and one person alone has signed.
_WAITS: tuple[str | Promise, str] = (gettext_lazy("Waits for a second person"), "yellow")
REFUSED: Mapping[str, tuple[str, str | Promise]] = {
    "future_day": ("on", gettext_lazy("The day must be today or in the past.")),
    "until_before": ("until", gettext_lazy("The last day must not be before the day of the agreement.")),
    "until_past": ("until", gettext_lazy("The last day must be today or later. What is past is not agreed now.")),
    "before_agreed": ("on", gettext_lazy("The day must not be before the person agreed.")),
    "no_flow": ("organisation", gettext_lazy("Choose an organisation from the list.")),
    "unknown_organisation": ("organisation", gettext_lazy("Choose an organisation from the list.")),
    "glass_reads_only": (
        "",
        gettext_lazy(
            "The record stands open to you in an emergency only: you may read it and reach the person. Ask somebody who"
            " works on it to record what they agreed to."
        ),
    ),
    "same_person": ("", gettext_lazy("You recorded this yourself. A second person must sign it.")),
    "waits_for_matching": ("", gettext_lazy("This person was registered just now. Try again in a few minutes.")),
}
_ANYHOW = gettext_lazy("This cannot be recorded. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class AgreementShown:
    """One agreement in words."""

    pk: UUID
    organisation: Text
    kinds: tuple[str, ...]
    agreed_on: date
    how: str
    explained: str
    until: date | None
    state: str
    colour: str
    stands: bool
    ended_on: date | None
    may_withdraw: bool
    may_second: bool  # whether the reader can be the second person by whom the police get to know
    loses: bool  # whether the reader's own organisation is the one that loses sight


@dataclass(frozen=True, slots=True)
class AgreementsPart:
    """What the page shows; forms are there for those who may record."""

    rows: list[AgreementShown]
    form: forms.Form | None = None
    withdraw: dict[UUID, forms.Form] = field(default_factory=dict)


class AgreementForm(forms.Form):
    """What the person agreed to. One organisation and some kinds at a time: nothing is agreed along with another."""

    organisation = forms.ChoiceField(
        label=gettext_lazy("With which organisation"),
        error_messages={
            "required": gettext_lazy("Choose an organisation."),
            "invalid_choice": gettext_lazy("Choose an organisation from the list."),
        },
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What it may have"),
        choices=list(KINDS.items()),
        error_messages={
            "required": gettext_lazy("Choose at least one kind of information."),
            "invalid_choice": gettext_lazy("Choose from the kinds given."),
        },
    )
    on = DayField(label=gettext_lazy("On which day they agreed"))
    until = DayField(label=gettext_lazy("Until which day, if they said one"), required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("How they said it"),
        choices=[("", gettext_lazy("Choose")), *((code, CHANNELS[code]) for code in _SAID_TO_US)],
        error_messages={
            "required": gettext_lazy("Choose how they said it."),
            "invalid_choice": gettext_lazy("Choose how they said it from the list."),
        },
    )
    said_by = forms.ChoiceField(label=gettext_lazy("Who said it"), choices=list(SAID_BY.items()))
    language = forms.ChoiceField(
        label=gettext_lazy("In which language you explained it"),
        choices=[("", gettext_lazy("Choose")), *LANGUAGES.items()],
        error_messages={
            "required": gettext_lazy("Choose the language."),
            "invalid_choice": gettext_lazy("Choose the language from the list."),
        },
    )

    def __init__(self, *args: Any, organisations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "agreement-%s"})
        self.fields["organisation"].choices = [("", _("Choose")), *organisations]  # type: ignore[attr-defined]


class WithdrawForm(forms.Form):
    """When and how the person withdrew."""

    on = DayField(label=gettext_lazy("On which day they withdrew"))
    channel = forms.ChoiceField(
        label=gettext_lazy("How they said it"),
        choices=[("", gettext_lazy("Choose")), *((code, CHANNELS[code]) for code in _SAID_TO_US)],
        error_messages={
            "required": gettext_lazy("Choose how they said it."),
            "invalid_choice": gettext_lazy("Choose how they said it from the list."),
        },
    )

    def __init__(self, *args: Any, what: object = "referral", **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": f"withdraw-{what}-%s"})


def agreements_part(person: Person, by: Actor, bound: Mapping[str, forms.Form]) -> AgreementsPart:
    """What a person agreed to, as far as the reader may see, with the forms for those who may record; one statement.

    `bound` are forms that were sent and not taken, by `agreement` or by the id of the agreement to withdraw.
    """
    names = _known(settings.HAWL_AREA, today())
    may = by.may(Permission.RECORD_ACTS) and _works_on(by, person)
    rows = [_shown(each, by, names, may=may) for each in agreements_of(person.pk)]
    if not may:
        return AgreementsPart(rows)
    start = {"on": today().strftime("%d/%m/%Y")}
    return AgreementsPart(
        rows,
        bound.get("agreement") or AgreementForm(initial={**start, "said_by": "person"}, organisations=_offered(by)),
        {
            row.pk: bound.get(str(row.pk)) or WithdrawForm(initial=start, what=row.pk)
            for row in rows
            if row.may_withdraw
        },
    )


def _works_on(by: Actor, person: Person) -> bool:
    """Whether the record is the reader's business by more than a broken glass, which is for reading alone."""
    return decide(by, Action.AGREE, person.as_resource(), Purpose.SUPPORT, now()).allow


def _shown(row: SharingAgreement, by: Actor, known: _Known, *, may: bool) -> AgreementShown:
    waits = known.is_police(row.organisation_id) and waits_for_second(row)
    state = _WAITS if waits else _STATES[row.ended_as]
    said_by = SAID_BY[row.said_by] if row.said_by != "person" else ""
    return AgreementShown(
        pk=row.pk,
        organisation=known.name(row.organisation_id),
        kinds=tuple(str(KINDS[kind]) for kind in rules.KINDS if kind in row.kinds),
        agreed_on=row.agreed_on,
        how=", ".join(str(part) for part in (CHANNELS.get(row.channel, ""), said_by) if part),
        explained=str(LANGUAGES.get(row.explained_in, row.explained_in)),
        until=row.until,
        state=str(state[0]),
        colour=state[1],
        stands=row.ended_at is None,
        ended_on=row.withdrawn_on or (row.until if row.ended_at else None),
        # What rests on a case is withdrawn with its referral, on the case.
        may_withdraw=may and row.ended_at is None and row.case_id is None,
        may_second=may and waits and row.recorded_by != by.user_id and str(row.organisation_id) in dict(_offered(by)),
        loses=row.organisation_id in by.organisations,
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the pages of a day need to know of bodies: their names by id, and what may flow."""

    names: Mapping[int, Mapping[str, str]]
    flows: Flows
    police: frozenset[int]

    def name(self, organisation_id: int) -> Text:
        name = self.names.get(organisation_id)
        return in_language(name) if name else Text(_("An organisation"), "en")

    def is_police(self, organisation_id: int) -> bool:
        """Whether it is a police body."""
        return organisation_id in self.police


@lru_cache(maxsize=2)
def _known(area: str, day: date) -> _Known:
    held = flows()
    names = names_of(None, day)
    return _Known(
        {pk: {"en": names[key].en, "cy": names[key].cy} for pk, key in held.keys.items() if key in names},
        held,
        police_bodies(),
    )


def _offered(by: Actor) -> list[tuple[str, str]]:
    """The organisations to which a flow from the reader's own leads, by name."""
    known = _known(settings.HAWL_AREA, today())
    found = known.flows.receivers(by.organisations, on=today())
    return sorted(((str(pk), str(known.name(pk))) for pk in found), key=lambda one: one[1])


@require_POST
@opens_to(Permission.RECORD_ACTS)
def agree(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record what the person agreed to."""
    from hawl.work.hub.views import person_again

    by = current_actor()
    form = AgreementForm(request.POST, organisations=_offered(by))
    if form.is_valid():
        told = form.cleaned_data
        try:
            record_agreement(
                by=by,
                person_id=person_id,
                organisation_id=int(told["organisation"]),
                kinds=told["kinds"],
                said=Said(
                    on=told["on"],
                    channel=told["channel"],
                    said_by=told["said_by"],
                    explained_by=by.user_id,
                    explained_in=told["language"],
                ),
                until=told["until"],
            )
            return HttpResponseRedirect(f"{reverse('person', args=[person_id])}?done=agreed#done")
        except ObjectDoesNotExist as hidden:
            raise Http404 from hidden
        except CannotAgree as cannot:
            _say(form, cannot)
    return person_again(request, person_id, {"agreement": form})


@require_POST
@opens_to(Permission.RECORD_ACTS)
def withdraw(request: HttpRequest, person_id: UUID, agreement_id: UUID) -> HttpResponse:
    """Record that the person withdrew. Who withdraws for their own organisation goes back to the list."""
    from hawl.work.hub.views import person_again

    by = current_actor()
    form = WithdrawForm(request.POST, what=agreement_id)
    try:
        held = agreement(agreement_id)
        if held.person_id != person_id or held.case_id is not None:
            raise Http404
        if form.is_valid():
            told = form.cleaned_data
            withdraw_agreement(by=by, agreement_id=agreement_id, on=told["on"], channel=told["channel"])
            return after_withdrawal(person_id, loses=held.organisation_id in by.organisations)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    except CannotAgree as cannot:
        if cannot.code == "ended_already":
            return HttpResponseRedirect(f"{reverse('person', args=[person_id])}?done=again#done")
        _say(form, cannot)
    return person_again(request, person_id, {str(agreement_id): form})


@require_POST
@opens_to(Permission.RECORD_ACTS)
@needs_fresh_sign_in
def second(request: HttpRequest, person_id: UUID, agreement_id: UUID) -> HttpResponse:
    """Sign as the second person that the police may know of somebody who came without them."""
    from hawl.work.hub.views import person_again

    try:
        if agreement(agreement_id).person_id != person_id:
            raise Http404
        second_agreement(by=current_actor(), agreement_id=agreement_id)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    except CannotAgree as cannot:
        if cannot.code == "nothing_to_second":
            return HttpResponseRedirect(f"{reverse('person', args=[person_id])}?done=again#done")
        form = AgreementForm({}, organisations=_offered(current_actor()))
        form.errors.clear()
        _say(form, cannot)
        return person_again(request, person_id, {"agreement": form})
    return HttpResponseRedirect(f"{reverse('person', args=[person_id])}?done=agreed#done")


def after_withdrawal(person_id: UUID, *, loses: bool, case_id: UUID | None = None) -> HttpResponse:
    """Back to the person, or to the list for whose organisation sees the person no more by this."""
    if loses:
        return HttpResponseRedirect(f"{reverse('cases')}?done=withdrawn#done")
    case = f"case={case_id}&" if case_id else ""
    return HttpResponseRedirect(f"{reverse('person', args=[person_id])}?{case}done=withdrawn#done")


def _say(form: forms.Form, cannot: CannotAgree) -> None:
    name, words = REFUSED.get(cannot.code, ("", _ANYHOW))
    form.add_error(name if name in form.fields else None, str(words))

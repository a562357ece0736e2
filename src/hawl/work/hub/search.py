"""The search page: finds a person by what is known of them. What is typed is sent in the body and kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from hawl.foundations.access.actor import Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.clock import today
from hawl.registers.finding.actions import search_people
from hawl.registers.finding.queries import Asked, Found, Match
from hawl.work.hub.forms import DayField
from hawl.work.hub.wording import name_of

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from django.utils.functional import Promise

NOT_TAKEN = 422
_LONGEST = 120
MET: dict[str, str | Promise] = {
    "name": gettext_lazy("name"),
    "born_on": gettext_lazy("date of birth"),
    "born_year": gettext_lazy("year of birth"),
    "phone": gettext_lazy("phone number"),
    "email": gettext_lazy("email address"),
    "postcode": gettext_lazy("postcode"),
    "reference": gettext_lazy("reference"),
}
ASK: dict[str, str | Promise] = {
    "born_year": gettext_lazy("the year of birth"),
    "first_name": gettext_lazy("a first name"),
    "postcode": gettext_lazy("a postcode"),
    "phone": gettext_lazy("a phone number"),
}


class SearchForm(forms.Form):
    """What is known of a person; one part is enough."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=_LONGEST, required=False)
    born_on = DayField(label=gettext_lazy("Date of birth"), required=False)
    born_year = forms.IntegerField(
        label=gettext_lazy("Or the year of birth"),
        required=False,
        min_value=1880,
        error_messages={
            "invalid": gettext_lazy("Enter the year as four digits, such as 1987."),
            "min_value": gettext_lazy("Enter the year as four digits, such as 1987."),
        },
    )
    phone = forms.CharField(label=gettext_lazy("Phone number"), max_length=40, required=False)
    email = forms.CharField(label=gettext_lazy("Email address"), max_length=_LONGEST, required=False)
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=12, required=False)
    reference = forms.CharField(
        label=gettext_lazy("Crime reference or the sender's reference"), max_length=60, required=False
    )

    def clean_born_year(self) -> int | None:
        """No year to come."""
        year: int | None = self.cleaned_data["born_year"]
        if year and year > today().year:
            raise forms.ValidationError(_("Enter a year that is not in the future."))
        return year

    def clean(self) -> dict[str, Any]:
        """Something must be known."""
        held = super().clean() or {}
        if not self.errors and not any(held.values()):
            raise forms.ValidationError(_("Enter at least one thing that you know of the person."))
        return held

    def asked(self) -> Asked:
        """What is asked for, once the form is valid."""
        return Asked(**{name: value for name, value in self.cleaned_data.items() if value})


class Row(NamedTuple):
    """One person as the results show them."""

    person_id: UUID
    name: str
    born_on: date | None
    met: str


@require_http_methods(["GET", "HEAD", "POST"])
@opens_to(Permission.SEE_PEOPLE)
def search(request: HttpRequest) -> HttpResponse:
    """The form; and, sent, who was found. The search is audited without its words."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    found: Found | None = None
    if form.is_bound and form.is_valid():
        found = search_people(by=current_actor(), asked=form.asked())
    context = {
        "fields": [_field(form, name) for name in form.fields],
        "mistakes": _mistakes(form),
        "found": found,
        "rows": [_row(match) for match in found.matches] if found else [],
        "ask_for": [str(ASK[name]) for name in found.ask_for] if found else [],
    }
    return render(request, "hub/search.html", context, status=NOT_TAKEN if context["mistakes"] else 200)


def _row(match: Match) -> Row:
    met = ", ".join(str(words) for name, words in MET.items() if name in match.met)
    return Row(match.person.pk, name_of(match.person), match.person.born_on, met)


def _field(form: SearchForm, name: str) -> dict[str, Any]:
    field, errors = form[name], form.errors.get(name)
    shown: dict[str, Any] = {
        "id": name,
        "name": name,
        "label": {"text": str(field.label), "classes": "govuk-label--s"},
        "value": str(form.data.get(name, "")) if form.is_bound else "",
        "autocomplete": "off",
        "spellcheck": False,
        "classes": "govuk-!-width-two-thirds" if name in ("name", "email", "reference") else "govuk-input--width-10",
    }
    if errors:
        shown["errorMessage"] = {"text": errors[0]}
    return shown


def _mistakes(form: SearchForm) -> list[dict[str, str]]:
    return [
        {"text": str(each[0]), "href": "#name" if name == "__all__" else f"#{name}"}
        for name, each in form.errors.items()
    ]

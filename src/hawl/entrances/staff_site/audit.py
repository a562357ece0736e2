"""Who did and who looked, for stewards: ids and codes, never a name of somebody helped, and never what was read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from hawl.foundations.access.actor import Permission
from hawl.foundations.access.doors import opens_to
from hawl.foundations.audit.actions import record
from hawl.foundations.audit.classes import AuditClass
from hawl.foundations.audit.queries import EntriesAsked, Entry, entries
from hawl.foundations.identity.queries import all_accounts
from hawl.foundations.languages.texts import Text, in_language
from hawl.registers.organisations.queries import ids_by_key, names_of

LONDON = ZoneInfo("Europe/London")
_FORMATS = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %m %Y")

CLASSES: dict[str, str | Promise] = {
    AuditClass.READ: gettext_lazy("Looked"),
    AuditClass.SEARCH: gettext_lazy("Searched"),
    AuditClass.WRITE: gettext_lazy("Changed"),
    AuditClass.EXPORT: gettext_lazy("Took out"),
    AuditClass.REFUSAL: gettext_lazy("Was refused"),
    AuditClass.SIGN_IN: gettext_lazy("Signed in or out"),
    AuditClass.GRAVE: gettext_lazy("Grave act"),
}
_COLOURS = {
    AuditClass.REFUSAL: "orange",
    AuditClass.GRAVE: "red",
    AuditClass.EXPORT: "purple",
    AuditClass.WRITE: "blue",
}


class AuditForm(forms.Form):
    """What a steward asks for; everything may be left out."""

    person = forms.UUIDField(
        label=gettext_lazy("Id of a person"),
        required=False,
        error_messages={"invalid": gettext_lazy("Enter the whole id, such as 8a1f0f0e-0000-4000-8000-00000000beef.")},
    )
    account = forms.ChoiceField(
        label=gettext_lazy("Account"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose an account from the list.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose a kind from the list.")},
    )
    action = forms.RegexField(
        r"^[a-z0-9_.]{1,80}$",
        label=gettext_lazy("Action"),
        required=False,
        error_messages={
            "invalid": gettext_lazy("Enter the code of an action as the list shows it, such as person.read.")
        },
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        input_formats=_FORMATS,
        error_messages={"invalid": gettext_lazy("Enter the day as numbers, such as 21/11/2026.")},
    )

    def __init__(self, data: Any, accounts: list[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="filter-%s")
        for name, choices in (("account", accounts), ("kind", list(CLASSES.items()))):
            self.fields[name].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]

    def clean_day(self) -> dt.date | None:
        """A day that has a day after it and lies in London's calendar."""
        day: dt.date | None = self.cleaned_data["day"]
        if day is not None and not 2000 <= day.year <= 2100:
            raise forms.ValidationError(self.fields["day"].error_messages["invalid"])
        return day

    def asked(self) -> EntriesAsked:
        """As the query takes it; a day is one in London."""
        told = self.cleaned_data
        since = dt.datetime.combine(told["day"], dt.time.min, LONDON) if told["day"] else None
        until = dt.datetime.combine(told["day"] + dt.timedelta(days=1), dt.time.min, LONDON) if told["day"] else None
        return EntriesAsked(
            about=told["person"],
            account=int(told["account"]) if told["account"] else None,
            action=told["action"],
            audit_class=told["kind"],
            since=since,
            until=until,
        )


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry with the name of who acted, where that is somebody with an account, and of their body."""

    entry: Entry
    who: str
    account: str
    body: Text | None
    kind: str | Promise
    colour: str


@require_safe
@opens_to(Permission.SEE_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """Entries by person, account, kind, action and day. Looking at them leaves an entry itself."""
    names = {str(one.pk): one.display_name for one in all_accounts()}
    form = AuditForm(request.GET, sorted(names.items(), key=lambda one: one[1]))
    page, rows = None, []
    if form.is_valid():
        asked = form.asked()
        record(
            action="audit.read", object_kind="person" if asked.about else "audit", object_id=str(asked.about or ""),
            account=asked.account, of_action=asked.action, of_class=asked.audit_class,
            day=asked.since.date().isoformat() if asked.since else "",
        )  # fmt: skip
        page = entries(asked, page=request.GET.get("page"))
        bodies = _bodies()
        rows = [_shown(one, names, bodies) for one in page]
    context = {"form": form, "page": page, "rows": rows}
    return render(request, "staff_site/audit.html", context, status=200 if form.is_valid() else 422)


def _bodies() -> dict[int, Text]:
    names = names_of()
    return {number: in_language(names[key]) for key, number in ids_by_key().items() if key in names}


def _shown(entry: Entry, names: dict[str, str], bodies: dict[int, Text]) -> EntryShown:
    of_user = entry.actor.removeprefix("user:") if entry.actor.startswith("user:") else ""
    kind = AuditClass(entry.audit_class)
    return EntryShown(
        entry=entry,
        who=names.get(of_user, ""),
        account=of_user,
        body=bodies.get(entry.organisation_id or 0),
        kind=CLASSES[kind],
        colour=_COLOURS.get(kind, "grey"),
    )

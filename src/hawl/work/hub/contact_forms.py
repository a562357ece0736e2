"""What a worker may type about how to reach a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hawl.registers.people.hours import windows_of
from hawl.work.hub import wording
from hawl.work.hub.contact_words import HOLDERS, HOW_KNOWN, PLAN_FIELDS, USES

if TYPE_CHECKING:
    from hawl.registers.people.models import ContactPlan

SAYS: Mapping[str, str | Promise] = {
    "not_allowed": _("Your role does not let you record this."),
    "not_a_word": _("Choose from the list."),
    "reason_needed": _("Give the reason: this takes protection away."),
    "how_known_needed": _("Say how it is known."),
    "proposed_already": _("The same is proposed already and waits for a second person."),
    "nothing_changes": _("This stands already. Nothing was changed."),
    "closed": _("This was answered already."),
    "overtaken": _(
        "Since this was proposed, a no came in or somebody decided otherwise. Look again before anything else."
    ),
    "same_person": _("A second person has to confirm it."),
    "proposer_gone": _("Whoever proposed this may not see the record any more. Propose it anew."),
    "expired": _("This waited too long. Propose it anew."),
    "changed": _("Somebody else changed this meanwhile. Nothing was changed; see what differs."),
}
_WORDS = ("unsafe", "unknown", "safe")
_BY_HAND = ("person_said", "parent_said", "officer_said", "worker_said", "happened")


def _choose(label: Any, *, required: bool = True) -> forms.ChoiceField:
    wrong = _("Choose from the list.")
    return forms.ChoiceField(
        label=label, required=required, error_messages={"required": wrong, "invalid_choice": wrong}
    )


class _WayField(forms.ChoiceField):
    """A number or address as a page showed it: id and version. One that changed since is told of as changed."""

    def valid_value(self, value: Any) -> bool:
        """Whether it has the form of one; whose it is and whether it is still so is decided with the act."""
        return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9]{1,9}", str(value)) is not None


class DecideForm(forms.Form):
    """One use of one number or address."""

    way = _WayField(
        label=_("Which number or address"),
        error_messages={"required": _("Choose from the list."), "invalid_choice": _("Choose from the list.")},
    )
    use = _choose(_("Which use of it"))
    to = _choose(_("What to decide"))
    how_known = _choose(_("How it is known"))
    held_by = _choose(_("Who answers or reads there"), required=False)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)

    def __init__(self, *args: Any, ways: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "decide-%s"})
        choose = [("", _now("Choose"))]
        told: dict[str, list[tuple[str, Any]]] = {
            "way": choose + ways,
            "use": choose + [(code, str(words)) for code, words in USES.items()],
            "to": choose + [(code, str(wording.SAFETY[code][0])) for code in _WORDS],
            "how_known": choose + [(code, str(HOW_KNOWN[code])) for code in _BY_HAND],
            "held_by": [(code, str(words)) for code, words in HOLDERS.items()],
        }
        for name, choices in told.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    """The contact plan, with one stretch of hours."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    who_answers = forms.CharField(label=PLAN_FIELDS["who_answers"], required=False, max_length=200)
    code_word = forms.CharField(label=PLAN_FIELDS["code_word"], required=False, max_length=60)
    never = forms.CharField(label=PLAN_FIELDS["never"], required=False, max_length=300)
    not_told = forms.CharField(label=PLAN_FIELDS["not_told"], required=False, max_length=300)
    voicemail = forms.ChoiceField(
        label=PLAN_FIELDS["voicemail"],
        choices=[("none", _("Leave none")), ("neutral", _("A first name and a number only"))],
    )
    hours = forms.ChoiceField(
        label=PLAN_FIELDS["windows"],
        choices=[
            ("office", _("Working days, 9am to 5pm")),
            ("own", _("Only between the hours below")),
            ("keep", _("As they stand now")),
        ],
    )
    start = forms.TimeField(label=_("From"), required=False, error_messages={"invalid": _("Such as 10:00.")})
    end = forms.TimeField(label=_("Until"), required=False, error_messages={"invalid": _("Such as 14:30.")})
    days = forms.ChoiceField(
        label=_("On which days"),
        choices=[("week", _("Monday to Friday")), ("all", _("Every day")), ("weekend", _("Saturday and Sunday"))],
    )
    language = forms.ChoiceField(
        label=PLAN_FIELDS["language"], required=False,
        choices=[("", _("As the person's own")), ("cy", _("Welsh")), ("en", _("English"))],
    )  # fmt: skip
    never_reach = forms.BooleanField(label=PLAN_FIELDS["never_reach"], required=False)

    _DAYS: Mapping[str, list[int]] = {"week": [0, 1, 2, 3, 4], "all": [0, 1, 2, 3, 4, 5, 6], "weekend": [5, 6]}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "plan-%s"})

    @classmethod
    def as_it_stands(cls, held: ContactPlan | None) -> dict[str, Any]:
        """The form as the plan stands."""
        if held is None:
            return {"version": 0, "voicemail": "none", "hours": "office", "days": "week"}
        told = held.plan or {}
        windows = told.get("windows") or ()
        window: dict[str, Any] = next(iter(windows), {})
        days = {tuple(value): key for key, value in cls._DAYS.items()}
        hours = "own" if window else "office"
        # What this form cannot show is left as it is.
        shown = not window or (
            tuple(window["days"]) in days and bool(window.get("bank_holidays")) == (window["days"] != cls._DAYS["week"])
        )
        if told.get("no_hours") or len(windows) > 1 or not shown:
            hours = "keep"
        return {
            **told, "version": held.version, "language": held.language, "never_reach": held.never_reach,
            "hours": hours, "start": window.get("start"), "end": window.get("end"),
            "days": days.get(tuple(window["days"]), "week") if window else "week",
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Hours of one's own have a start and an end after it."""
        data = super().clean() or self.cleaned_data
        data["windows"] = None if data.get("hours") == "keep" else ()
        if data.get("hours") == "own" and not {"start", "end", "days"} & set(self.errors):
            start, end = data.get("start"), data.get("end")
            if start is None or end is None or end <= start:
                self.add_error("end", _now("Enter from when, and a later hour until when."))
                return data
            data["windows"] = (
                {
                    "days": self._DAYS[data["days"]], "start": f"{start:%H:%M}", "end": f"{end:%H:%M}",
                    "bank_holidays": data["days"] != "week",
                },
            )  # fmt: skip
            windows_of(data["windows"])
        return data

    def told(self) -> dict[str, Any]:
        """What the plan is told."""
        names = ("who_answers", "voicemail", "code_word", "never", "not_told", "windows", "language", "never_reach")
        return {name: self.cleaned_data[name] for name in names}


class PlanAnswerForm(forms.Form):
    """The version of the plan that the page showed to who answers what waits."""

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def clean_version(self) -> int:
        """Without one it is of no version, and confirms nothing."""
        version: int | None = self.cleaned_data.get("version")
        return -1 if version is None else version

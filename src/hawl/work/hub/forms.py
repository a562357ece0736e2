"""What a worker may type on a person's page. Shape only: whether an act may be is decided in `actions`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hawl.foundations.languages import dates
from hawl.foundations.languages.texts import in_language
from hawl.rights.rulebook import AskedAttribute
from hawl.work.hub import offering, wording

if TYPE_CHECKING:
    from hawl.registers.cases.models import CaseEvent

# A number beyond this is a slip: no sentence and no interval of any law is as long.
_MOST = 9_999
_FORMATS = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %m %Y")


class DayField(forms.DateField):
    """A day, typed as 21/11/2026; what was typed is kept as it was."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=_FORMATS,
            error_messages={
                "required": gettext_lazy("Enter the day."),
                "invalid": gettext_lazy("Enter the day as numbers, such as 21/11/2026."),
            },
            **kwargs,
        )


class ActForm(forms.Form):
    """What was done or heard: the day, what it is about, and what rulebooks ask to be told of such an event."""

    on = DayField(label=gettext_lazy("On which day"))
    received = DayField(label=gettext_lazy("On which day did word of it come to you?"), required=False)

    def __init__(self, *args: Any, event: str, events: Iterable[CaseEvent], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "act-%s"})
        self.event = event
        about = [(row.event_id, _named(row)) for row in events if row.event in offering.answered_by(event)]
        if about:
            self.fields["about"] = _chosen(_("About which event"), [("", _("None in particular")), *about])
        if not offering.asks_receipt(event):
            del self.fields["received"]
        self.told = {f"told_{each.attribute}": each for each in offering.asked_of(event)}
        self.fields.update({name: _field(each) for name, each in self.told.items()})

    def clean(self) -> dict[str, Any]:
        """Gives the answers by attribute, as rules read them: truths, whole numbers, codes, ISO days."""
        data = super().clean() or self.cleaned_data
        data["attributes"] = {
            each.attribute: _value(each, data[name]) for name, each in self.told.items() if data.get(name) is not None
        }
        return data


def _chosen(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    says = {"invalid_choice": _("Choose an event of this case.")}
    return forms.ChoiceField(label=label, required=False, choices=choices, error_messages=says)


def _named(row: CaseEvent) -> str:
    return f"{wording.event(row.event)} ({dates.short_day(row.occurred_on)})"


def _field(asked: AskedAttribute) -> forms.Field:
    label = in_language(asked.asks._asdict())
    if asked.kind == "day":
        return DayField(label=label)
    if asked.kind == "number":
        says = {
            "required": _("Enter a number: %(question)s") % {"question": label},
            "invalid": _("Enter a whole number, such as 12."),
            "min_value": _("Enter a number that is not below 0."),
            "max_value": _("Enter a smaller number."),
        }
        return forms.IntegerField(label=label, min_value=0, max_value=_MOST, error_messages=says)
    choices = [("yes", _("Yes")), ("no", _("No"))]
    if asked.kind == "choice":
        choices = [(code, str(in_language(words._asdict()))) for code, words in asked.choices]
    wrong = _("Choose an answer: %(question)s") % {"question": label}
    return forms.ChoiceField(label=label, choices=choices, error_messages={"required": wrong, "invalid_choice": wrong})


def _value(asked: AskedAttribute, typed: Any) -> Any:
    if asked.kind == "truth":
        return typed == "yes"
    return typed.isoformat() if asked.kind == "day" else typed


class DutyForm(forms.Form):
    """What became of one duty: done, declined, a reason, or that the person says it was not done."""

    on = DayField(label=gettext_lazy("On which day"))
    words = forms.CharField(
        label=gettext_lazy("The reason, in a few words"),
        required=False,
        max_length=500,
        error_messages={"max_length": gettext_lazy("Use at most 500 letters.")},
    )

    def __init__(self, *args: Any, answers: Iterable[offering.Answer], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "duty-%s"})
        self.answers = {each.event: each for each in answers}
        says = {
            "required": _("Choose what became of it."),
            "invalid_choice": _("Choose what became of it from the list."),
        }
        told = [(each.event, str(each.words)) for each in self.answers.values()]
        first = {"event": forms.ChoiceField(label=_("What became of it?"), choices=told, error_messages=says)}
        self.fields = {**first, **self.fields}

    def clean(self) -> dict[str, Any]:
        """A reason has its words, since the person is told them; nothing else takes any."""
        data = super().clean() or self.cleaned_data
        answer = self.answers.get(data.get("event", ""))
        if answer and answer.kind == "excused":
            if not data.get("words") and "words" not in self.errors:
                self.add_error("words", _("Say what the reason was. The person is told it."))
        elif answer:
            data["words"] = ""
        return data


class AnswerForm(forms.Form):
    """The person's answer to being referred on."""

    agreed = forms.ChoiceField(
        label=gettext_lazy("What did the person say?"),
        choices=[
            ("yes", gettext_lazy("Yes, refer me on")),
            ("no", gettext_lazy("No")),
        ],
        error_messages={
            "required": gettext_lazy("Choose yes or no."),
            "invalid_choice": gettext_lazy("Choose yes or no."),
        },
    )
    on = DayField(label=gettext_lazy("On which day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "answer-%s"})


class ReferForm(forms.Form):
    """The day of referring on."""

    on = DayField(label=gettext_lazy("On which day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "refer-%s"})


# Which field a refusal is about; the rest concern the form as a whole.
FIELD_OF = {
    "future_day": "on",
    "before_report": "on",
    "before_referral": "on",
    "before_answer": "on",
    "later_answer": "on",
    "before_about": "on",
    "future_receipt": "received",
    "received_before": "received",
    "about_needed": "about",
    "unknown_about": "about",
    "unknown_event": "event",
    "not_by_hand": "event",
}


def add_refusal(form: forms.Form, code: str, says: str) -> None:
    """Put a refused act's words beside the field that they concern."""
    field = FIELD_OF.get(code)
    form.add_error(field if field in form.fields else None, says)

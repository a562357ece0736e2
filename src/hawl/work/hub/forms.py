"""What a worker may type on a person's page. Shape only: whether an act may be is decided in `actions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hawl.foundations.languages import dates
from hawl.work.hub import rules, wording

if TYPE_CHECKING:
    from hawl.registers.cases.models import CaseEvent

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
    """What was done or heard."""

    event = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        error_messages={
            "required": gettext_lazy("Choose what happened."),
            "invalid_choice": gettext_lazy("Choose what happened from the list."),
        },
    )
    on = DayField(label=gettext_lazy("On which day"))
    about = forms.ChoiceField(
        label=gettext_lazy("About which event"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose an event of this case.")},
    )
    enhanced = forms.ChoiceField(
        label=gettext_lazy("Enhanced rights"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Say whether the person has enhanced rights.")},
    )

    def __init__(self, *args: Any, events: list[CaseEvent], of_desk: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "act-%s"})
        self.of_desk = of_desk
        kinds = self.fields["event"]
        kinds.choices = [("", _("Choose")), *self._kinds()]  # type: ignore[attr-defined]
        self.fields["about"].choices = [  # type: ignore[attr-defined]
            ("", _("None in particular")),
            *((row.event_id, f"{wording.event(row.event)} ({dates.short_day(row.occurred_on)})") for row in events),
        ]
        self.fields["enhanced"].choices = [  # type: ignore[attr-defined]
            ("", _("Not about enhanced rights")),
            ("yes", _("The person has enhanced rights")),
            ("no", _("The person does not have enhanced rights")),
        ]

    def _kinds(self) -> list[tuple[str, str]]:
        return [(code, str(wording.event(code))) for code in rules.offered_acts(of_desk=self.of_desk)]

    def clean(self) -> dict[str, Any]:
        """A decision on enhanced rights says which way it went; nothing else does."""
        data = super().clean() or self.cleaned_data
        decides = data.get("event") == "enhanced_rights_decided"
        if decides and not data.get("enhanced") and "enhanced" not in self.errors:
            self.add_error("enhanced", _("Say whether the person has enhanced rights."))
        data["attributes"] = {"enhanced": data.get("enhanced") == "yes"} if decides else {}
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
    "about_needed": "about",
    "unknown_about": "about",
    "unknown_event": "event",
    "not_by_hand": "event",
}


def add_refusal(form: forms.Form, code: str, says: str) -> None:
    """Put a refused act's words beside the field that they concern."""
    field = FIELD_OF.get(code)
    form.add_error(field if field in form.fields else None, says)

"""What may be typed on the pages of protection. Shape only: whether it may be is decided in `actions`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hawl.work.protection import rules, wording
from hawl.work.protection.queries import Colleague

_FORMATS = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d %m %Y")
_CHOOSE = {"required": gettext_lazy("Choose one."), "invalid_choice": gettext_lazy("Choose one from the list.")}
_NUL = gettext_lazy("The text holds signs that no text can have. Type it again.")


class Words(forms.CharField):
    """Free text of a worker's."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=2000,
            error_messages={
                "required": gettext_lazy("Say in a sentence what happened."),
                "max_length": gettext_lazy("Use at most 2,000 signs."),
                "null_characters_not_allowed": _NUL,
            },
            **kwargs,
        )


class ProposalForm(forms.Form):
    """A change of protection."""

    kind = forms.ChoiceField(label=gettext_lazy("What should change"), error_messages=_CHOOSE)
    reason = forms.ChoiceField(label=gettext_lazy("Why"), error_messages=_CHOOSE)
    account = Words(label=gettext_lazy("What happened, in your words"), required=False)
    named = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who is to see the record"), coerce=int, required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose people from the list.")},
    )  # fmt: skip
    about = forms.ChoiceField(
        label=gettext_lazy("Who may see it again"), required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one from the list.")},
    )  # fmt: skip
    at_once = forms.BooleanField(
        label=gettext_lazy("Somebody is in danger now: protect at once, and let a second person confirm afterwards"),
        required=False,
    )

    def __init__(
        self, *args: Any, level: str, people: Sequence[Colleague], kept_from: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "change-%s"})
        kinds = [each for each in rules.KINDS if _fits(each, level, bool(kept_from))]
        # Nothing grave is chosen beforehand: a hurried hand must not seal by pressing the button.
        self._choose("kind", [("", _("Choose")), *((each, str(wording.KINDS[each])) for each in kinds)])
        self._choose("reason", [("", _("Choose")), *((code, str(words)) for code, words in wording.WHY.items())])
        self._choose("named", [(each.user_id, each.name) for each in people])
        self._choose("about", [("", _("Nobody")), *kept_from])

    def _choose(self, name: str, choices: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What a change needs beside its kind."""
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind in rules.NAMES_PEOPLE and not data.get("named") and "named" not in self.errors:
            self.add_error("named", _("Choose at least one person who is to see the record."))
        if kind == "end_denial" and not data.get("about") and "about" not in self.errors:
            self.add_error("about", _("Choose who may see it again."))
        if data.get("at_once") and kind not in rules.RAISES:
            self.add_error("at_once", _("Only a seal or a restriction can take effect at once."))
        whose, _sep, number = (data.get("about") or "").partition("-")
        data["whom"] = (whose, int(number)) if number else None
        return data


def _fits(kind: str, level: str, kept: bool) -> bool:
    fits = {
        "seal": level != "sealed",
        "restrict": level == "open",
        "unseal": level == "sealed",
        "unrestrict": level == "restricted",
        "rename": level != "open",
        "end_denial": kept,
    }
    return fits[kind]


class ConflictForm(forms.Form):
    """From whom the record is to be kept."""

    whom = forms.ChoiceField(label=gettext_lazy("From whom is the record kept"), error_messages=_CHOOSE)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "conflict-%s"})
        self.fields["whom"].choices = [("", _("Choose")), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The account or the body."""
        data = super().clean() or self.cleaned_data
        whose, _sep, number = (data.get("whom") or "").partition("-")
        data["chosen"] = {"user_id" if whose == "user" else "organisation_id": int(number)} if number else {}
        return data


class GlassForm(forms.Form):
    """An exact identifier, a reason and what happened. A name counts only with the day of birth."""

    form = forms.ChoiceField(
        label=gettext_lazy("What do you know of the person"), choices=list(wording.GLASS_FORMS.items()),
        error_messages=_CHOOSE,
    )  # fmt: skip
    identifier = forms.CharField(
        label=gettext_lazy("The number, the reference or the name, whole"), max_length=100,
        error_messages={
            "required": gettext_lazy("Type the whole number, reference or name."),
            "max_length": gettext_lazy("Use at most 100 signs."),
            "null_characters_not_allowed": _NUL,
        },
    )  # fmt: skip
    born_on = forms.DateField(
        label=gettext_lazy("Date of birth, if you typed a name"), input_formats=_FORMATS, required=False,
        error_messages={"invalid": gettext_lazy("Type the date of birth as day, month and year, such as 31/12/1987.")},
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=gettext_lazy("Why you must see the record now"), choices=list(wording.GLASS_REASONS.items()),
        error_messages=_CHOOSE,
    )  # fmt: skip
    account = Words(label=gettext_lazy("What is happening"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "glass-%s"})

    def clean(self) -> dict[str, Any]:
        """Part of a number, or a name without the day of birth, names nobody exactly."""
        data = super().clean() or self.cleaned_data
        typed = data.get("identifier") or ""
        if data.get("form") == "phone" and typed and sum(each.isdigit() for each in typed) < 10:
            self.add_error("identifier", _("Type the whole telephone number, such as 07700 900123."))
        if data.get("form") == "name":
            self._check_name(typed, data.get("born_on"))
        return data

    def _check_name(self, typed: str, born_on: date | None) -> None:
        if typed and len(typed.replace(",", " ").split()) < 2:
            self.add_error("identifier", _("Type the first name and the family name."))
        if born_on is None and "born_on" not in self.errors:
            self.add_error("born_on", _("Type the date of birth too. A name alone opens nothing."))


class DeclarationForm(forms.Form):
    """What a worker says of themselves or of somebody they know."""

    about = forms.ChoiceField(
        label=gettext_lazy("Of whom"), choices=list(wording.ABOUT.items()), error_messages=_CHOOSE
    )
    phone = forms.CharField(label=gettext_lazy("Telephone number"), max_length=40, required=False)
    address = forms.CharField(label=gettext_lazy("Address, as on a letter"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "declare-%s"})

    def clean(self) -> dict[str, Any]:
        """At least one way of knowing them again."""
        data = super().clean() or self.cleaned_data
        if not data.get("phone") and not data.get("address") and not self.errors:
            self.add_error("phone", _("Give a telephone number or an address."))
        return data

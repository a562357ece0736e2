"""The words of codes that the desks' pages show, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from hawl.foundations.languages.texts import Text, in_language
from hawl.foundations.vault.fields import can_open
from hawl.rights.rulebook import Duty, Rulebook, Words, applying, built_in, vocabulary
from hawl.work.intake.feed.offences import offences
from hawl.work.intake.reasons import reasons

if TYPE_CHECKING:
    from hawl.registers.people.models import Person

RISKS: Mapping[str, str | Promise] = {
    "high": gettext_lazy("High"),
    "medium": gettext_lazy("Medium"),
    "standard": gettext_lazy("Standard"),
    "not_assessed": gettext_lazy("Not assessed"),
}
RISK_COLOURS = {"high": "red", "medium": "orange", "standard": "grey", "not_assessed": "yellow"}
KINDS: Mapping[str, str | Promise] = {
    "mobile": gettext_lazy("Mobile"),
    "landline": gettext_lazy("Landline"),
    "email": gettext_lazy("E-mail"),
    "address": gettext_lazy("Address"),
}
GIVEN_BY: Mapping[str, str | Promise] = {
    "victim": gettext_lazy("given by the person"),
    "officer": gettext_lazy("given by an officer"),
    "other": gettext_lazy("given by somebody else"),
}
LANGUAGES: Mapping[str, str | Promise] = {
    "cy": gettext_lazy("Welsh"),
    "en": gettext_lazy("English"),
}
ROLES: Mapping[str, str | Promise] = {
    "victim": gettext_lazy("Victim"),
    "witness": gettext_lazy("Witness"),
    "bereaved_relative": gettext_lazy("Bereaved relative"),
    "parent": gettext_lazy("Parent of a victim"),
    "spokesperson": gettext_lazy("Speaks for a victim"),
}
# From where an event came that no worker recorded, by the first word of its author.
SENT_BY: Mapping[str, str | Promise] = {
    "feed": gettext_lazy("from the police feed"),
    "extract": gettext_lazy("from a daily extract"),
}
# How a use of a number reads in a cell: words and the colour of the tag.
SAFETY: Mapping[str, tuple[str | Promise, str]] = {
    "safe": (pgettext_lazy("a way of reaching somebody", "Safe"), "green"),
    "unsafe": (gettext_lazy("Do not use"), "red"),
    "unknown": (gettext_lazy("Not known: do not use"), "grey"),
    "first_approach": (gettext_lazy("One first call only"), "yellow"),
}
ANSWERS: Mapping[str, str | Promise] = {
    "yes": gettext_lazy("Yes"),
    "no": gettext_lazy("No"),
    "not_asked": gettext_lazy("Not asked yet"),
    "yes_unconfirmed": gettext_lazy("A yes, but not known whose"),
}


def name_of(person: Person) -> str:
    """The name by which a list shows a person or an organisation."""
    if not can_open(person, "names"):
        return _("Erased")
    names = person.names or {}
    told = [names.get("given"), names.get("family")]
    name = " ".join(part for part in told if part) or names.get("organisation") or names.get("named_contact")
    return str(name) if name else _("Name not recorded")


def offence(key: str) -> Text:
    """What an offence is called."""
    return in_language(offences()[key]) if key in offences() else Text(key, "en")


def route(code: str) -> Text:
    """What a route is called."""
    return in_language(reasons("routes")[code])


def meaning(code: str) -> Words:
    """What an event means in both languages; its code where the vocabulary has lost it."""
    kind = vocabulary().events.get(code)
    return kind.meaning if kind else Words(code, "")


def event(code: str) -> Text:
    """The same in the language of the page."""
    return in_language(meaning(code))


@cache
def _duties() -> Mapping[tuple[str, str], tuple[Rulebook, Duty]]:
    return {(book.id, duty.id): (book, duty) for book in built_in() for duty in book.duties}


def duty(rulebook: str, duty_id: str) -> tuple[Rulebook, Duty] | None:
    """A duty as its rulebook has it; None for one of a rulebook that is no longer shipped."""
    return _duties().get((rulebook, duty_id))


def work_of(rulebook: str, duty_id: str) -> Text:
    """What there is to do for a duty, in words for staff."""
    found = duty(rulebook, duty_id)
    return in_language(found[1].work._asdict()) if found else Text(duty_id, "en")


def bearers() -> dict[str, Text]:
    """Who may owe something by a rulebook that applies, by code: of the newest Code first, then of schemes."""
    books = sorted(applying(), key=lambda book: (book.kind != "code", -book.in_force_from.toordinal()))
    return {code: in_language(words._asdict()) for book in books for code, words in book.bearers.items()}


def rights() -> dict[int, Text]:
    """The rights of which a rulebook has duties, by number."""
    held = {duty.right for book in applying() for duty in book.duties}
    found = {one.number: in_language(one.title._asdict()) for book in applying() for one in book.rights}
    return {number: found[number] for number in sorted(found) if number in held}


def days_left(due_on: date | None, today: date) -> str:
    """How far off a due day is: "3 days left", "due today", "2 days late"; empty without one."""
    if due_on is None:
        return ""
    left = (due_on - today).days
    if left == 0:
        return _("due today")
    if left > 0:
        return ngettext("%(num)s day left", "%(num)s days left", left) % {"num": left}
    return ngettext("%(num)s day late", "%(num)s days late", -left) % {"num": -left}


def risk_shown(risk: str) -> tuple[str | Promise, str]:
    """The words of a risk and the colour of its tag."""
    return RISKS.get(risk, risk), RISK_COLOURS.get(risk, "grey")

"""The words of codes on the page of how to reach a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

USES: Mapping[str, str | Promise] = {
    "ring": _("Ring"),
    "message": _("Leave a message"),
    "text": _("Text or e-mail"),
    "write": _("Write"),
}
HOW_KNOWN: Mapping[str, str | Promise] = {
    "person_said": _("The person said so"),
    "parent_said": _("A parent or guardian said so"),
    "officer_said": _("An officer said so"),
    "worker_said": _("Another worker said so"),
    "happened": _("It was seen from what happened"),
    "feed_said": _("The police record said so"),
    "shared": _("A suspect has it too, or lives there"),
    "restored": _("Put back after a restore"),
}
HOLDERS: Mapping[str, str | Promise] = {
    "": _("Not known"),
    "themself": _("The person"),
    "parent": _("A parent"),
    "guardian": _("A guardian"),
    "other": _("Somebody else"),
}
STATES: Mapping[str, tuple[str | Promise, str]] = {
    "proposed": (_("Waits for a second person"), "yellow"),
    "applied": (_("Stands"), "green"),
    "refused": (_("Refused"), "grey"),
    "overtaken": (_("Overtaken"), "grey"),
}
PLAN_FIELDS: Mapping[str, Any] = {
    "who_answers": _("Who answers"),
    "voicemail": _("Voicemail"),
    "voicemail_words": _("What to say on it"),
    "code_word": _("Code word"),
    "never": _("Who must never be reached"),
    "not_told": _("Who must not be told"),
    "windows": _("Hours"),
    "language": _("Language to write in"),
    "never_reach": _("Nobody may reach this person"),
}
_DAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
_WEEK, _WEEKEND = [0, 1, 2, 3, 4], [5, 6]


def days_in_words(days: Iterable[int], bank_holidays: bool) -> str:
    """On which days of the week, and whether on bank holidays too."""
    told = sorted(days)
    named = {tuple(_WEEK): _("Monday to Friday"), tuple(_WEEKEND): _("Saturday and Sunday")}
    named[(*_WEEK, *_WEEKEND)] = _("Every day")
    words = str(named.get(tuple(told)) or ", ".join(str(_DAYS[day]) for day in told))
    return str(_("%(days)s and bank holidays") % {"days": words}) if bank_holidays else words

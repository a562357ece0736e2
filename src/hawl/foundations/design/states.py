"""How the state of a duty is shown: its words in both languages, its colour, and a mark that needs no colour."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Shown:
    """``words`` for the tag, ``says`` for a sentence, ``colour`` of the GOV.UK tag, ``mark`` read by eyes only."""

    words: str | Promise
    says: str | Promise
    colour: str
    mark: str


# The states of the contract of events and duties, and those of what falls due again, goes on or only reminds, in the
# order in which a list shows them.
STATES: dict[str, Shown] = {
    "overdue": Shown(_("Overdue"), _("The time has passed and it is not done."), "red", "!"),
    "missed": Shown(_("Missed"), _("It fell due again, and was not done before its turn was over."), "red", "!"),
    "pending": Shown(_("Due"), _("Owed, and still within time."), "blue", "○"),
    "continuing": Shown(_("Goes on"), _("Owed for as long as it is needed."), "blue", "○"),
    "awaiting_upstream": Shown(
        _("Waiting for another body"), _("The clock starts when another body has done its part."), "teal", "…"
    ),
    "data_missing": Shown(
        _("Not known"), _("Something is not recorded, so we cannot say whether it was kept."), "yellow", "?"
    ),
    "no_limit": Shown(_("No time limit"), _("Owed, but the source gives no number of days."), "grey", "○"),
    "met_late": Shown(_("Kept late"), _("Done, but after the time."), "orange", "✓"),
    "met": Shown(_("Kept"), _("Done in time."), "green", "✓"),
    "safe_alternative": Shown(
        _("Done in a safer way"), _("Done in another way, to keep the person safe."), "green", "✓"
    ),
    "declined": Shown(_("Declined"), _("Offered, and the person said no."), "grey", "–"),
    "excused": Shown(_("Good reason recorded"), _("Not done in time, and a good reason is recorded."), "purple", "–"),
    "withheld": Shown(_("Withheld"), _("Information was held back, and the reason is recorded."), "purple", "–"),
    "ended": Shown(_("Ended"), _("It was owed until a day, and that day has come."), "grey", "–"),
    "superseded": Shown(_("Replaced"), _("Something else was agreed before it was due."), "grey", "–"),
    "lapsed": Shown(_("Time is over"), _("The time to ask for it has passed."), "grey", "–"),
    "not_applicable": Shown(_("Does not apply"), _("This is not owed in this case."), "grey", "–"),
}

UNKNOWN = Shown(_("Not known"), _("This state is not one that we know."), "yellow", "?")


def shown(state: str) -> Shown:
    """Give how a state is shown; an unknown one is shown as not known rather than as kept."""
    return STATES.get(state, UNKNOWN)

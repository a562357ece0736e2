"""The twelve rights as a page shows them, in the language of the page, from the rulebook that is in force."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hawl.foundations.clock import today
from hawl.foundations.languages.texts import Text, in_language
from hawl.rights.rulebook import Duty, Right, Rulebook, applying, vocabulary

# What each mark of certainty means to somebody who is not a lawyer (fact sheet on the Code, section 0).
HOW_SURE = {
    "A": gettext_lazy("Checked: an official source that we read says so for this Code."),
    "A-scheme": gettext_lazy("Checked: it is the rule of a scheme to which the Code points."),
    "B": gettext_lazy("Likely, but we could not check it for this Code."),
}


@dataclass(frozen=True, slots=True)
class DutyShown:
    """One duty as told to the person to whom it is owed."""

    says: Text
    bearer: Text
    by_when: tuple[str, ...]
    likely: bool
    how_sure: str


@dataclass(frozen=True, slots=True)
class RightShown:
    """A right with its duties; ``has_enhanced`` when somebody with enhanced rights is owed a duty sooner."""

    number: int
    title: Text
    means: Text
    if_not_kept: Text
    owed_by: tuple[Text, ...]
    duties: tuple[DutyShown, ...] = ()
    has_enhanced: bool = False

    @property
    def checked(self) -> tuple[DutyShown, ...]:
        """The duties of which we are sure: how sure is said once for all of them."""
        return tuple(duty for duty in self.duties if not duty.likely)

    @property
    def likely(self) -> tuple[DutyShown, ...]:
        """The duties that are likely and could not be checked: they stand apart, after the others."""
        return tuple(duty for duty in self.duties if duty.likely)

    @property
    def several_owe(self) -> bool:
        """Whether each duty must say who owes it."""
        return len({str(duty.bearer) for duty in self.duties}) > 1


def code_in_force(day: dt.date | None = None) -> Rulebook | None:
    """Give the victims' code that governs on a day (today in London); None when we hold none for it."""
    when = day or today()
    return next((book for book in applying() if book.kind == "code" and book.rights and book.governs(when)), None)


def all_rights(book: Rulebook) -> tuple[RightShown, ...]:
    """Give the rights in the order of their numbers."""
    return tuple(_shown(book, right) for right in sorted(book.rights, key=lambda right: right.number))


def _shown(book: Rulebook, right: Right) -> RightShown:
    duties = [duty for duty in book.duties if duty.right == right.number]
    return RightShown(
        number=right.number,
        title=in_language(right.title),
        means=in_language(right.means),
        if_not_kept=in_language(right.if_not_kept),
        owed_by=tuple(in_language(book.bearers[bearer]) for bearer in right.owed_by),
        duties=tuple(_duty(book, duty) for duty in duties),
        has_enhanced=any(duty.within and duty.within.standard != duty.within.enhanced for duty in duties),
    )


def _duty(book: Rulebook, duty: Duty) -> DutyShown:
    return DutyShown(
        says=in_language(duty.says),
        bearer=in_language(book.bearers[duty.bearer]),
        by_when=_by_when(duty),
        likely=duty.certainty == "B",
        how_sure=str(HOW_SURE.get(duty.certainty, HOW_SURE["B"])),
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _by_when(duty: Duty) -> tuple[str, ...]:
    """One sentence for the limit, and one more where enhanced rights shorten it."""
    told = vocabulary()
    if duty.within is None:
        if duty.before or duty.every or duty.until or duty.without_delay:
            return (_sentence(in_language(told.clock(duty, None, ""))),)
        return (_("As soon as it can be done: the Code sets no number of days that we could find."),)
    # Where several events start the clock there is no one name for its first day.
    event = duty.triggers[0] if len(duty.triggers) == 1 else ""
    everyone = in_language(told.clock(duty, duty.within.standard, event))
    lines = [_("Within %(limit)s.") % {"limit": everyone}]
    if duty.within.enhanced != duty.within.standard:
        sooner = in_language(told.clock(duty, duty.within.enhanced, event))
        lines.append(_("If you have enhanced rights: within %(limit)s.") % {"limit": sooner})
    return tuple(lines)

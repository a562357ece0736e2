"""Why an act was refused, in words for who tried it: what is wrong, and what to do."""

from __future__ import annotations

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hawl.foundations.languages import dates

SAYS: dict[str, str | Promise] = {
    "not_allowed": _("Your role does not let you record this."),
    # Neutral: it must not tell whose other case this worker holds.
    "other_hands": _("This case needs other hands than yours. Leave it to a colleague or ask the specialist lead."),
    "not_for_this_side": _("This is for another body to record."),
    "not_by_hand": _("This has its own form on this page. Use that one."),
    "unknown_event": _("Choose what happened from the list."),
    "future_day": _("The day must be today or in the past."),
    "before_report": _("The day must not be before the crime was reported."),
    "before_referral": _("The day must not be before the case was referred on."),
    "before_answer": _("The day must not be before the person said yes."),
    "later_answer": _("A later answer is recorded already, on %(day)s."),
    "not_referred": _("This case is not referred on, so there is nothing to withdraw. Record the answer instead."),
    "no_basis": _("The area's record of processing does not foresee this referral. Nothing was passed on."),
    "already_recorded": _("This was recorded already. Nothing was added."),
    "about_needed": _("Choose which event this is about."),
    "unknown_about": _("Choose an event of this case."),
    "before_about": _("The day must not be before the event that this is about."),
    "future_receipt": _("The day on which word of it came must be today or in the past."),
    "received_before": _("Word of it cannot have come before it happened."),
    "answered": _("Something else was recorded about this. Take that back first."),
    "not_yours": _("Only what was recorded by hand at this desk can be taken back here."),
    "free_text": _("Use the choices given; words are not kept here."),
    "sealed": _("This case cannot be referred on. Speak to the specialist lead."),
    "already_referred": _("This case was already referred on."),
    "answer_needed": _("Ask the person first and record their yes. Nothing was passed on."),
    "answer_unconfirmed": _("Someone said yes, but not who. Confirm it and record the answer. Nothing was passed on."),
    "answered_no": _("The person said no. Nothing was passed on."),
    "declined": _("The person said no. Nothing was passed on."),
    "specialist_hold": _("A specialist must decide first. Nothing was passed on."),
    "out_of_scope": _("This offence is out of scope for referring on. Nothing was passed on."),
}


class Refused(Exception):
    """An act that may not be; nothing was written. `code` is for tests and the audit, `says` for people.

    `day` is the day that the words name, where they name one.
    """

    def __init__(self, code: str, day: date | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.day = day

    @property
    def says(self) -> str:
        """What is wrong, in the language of the page."""
        says = str(SAYS[self.code])
        return says % {"day": dates.day(self.day)} if self.day else says

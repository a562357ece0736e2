"""Why a change of protection was refused, in words for who tried it: what is wrong, and the way out."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SAYS: dict[str, str | Promise] = {
    "not_in_standing": _("One of the two cannot sign today: the account is not active, or vetting or training lapsed."),
    "not_allowed": _("This is for somebody else to do. Ask a person named on the record, or a specialist lead."),
    "not_seen": _("This record is not open to you."),
    "already": _("The record is protected in this way already."),
    "not_protected": _("The record is not protected in this way."),
    "nobody_left": _(
        "Nobody you chose could open the record: each must have an active account, be in standing and not work for a"
        " body that is kept out. Choose at least one who can."
    ),
    "same_person": _("You proposed this yourself. A second person must confirm it."),
    "closed": _("This was settled already."),
    "glass_reads_only": _(
        "The record stands open to you in an emergency only: you may read it and reach the person. Whoever holds the"
        " record decides over it. Ring them, or ask a specialist lead."
    ),
    "no_lead_named": _(
        "To protect the record at once, name at least one specialist lead of a body that holds it, who can open it"
        " today. Or leave out that it takes effect at once, and let a second person confirm it."
    ),
    "adds_a_name": _(
        "People are named on this record already. One person may only take names off. To add one takes somebody who is"
        " named and a second person: leave out who is not named, or do not choose that it takes effect at once."
    ),
    "desk_kept": _(
        "This body is the desk of a case of theirs. One person does not shut it out. Keep the record from each account"
        " that it is about; or, where there is danger, seal it at once and name who is to see it."
    ),
    "nobody_besides": _(
        "Nobody but you could open the record any more. Somebody else must keep sight of it: ask a specialist lead."
    ),
    "no_lead_besides": _(
        "They are named on this record, and no specialist lead but you would be left on it. Propose a change of who is"
        " named, with a lead among them, and let a second person confirm it."
    ),
    "keeps_names": _(
        "Whoever is named on this record and can open it must stay named. Choose all of them; a lead may be added."
    ),
    "no_lead_anywhere": _(
        "No specialist lead can open this record today. Choose colleagues of a body that holds it, and at least one"
        " besides yourself."
    ),
    "no_such_denial": _("Choose whom the record is kept from today."),
    "steward_needed": _("No steward has agreed yet. Wait for their answer, or ask a second named person."),
    "no_reason": _("Choose why."),
    "own_look": _("You cannot settle your own looks. A colleague must."),
    "reviewer_lapsed": _(
        "Your vetting or training has lapsed, or your organisation is no more. Somebody else must do it."
    ),
    "nothing_waits": _(
        "No record of this desk has lost all its people, or all but one. Nothing waits."
    ),
    "quota": _("You have opened three records in this way in 30 days. Ask a specialist lead to help."),
    "suspended": _("An opening of yours has not been reviewed in time. Until it is, you cannot open another."),
}  # fmt: skip


class Refused(Exception):
    """What may not be; nothing was written. `code` is for tests and the audit, `says` for people."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def says(self) -> str:
        """What is wrong and what to do, in the language of the page."""
        return str(SAYS[self.code])

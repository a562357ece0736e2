"""How safe each way of reaching a person is, as far as a feed can say. Pure decisions.

A feed never makes a way safe. Its yes opens at most one thing: a `first_approach`, which is a
single live call by a person, with no message left and nothing said before it is sure who answers.
Its no closes a way. All else is unknown, and unknown is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hawl.work.intake.facts import RowFacts
from hawl.work.intake.feed.rows import Contact
from hawl.work.intake.rules import is_delicate

FeedSafety = Literal["unsafe", "unknown", "first_approach"]
Safety = Literal["unsafe", "unknown", "first_approach", "safe"]


@dataclass(frozen=True, slots=True)
class ContactSafety:
    """The safety of each way of using one number or address."""

    ring: FeedSafety
    text: FeedSafety
    message: FeedSafety
    write: FeedSafety


def contact_safety(contact: Contact, facts: RowFacts) -> ContactSafety:
    """What the officer's four answers come to for this person in this crime.

    Texts, messages left and letters stay unknown even after a yes: they lie about and are read by
    whoever finds them. A letter to a home that a suspect shares is unsafe without being asked.
    """
    ring: FeedSafety = "unknown"
    if contact.ring == "yes" and first_approach_allowed(contact, facts):
        ring = "first_approach"
    shared_home = contact.kind == "address" and facts.suspect_lives_here is True
    return ContactSafety(
        ring="unsafe" if contact.ring == "no" else ring,
        text=_closed_or_unknown(contact.text),
        message=_closed_or_unknown(contact.message),
        write="unsafe" if shared_home else _closed_or_unknown(contact.write),
    )


def first_approach_allowed(contact: Contact, facts: RowFacts) -> bool:
    """Whether a yes to ringing may open one first call.

    Only on a telephone whose number the person or the officer gave; only where the officer said
    that no suspect is known (silence is not a no) and none lives there; never for domestic abuse,
    sexual offences, stalking, honour-based abuse, slavery, anyone who may be under 18 or stands
    for a child, someone who has died or who declined. A case that waits for a specialist forbids it too: that follows
    from its route, which is not known here (`parts`, and `_FIRST_CALLS` in `laying`).
    """
    return (
        contact.kind in ("mobile", "landline")
        and contact.given_by in ("victim", "officer")
        and not no_first_call(facts)
    )


def no_first_call(facts: RowFacts) -> bool:
    """Whether this case forbids a first call, on whatever number: also on one that another case of theirs gave."""
    return not (
        _no_suspect_near(facts)
        and not is_delicate(facts)
        and facts.age_is_known
        and not facts.deceased
        and facts.agreement != "no"
        and not facts.counter_allegation
    )


def is_danger(facts: RowFacts) -> bool:
    """Whether the row says why a call may do harm, other than by silence.

    Once said it stays, whatever a later version leaves out: only a trained worker who has spoken to the officer, or
    the person, can open a way again (facts/security.md, decision 6).
    """
    suspect_near = facts.suspect_known is True or facts.suspect_lives_here is True or facts.suspect_identified
    return suspect_near or facts.suspect_police_employee is True or is_delicate(facts)


def _no_suspect_near(facts: RowFacts) -> bool:
    return (
        facts.suspect_known is False
        and facts.suspect_lives_here is not True
        and facts.suspect_police_employee is not True
        and not facts.suspect_identified
    )


def _closed_or_unknown(answer: str) -> FeedSafety:
    return "unsafe" if answer == "no" else "unknown"

"""May this person be reached in this way at this moment? Pure; the one place that answers.

Unknown is never used (facts/security.md, decision 5). Every outcome has one rule id, which goes to the audit and to
the message. What stops somebody altogether is asked first, then the way itself, then the hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hawl.foundations.clock import today
from hawl.foundations.messages.rules import Channel, Decision
from hawl.registers.people.hours import OFFICE_HOURS, Window, is_within, next_within
from hawl.registers.people.strictness import ORDER, strictest

# Each use of a way, and by which channel on which kind of way it is used.
USES = ("ring", "text", "message", "write")
_USED_BY: dict[Channel, tuple[str, frozenset[str]]] = {
    "call": ("ring", frozenset({"mobile", "landline"})),
    "voicemail": ("message", frozenset({"mobile", "landline"})),
    "text": ("text", frozenset({"mobile"})),
    "email": ("text", frozenset({"email"})),
    "letter": ("write", frozenset({"address"})),
}
# What tells where a person lives; hidden where the record is restricted (facts/security.md, decision 2).
TELLS_A_PLACE = frozenset({"address", "landline"})
# The person, or one who may stand for a child. Anybody else who answers is no way of reaching them.
HOLDERS_FOR_A_CHILD = frozenset({"themself", "parent", "guardian"})
# A word that letters are safe is asked again after this many days: people move, and others move in.
LETTERS_GOOD_FOR_DAYS = 90


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """One number or address: the word that counts for each use, and whose it is.

    `write_verified_on` is the local day on which two people last decided that letters are safe; `held_by` is who
    answers there as decided, empty where nobody decided it.
    """

    kind: str
    ring: str = "unknown"
    text: str = "unknown"
    message: str = "unknown"
    write: str = "unknown"
    held_by: str = ""
    write_verified_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What the person's contact plan says; that of a person without one is `NO_PLAN`.

    `lost`: it was changed after the backup from which the house was restored, and nobody has kept one since.
    """

    windows: tuple[Window, ...] = OFFICE_HOURS
    voicemail: bool = False
    never_reach: bool = False
    lost: bool = False


NO_PLAN = PlanFacts()


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What about the person stops or narrows every way. Silence is told as the more careful answer by the caller."""

    deceased: bool = False
    declined: bool = False
    restricted: bool = False
    sealed: bool = False
    # Under 18, or nobody knows the age.
    may_be_child: bool = False
    first_call_spent: bool = False


def may_send(channel: Channel, contact: ContactFacts, plan: PlanFacts, person: PersonFacts, now: datetime) -> Decision:
    """Whether `channel` may be used on this way now (aware), and by which rule."""
    stopped = _stops_all(channel, contact, plan, person) or _stops_way(channel, contact, plan, person, now)
    if stopped:
        return Decision(False, stopped)
    if channel != "letter" and not is_within(now, plan.windows):
        following = next_within(now, plan.windows)
        return Decision(False, "wait.hours", following) if following else Decision(False, "stop.no_hours")
    return Decision(True, "go.first_call" if _word(channel, contact) == "first_approach" else "go.safe")


def _stops_all(channel: Channel, contact: ContactFacts, plan: PlanFacts, person: PersonFacts) -> str:
    if person.deceased:
        return "stop.deceased"
    if plan.never_reach:
        return "stop.never_reach"
    if plan.lost:
        return "stop.plan_lost"
    if person.declined:
        return "stop.declined"
    # Of a sealed record nothing leaves by machine: the few who are named call, if anybody does.
    if person.sealed and channel != "call":
        return "stop.sealed"
    if person.restricted and contact.kind in TELLS_A_PLACE:
        return "stop.restricted_place"
    if person.may_be_child and contact.held_by not in HOLDERS_FOR_A_CHILD:
        return "stop.child_relation"
    return ""


def _stops_way(channel: Channel, contact: ContactFacts, plan: PlanFacts, person: PersonFacts, now: datetime) -> str:
    if contact.kind not in _USED_BY[channel][1]:
        return "stop.wrong_kind"
    if contact.held_by == "other":
        return "stop.not_theirs"
    word = _word(channel, contact)
    if word == "first_approach":
        if channel != "call":
            return "stop.first_call_only"
        return "stop.first_call_spent" if person.first_call_spent else ""
    if word != "safe":
        return "stop.unsafe" if word == "unsafe" else "stop.unknown"
    if channel == "voicemail" and not plan.voicemail:
        return "stop.no_voicemail"
    if channel == "letter" and not verified(contact.write_verified_on, today(now)):
        return "stop.verify_again"
    return ""


def _word(channel: Channel, contact: ContactFacts) -> str:
    word = str(getattr(contact, _USED_BY[channel][0]))
    # To e-mail is both to write and to send: a no to either is a no.
    return "unsafe" if channel == "email" and contact.write == "unsafe" else word


def verified(on: date | None, day: date) -> bool:
    """Whether a word that letters are safe, given on one day, still holds on another (both local)."""
    return on is not None and timedelta(0) <= day - on <= timedelta(days=LETTERS_GOOD_FOR_DAYS)


def lowers(before: str, after: str) -> bool:
    """Whether going from one word to another takes protection away."""
    return ORDER.index(after) > ORDER.index(before)


def counting(claims: Iterable[str], decided: str | None) -> str:
    """The word that counts for a use: a person's decision where there is one, else the strictest claim.

    That a claim made after the decision speaks against it is on the decision already (`hawl_contacts_renewed`).
    """
    return decided if decided is not None else strictest(claims)


def after_claims(decided: str, spoke_then: frozenset[str], speak_now: frozenset[str]) -> str:
    """What becomes of a decision when claims come in: any doubt that was not known when it was taken closes it."""
    return "unsafe" if speak_now - spoke_then else decided

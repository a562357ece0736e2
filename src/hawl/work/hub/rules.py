"""What each side of a case may record, and when a case may pass from the police to the hub. Pure decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from hawl.rights.rulebook import vocabulary
from hawl.work.intake.rules import Route, RouteCode, may_leave_police_side

Refusal = Literal[
    "not_for_this_side", "not_by_hand", "unknown_event", "future_day", "before_report", "before_referral",
    "about_needed", "unknown_about", "free_text", "sealed", "already_referred", "answer_needed", "answer_unconfirmed",
    "answered_no", "specialist_hold", "out_of_scope", "declined", "before_answer", "not_allowed",
    "already_recorded", "later_answer", "other_hands", "not_referred", "no_basis", "before_about", "future_receipt",
    "received_before", "answered", "not_yours",
]  # fmt: skip

# Recorded by those to whom the case was referred on, each as its own dated event: that a referral was made says
# nothing of whether it arrived, anyone was reached, or support began (duty 4.4 is answered by the referral alone).
HUB_SIDE = ("support_referral_received", "support_reached", "support_started")

# Each has its own act with its own gate, so none is recorded by hand.
BY_THEIR_OWN_ACT = frozenset(
    {"crime_reported", "referral_asked", "referral_agreed", "support_referral_made", "support_referral_declined"}
)

# The events that hold an answer to being referred on, and whether it was a yes.
ANSWERS = {"referral_agreed": True, "support_referral_declined": False}

# These say something of another event and nothing without it. "The victim was told" is among them: without the
# event it would answer every duty to tell that is open, also those of which nobody spoke.
ABOUT_ANOTHER = frozenset({"safe_alternative_used", "information_withheld", "reason_recorded", "victim_informed"})
# What is left of an entry that was made by mistake.
TAKEN_BACK = "recorded_by_mistake"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person said to being referred on, and on which day."""

    agreed: bool
    on: date


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the gate asks of a case. `answered` is the latest answer that is recorded with its day."""

    route: str
    agreement: str
    sealed: bool
    reported_on: date
    referred_on: date | None = None
    answered: Answer | None = None
    answered_by_hand: bool = False


def why_no_act(event: str, about: str | None, on: date, case: CaseFacts, *, of_desk: bool) -> Refusal | None:
    """Why this side may not record the event on that day, or None."""
    if event in BY_THEIR_OWN_ACT:
        return "not_by_hand"
    if event not in vocabulary().events or event == TAKEN_BACK:
        return "unknown_event"
    if of_desk == (event in HUB_SIDE):
        return "not_for_this_side"
    if event in HUB_SIDE and (case.referred_on is None or on < case.referred_on):
        return "before_referral"
    return "about_needed" if not about and (event in ABOUT_ANOTHER or doubts(event)) else None


def doubts(event: str) -> str | None:
    """The attribute by which an event names the duty that the person says was not done; None for other events."""
    kind = vocabulary().events.get(event)
    return kind.doubts if kind else None


def worker_of(asserted_by: str) -> int | None:
    """The user's id in the label of an actor, such as `user:12`; None for a feed."""
    kind, _sep, who = asserted_by.partition(":")
    return int(who) if kind == "user" and who.isdecimal() else None


def why_not_taken_back(asserted_by: str, event: str, *, of_desk: bool, own: bool) -> Refusal | None:
    """Why an event may not be taken back, or None. `own`: it was recorded by a worker of this very body.

    What a feed or another body said is theirs to correct, and what opened or closed a gate has its own way back.
    """
    if event in BY_THEIR_OWN_ACT or event == TAKEN_BACK:
        return "not_by_hand"
    if worker_of(asserted_by) is None or not own or of_desk == (event in HUB_SIDE):
        return "not_yours"
    return None


def latest_answer(events: Iterable[tuple[str, date | None]]) -> Answer | None:
    """The latest of the answers among events (code, day) in the order of their recording; of one day, the last."""
    said = [Answer(ANSWERS[event], on) for event, on in events if event in ANSWERS and on is not None]
    return max(reversed(said), key=lambda each: each.on, default=None)


def why_no_answer(case: CaseFacts, *, agreed: bool, on: date) -> Refusal | None:
    """Why an answer of that day may not be recorded, or None.

    One of the same day takes the place of what was said before. What the feed told is confirmed by hand once.
    """
    if case.answered is None or on > case.answered.on:
        return None
    if on < case.answered.on:
        return "later_answer"
    same = case.answered.agreed == agreed and case.agreement == ("yes" if agreed else "no")
    return "already_recorded" if same and case.answered_by_hand else None


def why_no_withdrawal(case: CaseFacts, on: date) -> Refusal | None:
    """Why it may not be recorded that the person, who was referred on, withdrew on that day; or None."""
    if case.referred_on is None:
        return "not_referred"
    if on < case.referred_on:
        return "before_referral"
    return why_no_answer(case, agreed=False, on=on)


def why_not_referred(case: CaseFacts, on: date, today: date) -> Refusal | None:
    """Why nothing of the case may pass to the hub on that day, or None: the gate of `work.intake.rules`, told."""
    if case.sealed:
        return "sealed"
    if case.referred_on is not None:
        return "already_referred"
    agreed, latest = case.agreement == "yes", case.answered
    if case.agreement == "no" or (latest is not None and not latest.agreed):
        return "answered_no"
    if not may_leave_police_side(cast(RouteCode, case.route), agreement_recorded=agreed):
        return _held_by(case)
    if on > today:
        return "future_day"
    if on < case.reported_on:
        return "before_report"
    return "before_answer" if latest is not None and on < latest.on else None


def _held_by(case: CaseFacts) -> Refusal:
    if case.route == "consent_first":
        return "answer_unconfirmed" if case.agreement == "yes_unconfirmed" else "answer_needed"
    return cast(Refusal, case.route) if case.route in ("specialist_hold", "out_of_scope", "declined") else "not_allowed"


def route_after_answer(held: Route, *, agreed: bool, anew: Callable[[], Route]) -> Route:
    """What an answer does to the route; it never lifts a specialist's hold.

    A no closes what would have been referred on. After a no, a yes sends the case where it would go had the person
    said yes at once: `anew` works that out, so that no reason to hold is gone round.
    """
    if held.code in ("specialist_hold", "out_of_scope"):
        return held
    if not agreed:
        return Route("declined", "agreement_no")
    return anew() if held.code == "declined" else held

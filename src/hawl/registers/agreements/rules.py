"""May information pass from one body to another for a purpose, and does it need the person's agreement. No Django.

Why a controller may process (its legal basis) and what the person agreed to are two things; some flows ask for both
(facts/security.md 2.2). The flows are the area's data; this module only reads them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

# What information passes for.
SUPPORT_OFFER = "support_offer"  # so that support may be offered; the person has not said no
SUPPORT_AFTER_YES = "support_after_yes"  # the same where the person is asked first
SUPPORT_BY_PROVIDER = "support_by_provider"  # from the hub to who gives the support
TELL_POLICE = "tell_police"  # a person who came without the police wants them to know
PURPOSES = (SUPPORT_OFFER, SUPPORT_AFTER_YES, SUPPORT_BY_PROVIDER, TELL_POLICE)

# The purpose of referring a case on, by its route. A route that is not here passes nothing on.
PURPOSE_OF_ROUTE = {"automatic": SUPPORT_OFFER, "consent_first": SUPPORT_AFTER_YES}

# What an agreement may cover. Nothing is covered because something else is.
KINDS = ("identity", "contact", "what_happened", "needs", "support_notes", "location")

# How sure the area is that a flow holds so; only these may do without an agreement.
_VERIFIED = frozenset({"read", "derived"})


@dataclass(frozen=True, slots=True)
class Flow:
    """Information passing from a body to others, from `first` to `last` (both included)."""

    key: str
    purpose: str
    sender: str
    receivers: tuple[str, ...]
    basis: str
    agreement_needed: bool
    certainty: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class FlowAnswer:
    """Whether a flow is foreseen at all, by which rule and basis, and whether the person must have agreed as well."""

    allowed: bool
    rule: str
    agreement_needed: bool
    basis: str = ""
    verified: bool = False


def flow_allows(
    flows: Iterable[Flow], *, sender: Collection[str], receiver: Collection[str], purpose: str, on: date
) -> FlowAnswer:
    """The answer for one day (Europe/London). `sender` and `receiver` are keys: the body and all it is part of.

    No flow, no passing on. An unconfirmed flow never does without an agreement: nobody has verified that it may.
    Where several hold, the one that asks for more counts.
    """
    answers = [
        FlowAnswer(
            allowed=True,
            rule=flow.key,
            agreement_needed=flow.agreement_needed or flow.certainty not in _VERIFIED,
            basis=flow.basis,
            verified=flow.certainty in _VERIFIED,
        )
        for flow in flows
        if flow.purpose == purpose
        and flow.sender in sender
        and not set(flow.receivers).isdisjoint(receiver)
        and flow.first <= on <= flow.last
    ]
    return max(answers, key=lambda answer: answer.agreement_needed, default=FlowAnswer(False, "no_flow", True))


def holds_on(day: date, *, agreed_on: date, until: date | None, withdrawn_on: date | None) -> bool:
    """Does an agreement hold on a day (Europe/London). `until` is the last day; on the day of withdrawal it holds no
    more."""
    return agreed_on <= day and (until is None or day <= until) and (withdrawn_on is None or day < withdrawn_on)

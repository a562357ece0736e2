"""What may become of a message, and what was decided about sending it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from hawl.foundations.clock.present import LONDON

Channel = Literal["call", "voicemail", "text", "email", "letter"]
# What the outbox carries; calls are made by people.
WRITTEN: tuple[Channel, ...] = ("text", "email", "letter")

# From each state, those that may follow. Nothing follows `sent`, `stopped`, `withdrawn` and `failed`: whoever wants
# to try again writes a new message, which is decided anew.
FOLLOWS: dict[str, frozenset[str]] = {
    # Unclear without having been sent from here: the database was restored, and it may have gone since the backup.
    "queued": frozenset({"sending", "stopped", "withdrawn", "unclear"}),
    # Back to `queued` only where the provider was certainly not asked.
    "sending": frozenset({"sent", "failed", "unclear", "stopped", "queued"}),
    # A person found out what became of it.
    "unclear": frozenset({"sent", "failed"}),
    "sent": frozenset(),
    "failed": frozenset(),
    "stopped": frozenset(),
    "withdrawn": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a way may be used now, and the one rule that says so.

    `next_at` (aware, UTC) is set where the answer is "not at this hour": when to ask again.
    """

    allow: bool
    rule: str
    next_at: datetime | None = None


# A message that was first due so long ago says nothing true any more. Letters wait for people to print them.
STALE_AFTER = timedelta(days=3)


def too_late(channel: str, told: Mapping[str, Any], due: datetime, at: datetime) -> str:
    """Why the words are not true any more at the moment `at`, as a rule; empty where they may be.

    `told` may hold the day and the time of day (Europe/London) of which they speak; `due` is when it was first due.
    """
    if channel != "letter" and at - due > STALE_AFTER:
        return "stop.stale"
    local, day, clock = at.astimezone(LONDON), told.get("date"), told.get("time")
    if not isinstance(day, date):
        return ""
    passed = local.date() > day or (local.date() == day and isinstance(clock, time) and local.time() >= clock)
    return "stop.date_passed" if passed else ""


def may_follow(before: str, after: str) -> bool:
    """Whether a message may go from one state to another."""
    return after in FOLLOWS[before]

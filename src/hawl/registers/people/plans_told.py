"""What a worker tells of a contact plan, how it is kept, and what of it waits for a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hawl.registers.people.models import ContactPlan
from hawl.registers.people.plan_rules import parted

_TEXTS = ("who_answers", "voicemail_words", "code_word", "never", "not_told")


@dataclass(frozen=True, slots=True)
class PlanTold:
    """What a worker put into the plan.

    `windows` as `hours.windows_of` reads them; empty means office hours, None those that stand.
    """

    who_answers: str = ""
    voicemail: str = "none"  # none | neutral: a message that gives a first name and a number, and nothing else
    voicemail_words: str = ""
    code_word: str = ""
    never: str = ""  # who must never be reached
    not_told: str = ""  # who must not be told that the person is in touch
    windows: tuple[dict[str, Any], ...] | None = ()
    language: str = ""
    never_reach: bool = False


def as_kept(told: PlanTold, stands: Mapping[str, Any]) -> dict[str, Any]:
    """The plan as it is kept. Hours left as they are stay so, closed ones too."""
    texts = {name: getattr(told, name).strip() for name in _TEXTS}
    windows = list(stands.get("windows") or ()) if told.windows is None else list(told.windows)
    closed = bool(stands.get("no_hours")) and told.windows is None
    return {**texts, "voicemail": told.voicemail, "windows": windows, "no_hours": closed}


def waits_of(plan: ContactPlan | None, told: PlanTold) -> tuple[str, ...]:
    """The names of what of it a second person has to confirm; empty for what only narrows contact."""
    stands = (plan.plan if plan else None) or {}
    waits = parted(stands, as_kept(told, stands))[1]
    if plan is None:
        return waits
    lifts = plan.never_reach and not told.never_reach
    return waits + ("never_reach",) * lifts + ("restored",) * (plan.unsure_since is not None)

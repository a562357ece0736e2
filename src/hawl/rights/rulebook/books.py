"""A rulebook in memory: dated data, said in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hawl.rights.rulebook.conditions import Condition


class Words(NamedTuple):
    """One text in English and in Welsh."""

    en: str
    cy: str


class Limit(NamedTuple):
    """How much time a body has, for a standard and for an enhanced victim.

    `unit` is working_days, days, months or years. Months and years end on the day of the same number, or on the last
    of a month that has none such.
    """

    standard: int
    enhanced: int
    unit: str = "working_days"

    def for_tier(self, tier: str) -> int:
        """How many of its units a victim of that tier is owed; one who is undetermined as a standard one."""
        return self.enhanced if tier == "enhanced" else self.standard


class Before(NamedTuple):
    """What a duty must be done before: the first of `events` on or after its trigger's day; that day itself will do.

    Until one has come, the day that the last of `announced_by` gives in its attribute `day_in` (ISO) stands for it.
    """

    events: tuple[str, ...]
    announced_by: tuple[str, ...]
    day_in: str | None


class Every(NamedTuple):
    """How often a duty falls due again: the whole number of days in the attribute `days_in` of the last agreement."""

    agreed_by: tuple[str, ...]
    days_in: str


@dataclass(frozen=True, slots=True)
class Right:
    """A right as told to a victim; `owed_by` names bearers of the rulebook."""

    number: int
    title: Words
    owed_by: tuple[str, ...]
    means: Words
    if_not_kept: Words


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing a body owes, from which events, by when, unless what.

    At most one of `within`, `before`, `every` and (without `every`) `until` is its clock; with none of them the source
    gives no number, and `without_delay` says whether it asks for no unjustified delay. `until` names what ends a duty
    that goes on or falls due again. `done_by` is `act`, `receipt` where the duty is done by the next body receiving
    the trigger itself, or `end` where it is kept up until it ends. `certainty` is A, A-scheme or B.
    `paragraph` is None until it was seen. `wording` tells whether `says` is official or ours.
    """

    id: str
    right: int | None
    bearer: str
    triggers: tuple[str, ...]
    act: str | None
    done_by: str
    decline: str | None
    within: Limit | None
    before: Before | None
    every: Every | None
    until: tuple[str, ...]
    without_delay: bool
    counts_from: str
    applies_if: Condition | None
    not_if: Condition | None
    choice: str | None
    exceptions: tuple[str, ...]
    paragraph: str | None
    paragraph_verified: bool
    source: str
    certainty: str
    wording: str
    says: Words
    work: Words


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """Duties that hold between two days.

    `kind` is code, scheme, local (targets of an area, never a right) or reminders (what the victim may ask for, and by
    when); `status` is in_force or draft. `in_force_to` is the last day of force, None while it goes on. `welsh` is
    draft or reviewed.
    """

    id: str
    kind: str
    status: str
    in_force_from: dt.date
    in_force_to: dt.date | None
    legal_basis: str | None
    source: str
    welsh: str
    title: Words
    bearers: Mapping[str, Words]
    rights: tuple[Right, ...]
    duties: tuple[Duty, ...]

    def governs(self, day: dt.date) -> bool:
        """Whether it is in force on the day; both ends count."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)

    def enforces(self, duty: Duty) -> bool:
        """Whether missing the duty is a breach: only what is certain, in force and no local target.

        Fact sheet victims-code, section 7, points 2 and 3.
        """
        return duty.certainty in {"A", "A-scheme"} and self.applies

    @property
    def applies(self) -> bool:
        """Whether it binds bodies wherever none is named: no draft, no local target, nothing that binds the victim."""
        return self.status == "in_force" and self.kind in {"code", "scheme"}

    def duty(self, duty_id: str) -> Duty:
        """The duty of that id; KeyError if there is none."""
        for duty in self.duties:
            if duty.id == duty_id:
                return duty
        raise KeyError(duty_id)

    def right(self, number: int) -> Right:
        """The right of that number; KeyError if there is none."""
        for right in self.rights:
            if right.number == number:
                return right
        raise KeyError(number)

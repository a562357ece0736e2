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
    """How many working days a body has, for a standard and for an enhanced victim."""

    standard: int
    enhanced: int


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

    `within` is None where the source gives no number. `done_by` is `act`, or `receipt` where the
    duty is done by the next body receiving the trigger itself. `certainty` is A, A-scheme or B.
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

    `kind` is code, scheme or local; `status` is in_force or draft. `in_force_to` is
    the last day of force, None while it goes on. `welsh` is draft or reviewed.
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
        certain = duty.certainty in {"A", "A-scheme"}
        return certain and self.status == "in_force" and self.kind != "local"

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

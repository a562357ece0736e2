"""What the attributes of events may be, as the rulebooks ask for them: a new duty is tried with values of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from hawl.rights.rulebook import Rulebook, vocabulary
from hawl.rights.rulebook.conditions import Comparison, Condition, Group
from hawl.rights.rulebook.plan import Line, plan_of

FIRST = dt.date(2026, 3, 23)
_COMING = [(FIRST + dt.timedelta(days=n)).isoformat() for n in range(-3, 44)]


def lines_of(books: Sequence[Rulebook]) -> list[Line]:
    """The lines of the plan, by duty."""
    found = {line for lines in plan_of(tuple(books)).started_by.values() for line in lines}
    return sorted(found, key=lambda line: line.duty.id)


def crowds_of(books: Sequence[Rulebook]) -> list[list[str]]:
    """For each duty the codes that it reads, so that its triggers and acts come to stand in a queue."""
    return [sorted({*line.duty.triggers, *line.answers, *line.marks}) for line in lines_of(books)]


def asked_by(books: Sequence[Rulebook]) -> dict[str, dict[str, list[Any]]]:
    """By event code and attribute, values near what decides."""
    found: dict[str, dict[str, list[Any]]] = {}
    for kind in vocabulary().events.values():
        if kind.decides_tier_by:
            found[kind.code] = {kind.decides_tier_by: [True, False]}
    for line in lines_of(books):
        duty = line.duty
        for code in duty.triggers:
            for part in _parts(duty.applies_if, duty.not_if):
                found.setdefault(code, {}).setdefault(part.attribute, []).extend(_near(part))
        for code in duty.before.announced_by if duty.before else ():
            found.setdefault(code, {})[str(duty.before and duty.before.day_in)] = _COMING
        for code in duty.every.agreed_by if duty.every else ():
            found.setdefault(code, {})[str(duty.every and duty.every.days_in)] = list(range(1, 9))
    return found


def _parts(*conditions: Condition | None) -> Iterator[Comparison]:
    for one in conditions:
        if isinstance(one, Group):
            yield from _parts(*one.parts)
        elif one is not None:
            yield one


def _near(part: Comparison) -> list[Any]:
    if part.kind in ("at_least", "at_most"):
        return [part.value - 2, part.value - 1, part.value, part.value + 1]
    if part.kind == "one_of":
        return [*part.value, "neither"]
    return [True, False] if isinstance(part.value, bool) else [part.value, "neither"]

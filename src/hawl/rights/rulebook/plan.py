"""Rulebooks laid out for quick evaluation: by event code, so that each event finds its duties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from hawl.rights.rulebook.books import Duty, Rulebook
from hawl.rights.rulebook.conditions import Attributes
from hawl.rights.rulebook.vocabulary import vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One duty of one rulebook, with what an evaluation asks of it spelt out."""

    duty: Duty
    book: Rulebook
    enforced: bool
    answers: tuple[str, ...]
    by_receipt: bool
    from_receipt: bool
    goes_on: bool
    reminds: bool
    conditional: bool

    @property
    def marks(self) -> frozenset[str]:
        """The codes beside its triggers, acts and declines that its clock asks for."""
        before, every = self.duty.before, self.duty.every
        found = {*self.duty.until, *((*before.events, *before.announced_by) if before else ())}
        return frozenset(found | set(self.duty.triggers) if every else found)

    def missing_from(self, attributes: Attributes) -> bool:
        """Whether anything its conditions ask is missing, even if another part would decide."""
        for condition in (self.duty.applies_if, self.duty.not_if):
            if condition is not None and condition.missing_from(attributes):
                return True
        return False

    def applies(self, attributes: Attributes) -> bool:
        """Whether its conditions hold; nothing may be missing."""
        wanted, barred = self.duty.applies_if, self.duty.not_if
        if wanted is not None and not wanted.holds(attributes):
            return False
        return barred is None or not barred.holds(attributes)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Event codes to the lines they start; which codes answer, close and decide.

    `marking` are the codes that end a clock or move it: what comes after, its announcements, agreements and ends.
    """

    started_by: Mapping[str, tuple[Line, ...]]
    answering: frozenset[str]
    marking: frozenset[str]
    closes_as: Mapping[str, str]
    decides_by: Mapping[str, str]


@lru_cache(maxsize=64)
def plan_of(rulebooks: tuple[Rulebook, ...]) -> Plan:
    """The plan of these rulebooks, kept for the next call with the same ones.

    Raises ValueError where two of them hold a duty of the same id, since rows name duties by id.
    """
    started_by: dict[str, list[Line]] = {}
    answering: set[str] = set()
    marking: set[str] = set()
    owners: dict[str, str] = {}
    for book in rulebooks:
        for duty in book.duties:
            if duty.id in owners:
                raise ValueError(f"duty {duty.id} is in {owners[duty.id]} and in {book.id}")
            owners[duty.id] = book.id
            line = _line(book, duty)
            answering.update(line.answers)
            marking.update(line.marks)
            for code in duty.triggers:
                started_by.setdefault(code, []).append(line)
    kinds = vocabulary().events.values()
    return Plan(
        {code: tuple(lines) for code, lines in started_by.items()},
        frozenset(answering),
        frozenset(marking),
        {kind.code: kind.closes_as for kind in kinds if kind.closes_as},
        {kind.code: kind.decides_tier_by for kind in kinds if kind.decides_tier_by},
    )


def _line(book: Rulebook, duty: Duty) -> Line:
    return Line(
        duty=duty,
        book=book,
        enforced=book.enforces(duty),
        answers=tuple(code for code in (duty.act, duty.decline) if code is not None),
        by_receipt=duty.done_by == "receipt",
        from_receipt=duty.counts_from == "received",
        goes_on=duty.done_by == "end",
        reminds=book.kind == "reminders",
        conditional=duty.applies_if is not None or duty.not_if is not None,
    )

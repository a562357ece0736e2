"""What a worker may record by hand, in the order of the rights, and what an event has to tell. All from rulebooks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hawl.foundations.languages.texts import Text
from hawl.rights.rulebook import (
    AskedAttribute,
    Duty,
    Rulebook,
    Words,
    attributes_asked,
    built_in,
    counts_from_receipt,
    events_known,
    vocabulary,
)
from hawl.work.hub import rules, wording


@dataclass(frozen=True, slots=True)
class Group:
    """The events of one right, or (`number` None) of what stands apart from the Code's rights."""

    number: int | None
    title: Words | None
    events: tuple[str, ...]


@cache
def books_in_force() -> tuple[Rulebook, ...]:
    """The rulebooks by which cases of today are judged, and those of what a victim may ask for and by when."""
    kinds = ("code", "scheme", "reminders")
    held = [book for book in built_in() if book.status == "in_force" and book.in_force_to is None]
    return tuple(sorted((book for book in held if book.kind in kinds), key=lambda book: kinds.index(book.kind)))


@cache
def groups(*, of_desk: bool) -> tuple[Group, ...]:
    """What this side may record by hand. An event of several rights stands with the first, and none stands twice.

    What says something only of another event is not among them: it is recorded where that event's duty is shown.
    """
    if not of_desk:
        return (Group(None, None, rules.HUB_SIDE),)
    taken: set[str] = {*rules.BY_THEIR_OWN_ACT, *rules.HUB_SIDE, *rules.ABOUT_ANOTHER}
    found: list[Group] = []
    deciding = tuple(code for code, kind in vocabulary().events.items() if kind.decides_tier_by)
    titles = {right.number: right.title for book in books_in_force() for right in book.rights}
    for number, codes in sorted(_by_right().items(), key=lambda each: each[0] or 99):
        fresh = tuple(code for code in codes if code not in taken and code not in deciding)
        taken.update(fresh)
        if fresh:
            found.append(Group(number, titles.get(number or 0), fresh))
    return (Group(None, None, deciding), *found)


def _by_right() -> dict[int | None, tuple[str, ...]]:
    codes: dict[int | None, dict[str, None]] = {}
    for book in books_in_force():
        for duty, named in events_known(book):
            codes.setdefault(duty.right, {}).update(dict.fromkeys(named))
    return {number: tuple(found) for number, found in codes.items()}


def offered(event: str, *, of_desk: bool) -> bool:
    """Whether this side may record the event by hand where no other event is spoken of."""
    return any(event in group.events for group in groups(of_desk=of_desk))


def asked_of(event: str) -> tuple[AskedAttribute, ...]:
    """What the rulebooks in force ask to be told of the event."""
    return attributes_asked(event, books_in_force())


def asks_receipt(event: str) -> bool:
    """Whether the day on which word of it came matters."""
    return counts_from_receipt(event, books_in_force())


@cache
def answered_by(event: str) -> frozenset[str]:
    """The events that start a duty which this one answers: what it may be about."""
    duties = [duty for book in books_in_force() for duty in book.duties]
    return frozenset(code for duty in duties if event in (duty.act, duty.decline) for code in duty.triggers)


@dataclass(frozen=True, slots=True)
class Answer:
    """One way in which a duty is answered: the event that says so, and its words on the form."""

    event: str
    kind: str
    words: Text


def answers_to(duty: Duty) -> tuple[Answer, ...]:
    """What may be recorded by hand about a duty: done, declined, closed with a reason, doubted by the person.

    What has a gate of its own (a referral) is not among them.
    """
    found = []
    for event, kind in ((duty.act, "done"), (duty.decline, "declined")):
        if event is not None and event not in rules.BY_THEIR_OWN_ACT:
            found.append(Answer(event, kind, wording.event(event)))
    for event, one in vocabulary().events.items():
        if one.closes_as or one.doubts:
            found.append(Answer(event, one.closes_as or "doubted", wording.event(event)))
    return tuple(found)

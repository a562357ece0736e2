"""What rulebooks ask to be told of an event: its attributes, each with its kind, and whether receipt has a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from hawl.foundations.datafiles import read
from hawl.rights.rulebook.books import Duty, Rulebook, Words
from hawl.rights.rulebook.conditions import Comparison, Condition
from hawl.rights.rulebook.vocabulary import schema, vocabulary

Kind = Literal["truth", "number", "day", "choice"]
_KIND_OF_TEST: Mapping[str, Kind] = {"is": "truth", "one_of": "choice", "at_least": "number", "at_most": "number"}


@dataclass(frozen=True, slots=True)
class AskedAttribute:
    """One attribute of an event. `truth` is true or false, `number` a whole one, `day` an ISO day, `choice` a code.

    `choices` are the codes of a choice with their words; empty for the other kinds.
    """

    attribute: str
    kind: Kind
    asks: Words
    choices: tuple[tuple[str, Words], ...] = ()


def attributes_asked(event: str, books: Iterable[Rulebook]) -> tuple[AskedAttribute, ...]:
    """The attributes without which a duty of these rulebooks cannot be judged after the event, in a fixed order."""
    kinds: dict[str, Kind] = {}
    decides = vocabulary().events[event].decides_tier_by if event in vocabulary().events else None
    if decides:
        kinds[decides] = "truth"
    for duty in _duties(books):
        kinds |= dict(_asked_by(duty, event))
    return tuple(_asked(name, kind) for name, kind in sorted(kinds.items()))


def counts_from_receipt(event: str, books: Iterable[Rulebook]) -> bool:
    """Whether the day on which word of the event reached a body starts or ends a clock of these rulebooks."""
    return any(
        event in duty.triggers and (duty.counts_from == "received" or duty.done_by == "receipt")
        for duty in _duties(books)
    )


def events_known(book: Rulebook) -> Iterator[tuple[Duty, tuple[str, ...]]]:
    """Each duty of a rulebook with every event code that starts, answers, bounds or ends it, in that order."""
    for duty in book.duties:
        named = [*duty.triggers, duty.act, duty.decline, *duty.until]
        if duty.before is not None:
            named += [*duty.before.announced_by, *duty.before.events]
        if duty.every is not None:
            named += duty.every.agreed_by
        yield duty, tuple(dict.fromkeys(code for code in named if code is not None))


def _duties(books: Iterable[Rulebook]) -> Iterator[Duty]:
    for book in books:
        yield from book.duties


def _asked_by(duty: Duty, event: str) -> Iterator[tuple[str, Kind]]:
    if event in duty.triggers:
        for condition in (duty.applies_if, duty.not_if):
            yield from _tests(condition)
    if duty.before is not None and duty.before.day_in is not None and event in duty.before.announced_by:
        yield duty.before.day_in, "day"
    if duty.every is not None and event in duty.every.agreed_by:
        yield duty.every.days_in, "number"


def _tests(condition: Condition | None) -> Iterator[tuple[str, Kind]]:
    if isinstance(condition, Comparison):
        yield condition.attribute, _KIND_OF_TEST[condition.kind]
    elif condition is not None:
        for part in condition.parts:
            yield from _tests(part)


def _asked(name: str, kind: Kind) -> AskedAttribute:
    asks, choices = _words()[name]
    return AskedAttribute(name, kind, asks, choices if kind == "choice" else ())


@cache
def _words() -> Mapping[str, tuple[Words, tuple[tuple[str, Words], ...]]]:
    """The shipped words by attribute; DatafileError if somebody has spoilt them."""
    data = read(files("hawl.rights.rulebook") / "attributes.yaml", schema("attributes")).data
    return {
        name: (
            Words(**entry["asks"]),
            tuple((code, Words(**words)) for code, words in entry.get("choices", {}).items()),
        )
        for name, entry in data["attributes"].items()
    }

"""The events that rulebooks know, each with its meaning, and the words in which clocks are told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hawl.foundations.datafiles import read
from hawl.rights.rulebook.books import Duty, Words

_HERE = files("hawl.rights.rulebook")


@dataclass(frozen=True, slots=True)
class EventKind:
    """What one event code means, and what it does beside starting and answering duties.

    `closes_as` is the state it gives to duties of the trigger it is about; `decides_tier_by` the
    true-or-false attribute by which it settles the tier. `doubts` is the attribute that names the duty of which the
    person says, in such an event, that it was not done: it stands beside the record and changes nothing of it.
    """

    code: str
    meaning: Words
    counted_from: Words | None
    before: Words | None
    closes_as: str | None
    decides_tier_by: str | None
    doubts: str | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All event kinds by code, and the words of limits. `welsh` is draft or reviewed."""

    events: Mapping[str, EventKind]
    welsh: str
    _words: Mapping[str, Any]

    def clock(self, duty: Duty, limit: int | None, event: str) -> Words:
        """How a duty's clock is told: "2 working days from the day it was reported", in both languages.

        `limit` is the number that counts for the victim's tier, `event` the code that started it.
        """
        if duty.before is not None:
            found = [self._before(code) for code in duty.before.events]
            return Words(", ".join(each.en for each in found), ", ".join(each.cy for each in found))
        if duty.within is None or limit is None:
            return Words(**self._words[self._without_number(duty)])
        kind = self.events.get(event)
        named = kind.counted_from if kind is not None and duty.counts_from == "occurred" else None
        start = named or Words(**self._words["counted_from"][duty.counts_from])
        unit = duty.within.unit
        return Words(f"{self._number(limit, unit, 'en')} {start.en}", f"{self._number(limit, unit, 'cy')} {start.cy}")

    def _before(self, code: str) -> Words:
        kind = self.events[code]
        return kind.before or kind.meaning

    def _without_number(self, duty: Duty) -> str:
        if duty.every is not None:
            return "as_agreed"
        if duty.done_by == "end":
            return "goes_on"
        return "without_delay" if duty.without_delay else "no_limit"

    def _number(self, number: int, unit: str, language: str) -> str:
        # Welsh mutates after some numbers, so the words stand in the data by number.
        forms = self._words["units"][unit][language]
        return str(forms.get(str(number), forms["other"])).replace("{n}", str(number))


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that is shipped; DatafileError if somebody has spoilt it."""
    data = read(_HERE / "vocabulary.yaml", schema("vocabulary")).data
    kinds = {
        code: EventKind(
            code,
            Words(**entry["meaning"]),
            Words(**entry["from"]) if "from" in entry else None,
            Words(**entry["before"]) if "before" in entry else None,
            entry.get("closes_as"),
            entry.get("decides_tier_by"),
            entry.get("doubts"),
        )
        for code, entry in data["events"].items()
    }
    return Vocabulary(kinds, data["welsh"], data["words"])


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of `rulebook`, `vocabulary` or `attributes` files."""
    text = (_HERE / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found

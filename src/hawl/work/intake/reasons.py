"""The words of intake's codes, in both languages, from `reasons.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from hawl.foundations import datafiles

_WORDS = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "required": ["en", "cy"],
        "properties": {name: {"type": "string", "minLength": 1} for name in ("en", "cy")},
    },
}
_GROUPS = ("routes", "route_reasons", "safety", "grounds", "refusals", "extract_refusals")
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["welsh", *_GROUPS],
    "properties": {"welsh": {"type": "string"}, **dict.fromkeys(_GROUPS, _WORDS)},
}


@dataclass(frozen=True, slots=True)
class Words:
    """One meaning in English and Welsh."""

    en: str
    cy: str


@cache
def reasons(group: str) -> Mapping[str, Words]:
    """The words of one group: routes, route_reasons, safety, grounds, refusals or extract_refusals."""
    document = datafiles.read(resources.files(__package__) / "reasons.yaml", SCHEMA)
    return {code: Words(**words) for code, words in document.data[group].items()}


def refusal_words(reason: str) -> Words:
    """The words of a refused row's reason, whose field, if any, stands after a colon."""
    code, _, field = reason.partition(":")
    words = {**reasons("refusals"), **reasons("extract_refusals")}[code]
    return Words(f"{words.en} ({field})", f"{words.cy} ({field})") if field else words

"""The measures that forces return, each a set of duties, read once from `measures.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hawl.foundations import datafiles
from hawl.rights.duties.figures import STEPS
from hawl.rights.rulebook import Words, applying

_WORDS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["en", "cy"],
    "properties": {"en": {"type": "string", "minLength": 1}, "cy": {"type": "string", "minLength": 1}},
}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["welsh", "source", "measures"],
    "properties": {
        "welsh": {"enum": ["draft", "reviewed"]},
        "source": _WORDS,
        "measures": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["title", "duties"],
                "properties": {
                    "title": _WORDS,
                    "duties": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                    "steps": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: the ids of its duties, and steps towards support that stand beside them."""

    title: Words
    duties: tuple[str, ...]
    steps: tuple[str, ...]


@cache
def measures() -> tuple[Measure, ...]:
    """The five, in their order. Raises DatafileError for a duty that no rulebook in force has, or an unknown step."""
    document = _document()
    known = {duty.id for book in applying() for duty in book.duties}
    for place, one in enumerate(document.data["measures"]):
        for name, held in (("duties", known), ("steps", set(STEPS))):
            strange = [each for each in one.get(name, ()) if each not in held]
            if strange:
                what = f"`{strange[0]}` is not known"
                raise document.error(what, "name one of a rulebook in force", "measures", place, name)
    return tuple(
        Measure(Words(**one["title"]), tuple(one["duties"]), tuple(one.get("steps", ())))
        for one in document.data["measures"]
    )


def source() -> Words:
    """Whence the five are known, and how surely."""
    return Words(**_document().data["source"])


@cache
def _document() -> datafiles.Document:
    return datafiles.read(files("hawl.insight.compliance") / "measures.yaml", SCHEMA)

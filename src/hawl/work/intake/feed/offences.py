"""The vocabulary of offences, read once from `offences.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from hawl.foundations import datafiles

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["welsh", "offences"],
    "properties": {
        "welsh": {"type": "string"},
        "offences": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["key", "en", "cy", "group", "sexual", "out_of_scope", "most_serious"],
                "properties": {
                    "key": {"type": "string", "pattern": "^[a-z][a-z_]*$"},
                    "en": {"type": "string", "minLength": 1},
                    "cy": {"type": "string", "minLength": 1},
                    "group": {"type": "string", "pattern": "^[a-z][a-z_]*$"},
                    "sexual": {"type": "boolean"},
                    "out_of_scope": {"type": "boolean"},
                    "most_serious": {"type": "boolean"},
                },
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Offence:
    """One line of the vocabulary; the flags are explained at the head of `offences.yaml`."""

    key: str
    en: str
    cy: str
    group: str
    sexual: bool
    out_of_scope: bool
    most_serious: bool


@cache
def offences() -> Mapping[str, Offence]:
    """Every offence by its key, in the order of the file. Raises DatafileError."""
    document = datafiles.read(resources.files(__package__) / "offences.yaml", SCHEMA)
    found = {entry["key"]: Offence(**entry) for entry in document.data["offences"]}
    if len(found) != len(document.data["offences"]):
        raise document.error("an offence key stands twice.", "give each offence its own key.")
    return MappingProxyType(found)

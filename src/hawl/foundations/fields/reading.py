"""Reading the register of fields: `fields.yaml` beside each room's models, `libraries.yaml` for tables of libraries.

No Django: what is registered is known without a database. That it is what the models have is a check of the house and
a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hawl.foundations.datafiles import DatafileError, read

_HERE = Path(__file__).parent
_PACKAGE = _HERE.parents[1]
LIBRARIES = "libraries.yaml"
FIELDS = "fields.yaml"

_CODE = {"type": "string", "pattern": "^[a-zA-Z][a-zA-Z0-9_]*$"}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["format", "tables"],
    "additionalProperties": False,
    "properties": {
        "format": {"const": 1, "description": "`format: 1`"},
        "tables": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["owner", "retention", "fields"],
                "additionalProperties": False,
                "properties": {
                    "owner": _CODE,
                    "retention": _CODE,
                    # By which column a row leads to a person, where the table itself does not say; `nobody`; `key`.
                    "person": _CODE,
                    "fields": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["class", "access", "erasure", "scrub", "of"],
                            "additionalProperties": False,
                            "properties": {
                                "class": _CODE,
                                "access": _CODE,
                                "erasure": _CODE,
                                "scrub": _CODE,
                                "of": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                            },
                        },
                    },
                },
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Registered:
    """One field: where it is, its class (C1 to C5), and the codes of terms.yaml and retention.yaml."""

    room: str
    table: str
    field: str
    security_class: str
    owner: str
    retention: str
    access: str
    erasure: str
    scrub: str
    line: int
    person: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A code with its meaning in both languages."""

    code: str
    en: str
    cy: str


@dataclass(frozen=True, slots=True)
class Rule:
    """How long something is kept. `period` is ISO 8601, empty where a person decides; `decided` by the controllers."""

    key: str
    en: str
    cy: str
    action: str
    period: str
    from_: str
    hold_check: bool
    evidence: str
    source: str
    certainty: str
    decided: bool


@cache
def terms() -> dict[str, dict[str, Term]]:
    """The words of the register: classes, owners, access, erasure, scrub; each by code."""
    data = read(_HERE / "terms.yaml").data
    return {
        kind: {each["code"]: Term(each["code"], each["en"], each["cy"]) for each in each_kind}
        for kind, each_kind in data.items()
        if kind != "format"
    }


@cache
def retention() -> dict[str, Rule]:
    """The rules of retention by key."""
    found = {}
    for each in read(_HERE / "retention.yaml").data["rules"]:
        evidence = each["evidence"]
        found[each["key"]] = Rule(
            each["key"], each["en"], each["cy"], each["action"], each.get("period") or "", each.get("from") or "",
            bool(each.get("hold_check")), evidence["en"], evidence["source"], evidence["certainty"], each["decided"],
        )  # fmt: skip
    return found


@cache
def processing() -> tuple[dict[str, Any], ...]:
    """What is done with information about people and why, in general."""
    return tuple(read(_HERE / "processing.yaml").data["activities"])


def read_fields(path: Path, room: str) -> Iterator[Registered]:
    """The fields of one file. Raises `DatafileError` for an unknown code or a field given twice."""
    document = read(path, SCHEMA)
    words, rules = terms(), retention()
    for table, one in document.data["tables"].items():
        seen: set[str] = set()
        _known(document, words["owners"], one["owner"], "tables", table, "owner")
        _known(document, rules, one["retention"], "tables", table, "retention")
        for number, group in enumerate(one["fields"]):
            place = ("tables", table, "fields", number)
            _known(document, words["classes"], group["class"], *place, "class")
            for what in ("access", "erasure", "scrub"):
                _known(document, words[what], group[what], *place, what)
            for field in group["of"]:
                if field in seen:
                    raise document.error(f"`{table}.{field}` is given twice.", "Keep one of them.", *place)
                seen.add(field)
                yield Registered(
                    room, table, field, group["class"], one["owner"], one["retention"], group["access"],
                    group["erasure"], group["scrub"], document.line(*place), one.get("person", ""),
                )  # fmt: skip


def _known(document: Any, codes: Mapping[str, object], code: str, *place: str | int) -> None:
    if code not in codes:
        raise document.error(f"`{code}` is no known code.", f"One of: {', '.join(codes)}.", *place)


def register(package: Path = _PACKAGE) -> list[Registered]:
    """Every registered field of the package, by room, table and field; tables of libraries last."""
    found: list[Registered] = []
    for path in sorted(package.rglob(FIELDS)):
        room = ".".join(path.parent.relative_to(package).parts)
        found += sorted(read_fields(path, room), key=lambda each: (each.table, each.field))
    libraries = package / "foundations" / "fields" / LIBRARIES
    if libraries.exists():
        found += sorted(read_fields(libraries, "libraries"), key=lambda each: (each.table, each.field))
    return found


__all__ = ["DatafileError", "Registered", "Rule", "Term", "processing", "read_fields", "register", "retention", "terms"]

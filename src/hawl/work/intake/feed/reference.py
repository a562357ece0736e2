"""The feed's published reference, made from the table of fields.

`python -m hawl.work.intake.feed.reference ROOT` writes the JSON Schema into the package and into
`docs/reference/`, and the lists between the marks of `docs/reference/police-feed.md`. A test
fails when any of them is not what this makes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hawl.work.intake.feed.csv_rows import column_names
from hawl.work.intake.feed.fields import (
    FLAGS,
    MOST_CONTACTS,
    MOST_EVENTS,
    ROLES,
    ROW,
    SECTIONS,
    Field,
)
from hawl.work.intake.feed.kinds import Attributes, Choice, Code, Day, Several, Text, Whole, YesNo
from hawl.work.intake.feed.offences import offences

SCHEMA_COPIES = (
    "src/hawl/work/intake/feed/row.schema.json",
    "docs/reference/police-feed.schema.json",
)
PAGE = "docs/reference/police-feed.md"


def row_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of one row: all that can be said of a row without today's date."""
    sections: dict[str, Any] = {
        "crime": _object(SECTIONS["crime"]),
        "person": {**_object(SECTIONS["person"]), **_NAMES},
        "suspect": _nullable(_object(SECTIONS["suspect"])),
        "contacts": _list(SECTIONS["contacts"], MOST_CONTACTS),
        "events": _list(SECTIONS["events"], MOST_EVENTS),
    }
    whole = _object(ROW)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One row of the police feed: one person in one crime",
        "description": "No date may lie in the future; the other rules beyond this schema are in police-feed.md.",
        **whole,
        "required": [*whole["required"], "crime", "person"],
        "properties": {**whole["properties"], **sections},
    }


_NOT_BLANK = {"type": "string", "pattern": "\\S"}
_NAMES = {
    "if": {"properties": {"kind": {"const": "person"}}},
    "then": {"required": ["family_name"], "properties": {"family_name": _NOT_BLANK}},
    "else": {
        "required": ["organisation_name", "named_contact"],
        "properties": {"organisation_name": _NOT_BLANK, "named_contact": _NOT_BLANK},
    },
}


def _object(table: Sequence[Field]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in table if field.required],
        "properties": {field.name: {**field.kind.schema(field.required), "description": field.says} for field in table},
    }


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


def _list(table: Sequence[Field], most: int) -> dict[str, Any]:
    return {"type": ["array", "null"], "maxItems": most, "items": _object(table)}


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(row_schema(), indent=2, ensure_ascii=False) + "\n"


_KINDS: Mapping[type, Callable[[Any], str]] = {
    Text: lambda kind: f"text, at most {kind.longest}" + (", line breaks" if kind.lines else ""),
    Choice: lambda kind: "offence key" if len(kind.words) > 10 else " or ".join(kind.words),
    Code: lambda kind: f"`{kind.shape}`",
    Several: lambda kind: f"list, at most {kind.most}",
    Whole: lambda kind: f"whole number, {kind.least} to {kind.most}",
    YesNo: lambda kind: "true or false",
    Day: lambda kind: "YYYY-MM-DD",
    Attributes: lambda kind: f"object, at most {kind.most} keys",
}


def field_list() -> str:
    """The Markdown tables of the fields, one for each part of the row."""
    tables: dict[str, Sequence[Field]] = {"": ROW, **SECTIONS}
    parts = []
    for section, table in tables.items():
        lines = [f"### {section or 'The row itself'}", "", "| field | holds | meaning |"]
        lines.append("| --- | --- | --- |")
        for field in table:
            holds = _KINDS.get(type(field.kind), lambda kind: "date and time with offset")
            mark = " **required**" if field.required else ""
            text = holds(field.kind).replace("|", "\\|")
            lines.append(f"| `{field.name}`{mark} | {text} | {field.says} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def offence_list() -> str:
    """The Markdown table of the offence keys."""
    lines = ["| key | English | Welsh | group |", "| --- | --- | --- | --- |"]
    lines += [f"| `{o.key}` | {o.en} | {o.cy} | {o.group} |" for o in offences().values()]
    return "\n".join(lines)


def page(text: str) -> str:
    """The reference page with its made parts put in between their marks."""
    parts = {
        "fields": field_list(),
        "offences": offence_list(),
        "columns": "```\n" + ",".join(column_names()) + "\n```",
        "words": f"Roles: {', '.join(ROLES)}. Flags: {', '.join(FLAGS)}.",
    }
    for name, made in parts.items():
        begin, end = f"<!-- made: {name} -->", "<!-- made: end -->"
        before, rest = text.split(begin, 1)
        text = f"{before}{begin}\n\n{made}\n\n{end}{rest.split(end, 1)[1]}"
    return text


def write_reference(root: Path) -> None:
    """Writes every made file under the repository's root folder."""
    for copy in SCHEMA_COPIES:
        (root / copy).write_text(schema_text(), encoding="utf-8")
    (root / PAGE).write_text(page((root / PAGE).read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write_reference(Path(sys.argv[1]))

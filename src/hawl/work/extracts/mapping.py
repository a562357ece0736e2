"""How one source's extract is read, as data: which column says what, and which code is which event. No Django.

`read_mapping` raises the first mistake with its line and mend; `mistakes_of` lists all that the schema lets pass.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath
from typing import Any

from hawl.foundations.datafiles import DatafileError, Document, read
from hawl.rights.rulebook import vocabulary

WAITS_DAYS = 90
_DELIMITERS = {"tab": "\t"}
# What a kind of attribute needs beside its column, and all that it may have.
_NEEDS = {"truth": ("true", "false"), "whole": (), "day": ("form",), "code": ("codes",)}


@dataclass(frozen=True, slots=True)
class Day:
    """A column that says a day or moment, and its form (`days.FORMS`)."""

    column: str
    form: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows in which a column holds one of these values."""

    column: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Attribute:
    """Where an attribute of an event comes from: a column read as `kind`, or (`column` empty) always `value`.

    `words` are the values of a truth or code by what the column holds.
    """

    name: str
    kind: str
    column: str
    required: bool
    words: Mapping[str, bool | str]
    form: str
    value: bool | int | str | None


@dataclass(frozen=True, slots=True)
class Code:
    """What one code of the source is. `event` is empty where its row takes an event back and says nothing else."""

    event: str
    withdraws: bool
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class ExtractMapping:
    """The mapping of one source. `ids_of` is the key of the body whose feed brings the crimes that the rows name."""

    source: str
    columns_seen: bool
    ids_of: str
    waits_days: int
    form: str
    delimiter: str
    encoding: str
    crime: str
    record: str
    person: str
    event_id: tuple[str, ...]
    code: tuple[str, ...]
    about: tuple[str, ...]
    occurred_on: Day
    received_on: Day | None
    changed_at: Day | None
    withdrawn: Rows | None
    left_out_codes: frozenset[str]
    left_out_rows: tuple[Rows, ...]
    codes: Mapping[str, Code]

    def columns(self) -> frozenset[str]:
        """Every column that the mapping reads; an extract may have others, which nobody reads."""
        days = [each.column for each in (self.occurred_on, self.received_on, self.changed_at) if each]
        rows = [each.column for each in (self.withdrawn, *self.left_out_rows) if each]
        attributes = [each.column for code in self.codes.values() for each in code.attributes]
        named = (self.crime, self.record, self.person, *self.event_id, *self.code, *self.about)
        return frozenset(name for name in (*named, *days, *rows, *attributes) if name)


def read_mapping(path: Path | Traversable) -> ExtractMapping:
    """The mapping of a file. Raises DatafileError with file, line and mend of the first mistake."""
    document = read(path, schema())
    for mistake in sorted(mistakes_of(document, path.name), key=lambda each: each.line):
        raise mistake
    return _mapping(document.data)


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of a mapping."""
    text = (files(__package__) / "mapping.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def mistakes_of(document: Document, name: str) -> Iterator[DatafileError]:
    """What is wrong with a mapping that its schema cannot see. `name` is the name of its file."""
    data = document.data
    if PurePath(name).stem != data["source"]:
        yield document.error(
            f"the file is called `{name}` and its source `{data['source']}`", "call both the same", "source"
        )
    for key in ("delimiter",):
        if key in data["file"] and data["file"]["form"] != "csv":
            yield document.error(f"JSON Lines have no {key}", "take the line out", "file", key)
    left_out = set(data.get("leave_out", {}).get("codes", ()))
    for code, told in data["codes"].items():
        if code in left_out:
            yield document.error(f"`{code}` is left out as well", "keep one of the two", "codes", code)
        yield from _mistakes_of_code(document, code, told)


def _mistakes_of_code(document: Document, code: str, told: Mapping[str, Any]) -> Iterator[DatafileError]:
    event, place = told.get("event"), ("codes", code)
    if (event is None) == ("withdraws" not in told):
        mend = "say which event it is, or `withdraws: true` where it takes one back"
        yield document.error(f"`{code}` says neither an event nor a withdrawal, or both", mend, *place)
    elif event is not None and event not in vocabulary().events:
        mend = "take a code of the vocabulary of events, or leave the code out"
        yield document.error(f"`{event}` is no event that rulebooks know", mend, *place, "event")
    for name, attribute in told.get("attributes", {}).items():
        yield from _mistakes_of_attribute(document, attribute, (*place, "attributes", name))


def _mistakes_of_attribute(
    document: Document, told: Mapping[str, Any], place: tuple[str, ...]
) -> Iterator[DatafileError]:
    if "value" in told:
        if len(told) > 1:
            yield document.error("an attribute with a fixed value reads no column", "keep `value` alone", *place)
        return
    for lacking in sorted({"column", "kind"} - set(told)):
        yield document.error(f"`{lacking}` is missing", "say the column and the kind, or a fixed `value`", *place)
        return
    needs = _NEEDS[told["kind"]]
    for lacking in (each for each in needs if each not in told):
        yield document.error(f"a {told['kind']} needs `{lacking}`", f"say its `{lacking}`", *place)
    for idle in sorted(set(told) - {"column", "kind", "required", *needs}):
        yield document.error(f"a {told['kind']} has no `{idle}`", "take the line out", *place, idle)
    if both := set(told.get("true", ())) & set(told.get("false", ())):
        yield document.error(f"`{min(both)}` is both true and false", "keep it in one of the two", *place)


def _mapping(data: Mapping[str, Any]) -> ExtractMapping:
    columns, file, leave_out = data["columns"], data["file"], data.get("leave_out", {})
    delimiter = file.get("delimiter", ",")
    return ExtractMapping(
        source=data["source"],
        columns_seen=data["columns_seen"],
        ids_of=data["ids_of"],
        waits_days=data.get("waits_days", WAITS_DAYS),
        form=file["form"],
        delimiter=_DELIMITERS.get(delimiter, delimiter),
        encoding=file.get("encoding", "utf-8"),
        crime=columns["crime"],
        record=columns.get("record", ""),
        person=columns.get("person", ""),
        event_id=_several(columns["event_id"]),
        code=_several(columns["code"]),
        about=_several(columns.get("about", [])),
        occurred_on=Day(**{**columns["occurred_on"], "required": columns["occurred_on"].get("required", True)}),
        received_on=_day(columns.get("received_on")),
        changed_at=_day(columns.get("changed_at")),
        withdrawn=_rows(data["withdrawn"]) if "withdrawn" in data else None,
        left_out_codes=frozenset(leave_out.get("codes", ())),
        left_out_rows=tuple(_rows(each) for each in leave_out.get("rows", ())),
        codes={code: _code(told) for code, told in data["codes"].items()},
    )


def _several(told: str | list[str]) -> tuple[str, ...]:
    return (told,) if isinstance(told, str) else tuple(told)


def _day(told: Mapping[str, Any] | None) -> Day | None:
    return Day(**told) if told else None


def _rows(told: Mapping[str, Any]) -> Rows:
    return Rows(told["column"], frozenset(told["is"]))


def _code(told: Mapping[str, Any]) -> Code:
    attributes = tuple(_attribute(name, each) for name, each in told.get("attributes", {}).items())
    return Code(told.get("event", ""), told.get("withdraws", False), attributes)


def _attribute(name: str, told: Mapping[str, Any]) -> Attribute:
    words = {**dict.fromkeys(told.get("true", ()), True), **dict.fromkeys(told.get("false", ()), False)}
    return Attribute(
        name=name,
        kind=told.get("kind", ""),
        column=told.get("column", ""),
        required=told.get("required", True),
        words={**words, **told.get("codes", {})},
        form=told.get("form", ""),
        value=told.get("value"),
    )

"""The words that are sent, as data, with placeholders of four kinds. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from babel.dates import format_date

from hawl.foundations.datafiles import read
from hawl.foundations.messages.approved import NOTHING, Approved, digits
from hawl.foundations.messages.words import faults, folded

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LONGEST_LINE = 40
_SCHEMA = {
    "type": "object", "additionalProperties": False, "required": ["templates", "subject"],
    "properties": {
        "subject": {"$ref": "#/$defs/both"},
        "templates": {"type": "array", "items": {
            "type": "object", "additionalProperties": False, "required": ["key", "channels", "says"],
            "properties": {
                "key": {"type": "string", "pattern": "^[a-z_]{3,40}$"},
                "channels": {"type": "array", "minItems": 1, "items": {"enum": ["text", "email", "letter"]}},
                "says": {"$ref": "#/$defs/both"},
            },
        }},
    },
    "$defs": {"both": {
        "type": "object", "additionalProperties": False, "required": ["en", "cy"],
        "properties": {"en": {"type": "string", "minLength": 5}, "cy": {"type": "string", "minLength": 5}},
    }},
}  # fmt: skip


class CannotSay(ValueError):
    """A message that may not be put together. `code` never holds a value that was to be put in."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Template:
    """One message in both languages. `digest` changes with any letter of it: approvals are of exactly these words."""

    key: str
    channels: tuple[str, ...]
    says: Mapping[str, str]

    @property
    def digest(self) -> str:
        """What is approved: words of both languages and channels."""
        whole = "\x00".join((self.key, *self.channels, self.says["en"], self.says["cy"]))
        return hashlib.sha256(whole.encode()).hexdigest()

    @property
    def placeholders(self) -> frozenset[str]:
        """What it needs to be told."""
        return frozenset(_PLACEHOLDER.findall(self.says["en"]))


@cache
def templates() -> Mapping[str, Template]:
    """All templates by key."""
    data = _data()["templates"]
    return {each["key"]: Template(each["key"], tuple(each["channels"]), dict(each["says"])) for each in data}


def subject(language: str) -> str:
    """The neutral subject of every e-mail."""
    return str(_data()["subject"][language])


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read(files(__package__) / "templates.yaml", _SCHEMA).data
    return data


def said(
    template: Template,
    channel: str,
    language: str,
    values: Mapping[str, Any],
    *,
    approved: Approved = NOTHING,
    name: str = "",
) -> str:
    """The finished words. Raises `CannotSay` for a channel, value or result that may not be.

    `values`: date (a date), time (a wall-clock time), number and first_line. The last two are of those that the area
    approved; a first line is told in either language and said in that of the message, and the name in it is `name`,
    the person's own.
    """
    if channel not in template.channels:
        raise CannotSay("wrong_channel")
    if set(values) != template.placeholders:
        raise CannotSay("wrong_values")
    put_in = {each: _shown(each, value, language, approved, name) for each, value in values.items()}
    text = _PLACEHOLDER.sub(lambda found: put_in[found[1]], template.says[language])
    if found := faults(text, channel, approved.names):
        raise CannotSay(found[0].partition(":")[0])
    return text


def _shown(kind: str, value: Any, language: str, approved: Approved, name: str) -> str:
    if kind == "date" and type(value) is dt.date:
        return str(format_date(value, "d MMMM", locale=language))
    if kind == "time" and isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if kind == "number" and isinstance(value, str) and (number := approved.numbers.get(digits(value))):
        return number
    if kind == "first_line" and isinstance(value, str) and (line := _first_line(value, language, approved, name)):
        return line
    raise CannotSay(f"wrong_{kind}" if kind in ("date", "time", "number", "first_line") else "wrong_values")


def _first_line(value: str, language: str, approved: Approved, name: str) -> str:
    """The approved line that `value` is, in the language of the message; empty where it is none, or names another."""
    plain = unicodedata.normalize("NFC", " ".join(value.split()))
    own = set(folded(name).split())
    for pair in approved.first_lines:
        for line in pair:
            before, mark, after = line.partition("{name}")
            told = plain[len(before) : len(plain) - len(after)]
            if not (plain.startswith(before) and plain.endswith(after) and len(plain) <= _LONGEST_LINE):
                continue
            if (not mark and plain == line) or (mark and told.split() and set(folded(told).split()) <= own):
                return pair[language == "cy"].replace("{name}", told)
    return ""


def stored(values: Mapping[str, Any]) -> dict[str, str]:
    """The values as JSON holds them."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else str(value) for name, value in values.items()}


def from_stored(values: Mapping[str, str]) -> dict[str, Any]:
    """The values again as they were told."""
    kinds = {"date": dt.date.fromisoformat, "time": dt.time.fromisoformat}
    return {name: kinds.get(name, str)(value) for name, value in values.items()}

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
from hawl.foundations.messages.words import faults

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"\+?[0-9][0-9 ]{2,15}")
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


def said(template: Template, channel: str, language: str, values: Mapping[str, Any]) -> str:
    """The finished words. Raises `CannotSay` for a channel, value or result that may not be.

    `values`: date (a date), time (a wall-clock time), number (digits), first_line (letters).
    """
    if channel not in template.channels:
        raise CannotSay("wrong_channel")
    if set(values) != template.placeholders:
        raise CannotSay("wrong_values")
    put_in = {name: _shown(name, value, language) for name, value in values.items()}
    text = _PLACEHOLDER.sub(lambda found: put_in[found[1]], template.says[language])
    if found := faults(text, channel):
        raise CannotSay(found[0].partition(":")[0])
    return text


def _shown(name: str, value: Any, language: str) -> str:
    if name == "date" and type(value) is dt.date:
        return str(format_date(value, "d MMMM", locale=language))
    if name == "time" and isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if name == "number" and isinstance(value, str) and _NUMBER.fullmatch(value) and value.isascii():
        return " ".join(value.split())
    if name == "first_line" and isinstance(value, str) and _is_line(value):
        return unicodedata.normalize("NFC", value.strip())
    raise CannotSay(f"wrong_{name}" if name in ("date", "time", "number", "first_line") else "wrong_values")


def _is_line(value: str) -> bool:
    plain = unicodedata.normalize("NFC", value.strip())
    latin = all(c in " ,.'’-" or (c.isalpha() and "LATIN" in unicodedata.name(c, "")) for c in plain)
    return 0 < len(plain) <= _LONGEST_LINE and latin


def stored(values: Mapping[str, Any]) -> dict[str, str]:
    """The values as JSON holds them."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else str(value) for name, value in values.items()}


def from_stored(values: Mapping[str, str]) -> dict[str, Any]:
    """The values again as they were told."""
    kinds = {"date": dt.date.fromisoformat, "time": dt.time.fromisoformat}
    return {name: kinds.get(name, str)(value) for name, value in values.items()}

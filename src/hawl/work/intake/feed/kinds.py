"""The kinds of value a field of the feed can hold: checked, described, and read from CSV.

Each kind has three faces: `parse` (a JSON value in, a Python value out, `Wrong` when it cannot),
`schema` (the same rule for jsonschema) and `cell` (a CSV cell turned into the JSON value).
`parse` never gets None: an absent value is the checker's affair.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol

# Text that no column, page or letter can carry: NUL and the other controls, and halves of a
# surrogate pair. A long text may have tabs and line breaks, a short one may not.
_BAD_SHORT = "[\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]"
_BAD_LONG = "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ud800-\\udfff]"
_DAY = "^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
_MOMENT = "^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"


class Wrong(Exception):
    """A value that its field cannot hold; `code` is the first half of the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Kind(Protocol):
    """What every kind of value offers."""

    def parse(self, value: Any) -> Any:
        """The checked Python value; None for a text of nothing but spaces. Raises Wrong."""

    def schema(self, required: bool) -> dict[str, Any]:
        """The same rule as JSON Schema."""

    def cell(self, text: str) -> Any:
        """A non-blank CSV cell as the JSON value; what does not convert stays text."""


def _type(name: str, required: bool) -> str | list[str]:
    return name if required else [name, "null"]


@dataclass(frozen=True, slots=True)
class Text:
    """Free text of at most `longest` characters: kept in NFC, without the spaces round it."""

    longest: int
    lines: bool = False

    def parse(self, value: Any) -> str | None:
        """The text, or None when blank. Welsh letters and apostrophes stay as they are."""
        if type(value) is not str:
            raise Wrong("wrong_value")
        if len(value) > self.longest:
            raise Wrong("too_long")
        if not (value.isascii() and value.isprintable()):
            value = self._careful(value)
        return value.strip() or None

    def _careful(self, value: str) -> str:
        if _LONG.search(value) if self.lines else _SHORT.search(value):
            raise Wrong("bad_text")
        if self.lines and "\r" in value:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        return unicodedata.normalize("NFC", value)

    def schema(self, required: bool) -> dict[str, Any]:
        """A string without controls; one that is not blank where it is required."""
        found: dict[str, Any] = {
            "type": _type("string", required),
            "maxLength": self.longest,
            "not": {"type": "string", "pattern": _BAD_LONG if self.lines else _BAD_SHORT},
        }
        return {**found, "pattern": "\\S"} if required else found

    def cell(self, text: str) -> str:
        """As it stands."""
        return text


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a fixed list of words."""

    words: tuple[str, ...]

    def parse(self, value: Any) -> str:
        """The word itself."""
        if type(value) is not str or value not in self.words:
            raise Wrong("wrong_value")
        return value

    def schema(self, required: bool) -> dict[str, Any]:
        """An enumeration."""
        return {"enum": [*self.words] if required else [*self.words, None]}

    def cell(self, text: str) -> str:
        """Without the spaces round it."""
        return text.strip()


@dataclass(frozen=True, slots=True)
class Code:
    """A short code of a given shape, such as an LSOA or a language."""

    shape: str
    longest: int

    def parse(self, value: Any) -> str:
        """The code itself."""
        if type(value) is not str:
            raise Wrong("wrong_value")
        if len(value) > self.longest:
            raise Wrong("too_long")
        if not _whole(self.shape).fullmatch(value):
            raise Wrong("wrong_value")
        return value

    def schema(self, required: bool) -> dict[str, Any]:
        """A string of that shape."""
        return {
            "type": _type("string", required),
            "maxLength": self.longest,
            "pattern": self.shape,
        }

    def cell(self, text: str) -> str:
        """Without the spaces round it."""
        return text.strip()


@dataclass(frozen=True, slots=True)
class Several:
    """A list of at most `most` values of one kind; a repeated value counts once."""

    of: Choice | Code
    most: int

    def parse(self, value: Any) -> tuple[str, ...]:
        """The values in their order."""
        if type(value) is not list:
            raise Wrong("wrong_value")
        if len(value) > self.most:
            raise Wrong("too_long")
        return tuple(dict.fromkeys(self.of.parse(each) for each in value))

    def schema(self, required: bool) -> dict[str, Any]:
        """An array."""
        return {
            "type": _type("array", required),
            "maxItems": self.most,
            "items": self.of.schema(required=True),
        }

    def cell(self, text: str) -> list[str]:
        """Split at semicolons."""
        return [part.strip() for part in text.split(";") if part.strip()]


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    least: int
    most: int

    def parse(self, value: Any) -> int:
        """The number; 3.0 is 3, as JSON Schema has it."""
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is not int or not self.least <= value <= self.most:
            raise Wrong("wrong_value")
        return value

    def schema(self, required: bool) -> dict[str, Any]:
        """An integer with bounds."""
        return {"type": _type("integer", required), "minimum": self.least, "maximum": self.most}

    def cell(self, text: str) -> int | str:
        """A number when the cell has digits only."""
        text = text.strip()
        return int(text) if re.fullmatch("-?[0-9]{1,18}", text) else text


@dataclass(frozen=True, slots=True)
class YesNo:
    """true or false."""

    def parse(self, value: Any) -> bool:
        """The truth value; the words yes and no are not taken."""
        if type(value) is not bool:
            raise Wrong("wrong_value")
        return value

    def schema(self, required: bool) -> dict[str, Any]:
        """A boolean."""
        return {"type": _type("boolean", required)}

    def cell(self, text: str) -> bool | str:
        """true or false in any letter case, since spreadsheets write TRUE."""
        return {"true": True, "false": False}.get(text.strip().lower(), text)


@dataclass(frozen=True, slots=True)
class Day:
    """A date, YYYY-MM-DD, from 1900 on; whether it lies in the future is the checker's affair."""

    def parse(self, value: Any) -> date:
        """The date."""
        if type(value) is not str or not _DAY_SHAPE.fullmatch(value):
            raise Wrong("wrong_date")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise Wrong("wrong_date") from None

    def schema(self, required: bool) -> dict[str, Any]:
        """A full date."""
        return {"type": _type("string", required), "format": "date", "pattern": _DAY}

    def cell(self, text: str) -> str:
        """Without the spaces round it."""
        return text.strip()


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and time with its offset from UTC."""

    def parse(self, value: Any) -> datetime:
        """The aware moment."""
        if type(value) is not str or not _MOMENT_SHAPE.fullmatch(value):
            raise Wrong("wrong_date")
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise Wrong("wrong_date") from None

    def schema(self, required: bool) -> dict[str, Any]:
        """A date-time."""
        return {"type": _type("string", required), "format": "date-time", "pattern": _MOMENT}

    def cell(self, text: str) -> str:
        """Without the spaces round it."""
        return text.strip()


@dataclass(frozen=True, slots=True)
class Attributes:
    """A flat JSON object: what the rules may ask of an event. No lists, no objects within."""

    most: int = 30
    longest: int = 500

    def parse(self, value: Any) -> dict[str, Any]:
        """A new dictionary with each text in NFC."""
        if type(value) is not dict:
            raise Wrong("wrong_value")
        if len(value) > self.most:
            raise Wrong("too_long")
        return {_KEY.parse(name): self._one(each) for name, each in value.items()}

    def _one(self, value: Any) -> Any:
        if type(value) is str:
            return Text(self.longest).parse(value)
        if value is None or type(value) is bool:
            return value
        if type(value) not in (int, float) or abs(value) > 2**53 or math.isnan(value):
            raise Wrong("wrong_value")
        return value

    def schema(self, required: bool) -> dict[str, Any]:
        """An object of scalars."""
        scalar = {
            "type": ["string", "number", "boolean", "null"],
            "maxLength": self.longest,
            "minimum": -(2**53),
            "maximum": 2**53,
            "not": {"type": "string", "pattern": _BAD_SHORT},
        }
        return {
            "type": _type("object", required),
            "maxProperties": self.most,
            "propertyNames": _KEY.schema(required=True),
            "additionalProperties": scalar,
        }

    def cell(self, text: str) -> str:
        """Never a cell of its own: events travel as one JSON text."""
        return text


@cache
def _whole(shape: str) -> re.Pattern[str]:
    return re.compile(shape.removeprefix("^").removesuffix("$"))


def choice(words: Collection[str]) -> Choice:
    """A Choice of these words in their order."""
    return Choice(tuple(words))


_SHORT = re.compile(_BAD_SHORT)
_LONG = re.compile(_BAD_LONG)
_DAY_SHAPE = re.compile(_DAY[1:-1])
_MOMENT_SHAPE = re.compile(_MOMENT[1:-1])
_KEY = Code("^[a-z][a-z0-9_]*$", 60)

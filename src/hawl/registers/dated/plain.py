"""Plain data of a file to entries and back. No Django.

An entry is a frozen dataclass whose fields are called as the keys of the file are. Data come already held against
their schema, so that what is wrong here is a fault of ours and not of the file's writer.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from hawl.registers.dated.values import PartDate

Entry = TypeVar("Entry")


def entry(kind: type[Entry], data: Mapping[str, Any]) -> Entry:
    """An entry of `kind` from one table of a file; keys that are absent take the entry's own default."""
    return kind(**values(kind, data))


def values(kind: type[Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an entry of `kind` that plain data give."""
    known: Any = kind  # a class is hashable, which its type does not tell
    hints = _hints(known)
    return {key: _value(hints[key], value) for key, value in data.items()}


def plain(value: Any) -> Any:
    """The opposite of `entry`: tables, lists, texts and numbers; what equals the default is left out."""
    if isinstance(value, PartDate):
        return _written(value.text)
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if not dataclasses.is_dataclass(value):
        return value
    found: dict[str, Any] = {}
    kind: Any = type(value)
    for field in _told(kind):
        held = getattr(value, field.name)
        if field.default is dataclasses.MISSING or held != field.default:
            found[field.name] = plain(held)
    return found


def _written(text: str) -> int | dt.date | str:
    # As a reader of YAML gets it: a year is a number, a day a date, a month stays text.
    if len(text) == 4:
        return int(text)
    return dt.date.fromisoformat(text) if len(text) == 10 else text


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


@cache
def _told(kind: Any) -> tuple[dataclasses.Field[Any], ...]:
    # `key` first and the basis last, as people write them.
    fields = {field.name: field for field in dataclasses.fields(kind)}
    first = [name for name in ("key", "code", "status", "body", "en", "cy", "cy_also", "welsh") if name in fields]
    last = [name for name in ("source", "certainty") if name in fields]
    middle = [name for name in fields if name not in (*first, *last)]
    return tuple(fields[name] for name in (*first, *middle, *last))


def _value(hint: Any, value: Any) -> Any:
    if isinstance(hint, types.UnionType):
        if value is None:
            return None
        hint = next(kind for kind in typing.get_args(hint) if kind is not type(None))
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)[0]
        return tuple(_value(inner, one) for one in value)
    if hint is PartDate:
        return PartDate(value.isoformat() if isinstance(value, dt.date) else str(value))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return entry(hint, value)
    return value

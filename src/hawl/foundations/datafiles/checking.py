"""A document against a JSON Schema, with the first mistake told as a person would tell it."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

from hawl.foundations.datafiles.document import DatafileError, Document, Place

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
    "array": "a list",
    "object": "a table of keys",
}


# jsonschema types every part of an error as perhaps unset; those it hands out never are.
Problem = Any


class _DateText(str):
    """A date as the schema sees it, so that a date and a text that looks like one stay apart."""

    __slots__ = ()


_formats = FormatChecker(formats=())


@_formats.checks("date")
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or isinstance(value, _DateText)


def _type(validator: Any, types: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    wanted = [types] if isinstance(types, str) else types
    text_wanted = "string" in wanted and isinstance(instance, _DateText) and schema.get("format") != "date"
    if text_wanted or not any(validator.is_type(instance, kind) for kind in wanted):
        yield ValidationError("type")


_extend: Any = validators.extend
_Validator: Any = _extend(Draft202012Validator, {"type": _type})


def check(document: Document, schema: Mapping[str, Any]) -> None:
    """Raise DatafileError for the mistake that stands first in the file.

    An unsound schema raises jsonschema's SchemaError.
    """
    Draft202012Validator.check_schema(schema)
    problems = _Validator(schema, format_checker=_formats).iter_errors(_as_json(document.data))
    told = [_tell(document, problem) for problem in _without_misspelt(list(problems))]
    if told:
        raise min(told, key=lambda error: error.line)


def _without_misspelt(problems: list[Problem]) -> list[Problem]:
    """Leave out the key that is missing where one beside it is unknown: it is likely misspelt."""
    unknown = {tuple(p.absolute_path) for p in problems if p.validator == "additionalProperties"}
    return [
        problem
        for problem in problems
        if problem.validator != "required" or tuple(problem.absolute_path) not in unknown
    ]


def nearest(word: str, known: Any) -> str | None:
    """The known word most like `word`, if one is like it at all."""
    close = difflib.get_close_matches(word, [str(one) for one in known], n=1, cutoff=0.6)
    return close[0] if close else None


def _as_json(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _as_json(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_as_json(value) for value in data]
    return _DateText(data.isoformat()) if isinstance(data, dt.date) else data


def _tell(document: Document, problem: Problem) -> DatafileError:
    while problem.context:
        # Of several forms allowed, speak of the one that came nearest.
        problem = max(problem.context, key=_nearness)
    place: Place = tuple(problem.absolute_path)
    teller = _TELLERS.get(str(problem.validator), _any_other)
    what, mend, place = teller(problem, place)
    return document.error(what, mend, *place)


def _nearness(problem: Problem) -> tuple[int, bool]:
    return len(problem.absolute_path), problem.validator != "type"


def _name(place: Place) -> str:
    """What the reader calls the part: keys since the last list entry; the line tells which."""
    keys: list[str] = []
    for part in reversed(place):
        if isinstance(part, int):
            break
        keys.insert(0, part)
    if keys:
        return f"`{'.'.join(keys)}`"
    if place:
        return f"entry {int(place[-1]) + 1} of {_name(place[:-1])}"
    return "the file"


def _described(problem: Problem, other: str) -> str:
    text = str(problem.schema.get("description", "")) if isinstance(problem.schema, Mapping) else ""
    return f"give {_lower(text)}" if text else other


def _lower(text: str) -> str:
    text = text.strip().rstrip(".")
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


Told = tuple[str, str, Place]


def _missing(problem: Problem, place: Place) -> Told:
    key = next(key for key in problem.validator_value if key not in problem.instance)
    part = problem.schema.get("properties", {}).get(key, {})
    text = part.get("description", "") if isinstance(part, Mapping) else ""
    mend = f"give {_lower(text)}" if text else f"give `{key}`"
    return f"{_name((*place, key))} is missing", mend, place


def _wrong_type(problem: Problem, place: Place) -> Told:
    types = problem.validator_value
    wanted = " or ".join(_KINDS[kind] for kind in ([types] if isinstance(types, str) else types))
    if isinstance(problem.schema, Mapping) and problem.schema.get("format") == "date":
        wanted = wanted.replace("text", "a date")
    what = f"{_name(place)} is {_kind(problem.instance)}, where {wanted} is wanted"
    quotes = "text" in wanted and isinstance(problem.instance, (_DateText, bool, int, float))
    return what, "put it in quotes" if quotes else _described(problem, f"give {wanted}"), place


def _kind(value: Any) -> str:
    if isinstance(value, _DateText):
        return "a date"
    for kinds, word in (
        (bool, "true or false"),
        (str, "text"),
        ((int, float), "a number"),
        (list, "a list"),
        (dict, "a table of keys"),
    ):
        if isinstance(value, kinds):
            return word
    return "empty"


def _choices(word: object, known: Any) -> str:
    close = nearest(str(word), known)
    if close is not None:
        return f"did you mean `{close}`?"
    return "use one of " + ", ".join(f"`{one}`" for one in known)


def _not_listed(problem: Problem, place: Place) -> Told:
    what = f"{_name(place)} is `{problem.instance}`, which is not a value it may have"
    return what, _choices(problem.instance, problem.validator_value), place


def _unknown_key(problem: Problem, place: Place) -> Told:
    known = list(problem.schema.get("properties", {}))
    key = next(key for key in problem.instance if key not in known)
    return (
        f"{_name((*place, key))} is not known here",
        _choices(key, known) if known else "take it out",
        (*place, key),
    )


def _bad_key(problem: Problem, place: Place) -> Told:
    return (
        f"`{problem.instance}` is not known as a key here",
        "take it out or spell it as the others",
        place,
    )


def _pattern(problem: Problem, place: Place) -> Told:
    mend = _described(problem, f"write it to the pattern {problem.validator_value}")
    return (
        f"{_name(place)} is `{problem.instance}`, which is not written as it should be",
        mend,
        place,
    )


def _too_short(problem: Problem, place: Place) -> Told:
    empty = len(problem.instance) == 0
    what = f"{_name(place)} is {'empty' if empty else 'too short'}"
    least = problem.validator_value
    kind = "entries" if isinstance(problem.instance, list) else "characters"
    other = "fill it or take the key out" if empty else f"give at least {least} {kind}"
    return what, _described(problem, other), place


def _number(problem: Problem, place: Place) -> Told:
    least = problem.validator == "minimum"
    what = f"{_name(place)} is {problem.instance}, which is too {'small' if least else 'large'}"
    return what, f"give {problem.validator_value} or {'more' if least else 'less'}", place


def _repeated(problem: Problem, place: Place) -> Told:
    return f"{_name(place)} holds the same entry twice", "keep one of them", place


def _format(problem: Problem, place: Place) -> Told:
    what = f"{_name(place)} is `{problem.instance}`, which is not a {problem.validator_value}"
    return what, "write it as year-month-day, such as 2026-04-01, without quotes", place


def _any_other(problem: Problem, place: Place) -> Told:
    return (
        f"{_name(place)} is not as it should be: {problem.message}",
        _described(problem, "mend it"),
        place,
    )


_TELLERS: Mapping[str, Callable[[Problem, Place], Told]] = {
    "required": _missing,
    "type": _wrong_type,
    "enum": _not_listed,
    "additionalProperties": _unknown_key,
    "unevaluatedProperties": _unknown_key,
    "propertyNames": _bad_key,
    "pattern": _pattern,
    "minLength": _too_short,
    "minItems": _too_short,
    "minProperties": _too_short,
    "minimum": _number,
    "maximum": _number,
    "uniqueItems": _repeated,
    "format": _format,
}

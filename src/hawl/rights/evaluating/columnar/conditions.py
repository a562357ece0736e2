"""Conditions on attributes as SQL for DuckDB, with every value of a rulebook as a parameter.

A condition gives two expressions over a column `attributes` (JSON text): whether something that it asks is missing,
and whether it holds. They answer as `hawl.rights.rulebook.conditions` does, for JSON's own types.
"""

from __future__ import annotations

from typing import Any

from hawl.rights.rulebook.conditions import Comparison, Condition, Group

_WHOLE = "'BIGINT', 'UBIGINT', 'HUGEINT'"
# The JSON types that can be compared with a value of the rulebook, by its own type.
_TYPES = {bool: "'BOOLEAN'", str: "'VARCHAR'", int: _WHOLE}


class Parameters:
    """The values that a statement's conditions name, in the order in which they came."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def name(self, value: Any) -> str:
        """The name by which the statement says `value`."""
        key = f"value_{len(self.values)}"
        self.values[key] = value
        return f"${key}"


def missing(condition: Condition, parameters: Parameters) -> str:
    """Whether anything asked is absent, empty or of a kind that cannot be compared."""
    if isinstance(condition, Group):
        return _joined(" OR ", [missing(part, parameters) for part in condition.parts])
    return f"coalesce(json_type(attributes, {_path(condition, parameters)}) NOT IN ({_comparable(condition)}), true)"


def holds(condition: Condition, parameters: Parameters) -> str:
    """Whether the condition holds; says nothing of use where something is missing."""
    if isinstance(condition, Group):
        parts = [holds(part, parameters) for part in condition.parts]
        return _joined(" AND " if condition.kind == "all" else " OR ", parts)
    path = _path(condition, parameters)
    found = f"json_extract_string(attributes, {path})"
    if condition.kind == "at_least":
        return f"TRY_CAST({found} AS DOUBLE) >= {parameters.name(condition.value)}"
    if condition.kind == "at_most":
        return f"TRY_CAST({found} AS DOUBLE) <= {parameters.name(condition.value)}"
    values = condition.value if condition.kind == "one_of" else (condition.value,)
    return _joined(" OR ", [_is(found, path, value, parameters) for value in values])


def _is(found: str, path: str, value: Any, parameters: Parameters) -> str:
    # A text and a number that read alike are not the same.
    kind = f"json_type(attributes, {path}) IN ({_TYPES[type(value)]})"
    if isinstance(value, bool):
        return f"({kind} AND {found} = {parameters.name('true' if value else 'false')})"
    if isinstance(value, int):
        return f"({kind} AND TRY_CAST({found} AS HUGEINT) = {parameters.name(value)})"
    return f"({kind} AND {found} = {parameters.name(value)})"


def _comparable(comparison: Comparison) -> str:
    if comparison.kind == "is":
        return _TYPES[type(comparison.value)]
    return f"'VARCHAR', {_WHOLE}" if comparison.kind == "one_of" else f"'DOUBLE', {_WHOLE}"


def _path(comparison: Comparison, parameters: Parameters) -> str:
    return parameters.name(json_path(comparison.attribute))


def json_path(attribute: str) -> str:
    """Where DuckDB finds an attribute in its object."""
    return f'$."{attribute}"'


def _joined(word: str, parts: list[str]) -> str:
    return f"({word.join(parts)})"

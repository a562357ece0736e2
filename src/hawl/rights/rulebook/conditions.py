"""Conditions on the attributes of an event, as data, so that other engines can compile them too.

A condition is `{all: [...]}`, `{any: [...]}`, or one test: `{attribute: a, is: x}`,
`{attribute: a, one_of: [...]}`, `{attribute: a, at_least: n}`, `{attribute: a, at_most: n}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Attributes = Mapping[str, Any]
_WHOLE = 2**63


@dataclass(frozen=True, slots=True)
class Comparison:
    """One attribute against one value. `kind` is is, one_of, at_least or at_most."""

    attribute: str
    kind: str
    value: Any

    def missing_from(self, attributes: Attributes) -> bool:
        """Whether the attribute is absent, empty, or of a kind that cannot be compared."""
        found = attributes.get(self.attribute)
        if found is None:
            return True
        if isinstance(found, int) and not -_WHOLE <= found < 2 * _WHOLE:
            # Beyond 64 bits readers of JSON make something else of a whole number.
            return self.kind in ("one_of", "is")
        if self.kind == "one_of":
            return not isinstance(found, (str, int)) or isinstance(found, bool)
        if self.kind == "is":
            return type(found) is not type(self.value)
        return isinstance(found, bool) or not isinstance(found, (int, float))

    def holds(self, attributes: Attributes) -> bool:
        """Whether the test holds; the attribute must not be missing."""
        found = attributes[self.attribute]
        if self.kind == "is":
            return bool(found == self.value)
        if self.kind == "one_of":
            return found in self.value
        return bool(found >= self.value if self.kind == "at_least" else found <= self.value)


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions of which all, or any one, must hold. `kind` is all or any."""

    kind: str
    parts: tuple[Condition, ...]

    def missing_from(self, attributes: Attributes) -> bool:
        """Whether anything that is asked is missing, even where the rest would decide."""
        return any(part.missing_from(attributes) for part in self.parts)

    def holds(self, attributes: Attributes) -> bool:
        """Whether the group holds."""
        answers = (part.holds(attributes) for part in self.parts)
        return all(answers) if self.kind == "all" else any(answers)


Condition = Comparison | Group


def condition_from(data: Mapping[str, Any] | None) -> Condition | None:
    """A condition of a rulebook's data, which its schema has passed; None stays None."""
    if data is None:
        return None
    for kind in ("all", "any"):
        if kind in data:
            parts = (condition_from(part) for part in data[kind])
            return Group(kind, tuple(part for part in parts if part is not None))
    kind = next(key for key in data if key != "attribute")
    value = data[kind]
    return Comparison(data["attribute"], kind, tuple(value) if isinstance(value, list) else value)

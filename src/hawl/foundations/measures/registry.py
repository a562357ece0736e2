"""What is measured: its words, what exactly is counted, from what, in which unit, and the function that counts it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

from django.apps import apps


class Words(NamedTuple):
    """One text in English and in Welsh."""

    en: str
    cy: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `definition` says what is counted and what is not; `source` from where; `unit` is a code.

    `answer` is called with what the figure's room documents.
    """

    key: str
    words: Words
    definition: Words
    source: Words
    unit: str
    answer: Callable[..., Any]


class UnknownFigure(LookupError):
    """No room declares a figure of that key."""


_declared: dict[str, Figure] = {}


def declare(figure: Figure) -> Figure:
    """Add a figure; for the `figures.py` of a room. Raises ValueError where another room has taken the key."""
    held = _declared.get(figure.key)
    if held is not None and held.answer.__module__ != figure.answer.__module__:
        raise ValueError(f"The figure {figure.key} is declared by {held.answer.__module__} already.")
    _declared[figure.key] = figure
    return figure


def figure(key: str) -> Figure:
    """The figure of that key. Raises UnknownFigure."""
    _read_all()
    try:
        return _declared[key]
    except KeyError:
        raise UnknownFigure(key) from None


def figures() -> tuple[Figure, ...]:
    """All figures of the rooms installed, in order of their keys."""
    _read_all()
    return tuple(_declared[key] for key in sorted(_declared))


@cache
def _read_all() -> None:
    for app in apps.get_app_configs():
        if app.name.startswith("hawl.") and find_spec(f"{app.name}.figures"):
            importlib.import_module(f"{app.name}.figures")

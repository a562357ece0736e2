"""Content held in both languages, read in the language of the page.

A text that is missing in Welsh is shown in English and knows so (``Text.lang``), so that a template can mark it for a
screen reader. Nothing falls back without being seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, overload

from django.utils.translation import get_language

ENGLISH = "en"
WELSH = "cy"


class Text(str):
    """A string that knows the language it is in: ``en`` or ``cy``."""

    __slots__ = ("lang",)
    lang: str

    def __new__(cls, text: str, lang: str) -> Text:
        """Make a text in a language."""
        made = super().__new__(cls, text)
        made.lang = lang
        return made


def current() -> str:
    """Give the language of the page: ``cy`` or ``en``."""
    return WELSH if (get_language() or ENGLISH).split("-")[0] == WELSH else ENGLISH


class BothLanguages(Protocol):
    """Anything with a text in ``en`` and in ``cy``: a rulebook's words, a dated name."""

    @property
    def en(self) -> str:
        """In English."""

    @property
    def cy(self) -> str:
        """In Welsh."""


def in_language(texts: Mapping[str, str | None] | BothLanguages, language: str | None = None) -> Text:
    """Pick from ``{"en": …, "cy": …}`` or from ``.en`` and ``.cy``, for ``language`` (default: the page's).

    Gives the other language where it is empty, and the empty text where both are.
    """
    if not isinstance(texts, Mapping):
        texts = {ENGLISH: texts.en, WELSH: texts.cy}
    wanted = language or current()
    other = ENGLISH if wanted == WELSH else WELSH
    found = texts.get(wanted)
    if found:
        return Text(found, wanted)
    return Text(texts.get(other) or "", other)


class Bilingual:
    """``name = Bilingual("name")`` on a class with ``name_en`` and ``name_cy`` reads the one for the page."""

    def __init__(self, name: str) -> None:
        """Take the common stem of the two attributes."""
        self.stem = name

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Bilingual: ...

    @overload
    def __get__(self, instance: object, owner: type[Any]) -> Text: ...

    def __get__(self, instance: object | None, owner: type[Any]) -> Bilingual | Text:
        """Read the page's language, else the other."""
        if instance is None:
            return self
        return in_language({lang: getattr(instance, f"{self.stem}_{lang}") for lang in (ENGLISH, WELSH)})

    def __set__(self, instance: object, value: object) -> None:
        """Refuse: which of the two was meant cannot be known."""
        raise AttributeError(f"set {self.stem}_en or {self.stem}_cy, not {self.stem}")

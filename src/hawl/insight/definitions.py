"""What a figure means, in the language of the page."""

from __future__ import annotations

from dataclasses import dataclass

from hawl.foundations.languages.texts import Text, in_language
from hawl.foundations.measures import Figure


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure's words, what is counted, and from where."""

    words: Text
    says: Text
    source: Text


def definition(figure: Figure) -> Definition:
    """How the page explains a figure."""
    return Definition(in_language(figure.words), in_language(figure.definition), in_language(figure.source))

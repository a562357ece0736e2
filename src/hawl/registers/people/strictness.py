"""Which of several words on the safety of a way of reaching somebody counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# From the strictest. `safe` comes only from a person's decision and yields to every doubt.
ORDER = ("unsafe", "unknown", "first_approach", "safe")


def strictest(words: Iterable[str]) -> str:
    """The strictest of the words; no word at all is `unknown`, which is not used (security.md decision 5)."""
    return min(words, key=ORDER.index, default="unknown")

"""Counts that do not add up to each other, shown to the nearest five."""

from __future__ import annotations

from hawl.foundations.disclosure.tables import FEW, LEAST, Count


def rounded(n: int) -> Count:
    """The count to the nearest five; one to four as `FEW`, none as none.

    For counts of which one is a part of another (those referred, those of them reached): the difference of two
    rounded counts leaves several possible numbers, where that of exact ones would leave one.
    """
    if 0 < n < LEAST:
        return FEW
    return 5 * ((n + 2) // 5)

"""What keeps two rows apart however much else agrees: people of one house share all but themselves. Pure.

A mother and daughter have one address and number, twins one birthday too, a father and son one name. So two rows are
never of one person where their given names are two names, or where one is a generation older; and where the given
name or the day is lacking, the other must agree.
"""

from __future__ import annotations

from collections.abc import Sequence

from hawl.registers.linking.levels import BORN, GIVEN, Comparison

_FORENAME_AGREES = ("same", "crossed", "form", "slip")
_DAY_AGREES = ("same", "slip", "part")


def apart_sql() -> str:
    """A condition on `_l` and `_r`: these two rows are of two people, and no third row makes them one."""
    return f"({GIVEN.level_sql()} = 'other' OR {BORN.level_sql()} = 'generation')"


def may_link_sql(comparisons: Sequence[Comparison]) -> str:
    """A condition on the numbers of Splink's levels (`gamma_…`)."""
    names = {each.name for each in comparisons}
    if {"given", "born"} <= names:
        # Brothers may be Thomas and Twm; with days that are not alike the name must be the same.
        far = f"({_at(BORN, 'other')} AND NOT {_at(GIVEN, 'same', 'crossed')})"
        return (
            f"(NOT ({_at(GIVEN, 'other')} OR {_at(BORN, 'generation')} OR {far}) AND"
            f" ({_at(GIVEN, *_FORENAME_AGREES)} OR {_at(BORN, *_DAY_AGREES)}))"
        )
    if "given" in names:
        return f"({_at(GIVEN, *_FORENAME_AGREES, 'initial', 'faint')})"
    return f"(NOT {_at(BORN, 'generation', 'other')})" if "born" in names else "true"


def _at(comparison: Comparison, *levels: str) -> str:
    numbers = ", ".join(str(comparison.number_of(level)) for level in levels)
    return f"(gamma_{comparison.name} IN ({numbers}))"

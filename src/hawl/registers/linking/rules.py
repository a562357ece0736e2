"""What keeps two rows apart however much else agrees: people of one house share all but themselves. Pure.

A mother and daughter have one address and number, twins one birthday too, a father and son one name. So two rows are
never of one person where their given names are two names, or where one is a generation older; and where one of given
name and day is lacking, the other must agree.
"""

from __future__ import annotations

from collections.abc import Sequence

from hawl.registers.linking.levels import ADDRESS, BORN, EMAIL, GIVEN, PHONE, POSTCODE, Comparison

_NAME_AGREES = ("same", "crossed", "form", "slip")
_DAY_AGREES = ("same", "slip", "part")
_REACHED = (POSTCODE, ADDRESS, PHONE, EMAIL)
_ABSENT = -1  # Splink's number where nothing can be said


def apart_sql() -> str:
    """A condition on `_l` and `_r`: these two rows are of two people, and no third row makes them one."""
    return f"({GIVEN.level_sql()} = 'other' OR {BORN.level_sql()} = 'generation')"


def may_link_sql(comparisons: Sequence[Comparison]) -> str:
    """A condition on the numbers of Splink's levels (`gamma_…`), for comparisons of which `given` is one.

    The days agree; or the names do, and where the days are lacking one way of reaching them too: of a common name
    there are many.
    """
    there = {each.name for each in comparisons}
    reached = [_at(each, "same", "slip") for each in _REACHED if each.name in there] or ["false"]
    named = _at(GIVEN, *_NAME_AGREES)
    if BORN.name not in there:
        return f"({named} AND ({' OR '.join(reached)}))"
    return (
        f"(NOT {_at(GIVEN, 'other')} AND ({_at(BORN, *_DAY_AGREES)} OR ({_at(BORN, 'near')} AND {named})"
        # Brothers may be Thomas and Twm; with days that are not alike the name must be the same.
        f" OR ({_at(BORN, 'other')} AND {_at(GIVEN, 'same', 'crossed')})"
        f" OR (gamma_born = {_ABSENT} AND {named} AND ({' OR '.join(reached)}))))"
    )


def _at(comparison: Comparison, *levels: str) -> str:
    numbers = ", ".join(str(comparison.number_of(level)) for level in levels)
    return f"(gamma_{comparison.name} IN ({numbers}))"

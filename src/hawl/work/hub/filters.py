"""What an address asks a list for. Anything that is no choice is taken as not asked."""

from __future__ import annotations

from collections.abc import Container, Mapping

from hawl.registers.cases.models import Risk, Route
from hawl.registers.cases.queries import CasesAsked
from hawl.rights.duties.queries import NOBODY, WINDOWS, DutiesAsked
from hawl.work.hub import wording
from hawl.work.hub.area_words import AreaWords
from hawl.work.intake.feed.offences import offences

PERIODS = (7, 14, 30, 90)
_DIGITS = 18


def duties_asked(
    query: Mapping[str, str], words: AreaWords, user_id: int | None, colleagues: Container[int]
) -> DutiesAsked:
    """The due list's filters from the address. `colleagues`: the ids of those whose cases one may ask for."""
    right = query.get("right", "")
    return DutiesAsked(
        bearer=_one_of(query, "bearer", wording.bearers()),
        window=_one_of(query, "window", WINDOWS),
        hands=_hands(query.get("mine", ""), user_id, colleagues),
        route=_one_of(query, "route", Route.values),
        right=int(right) if right in {str(number) for number in wording.rights()} else None,
        council=_one_of(query, "council", words.councils),
    )


def cases_asked(query: Mapping[str, str], words: AreaWords) -> CasesAsked:
    """The filters of the list of cases from the address."""
    days = query.get("days", "")
    return CasesAsked(
        route=_one_of(query, "route", Route.values),
        risk=_one_of(query, "risk", Risk.values),
        council=_one_of(query, "council", words.councils),
        offence=_one_of(query, "offence", offences()),
        days=int(days) if days in {str(period) for period in PERIODS} else None,
    )


def _hands(asked: str, user_id: int | None, colleagues: Container[int]) -> int | None:
    if asked == "yes":
        return user_id
    if asked == "nobody":
        return NOBODY
    # A number of no colleague, or none of Python's own, asks for nothing.
    one = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS else None
    return one if one in colleagues else None


def _one_of(query: Mapping[str, str], name: str, choices: Container[str]) -> str:
    value = query.get(name, "")
    return value if value in choices else ""

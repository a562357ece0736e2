"""What a reader asks of the figures, from the address of the page; nonsense asks for what is shown first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.conf import settings

from hawl.foundations.clock import today
from hawl.foundations.languages.texts import Text, in_language
from hawl.foundations.measures.periods import Period, month_end_before, quarters_to, twelve_months_to
from hawl.registers.dated.values import on
from hawl.registers.places.queries import councils_of
from hawl.work.intake.feed.offences import offences

TIERS = ("enhanced", "standard", "undetermined")
_QUARTERS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and what can be: `councils` and `kinds` of crime by key; empty for who counts all cases."""

    period: Period
    council: str
    tier: str
    periods: tuple[Period, ...]
    councils: dict[str, Text]
    tiers: tuple[str, ...]
    offence: str = ""
    kinds: Mapping[str, Text] = field(default_factory=dict)


def asked(query: Mapping[str, str], day: date, *, sees_all: bool) -> Asked:
    """Who counts all cases chooses a quarter, whose last full month is the latest; others narrow as they like."""
    councils = council_names()
    if sees_all:
        periods = quarters_to(month_end_before(day), _QUARTERS)
    else:
        periods = (twelve_months_to(day), *quarters_to(day, _QUARTERS))
    by_key = {period.key: period for period in periods}
    council, tier, offence = (query.get(name, "") for name in ("council", "tier", "offence"))
    kinds = {} if sees_all else {key: in_language(one) for key, one in offences().items()}
    return Asked(
        period=by_key.get(query.get("period", ""), periods[0]),
        council=council if council in councils and not sees_all else "",
        tier=tier if tier in TIERS and not sees_all else "",
        periods=periods,
        councils=councils,
        tiers=() if sees_all else TIERS,
        offence=offence if offence in kinds else "",
        kinds=kinds,
    )


def council_names() -> dict[str, Text]:
    """The councils of the installed area by key, in its order, as they are called today."""
    found = {}
    day = today()
    for council in councils_of(Path(settings.HAWL_AREA).name):
        name = on(council.names, day)
        found[council.key] = in_language(name) if name else Text(council.key, "en")
    return found

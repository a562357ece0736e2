"""From the register's counts to charts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hawl.foundations.design.charts import Bar, Cell, Chart, Series, bars, months, number
from hawl.foundations.languages import dates
from hawl.foundations.languages.texts import Text
from hawl.insight.demand import words
from hawl.registers.demand.queries import Choices, Demand, HeldMonth, Wanted

EVERY_YEAR = "all"


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page shows; `left_out` counts rows of the months shown that belong to no council of the area."""

    numbers: list[dict[str, object]]
    charts: list[Chart]
    held: tuple[HeldMonth, ...]
    missing: list[str]
    left_out: int


def wanted(query: Mapping[str, str], choices: Choices) -> Wanted:
    """What the address asks for; nonsense asks for all, and no year for the latest that is held."""
    year = query.get("year", "")
    latest = choices.years[-1] if choices.years else None
    chosen = int(year) if year.isdecimal() and int(year) in choices.years else latest
    return Wanted(
        force=_one_of(query.get("force", ""), choices.forces),
        council=_one_of(query.get("council", ""), choices.councils),
        crime_type=_one_of(query.get("crime_type", ""), choices.crime_types),
        year=None if year == EVERY_YEAR else chosen,
    )


def _one_of(asked: str, choices: tuple[str, ...]) -> str:
    return asked if asked in choices else ""


def filters(asked: Wanted, choices: Choices, names: Mapping[str, Text]) -> list[dict[str, object]]:
    """The fields of the filter, councils by their names; a single force needs no choosing."""
    fields: list[dict[str, object]] = [
        {"name": "year", "label": _("Year"), "value": str(asked.year or EVERY_YEAR),
         "options": [*((str(year), str(year)) for year in reversed(choices.years)), (EVERY_YEAR, _("All years"))]},
        {"name": "council", "label": _("Council"), "value": asked.council,
         "options": [("", _("All councils")), *((one, names.get(one, one)) for one in choices.councils)]},
        {"name": "crime_type", "label": _("Type"), "value": asked.crime_type,
         "options": [("", _("All types")), *((one, words.crime_type(one)) for one in choices.crime_types)]},
    ]  # fmt: skip
    if len(choices.forces) > 1:
        options = [("", _("All forces")), *((one, one) for one in choices.forces)]
        fields.append({"name": "force", "label": _("Force"), "value": asked.force, "options": options})
    return fields


def shown(found: Demand, names: Mapping[str, Text]) -> Shown:
    """Numbers, charts by month, council and type, and what they rest on."""
    year = found.wanted.year
    held = tuple(one for one in found.held if year is None or one.month.year == year)
    missing = [one for one in found.missing if year is None or one[1].year == year]
    several = len(found.choices.forces) > 1
    return Shown(
        numbers=_numbers(found, len({one.month for one in held}), len(missing)),
        charts=[_by_month(found, held, missing), _by_council(found, names), _by_type(found)],
        held=held,
        missing=[f"{dates.month(month)} ({force})" if several else dates.month(month) for force, month in missing],
        left_out=sum(one.no_location + one.out_of_area for one in held),
    )


def _numbers(found: Demand, held: int, missing: int) -> list[dict[str, object]]:
    gaps = ngettext("%(num)s month in between is missing", "%(num)s months in between are missing", missing)
    return [
        {"value": found.crimes, "label": _("crimes recorded")},
        {"value": found.asb, "label": _("incidents of anti-social behaviour")},
        {"value": held, "label": _("months held"), "note": gaps % {"num": missing} if missing else ""},
    ]


def _by_month(found: Demand, held: tuple[HeldMonth, ...], missing: list[tuple[str, date]]) -> Chart:
    """A month that no force sent is a gap, a month without such a row is none."""
    counts = {one.month: one for one in found.months}
    there = {one.month for one in held}
    axis = sorted(there | {month for _force, month in missing})
    series = _series(found.wanted.crime_type)
    lines = []
    for one, part in series:
        values = [
            None if month not in there else getattr(counts[month], part) if month in counts else 0 for month in axis
        ]
        lines.append((one, values))
    says = _("One line for crimes and one for anti-social behaviour; a gap is a month that is not held.")
    return months(
        _("By month"), [dates.short_day(month).split(" ", 1)[1] for month in axis], lines, says=says, of=_("Month")
    )


def _series(crime_type: str) -> list[tuple[Series, str]]:
    both = [(Series(_("Crimes"), "1"), "crimes"), (Series(_("Anti-social behaviour"), "3"), "asb")]
    if not crime_type:
        return both
    return both[1:] if crime_type == "Anti-social behaviour" else both[:1]


def _by_council(found: Demand, names: Mapping[str, Text]) -> Chart:
    rows = [Bar(names.get(one.council, one.council), float(one.crimes + one.asb)) for one in found.councils]
    says = _("One bar for each council; its length is the number of crimes and incidents together.")
    chart = bars(_("By council"), rows, says=says, of=_("Council"), counts=_("All"))
    table = tuple(
        (
            Cell(names.get(one.council, one.council)),
            Cell(number(one.crimes), number=True),
            Cell(number(one.asb), number=True),
            Cell(number(one.crimes + one.asb), number=True),
        )
        for one in found.councils
    )
    return replace(chart, columns=(_("Council"), _("Crimes"), _("Anti-social behaviour"), _("All")), rows=table)


def _by_type(found: Demand) -> Chart:
    rows = [Bar(words.crime_type(one.crime_type), float(one.n)) for one in found.types]
    says = _("One bar for each type, the most frequent first.")
    return bars(_("By type"), rows, says=says, of=_("Type"), counts=_("Recorded"))

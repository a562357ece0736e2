"""How numbers, bodies, rights and duties are called on the pages, in the language of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from hawl.foundations.design.charts import number
from hawl.foundations.disclosure import FEW, Count
from hawl.foundations.languages import dates
from hawl.foundations.languages.texts import Text, in_language
from hawl.foundations.measures.periods import Period
from hawl.rights.duties.columns import OUTSIDE
from hawl.rights.rulebook import Duty, built_in, vocabulary
from hawl.work.intake.feed.offences import offences

_WIDEST_RANGE = 15


def count(n: Count) -> str:
    """A count, or why it is not shown."""
    if isinstance(n, int):
        return number(n)
    return _("fewer than 5") if n is FEW else _("not shown")


def per_cent(share: float | None) -> str:
    """With one decimal, rounded down, so that nothing is called whole that is not; a dash where nothing can be said."""
    return "–" if share is None else f"{number(math.floor(share * 10 + 1e-9) / 10)}%"


def share(exact: float | None, between: tuple[float, float] | None) -> str:
    """A share, or between what it must lie where a number in it is not shown and that still says something."""
    if exact is not None or between is None:
        return per_cent(exact)
    least, most = math.floor(between[0]), math.ceil(between[1])
    if most - least > _WIDEST_RANGE:
        return "–"
    if least == most:
        return f"{least}%"
    return _("%(least)s%% to %(most)s%%") % {"least": least, "most": most}


def period(one: Period) -> str:
    """`October 2026 to December 2026`."""
    words = _("%(first)s to %(last)s") % {"first": dates.month(one.since), "last": dates.month(one.until)}
    return words if one.is_quarter else _("Last 12 months: %(words)s") % {"words": words}


def month(iso: str) -> str:
    """`Nov 2026`, from its first day."""
    return dates.short_day(date.fromisoformat(iso)).split(" ", 1)[1]


def tier(code: str) -> str:
    """Whether the longer or the shorter limit counts."""
    return {
        "enhanced": _("Enhanced rights"),
        "standard": _("Standard"),
        "undetermined": _("Not decided yet"),
    }.get(code, code)


def body(key: str) -> Text:
    """Who owes it."""
    found = (book.bearers[key] for book in built_in() if key in book.bearers)
    words = next(found, None)
    return in_language(words) if words else Text(key, "en")


def council(key: str, names: Mapping[str, str]) -> str:
    """What a council is called, by the names of the installed area."""
    return str(names.get(key, key)) if key else _("Council not recorded")


def column(name: str) -> str:
    """What a number of duties counts, by its word in the address."""
    return {
        "counted": _("Counted"),
        "due": _("Time has come"),
        "missed": _("Late or overdue"),
        "kept": _("Kept in time"),
        "late": _("Kept late"),
        "overdue": _("Overdue"),
        "running": _("Running"),
        "closed": _("Closed with a reason"),
        "unknown": _("Not known"),
        "done": _("Done"),
        "open": _("No record of it yet"),
    }[name]


def offence(key: str) -> Text:
    """What a kind of crime is called."""
    found = offences().get(key)
    return in_language(found) if found else Text(key or _("Kind of crime not recorded"), "en")


def quarter(key: str) -> str:
    """`Jul to Sep 2026`, from `2026-q3`."""
    year, _sep, number_ = key.partition("-q")
    first = date(int(year), 3 * int(number_) - 2, 1)
    ends = [dates.short_day(day).split(" ")[1] for day in (first, first.replace(month=first.month + 2))]
    return _("%(first)s to %(last)s %(year)s") % {"first": ends[0], "last": ends[1], "year": year}


def told_by(name: str) -> str:
    """Who told what became of a duty."""
    return {
        "feed": _("From the police feed"),
        "extract": _("From a daily extract"),
        "user": _("Recorded by hand"),
        "none": _("No record"),
        "running": _("Time not come yet"),
    }[name]


def right(number_: str) -> str:
    """`Right 6: To be told …`."""
    if number_ == str(OUTSIDE):
        return _("Outside the rights of the Code")
    titles = (one.title for book in built_in() for one in book.rights if str(one.number) == number_)
    title = next(titles, None)
    return _("Right %(number)s: %(title)s") % {"number": number_, "title": in_language(title) if title else ""}


def right_number(number_: str) -> str:
    """`Right 6`, at a bar."""
    if number_ == str(OUTSIDE):
        return _("Outside")
    return _("Right %(number)s") % {"number": number_}


def short_step(event: str) -> str:
    """A step in a few words, at a bar."""
    return {
        "crime_reported": _("Reported"),
        "told_of_services": _("Told of services"),
        "referral_asked": _("Asked about a referral"),
        "support_referral_made": _("Referred"),
        "support_referral_received": _("Received by the service"),
        "support_reached": _("Reached by the service"),
        "needs_assessed": _("Needs assessed"),
        "support_started": _("Support began"),
    }.get(event, event)


def duty(duty_id: str) -> tuple[str, Text]:
    """What is to be done, and its source; the bare id where no rulebook of this release knows it."""
    known: dict[str, Duty] = {one.id: one for book in built_in() for one in book.duties}
    found = known.get(duty_id)
    if found is None:
        return duty_id, Text("", "en")
    return f"{duty_id}  {in_language(found.work)}", in_language(found.says)


def step(event: str) -> Text:
    """What an event means."""
    kind = vocabulary().events.get(event)
    return in_language(kind.meaning) if kind else Text(event, "en")

"""The area's own words that the desks' pages need: councils, who refers to whom, why a route was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings

from hawl.foundations.clock import today
from hawl.foundations.languages.texts import Text, in_language
from hawl.registers.dated.values import on as on_day
from hawl.registers.organisations.queries import names_of
from hawl.registers.places.queries import councils_of, routing
from hawl.work.intake.reasons import reasons
from hawl.work.intake.rules import RoutingPolicy, policy_from


@dataclass(frozen=True, slots=True)
class AreaWords:
    """Names by council key in the area's order, the name of the body referred to, and the area's own reasons."""

    councils: Mapping[str, Mapping[str, str]]
    onward: Mapping[str, str]
    policy: RoutingPolicy

    def council(self, key: str) -> str:
        """A council's name in the language of the page; empty for one that is not of the area."""
        return in_language(self.councils[key]) if key in self.councils else ""

    @property
    def hub(self) -> Text:
        """The name of the body to which people are referred on."""
        return in_language(self.onward)

    def route_reason(self, code: str) -> Text:
        """Why a case took its route: the area's words, else the house's."""
        if told := self.policy.explains(code):
            return in_language({"en": told[0], "cy": told[1]})
        known = reasons("route_reasons")
        return in_language(known[code]) if code in known else Text(code, "en")


def area_words() -> AreaWords:
    """The words of the installed area as they stand today; read once a day in each process."""
    return _words(settings.HAWL_AREA, today())


@lru_cache(maxsize=2)
def _words(area: str, day: date) -> AreaWords:
    sheet = routing(area)
    councils = {}
    for council in councils_of(area, day):
        if name := on_day(council.names, day):
            councils[council.key] = {"en": name.en, "cy": name.cy}
    onward = names_of([sheet.desks.onward], day).get(sheet.desks.onward)
    return AreaWords(councils, {"en": onward.en, "cy": onward.cy} if onward else {}, policy_from(asdict(sheet)))

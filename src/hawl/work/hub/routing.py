"""Where a case would go were it to come in today, from what is held of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings

from hawl.foundations.vault.fields import can_open
from hawl.registers.cases.queries import is_stood_for
from hawl.registers.organisations.queries import ids_by_key
from hawl.registers.people.models import Visibility
from hawl.registers.places.queries import routing
from hawl.work.intake.facts import RowFacts, lowest_age_of
from hawl.work.intake.feed.offences import offences
from hawl.work.intake.rules import Route, policy_from, route

if TYPE_CHECKING:
    from hawl.registers.cases.models import Case
    from hawl.registers.people.models import Person


def route_anew(case: Case) -> Route:
    """The route by the area's rules of today, the person having said yes.

    What only the feed's row said of the suspect is not held any more; a sealed record stands for it and is held.
    """
    policy = policy_from(asdict(routing(settings.HAWL_AREA)))
    return route(_facts(case, case.person), policy)


def _facts(case: Case, person: Person) -> RowFacts:
    stood_for, age = is_stood_for(person), (person.facts or {}).get("age")
    return RowFacts(
        record_id="",
        offence=offences()[case.offence],
        flags=frozenset(case.flags),
        role=case.role,
        kind=person.kind,
        reported_on=case.reported_on,
        age_at_report=lowest_age_of(person.born_on, age, case.reported_on, case.reported_on),
        age_at_offence=lowest_age_of(person.born_on, age, _offence_day(case), case.reported_on),
        deceased=person.deceased,
        risk=case.risk,
        agreement="yes",
        suspect_known=None,
        suspect_lives_here=None,
        suspect_police_employee=True if person.visibility == Visibility.SEALED else None,
        suspect_identified=case.suspect_key is not None,
        counter_allegation=case.counter_allegation,
        spokesperson_known=stood_for,
        adult_known=stood_for,
    )


def _offence_day(case: Case) -> date:
    # Who is not named on a restricted record is not told the place, and the day of report stands for the day.
    where = (case.location or {}) if can_open(case, "location") else {}
    told = where.get("occurred_from") or where.get("occurred_to")
    return date.fromisoformat(told) if told else case.reported_on


def onward_organisation() -> int:
    """The small id of the body to which the area's desk refers people on."""
    key = routing(settings.HAWL_AREA).desks.onward
    return ids_by_key([key])[key]

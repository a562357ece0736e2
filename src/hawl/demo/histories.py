"""What the force did after a report, as the dated events of one feed row.

The shares below are tuned so that, evaluated with the first rulebook, about seven duties in ten
come out met; a test measures the mix. They describe no real force.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from hawl.demo.choosing import Weighted
from hawl.foundations.clock import WorkingCalendar, england_and_wales

DAY = timedelta(days=1)
_PATHS_WITH_SUSPECT = Weighted({"released": 38, "charged": 22, "disposal": 9, "bailed": 17, "investigated": 14})
_INFORMED = Weighted({"in_time": 54, "late": 25, "never": 15, "withheld": 2, "excused": 2, "undated": 2})
# what may follow a step of the investigation in an old case; nothing after a charge or a disposal
_NEXT = {
    "suspect_interviewed": ("suspect_released_under_investigation",),
    "suspect_bailed": ("bail_conditions_changed",),
    "bail_conditions_changed": ("suspect_charged",),
    "bail_cancelled": ("suspect_charged",),
    "suspect_released_under_investigation": ("suspect_interviewed", "suspect_charged"),
    "suspect_released_without_charge": ("suspect_arrested", "suspect_interviewed"),
    "suspect_charged": (),
    "out_of_court_disposal_given": (),
}


class Workdays:
    """Working days between two dates, looked up in a table (the calendar itself is slower).

    Outside the years that the calendar of bank holidays knows, Monday to Friday count.
    """

    def __init__(self, first: date, last: date) -> None:
        calendar = england_and_wales()
        span = range(first.toordinal(), last.toordinal() + 400)
        self._days = [day for day in span if _works(calendar, date.fromordinal(day))]

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; with 0 the day itself."""
        if count == 0:
            return day
        return date.fromordinal(self._days[bisect_right(self._days, day.toordinal()) + count - 1])


def _works(calendar: WorkingCalendar, day: date) -> bool:
    if calendar.first_known <= day <= calendar.last_known:
        return calendar.is_working_day(day)
    return day.weekday() < 5


@dataclass(slots=True)
class Story:
    """What a history needs to know of one person in one crime.

    `until` is the last day of which anything is known (yesterday); `path`, when given, is what
    became of the crime: declined, released, disposal, charged, bailed, investigated or open.
    """

    record_id: str
    reported_on: date
    until: date
    agreement: str
    consent_first: bool = False
    enhanced: bool = False
    domestic: bool = False
    suspect_known: bool = False
    path: str | None = None
    events: list[tuple[date, dict[str, Any]]] = field(default_factory=list)

    def add(
        self,
        code: str,
        day: date,
        about: str | None = None,
        *,
        dated: bool = True,
        **attributes: Any,
    ) -> str:
        """Note an event; its id. Without `dated` the day is only when the row learnt of it."""
        event_id = f"{self.record_id}-{len(self.events) + 1}"
        event = {
            "event_id": event_id,
            "event": code,
            "occurred_on": day.isoformat() if dated else None,
            "received_on": None,
            "about": about,
            "attributes": attributes,
        }
        self.events.append((day, event))
        return event_id

    def known(self) -> list[tuple[date, dict[str, Any]]]:
        """The events up to `until`, oldest first, each with the day on which it was known."""
        return sorted((entry for entry in self.events if entry[0] <= self.until), key=lambda entry: entry[0])


class Histories:
    """Tells what became of crimes, with one random source."""

    def __init__(self, rng: Random, workdays: Workdays) -> None:
        self._rng = rng
        self._workdays = workdays
        self._tellings: dict[str, Callable[[Story], None]] = {
            "declined": self._declined,
            "released": self._released,
            "charged": self._charged,
            "disposal": self._disposal,
            "bailed": self._bailed,
            "investigated": self._investigated,
        }

    def tell(self, story: Story) -> None:
        """Fill `story.events`: the report's own duties, the investigation, now and then more."""
        self._report(story)
        self._referral(story)
        path = story.path or self._path(story)
        if path == "open" and story.suspect_known:
            path = "investigated"
        if path in self._tellings:
            self._tellings[path](story)
        if story.suspect_known:
            self._lately(story)
        if self._chance(0.012):
            self._complaint(story)

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _path(self, story: Story) -> str:
        if story.suspect_known:
            return _PATHS_WITH_SUSPECT.draw(self._rng)
        return "declined" if self._chance(0.72) else "open"

    def _days(self, story: Story, most: int) -> date:
        return story.reported_on + self._rng.randint(0, most) * DAY

    def _report(self, story: Story) -> None:
        reported = f"{story.record_id}-reported"
        if story.domestic and self._chance(0.12):
            story.add("safe_alternative_used", self._days(story, 2), reported)
        elif self._chance(0.87):
            about = reported if self._chance(0.3) else None
            story.add("written_confirmation_sent", self._days(story, 3), about)
        if self._chance(0.84):
            day = self._days(story, 2)
            story.add("needs_assessed", day)
            if self._chance(0.7):
                story.add("enhanced_rights_decided", day, enhanced=story.enhanced)
        if self._chance(0.81):
            story.add("vps_explained", self._days(story, 5))

    def _referral(self, story: Story) -> None:
        if self._chance(0.9):
            story.add("told_of_services", story.reported_on)
        asked = story.reported_on
        if story.agreement != "not_asked":
            asked = self._days(story, 1)
            story.add("referral_asked", asked)
            if story.agreement == "no":
                story.add("support_referral_declined", asked)
                return
            story.add("referral_agreed", asked)
        elif story.consent_first:
            return
        if self._chance(0.012):
            about = f"{story.record_id}-reported"
            story.add("reason_recorded", self._days(story, 4), about, reason="no_safe_contact")
            return
        self._referred(story, asked)

    def _referred(self, story: Story, asked: date) -> None:
        chance = self._rng.random()
        if chance > 0.92:
            return
        limit = self._rng.randint(3, 9) if chance > 0.73 else self._rng.randint(0, 2)
        # never before the person's yes
        made = max(asked, self._workdays.after(story.reported_on, limit))
        story.add("support_referral_made", made)
        if not self._chance(0.75):
            return
        received = self._workdays.after(made, self._rng.randint(0, 1))
        referral = story.add("support_referral_received", received)
        if self._chance(0.32):
            reached = self._workdays.after(received, self._rng.randint(1, 6))
            story.add("support_reached", reached, referral)
            if self._chance(0.4):
                story.add("support_started", self._workdays.after(reached, 3), referral)

    def _trigger(self, story: Story, code: str, day: date) -> None:
        """A step of the investigation, and how the victim got to know of it."""
        how = _INFORMED.draw(self._rng)
        trigger = story.add(code, day, dated=how != "undated")
        if how == "undated":
            if self._chance(0.5):
                story.add("victim_informed", day + DAY, trigger)
        elif how in ("withheld", "excused"):
            closing = "information_withheld" if how == "withheld" else "reason_recorded"
            reason = "risk_to_investigation" if how == "withheld" else "victim_could_not_be_reached"
            story.add(closing, self._workdays.after(day, 1), trigger, reason=reason)
        elif how != "never":
            limit = 1 if story.enhanced else 5
            least, most = (0, limit) if how == "in_time" else (limit + 1, limit + 10)
            told = self._workdays.after(day, self._rng.randint(least, most))
            story.add("victim_informed", told, trigger if self._chance(0.95) else None)

    def _declined(self, story: Story) -> None:
        self._trigger(story, "investigation_declined", self._days(story, 20))

    def _caught(self, story: Story) -> date:
        day = self._days(story, 25)
        if self._chance(0.6):
            self._trigger(story, "suspect_arrested", day)
        self._trigger(story, "suspect_interviewed", day)
        return day

    def _released(self, story: Story) -> None:
        day = self._caught(story)
        later = self._rng.randint(0, 30) if self._chance(0.5) else 0
        self._trigger(story, "suspect_released_without_charge", day + later * DAY)

    def _charged(self, story: Story) -> None:
        day = self._caught(story)
        self._trigger(story, "suspect_charged", day + self._rng.randint(0, 2) * DAY)

    def _disposal(self, story: Story) -> None:
        day = self._caught(story)
        given = day + self._rng.randint(1, 30) * DAY
        self._trigger(story, "out_of_court_disposal_given", given)

    def _bailed(self, story: Story) -> None:
        day = self._caught(story)
        self._trigger(story, "suspect_bailed", day)
        later = day + self._rng.randint(20, 80) * DAY
        code = self._rng.choice(("bail_conditions_changed", "bail_cancelled"))
        self._trigger(story, code, later)
        ending = "suspect_charged" if self._chance(0.4) else "suspect_released_without_charge"
        self._trigger(story, ending, later + self._rng.randint(3, 25) * DAY)

    def _investigated(self, story: Story) -> None:
        day = self._caught(story)
        self._trigger(story, "suspect_released_under_investigation", day)

    def _lately(self, story: Story) -> None:
        """Old cases in which something happened in the last days, so that a desk has work today."""
        if (story.until - story.reported_on).days < 30 or not self._chance(0.30):
            return
        steps = [(day, event["event"]) for day, event in story.known() if event["event"] in _NEXT]
        if not steps:
            return
        last_day, last_step = steps[-1]
        # with enhanced rights there is one working day only
        day = story.until - (0 if story.enhanced else self._rng.randint(0, 5)) * DAY
        for code in _NEXT[last_step]:
            story.add(code, max(day, last_day))

    def _complaint(self, story: Story) -> None:
        day = self._days(story, 60)
        complaint = story.add("complaint_received", day)
        if self._chance(0.85):
            answered = self._workdays.after(day, self._rng.randint(1, 13))
            story.add("complaint_acknowledged", answered, complaint)

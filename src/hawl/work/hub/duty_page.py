"""One duty in full: the rule in plain words, how its day was counted, what answers it, what the person says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from hawl.foundations.clock import BeyondCalendar, england_and_wales, today
from hawl.foundations.design import small_calendar
from hawl.foundations.languages import dates
from hawl.foundations.languages.texts import Text, in_language
from hawl.foundations.vault.fields import can_open
from hawl.rights.duties.queries import evaluated_now
from hawl.rights.rulebook import Duty, Evaluated, Rulebook
from hawl.work.hub import offering, rules, wording

if TYPE_CHECKING:
    from uuid import UUID

    from hawl.registers.cases.models import CaseEvent

OPEN_STATES = frozenset({"pending", "overdue", "no_limit", "continuing", "missed", "awaiting_upstream", "data_missing"})


@dataclass(frozen=True, slots=True)
class DutyShown:
    """One duty as its page shows it. `answers` are what may be recorded of it by hand; none for who may record none.

    `together` are the other duties still open that come from the same event: a reason closes them too. `elsewhere`:
    that it was done is recorded by the form of a referral.
    """

    one: Evaluated
    what: Text
    state: str
    says: str
    because: str
    because_on: date | None
    rows: tuple[tuple[str, str], ...]
    months: tuple[small_calendar.Month, ...]
    doubted: str
    answers: tuple[offering.Answer, ...]
    together: tuple[Text, ...]
    elsewhere: bool


def duty_shown(
    case_id: UUID, events: Sequence[CaseEvent], duty_id: str, trigger: str, *, of_desk: bool
) -> DutyShown | None:
    """The duty of a case that arose from an event, worked out on today; None where there is none such."""
    owed = evaluated_now(case_id, today(), events)
    one = next((each for each in owed if (each.duty_id, each.trigger_event_id) == (duty_id, trigger)), None)
    found = wording.duty(one.rulebook, one.duty_id) if one else None
    if one is None or found is None:
        return None
    duty = found[1]
    started = next((row for row in events if row.event_id == trigger), None)
    return DutyShown(
        one=one,
        what=wording.work_of(one.rulebook, one.duty_id),
        state=one.state,
        says=in_language(duty.says),
        because=wording.event(started.event) if started else "",
        because_on=started.occurred_on if started else None,
        rows=tuple((label, str(value)) for label, value in _rows(one, found, events) if value),
        months=_months(one),
        doubted=doubted(one, events),
        answers=offering.answers_to(duty) if of_desk else (),
        together=tuple(
            wording.work_of(each.rulebook, each.duty_id)
            for each in owed
            if each is not one and each.trigger_event_id == trigger and each.state in OPEN_STATES
        ),
        elsewhere=of_desk and duty.act in rules.BY_THEIR_OWN_ACT,
    )


def doubted(one: Evaluated, events: Iterable[CaseEvent]) -> str:
    """What the person says of a duty, in words with the day; empty where they said nothing."""
    last = said_not_done_on(one, events)
    return _("The person said on %(day)s that this was not done.") % {"day": dates.day(last)} if last else ""


def said_not_done_on(one: Evaluated, events: Iterable[CaseEvent]) -> date | None:
    """The last day on which the person said that a duty was not done."""
    days = [
        row.occurred_on
        for row in events
        if row.about == one.trigger_event_id
        and (attribute := rules.doubts(row.event))
        and row.attributes.get(attribute) == one.duty_id
    ]
    return max((day for day in days if day), default=None)


def _rows(one: Evaluated, found: tuple[Rulebook, Duty], events: Sequence[CaseEvent]) -> list[tuple[str, Any]]:
    book, duty = found
    why = one.why
    return [
        (_("Owed by"), wording.bearers().get(one.bearer, one.bearer)),
        (_("Clock"), in_language(why["clock"])),
        (_("First day"), dates.weekday(one.started_on)),
        (_("Due"), dates.weekday(one.due_on)),
        (_("Sooner, if enhanced rights apply"), dates.weekday(one.target_on) if one.target_on != one.due_on else ""),
        (_("Days not counted"), _skipped(why)),
        (_("Done"), dates.weekday(one.done_on)),
        (_("Answered by"), _answered(why, events)),
        (_("The reason given"), reason_of(one, events)),
        (_("How sure"), _how_sure(one)),
        (_("From"), in_language(book.title)),
        (_("Wording"), _("Our own words; the official text was not seen") if duty.wording != "official" else ""),
        (_("Source"), duty.source),
        (_("Number"), one.duty_id),
    ]


def _months(one: Evaluated) -> tuple[small_calendar.Month, ...]:
    skipped = {date.fromisoformat(each["day"]): str(in_language(each)) for each in one.why["skipped"]}
    try:
        england_and_wales().is_working_day(one.due_on or today())
    except BeyondCalendar:
        return ()
    return small_calendar.months(one.started_on, one.due_on, skipped=skipped, done=one.done_on, today=today())


def _how_sure(one: Evaluated) -> str:
    if not one.enforced:
        return _("Not verified: shown, never counted a breach")
    if one.due_on is None and one.why["limit"] is None:
        return _("Verified; it has no day, so it is never late")
    return _("Verified: late is a breach")


def _skipped(why: Any) -> str:
    """Bank holidays by name; weekends go without saying, since the calendar shows them."""
    named = [each for each in why["skipped"] if each["reason"] != "weekend"]
    told = [f"{dates.day(date.fromisoformat(each['day']))} ({in_language(each)})" for each in named]
    return "; ".join([*told, _("Saturdays and Sundays")] if why["skipped"] else [])


def _answered(why: Any, events: Sequence[CaseEvent]) -> str:
    row = _answering(why, events)
    return f"{wording.event(row.event)} {dates.day(row.occurred_on)}" if row else ""


def reason_of(one: Evaluated, events: Sequence[CaseEvent]) -> str:
    """The words of the reason that closed a duty; empty where it was closed otherwise, or they do not open here."""
    row = _answering(one.why, events)
    if row is None or one.state != "excused" or not can_open(row, "detail"):
        return ""
    return str((row.detail or {}).get("words", ""))


def _answering(why: Any, events: Sequence[CaseEvent]) -> CaseEvent | None:
    return next((row for row in events if row.event_id == why["answered_by"]), None)

"""The person's own page of a case, to be handed over or read out: what is owed to them, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hawl.foundations.access.actor import Permission, current_actor
from hawl.foundations.access.doors import opens_to
from hawl.foundations.clock import today
from hawl.foundations.languages import dates
from hawl.foundations.languages.texts import Text, in_language
from hawl.registers.cases.queries import events_of
from hawl.registers.people.actions import open_person
from hawl.rights.duties.queries import evaluated_now, reminders_now
from hawl.rights.rulebook import Evaluated
from hawl.work.hub import telling, wording
from hawl.work.hub.duty_page import reason_of, said_not_done_on
from hawl.work.hub.views import case_of

if TYPE_CHECKING:
    from hawl.registers.cases.models import CaseEvent


@dataclass(frozen=True, slots=True)
class Line:
    """One thing owed: the rule as told to the person, what came of it, and what they said of it."""

    says: Text
    came: str
    said: str


@require_safe
@opens_to(Permission.SEE_PEOPLE)
def told(request: HttpRequest, person_id: UUID, case_id: UUID) -> HttpResponse:
    """What may be put before the person, in their words; the reading is audited."""
    case = case_of(person_id, case_id)
    try:
        person = open_person(by=current_actor(), person_id=person_id)
    except ObjectDoesNotExist as hidden:
        raise Http404 from hidden
    events = events_of(case.pk)
    owed = evaluated_now(case.pk, today(), events)
    may = telling.may_be_told(events, owed, {each.duty_id: _act(each) for each in owed})
    reminders = telling.may_be_reminded(reminders_now(case.pk, today(), events), may)
    context = {
        "name": wording.name_of(person),
        "offence": wording.offence(case.offence),
        "chosen": person.language,
        "back": f"{reverse('person', args=[person_id])}?case={case.pk}",
        "moments": [_moment(event, rows, events) for event, rows in may.events],
        "unnamed": [dates.day(day) for day in sorted({one.due_on for one in may.unnamed if one.due_on})],
        "reminders": [(_says(one), dates.day(one.due_on)) for one in reminders],
        "today": today(),
    }
    return render(request, "hub/told.html", context)


def _act(one: Evaluated) -> str | None:
    found = wording.duty(one.rulebook, one.duty_id)
    return found[1].act if found else None


def _says(one: Evaluated) -> Text:
    found = wording.duty(one.rulebook, one.duty_id)
    return in_language(found[1].says) if found else Text("", "en")


def _moment(
    event: telling.Recorded, rows: Sequence[telling.ToTell], events: Sequence[CaseEvent]
) -> tuple[str, Text, list[Line]]:
    day = next((row.occurred_on for row in events if row.event_id == event.event_id), None)
    return dates.day(day), wording.event(event.event), [_line(each, events) for each in rows]


def _line(each: telling.ToTell, events: Sequence[CaseEvent]) -> Line:
    said = said_not_done_on(each.owed, events)
    return Line(
        says=_says(each.owed),
        came=came_of(each, reason_of(each.owed, events)),
        said=_("You told us on %(day)s that this was not done.") % {"day": dates.day(said)} if said else "",
    )


def came_of(each: telling.ToTell, reason: str) -> str:
    """What came of a duty, in words for the person; `reason` is what was given for not doing it."""
    days = {"due": dates.day(each.owed.due_on), "done": dates.day(each.owed.done_on)}
    words = {
        "done": _("This was done on %(done)s."),
        "late": _("This was done on %(done)s. It should have been done by %(due)s."),
        "due": _("You should have this by %(due)s."),
        "was_due": _("You should have had this by %(due)s."),
        "owed": _("This is owed to you. No day is set for it."),
        "waiting": _("We wait for word from another body."),
        "not_known": _("We do not know this yet."),
        "no": _("You said no to this on %(done)s. You can change your mind."),
        "safer": _("This was done in another way, to keep you safe."),
        "ended": _("This went on until %(done)s."),
        "reason": _("They gave this reason: %(reason)s") if reason else _("They gave a reason. Ask us what it was."),
    }[each.way]
    return words % {**days, "reason": reason}

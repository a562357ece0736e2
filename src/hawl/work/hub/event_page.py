"""One recorded event in full, and the list of kinds of event from which a worker chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from hawl.foundations.access.actor import Actor, Permission
from hawl.foundations.identity.queries import display_name, organisations_of
from hawl.foundations.languages import dates
from hawl.foundations.languages.texts import Text, in_language
from hawl.work.hub import offering, rules, wording

if TYPE_CHECKING:
    from hawl.registers.cases.models import CaseEvent


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of event of one right as links: (code, words)."""

    heading: str
    kinds: tuple[tuple[str, Text], ...]


def kinds_shown(wanted: str, *, of_desk: bool) -> list[Kinds]:
    """What may be recorded, by right; only kinds whose words hold all that is wanted, in either language."""
    parts = wanted.casefold().split()
    found = []
    for group in offering.groups(of_desk=of_desk):
        kinds = tuple((code, wording.event(code)) for code in group.events if _fits(code, parts))
        if kinds:
            found.append(Kinds(_heading(group, of_desk=of_desk), kinds))
    return found


def _fits(code: str, parts: Sequence[str]) -> bool:
    meaning = wording.meaning(code)
    return all(part in f"{meaning.en} {meaning.cy}".casefold() for part in parts)


def _heading(group: offering.Group, *, of_desk: bool) -> str:
    if group.number is not None and group.title is not None:
        return f"{group.number}. {in_language(group.title)}"
    return _("The whole case") if of_desk else _("What your service did")


@dataclass(frozen=True, slots=True)
class EventShown:
    """One event. `may_go`: this reader may take it back."""

    event_id: str
    what: Text
    rows: tuple[tuple[str, str], ...]
    may_go: bool


def event_shown(events: Sequence[CaseEvent], event_id: str, by: Actor, *, of_desk: bool) -> EventShown | None:
    """An event of a case; None where there is none such."""
    row = next((each for each in events if each.event_id == event_id), None)
    if row is None:
        return None
    about = next((each for each in events if each.event_id == row.about), None)
    worker = rules.worker_of(row.asserted_by)
    own = worker is not None and organisations_of([worker]).get(worker) in by.organisations
    refusal = rules.why_not_taken_back(row.asserted_by, row.event, of_desk=of_desk, own=own)
    return EventShown(
        event_id=row.event_id,
        what=wording.event(row.event),
        rows=tuple(
            (label, value) for label, value in _rows(row, about, display_name(worker) if worker else "") if value
        ),
        may_go=refusal is None and by.may(Permission.RECORD_ACTS),
    )


def _rows(row: CaseEvent, about: CaseEvent | None, worker: str) -> list[tuple[str, str]]:
    asked = {each.attribute: each for each in offering.asked_of(row.event)}
    told = [
        (str(in_language(asked[name].asks)), _told(asked[name].choices, value))
        for name, value in sorted(row.attributes.items())
        if name in asked
    ]
    was = row.attributes.get("was", "") if row.event == rules.TAKEN_BACK else ""
    return [
        (_("Day"), dates.weekday(row.occurred_on)),
        (_("Word of it came"), dates.weekday(row.received_on)),
        (_("About"), f"{wording.event(about.event)} {dates.day(about.occurred_on)}" if about else ""),
        *told,
        (_("What it said"), str(wording.event(was)) if was else ""),
        (_("Recorded by"), worker or str(wording.SENT_BY.get(row.asserted_by.partition(":")[0], ""))),
        (_("Recorded on"), f"{dates.day(row.recorded_at)}, {dates.clock_time(row.recorded_at)}"),
    ]


def _told(choices: Sequence[tuple[str, Any]], value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    words = dict(choices).get(value)
    return str(in_language(words)) if words else str(value)

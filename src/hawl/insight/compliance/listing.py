"""The duties behind a number as their list draws them: each names its case, and nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from hawl.foundations.languages.texts import Text
from hawl.foundations.vault.fields import can_open
from hawl.insight.compliance import words
from hawl.insight.compliance.asking import Asked
from hawl.rights.rulebook import OPEN, state_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hawl.registers.cases.models import Case
    from hawl.rights.duties.models import Duty


@dataclass(frozen=True, slots=True)
class Row:
    """One duty behind a number. `began_on` is the day by which it is counted, `by_report` where it is the report's."""

    person_id: UUID
    case_id: UUID
    reference: str
    offence: Text
    council: str
    duty: str
    trigger: str
    what: str
    bearer: Text
    began_on: date
    by_report: bool
    due_on: date | None
    state: str
    done_on: date | None


def row(duty: Duty, day: date, councils: Mapping[str, Text]) -> Row:
    """A duty of the list as it stands at the end of the day, with its case read already."""
    case = duty.case
    # What was done after the day is open on it, as in the count.
    done = duty.done_on if duty.done_on and duty.done_on <= day else None
    standing = OPEN if duty.done_on and done is None else duty.standing
    return Row(
        person_id=case.person_id,
        case_id=case.pk,
        reference=_reference(case),
        offence=words.offence(case.offence),
        council=words.council(case.council, councils),
        duty=duty.duty_id,
        trigger=duty.trigger_event_id,
        what=words.duty(duty.duty_id)[0],
        bearer=words.body(duty.bearer),
        began_on=duty.started_on or case.reported_on,
        by_report=duty.started_on is None,
        due_on=duty.due_on,
        state=state_on(standing, duty.due_on, day),
        done_on=done,
    )


def facts(named: list[tuple[str, str]], asked: Asked, *, enforced: bool) -> list[tuple[str, str]]:
    """Of what the number is: its row as the page calls it, `named`, and the filters under which it stood."""
    filters = [
        (_("Council"), str(asked.councils.get(asked.council, ""))),
        (_("Kind of crime"), str(asked.kinds.get(asked.offence, ""))),
        (_("Rights"), words.tier(asked.tier)),
    ]
    return [
        (_("How sure"), "" if enforced else _("Advisory duties: likely, but not certain in law")),
        *named,
        (_("Period"), words.period(asked.period)),
        *filters,
    ]


def _reference(case: Case) -> str:
    """The number of the crime at the police; without one, as of who came by themselves, what there is to say."""
    if not can_open(case, "reference"):
        return _("Erased")
    reference = case.reference or {}
    return str(reference.get("crime_ref") or reference.get("record_id") or _("No crime number"))

"""Asking that one person be erased, the two yeses that it takes, erasing them, and again after a restore."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.journal.kinds import Entry
from hawl.foundations.vault import hand
from hawl.foundations.vault.actions import NoKey, destroy_key
from hawl.foundations.vault.models import DataKey
from hawl.registers.cases.models import Case, Route
from hawl.registers.people.models import Person
from hawl.work.erasing.models import Erasure
from hawl.work.erasing.plan import Step, steps
from hawl.work.erasing.queries import agreed_erasure, waiting_for
from hawl.work.extracts.erased import forget_kept
from hawl.work.extracts.queries import marks_of_crimes
from hawl.work.intake.erased import lay_marks, marks_of_cases

_COUNT = """
INSERT INTO erasing_erasedcount (council, offence, month, n)
SELECT council, offence, date_trunc('month', reported_on)::date, count(*) FROM cases_case WHERE person_id = %s
GROUP BY 1, 2, 3
ON CONFLICT (council, offence, month) DO UPDATE SET n = erasing_erasedcount.n + excluded.n
"""


class CannotErase(PermissionError):
    """Nothing was erased. `code` is not_here, open_case, no_key, or not_agreed while two people have not said yes."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Erased:
    """How many rows of each table went or would go, and how many messages of the feed stay known by their marks."""

    rows: dict[str, int] = field(default_factory=dict)
    marks: int = 0


class NotWaiting(LookupError):
    """Nothing waits under this id: it was decided, is too old, or was asked for anew."""


class NotPermitted(PermissionError):
    """Who asks may not decide this. `code` is not_allowed or no_steward."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def count_person(*, by: Actor, person_id: uuid.UUID) -> Erased:
    """How many rows an erasure would take. Writes nothing but the audit; `by` is a machine.

    Raises `CannotErase` and `NoRule`.
    """
    with acting_as(by):
        found = _counted(person_id)
        record(action="person.erasure_counted", object_kind="person", object_id=str(person_id))
    return found


@transaction.atomic
def ask_erasure(*, by: Actor, person_id: uuid.UUID, even_open: bool = False, operator: str = "") -> Erasure:
    """Ask that this person be erased: two people say yes on the staff site, and nothing is erased before.

    What waits for the same person stays as it is where it asks for the same, else what is asked for now takes its
    place and both say yes to that. `by` is a machine, `operator` who gives the command.

    Raises `CannotErase` and `NoRule`.
    """
    with acting_as(by):
        found, (cases, still_open) = _counted(person_id), _cases_of(person_id)
        if still_open and not even_open:
            raise CannotErase("open_case")
        held = waiting_for(person_id)
        if held is not None and held.even_open == even_open:
            return held
        Erasure.objects.filter(person_id=person_id).delete()
        made = Erasure.objects.create(
            person_id=person_id, even_open=even_open, cases=cases, open_cases=still_open,
            rows_held=sum(found.rows.values()), asked_at=now(), asked_by=operator or by.label,
        )  # fmt: skip
        record(action="person.erasure_asked", object_kind="person", object_id=str(person_id), grave=True,
               even_open=even_open, request=str(made.pk))  # fmt: skip
    return made


@transaction.atomic
def decide_erasure(*, by: Actor, erasure_id: uuid.UUID, agreed: bool) -> str:
    """Say yes or no, for oneself: `first` of the two, `agreed` when both have, `refused`.

    The database asks for itself who signed in, when they last gave their second factor and whether they may. Raises
    `NotWaiting` and `NotPermitted`.
    """
    with acting_as(by):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT hawl_decide_erasure(%s, %s)", [erasure_id, agreed])
                said: str | None = cursor.fetchone()[0]
        except DatabaseError as refused:
            code = {"42501": "not_allowed", "HE001": "no_steward"}.get(getattr(refused.__cause__, "sqlstate", ""))
            if code is None:
                raise
            raise NotPermitted(code) from refused
        if said is None:
            raise NotWaiting
        record(action="person.erasure_decided", object_kind="erasure", object_id=str(erasure_id), grave=True, said=said)
    return said


@transaction.atomic
def erase_person(*, by: Actor, person_id: uuid.UUID) -> Erased:
    """Erase all that the register of fields calls this person's, in one transaction; gives how many rows went.

    `by` is a machine. Two people said yes to it in the last week (`ask_erasure`, `decide_erasure`): to an open case as
    well where that was asked for. Nothing is left that opens: keys, rows, tokens, keyed marks. Kept are the audit, the
    journal, a count of cases by council, offence and month, and a keyed mark of each message of the feed and of each
    crime, made of its key and no way back to it: a newer version of the same record, or an event of an extract, is then
    counted as `erased` and not taken in, since nobody would notice that somebody erased was there again. Another record
    about the same person is somebody new.

    Raises `CannotErase`, and `NoRule` where the register of fields does not say what to do with some field.
    """
    with acting_as(by):
        plan = steps()
        # Before anything is read: no import writes of this person meanwhile.
        hand.lock_for_renewing()
        person = Person.objects.select_for_update().filter(pk=person_id).first()
        if person is None:
            raise CannotErase("not_here")
        agreed = agreed_erasure(person_id)
        if agreed is None:
            raise CannotErase("not_agreed")
        cases = list(Case.objects.filter(person_id=person_id).values_list("pk", flat=True))
        if not agreed.even_open and _cases_of(person_id)[1]:
            raise CannotErase("open_case")
        marks = marks_of_cases(cases)
        of_crimes = marks_of_crimes(cases)
        # The journal has the marks: where the person came in after the backup of a restore, they stay known as well.
        told = [f"m{each.hex()}" for each in (*marks, *of_crimes)]
        try:
            destroy_key(by=by, person_id=person_id, marks=told)
        except NoKey as without:
            raise CannotErase("no_key") from without
        rows = _carry_out(plan, person_id, cases, (*marks, *of_crimes))
        record(
            action="person.erased_whole", object_kind="person", object_id=str(person_id), grave=True,
            rows=sum(rows.values()), cases=len(cases), even_open=agreed.even_open, first_yes=agreed.first_by,
            second_yes=agreed.second_by, request=str(agreed.pk),
        )  # fmt: skip
    return Erased(rows, len(marks))


@transaction.atomic
def erase_again(*, by: Actor, entry: Entry) -> bool:
    """Erase whom a restored copy brought back; false where the copy has no such person and nothing was to be marked."""
    with acting_as(by):
        noted = entry.facts.get("marks")
        lay_marks(bytes.fromhex(each[1:]) for each in noted or ())
        key = Person.objects.filter(pk=entry.subject).values_list("pk", "data_key").first()
        if key is None:
            return noted is not None
        DataKey.objects.filter(models.Q(pk=key[1]) | models.Q(beside=key[1])).delete()
        cases = list(Case.objects.filter(person_id=entry.subject).values_list("pk", flat=True))
        marks = (*marks_of_cases(cases), *marks_of_crimes(cases))
        rows = _carry_out(steps(), entry.subject, cases, marks)
        record(
            action="person.erased_again", object_kind="person", object_id=str(entry.subject), rows=sum(rows.values())
        )
    return True


def _carry_out(
    plan: list[Step], person_id: uuid.UUID, cases: Collection[uuid.UUID], marks: Collection[bytes]
) -> dict[str, int]:
    lay_marks(marks)
    for key in Person.objects.filter(pk=person_id, source_key__isnull=False).values_list("source_key", flat=True):
        forget_kept(bytes(key or b""))
    with connection.cursor() as cursor:
        if any(step.counted for step in plan):
            cursor.execute(_COUNT, [person_id])
    # Set-based: no row is read, and nothing cascades that the register does not name.
    found = [(step, _of(step, person_id, cases)._raw_delete(connection.alias)) for step in plan]
    return {step.table: gone for step, gone in found if gone and step.model is not Erasure}


def _of(step: Step, person_id: uuid.UUID, cases: Collection[uuid.UUID]) -> Any:
    wanted: dict[str, Any] = {f"{step.way}__in": cases} if step.by_case else {step.way: person_id}
    return step.model._base_manager.filter(**wanted)


def _counted(person_id: uuid.UUID) -> Erased:
    plan = steps()
    if not Person.objects.filter(pk=person_id).exists():
        raise CannotErase("not_here")
    cases = list(Case.objects.filter(person_id=person_id).values_list("pk", flat=True))
    # What was asked for is no part of what is held of them.
    held = [step for step in plan if step.model is not Erasure]
    rows = {step.table: count for step in held if (count := _of(step, person_id, cases).count())}
    return Erased(rows, len(marks_of_cases(cases)))


def _cases_of(person_id: uuid.UUID) -> tuple[int, int]:
    """How many cases there are, and how many are open: all that nobody declined and that are this area's.

    They are so until a rule of retention closes them.
    """
    closed = (Route.DECLINED, Route.OUT_OF_SCOPE)
    cases = Case.objects.filter(person_id=person_id)
    return cases.count(), cases.exclude(route__in=closed).count()

"""Erasing one person, and erasing them again after a restore."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction

from hawl.foundations.access.actor import WORKS_WITH_PEOPLE, Actor, Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import today
from hawl.foundations.identity.actions.accounts import APPROVERS
from hawl.foundations.identity.models import User
from hawl.foundations.identity.queries import account_of_email
from hawl.foundations.journal.kinds import Entry
from hawl.foundations.vault import hand
from hawl.foundations.vault.actions import NoKey, destroy_key
from hawl.foundations.vault.models import DataKey
from hawl.registers.cases.models import Case, Route
from hawl.registers.people.models import Person
from hawl.work.erasing.plan import Step, steps
from hawl.work.intake.erased import lay_marks, marks_of_cases

_COUNT = """
INSERT INTO erasing_erasedcount (council, offence, month, n)
SELECT council, offence, date_trunc('month', reported_on)::date, count(*) FROM cases_case WHERE person_id = %s
GROUP BY 1, 2, 3
ON CONFLICT (council, offence, month) DO UPDATE SET n = erasing_erasedcount.n + excluded.n
"""


class CannotErase(PermissionError):
    """Nothing was erased. `code` is not_here, open_case, same_person, not_in_standing or no_steward."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Erased:
    """How many rows of each table went or would go, and how many messages of the feed stay known by their marks."""

    rows: dict[str, int] = field(default_factory=dict)
    marks: int = 0


@transaction.atomic
def erase_person(
    *,
    by: Actor,
    person_id: uuid.UUID,
    asked_by: str,
    confirmed_by: str,
    even_open: bool = False,
    for_show: bool = False,
) -> Erased:
    """Erase all that the register of fields calls this person's, in one transaction; gives how many rows went.

    `by` is a machine. `asked_by` and `confirmed_by` are addresses of two accounts in standing that may approve others,
    one of them a steward's. Nothing is left that opens: keys, rows, tokens, keyed marks. Kept are the audit, the
    journal, a count of cases by council, offence and month, and a keyed mark of each message of the feed, made of its
    key and no way back to it: a newer version of the same record is then counted as `erased` and not taken in, since
    nobody would notice that somebody erased was there again. Another record about the same person is somebody new.

    `for_show` counts and writes nothing but the audit. Raises `CannotErase`, and `NoRule` where the register of fields
    does not say what to do with some field.
    """
    with acting_as(by):
        plan = steps()
        said = _two_in_standing(asked_by, confirmed_by)
        if not for_show:
            # Before anything is read: no import writes of this person meanwhile.
            hand.lock_for_renewing()
        person = Person.objects.select_for_update().filter(pk=person_id).first()
        if person is None:
            raise CannotErase("not_here")
        cases = list(Case.objects.filter(person_id=person_id).values_list("pk", flat=True))
        if not (even_open or for_show) and _is_open(person_id):
            raise CannotErase("open_case")
        marks = marks_of_cases(cases)
        if for_show:
            rows = {step.table: count for step in plan if (count := _of(step, person_id, cases).count())}
            record(action="person.erasure_counted", object_kind="person", object_id=str(person_id), **said)
            return Erased(rows, len(marks))
        # The journal has the marks: where the person came in after the backup of a restore, they stay known as well.
        told = [f"m{each.hex()}" for each in marks]
        try:
            destroy_key(by=by, person_id=person_id, marks=told)
        except NoKey as without:
            raise CannotErase("no_key") from without
        rows = _carry_out(plan, person_id, cases, marks)
        record(
            action="person.erased_whole", object_kind="person", object_id=str(person_id), grave=True,
            rows=sum(rows.values()), cases=len(cases), even_open=even_open, **said,
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
        rows = _carry_out(steps(), entry.subject, cases, marks_of_cases(cases))
        record(
            action="person.erased_again", object_kind="person", object_id=str(entry.subject), rows=sum(rows.values())
        )
    return True


def _carry_out(
    plan: list[Step], person_id: uuid.UUID, cases: Collection[uuid.UUID], marks: Collection[bytes]
) -> dict[str, int]:
    lay_marks(marks)
    with connection.cursor() as cursor:
        if any(step.counted for step in plan):
            cursor.execute(_COUNT, [person_id])
    # Set-based: no row is read, and nothing cascades that the register does not name.
    found = [(step.table, _of(step, person_id, cases)._raw_delete(connection.alias)) for step in plan]
    return {table: gone for table, gone in found if gone}


def _of(step: Step, person_id: uuid.UUID, cases: Collection[uuid.UUID]) -> Any:
    wanted: dict[str, Any] = {f"{step.way}__in": cases} if step.by_case else {step.way: person_id}
    return step.model._base_manager.filter(**wanted)


def _is_open(person_id: uuid.UUID) -> bool:
    """A case that nobody declined and that is this area's is open until a rule of retention closes it."""
    closed = (Route.DECLINED, Route.OUT_OF_SCOPE)
    return Case.objects.filter(person_id=person_id).exclude(route__in=closed).exists()


def _two_in_standing(*emails: str) -> dict[str, Any]:
    """Who said so, as codes of the audit. Raises `CannotErase`."""
    found = [account_of_email(each.strip()) for each in emails]
    asked, confirmed = found
    if asked is None or confirmed is None or not all(_stands(each) for each in (asked, confirmed)):
        raise CannotErase("not_in_standing")
    if asked.pk == confirmed.pk:
        raise CannotErase("same_person")
    if Role.STEWARD.value not in {*asked.roles, *confirmed.roles}:
        raise CannotErase("no_steward")
    return {"asked_by": asked.pk, "confirmed_by": confirmed.pk}


def _stands(user: User) -> bool:
    """In force, of a body that is, and cleared where the role sees people."""
    actor = user.actor()
    lapse = actor.standing.lapsed(today())
    if not actor.roles & APPROVERS or lapse in ("not_active", "organisation_ended"):
        return False
    return not lapse or not actor.roles & WORKS_WITH_PEOPLE

"""Writing to the safety journal, always within the transaction of what it tells."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from hawl.foundations.access.actor import Actor, current_actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.foundations.clock import now
from hawl.foundations.journal.kinds import Entry, checked, source_of
from hawl.foundations.journal.models import JournalEntry, JournalLeft, JournalShipped
from hawl.foundations.journal.put_back import CannotReplay, Replayed, in_order, put_back, to_put_back
from hawl.foundations.journal.replaying import acts_after_restore, handlers

CHANNEL = "hawl_journal"
# Beyond so many subjects at once one lock on the whole journal takes the place of one on each.
_MANY = 100
_WHOLE_JOURNAL = 4_715_001
_ONE_SUBJECT = 4_715_002

# Facts that name rows which are not there again under their old ids.
_OF_BEFORE = frozenset({"agreement", "case"})

_INSERT = (
    'INSERT INTO journal_journalentry (entry, kind, subject, facts, at, "by") '
    "SELECT * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::jsonb[], %s::timestamptz[], %s::text[])"
)


def note(*, kind: str, subject: UUID, facts: Mapping[str, Any] | None = None) -> None:
    """Note one decision about the person `subject`, in the name of the current actor.

    `facts` holds codes, ids and ISO days only. Raises `NotForTheJournal` for anything else or an unknown kind,
    `NoActor` without an actor, Django's `TransactionManagementError` outside a transaction. Whoever notes waits for
    others who have noted about the same person and have not committed yet.
    """
    note_many(entries=[(kind, subject, facts)])


def note_many(*, entries: Iterable[tuple[str, UUID, Mapping[str, Any] | None]]) -> None:
    """The same for many decisions at once, in the order given: `(kind, subject, facts)`."""
    noted = [(kind, subject, checked(kind, facts)) for kind, subject, facts in entries]
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("The journal is written with the act, in one transaction.")
    by = current_actor().label
    if not noted:
        return
    at = now()
    with connection.cursor() as cursor:
        _in_order(cursor, {subject for _, subject, _ in noted})
        cursor.execute(
            _INSERT,
            [
                [uuid.uuid4() for _ in noted],
                [kind for kind, _, _ in noted],
                [subject for _, subject, _ in noted],
                [json.dumps(facts) for _, _, facts in noted],
                [at for _ in noted],
                [by for _ in noted],
            ],
        )
        # Told at commit, so that the shipper need not wait for its next look.
        cursor.execute(f"NOTIFY {CHANNEL}")


def _in_order(cursor: Any, subjects: set[UUID]) -> None:
    """Hold all subjects until the end of the transaction: numbers given under the lock are in the order of commits."""
    if len(subjects) > _MANY:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WHOLE_JOURNAL])
        return
    cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_WHOLE_JOURNAL])
    for subject in sorted(subjects):
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_ONE_SUBJECT, str(subject)])


def replay(*, by: Actor, outside: Sequence[Entry], tell: Callable[[int], None] | None = None) -> Replayed:
    """Put back what the journal outside holds and this database lacks, then let each room do what a restore asks of it.

    `by` is the machine. All in one transaction: where one entry cannot be put back, nothing is. Harmless when repeated.
    Raises `CannotReplay`, above all where the database holds entries that the journal outside lacks: then it is not
    this database's journal, or its end was taken away.
    """
    with acting_as(by):
        known = frozenset(JournalEntry.objects.values_list("entry", flat=True))
        everything = in_order(outside)
        lost = known - {each.id for each in everything}
        if lost:
            raise CannotReplay(
                f"The journal outside lacks {len(lost):,} entries that the backup itself holds.",
                "Put back the whole journal of this installation: its folder `journal`, or its second folder.",
            )
        may, left = to_put_back(everything, known)
        done = put_back(may, dict(handlers()), tell=tell)
        done.left_lower += left
        _leave(done, {each.id: each for each in everything})
        JournalEntry.objects.bulk_create(
            [
                JournalEntry(
                    number=each.number, entry=each.id, kind=each.kind, subject=each.subject, facts=dict(each.facts),
                    at=each.at, by=each.by,
                )
                for each in everything
                if each.id not in known
            ],
            batch_size=1000,
        )  # fmt: skip
        JournalShipped.objects.bulk_create(
            [JournalShipped(entry=each.id) for each in everything], batch_size=1000, ignore_conflicts=True
        )
        for act in acts_after_restore():
            act()
        record(
            action="journal.replayed", object_kind="journal", entries=done.total(), unplaced=len(done.unplaced),
            left_lower=len(done.left_lower), lost_accounts=len(done.lost_accounts()),
        )  # fmt: skip
    return done


def _leave(done: Replayed, everything: Mapping[UUID, Entry]) -> None:
    """Keep what could not be put back: for the day on which its subject comes in again, or for people to decide."""
    left = [(each, "nobody") for each in done.unplaced] + [(each.id, "lowers") for each in done.left_lower]
    JournalLeft.objects.bulk_create(
        [JournalLeft(entry=id_, why=why, source=source_of(everything[id_])) for id_, why in left],
        batch_size=1000, ignore_conflicts=True,
    )  # fmt: skip


def place_waiting(*, by: Actor, found: Iterable[tuple[UUID, UUID]]) -> int:
    """Put entries that a restore could not place on the people who came in again; gives how many.

    `found` are ids of entries with the person on whom each is put, in any order. Within the caller's transaction, by a
    machine: nobody sees the person before. What was about a case or an agreement of before is about neither now.
    """
    whom = dict(found)
    if not whom:
        return 0
    with acting_as(by):
        by_kind = handlers()
        placed = 0
        rows = JournalEntry.objects.filter(entry__in=whom).order_by("number", "at", "entry")
        for row in rows:
            facts = {name: None if name in _OF_BEFORE else value for name, value in row.facts.items()}
            person = whom[row.entry]
            if by_kind[row.kind](Entry(row.entry, row.number, row.kind, person, facts, row.at, row.by)) is False:
                continue
            JournalLeft.objects.filter(pk=row.entry).update(placed_at=now(), placed_on=person)
            record(action="journal.placed", object_kind="person", object_id=str(person), kind=row.kind)
            placed += 1
    return placed

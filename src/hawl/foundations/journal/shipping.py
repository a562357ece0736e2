"""Bringing committed entries into the journal's files outside the database.

The jobs process and the command line do so; no process of a site writes there. A row that commits late is not missed:
what has no mark of having been shipped is looked for, never "what is newer than the last". The mark comes after the
files hold the entry for certain: a crash between writes nothing twice (the file knows its entries) and loses nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from uuid import UUID

import psycopg
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef

from hawl.foundations.journal.actions import CHANNEL
from hawl.foundations.journal.file import JournalDamaged, JournalFile
from hawl.foundations.journal.keys import folders, journal_key
from hawl.foundations.journal.kinds import Entry
from hawl.foundations.journal.models import JournalEntry, JournalShipped

log = logging.getLogger("hawl.journal")
_AT_ONCE = 1000
# The longest that an entry waits when nobody told of it.
SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_AFTER_A_FAILURE = 5.0


def files() -> tuple[JournalFile, ...]:
    """The journal's files: in the installation's folder, then in the second folder where one is set."""
    key = journal_key()
    return tuple(JournalFile(folder, key) for folder in folders())


def ship(to: Sequence[JournalFile]) -> int:
    """Bring what is not marked as shipped into every file, then mark it; gives back how many.

    Raises `OSError` or `JournalDamaged` where a file cannot take it: then nothing is marked.
    """
    shipped = 0
    while True:
        marks = JournalShipped.objects.filter(entry=OuterRef("entry"))
        waiting = [entry_of(row) for row in JournalEntry.objects.filter(~Exists(marks))[:_AT_ONCE]]
        if not waiting:
            return shipped
        for file in to:
            file.append(waiting)
        mark([each.id for each in waiting])
        shipped += len(waiting)


def catch_up(to: Sequence[JournalFile]) -> int:
    """Bring into each file all that the database has and it lacks: a new or lost second folder. Gives back how many."""
    added = 0
    for file in to:
        held = file.holds()
        lacking: list[Entry] = []
        for row in JournalEntry.objects.all().iterator(chunk_size=_AT_ONCE):
            if row.entry not in held:
                lacking.append(entry_of(row))
        added += file.append(lacking) if lacking else 0
    return added + ship(to)


def entry_of(row: JournalEntry) -> Entry:
    """The entry that a row holds."""
    return Entry(row.entry, row.number, row.kind, row.subject, row.facts, row.at, row.by)


def mark(ids: Iterable[UUID]) -> None:
    """Mark entries as shipped; one marked already stays so."""
    JournalShipped.objects.bulk_create([JournalShipped(entry=each) for each in ids], ignore_conflicts=True)


class Shipper(threading.Thread):
    """Ships until told to end: at each notice of a commit, and once a second in any case."""

    def __init__(self) -> None:
        super().__init__(name="hawl-journal", daemon=True)
        self._ended = threading.Event()

    def end(self) -> None:
        """Ship what there is and end."""
        self._ended.set()

    def run(self) -> None:
        """Failures are told once each and tried again: the doors of the sites do not depend on the shipper."""
        to = files()
        begun = False
        told = ""
        while True:
            last = self._ended.is_set()
            try:
                if not begun:
                    catch_up(to)
                    _listen()
                    begun = True
                ship(to)
                told = ""
                _wait()
            except (OSError, JournalDamaged, DatabaseError, psycopg.Error) as error:
                kind = type(error).__name__
                if kind != told:
                    told = kind
                    _tell(error)
                begun = False
                connection.close()
                self._ended.wait(_SECONDS_AFTER_A_FAILURE)
            if last:
                connection.close()
                return


def _listen() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")


def _wait() -> None:
    """Until somebody tells of a commit, or the time between looks is over."""
    plain = connection.connection
    for _ in plain.notifies(timeout=SECONDS_BETWEEN_LOOKS, stop_after=1):
        pass


def _tell(error: Exception) -> None:
    log.error(
        "The safety journal cannot be written outside the database.", extra={"codes": {"error": type(error).__name__}}
    )
    from hawl.foundations.jobs.failures import keep

    try:
        with transaction.atomic():
            keep("journal", error)
    except DatabaseError:
        return

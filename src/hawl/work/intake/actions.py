"""Taking a feed in: part by part, each in one transaction, so that a kill loses and doubles nothing."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record
from hawl.rights.rulebook import vocabulary
from hawl.work.intake import laying, parts, versions
from hawl.work.intake.erased import erased_among
from hawl.work.intake.feed.reading import read_feed
from hawl.work.intake.feed.rows import FeedRow, Refused
from hawl.work.intake.known_files import file_digest, shown_name
from hawl.work.intake.models import FeedRefusal, FeedRun
from hawl.work.intake.reading_ahead import ReadingAhead
from hawl.work.intake.rekeying import rekey_ways
from hawl.work.intake.working_out import WorkedOut, work_out

ROWS_IN_A_PART = 2000
# Seconds to wait for another import, such as one just killed of which the database has not heard yet.
PATIENCE = 15.0
_COUNTED = ("rows", "accepted", "rejected", "repeated", "erased", "people", "cases", "events", "duties")


class FeedBusy(Exception):
    """Another import runs; two at once could make one person twice."""


@dataclass(slots=True)
class Imported:
    """What an import did. Counts of a run that was cut off and taken up again are those of the whole file."""

    run: FeedRun
    seconds: float
    refused: list[Refused] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The result as `hawl feed import --json` prints it."""
        counts = self.run.counts
        found: dict[str, Any] = {name: counts.get(name, 0) for name in _COUNTED}
        found["routes"] = dict(sorted(counts["routes"].items()))
        found["seconds"] = round(self.seconds, 2)
        order = (*_COUNTED[:7], "routes", *_COUNTED[7:], "seconds")
        return {name: found[name] for name in order}


def import_feed(
    *, path: Path, by: Actor, desk: parts.Desk, progress: Callable[[int], None] = lambda done: None
) -> Imported:
    """Take the feed file in; the same file again does nothing, a file cut off half way is taken up where it stopped.

    `by` is the feed's machine actor, `desk` where rows arrive. Raises `FeedUnusable` before anything is written
    when the file as a whole cannot be used, `FeedBusy` while another import runs.
    """
    began = time.monotonic()
    with _seldom_collecting(), _taking_turns():
        return _import(path, by, desk, progress, began)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Python looks for cycles seldom meanwhile: a part makes a hundred thousand objects and hardly a cycle."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _taking_turns() -> Iterator[None]:
    """The threads take turns ten times as often: an answer of the database waits for the reading thread's turn to end.

    A part asks a hundred short statements, each of which may wait Python's own five milliseconds for nothing.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _import(path: Path, by: Actor, desk: parts.Desk, progress: Callable[[int], None], began: float) -> Imported:
    read = iter(read_feed(path, today=desk.today, known_events=vocabulary().events))
    first = list(islice(read, 1))  # an unusable file fails here, before anything is written
    if not laying.lock_feeds(patience=PATIENCE):
        raise FeedBusy
    try:
        laying.make_stages()
        with acting_as(by):
            rekey_ways(desk.ring)
            laying.give_walled(desk)
        run = _run_of(path, by)
        before = run.seconds
        refused: list[Refused] = []
        with ReadingAhead(_parts(_after(first, read, run.rows_done), desk)) as ahead:
            for rows in ahead:
                refused += _take_part(rows, run, by, desk, before + time.monotonic() - began)
                progress(run.rows_done)
        seconds = before + time.monotonic() - began
        _finish(run, by, seconds)
        return Imported(run, seconds, refused)
    finally:
        laying.unlock_feeds()


def _after(first: list[FeedRow | Refused], rest: Iterator[FeedRow | Refused], done: int) -> Iterator[FeedRow | Refused]:
    """All rows but those that a run before this one has committed."""

    def all_rows() -> Iterator[FeedRow | Refused]:
        yield from first
        yield from rest

    return islice(all_rows(), done, None)


def _parts(rows: Iterator[FeedRow | Refused], desk: parts.Desk) -> Iterator[list[WorkedOut | Refused]]:
    """Drawn by the thread that reads ahead: what needs no database is worked out while the database is busy."""
    while part := [work_out(row, desk) for row in islice(rows, ROWS_IN_A_PART)]:
        yield part


def _run_of(path: Path, by: Actor) -> FeedRun:
    """The unfinished run of this very file, or a new one."""
    digest = file_digest(path)
    with acting_as(by):
        unfinished = FeedRun.objects.filter(file_digest=digest, finished_at=None, sent_by="").first()
        if unfinished:
            return unfinished
        counts: dict[str, Any] = {**dict.fromkeys(_COUNTED, 0), "routes": {}}
        return FeedRun.objects.create(
            file_digest=digest, file_name=shown_name(path.name), started_at=timezone.now(), counts=counts
        )


def _take_part(
    rows: Sequence[WorkedOut | Refused], run: FeedRun, by: Actor, desk: parts.Desk, seconds: float
) -> list[Refused]:
    """One part in one transaction: rows, counts, refusals and how far the run has come, or none of them."""
    taken = [row for row in rows if isinstance(row, WorkedOut)]
    refused = [row for row in rows if isinstance(row, Refused)]
    with acting_as(by):
        known = laying.known_of([row.key for row in taken], [row.person for row in taken], by.label)
        # Asked once the lock on keys is held, as an erasure holds it: no record is erased and taken in at once.
        gone = erased_among([row.key for row in taken], desk.ring)
        wanted = [row for row in taken if row.key not in gone]
        found = versions.newest(wanted, known.histories)
        part = parts.Part()
        refused = sorted([*refused, *found.refused], key=lambda each: each.row_number)
        parts.build(found, known, desk, run.pk, part)
        events, duties, people = laying.lay(part, by.label, desk)
        _count(
            run, rows=len(rows), accepted=found.accepted, rejected=len(refused), repeated=found.repeated,
            erased=len(taken) - len(wanted), people=people, cases=part.new_cases, events=events, duties=duties,
        )  # fmt: skip
        for route, more in part.new_by_route.items():
            run.counts["routes"][route] = run.counts["routes"].get(route, 0) + more
        run.seconds = seconds
        run.save(update_fields=["counts", "rows_done", "seconds"])
        FeedRefusal.objects.bulk_create(
            [FeedRefusal(run=run, row_number=each.row_number, reason=each.reason[:80]) for each in refused]
        )
        record(
            action="feed.part_taken", object_kind="feed_run", object_id=str(run.pk),
            accepted=found.accepted, rejected=len(refused), repeated=found.repeated, erased=len(taken) - len(wanted),
        )  # fmt: skip
    return refused


def _count(run: FeedRun, *, rows: int, **more: int) -> None:
    run.rows_done += rows
    for name, count in {"rows": rows, **more}.items():
        run.counts[name] = run.counts.get(name, 0) + count


@transaction.atomic
def _finish(run: FeedRun, by: Actor, seconds: float) -> None:
    with acting_as(by):
        run.finished_at = timezone.now()
        run.seconds = seconds
        # Later rows may have changed where the earlier ones go.
        run.counts["routes"] = laying.routes_of(run.pk)
        run.save(update_fields=["finished_at", "seconds", "counts"])
        record(action="feed.finished", object_kind="feed_run", object_id=str(run.pk), rows=run.rows_done)

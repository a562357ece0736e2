"""Taking an extract in, part by part, each in one transaction; and what waited, once its crime has come."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.audit.actions import record, record_many
from hawl.foundations.vault import hand
from hawl.work.extracts import laying
from hawl.work.extracts.erased import of_erased
from hawl.work.extracts.keys import RowKeys, kept_id, keys_of
from hawl.work.extracts.laying import Laid, Staged
from hawl.work.extracts.mapping import ExtractMapping
from hawl.work.extracts.models import KeptRow
from hawl.work.extracts.reading import Row, read_extract
from hawl.work.extracts.rows import ExtractRow, LeftOut
from hawl.work.intake.actions import FeedBusy
from hawl.work.intake.feed.rows import Refused
from hawl.work.intake.known_files import file_digest, shown_name
from hawl.work.intake.laying import lock_feeds, unlock_feeds
from hawl.work.intake.models import FeedRefusal, FeedRun
from hawl.work.intake.parts import Desk

ROWS_IN_A_PART = 2000
# Seconds to wait for an import of a feed or another extract.
PATIENCE = 15.0
COUNTED = ("rows", "accepted", "repeated", "outdated", "left_out", "erased", "waiting", "rejected", "events",
           "corrected", "withdrawn", "cases_touched", "duties")  # fmt: skip
_CHANGES = frozenset({"new", "corrected", "withdrawn", "moved"})


class OtherIds(Exception):
    """The mapping's references are of another body than the one whose feed this installation takes."""


@dataclass(slots=True)
class Extracted:
    """What an import did; counts of a run that was cut off and taken up again are those of the whole file."""

    run: FeedRun
    seconds: float
    refused: list[Refused] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The result as `hawl extract import --json` prints it."""
        return {**{name: self.run.counts.get(name, 0) for name in COUNTED}, "seconds": round(self.seconds, 2)}


@dataclass(frozen=True, slots=True)
class _Source:
    """Who speaks, from which desk's day, and since when an unchanged row of this file is held to say it."""

    mapping: ExtractMapping
    by: Actor
    desk: Desk
    told_at: datetime

    def until(self) -> date:
        return self.desk.today + timedelta(days=self.mapping.waits_days)

    def keys(self, row: ExtractRow) -> RowKeys:
        return keys_of(row, source=self.mapping.source, ids_of=self.mapping.ids_of, ring=self.desk.ring)


def import_extract(
    *,
    path: Path,
    mapping: ExtractMapping,
    by: Actor,
    desk: Desk,
    progress: Callable[[int], None] = lambda done: None,
    name: str = "",
) -> Extracted:
    """Take an extract in; the same file again changes nothing, one that was cut off is taken up where it stopped.

    `by` is the machine actor of the source (`desks.desk_of_source`); `name` is what the file is called where its path
    says nothing. Raises `FeedUnusable` before anything is written
    where the file as a whole cannot be used, `OtherIds`, and `FeedBusy` while another import runs.
    """
    began = time.monotonic()
    if mapping.ids_of != desk.source:
        raise OtherIds(mapping.ids_of)
    read = iter(read_extract(path, mapping, today=desk.today))
    first = list(islice(read, 1))  # an unusable file fails here, before anything is written
    if not lock_feeds(patience=PATIENCE):
        raise FeedBusy
    try:
        laying.make_stages()
        run, told_at = _run_of(path, name or path.name, by)
        source, done = _Source(mapping, by, desk, told_at), Extracted(run, run.seconds)
        rows = islice(_chained(first, read), run.rows_done, None)
        while part := list(islice(rows, ROWS_IN_A_PART)):
            done.refused += _take_part(part, run, source, run.seconds)
            progress(run.rows_done)
        done.seconds = run.seconds + time.monotonic() - began
        _finish(run, source, done.seconds)
        return done
    finally:
        unlock_feeds()


def take_waiting(*, by: Actor, mapping: ExtractMapping, desk: Desk) -> int:
    """Lay the rows of a source that waited and whose crime the feed has brought; gives how many were laid.

    What waited too long is taken away. Does nothing while an import runs: the next minute finds what it brought.
    """
    if not lock_feeds(patience=0):
        return 0
    try:
        laying.make_stages()
        source, taken = _Source(mapping, by, desk, desk.now), 0
        while True:
            found, more = _take_kept(source)
            taken += found
            if not more:
                return taken
    finally:
        unlock_feeds()


def _chained(first: Iterable[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def _run_of(path: Path, name: str, by: Actor) -> tuple[FeedRun, datetime]:
    """The unfinished run of this very file or a new one, and when the file came for the first time."""
    digest = file_digest(path)
    with acting_as(by):
        runs = FeedRun.objects.filter(file_digest=digest, sent_by=by.label)
        run = runs.filter(finished_at=None).first() or FeedRun.objects.create(
            file_digest=digest, file_name=shown_name(name), sent_by=by.label, started_at=timezone.now(),
            counts={**dict.fromkeys(COUNTED, 0), "routes": {}},
        )  # fmt: skip
        first: datetime = runs.aggregate(first=Min("started_at"))["first"]
    return run, first


def _take_part(part: Sequence[Row], run: FeedRun, source: _Source, seconds: float) -> list[Refused]:
    """One part in one transaction: rows, counts, refusals and how far the run has come, or none of them."""
    began = time.monotonic()
    refused = [row for row in part if isinstance(row, Refused)]
    staged, beaten = _newest(_staged(row, run, source) for row in part if isinstance(row, ExtractRow))
    with acting_as(source.by):
        laid, waiting, erased = _lay(staged, run.pk, source)
        listed = sorted([*refused, *waiting], key=lambda each: each.row_number)
        counts = _counts(staged, laid) + Counter(
            rows=len(part), rejected=len(refused), waiting=len(waiting), erased=erased, outdated=beaten,
            left_out=sum(isinstance(row, LeftOut) for row in part),
        )  # fmt: skip
        run.counts = {**run.counts, **{name: run.counts.get(name, 0) + counts[name] for name in COUNTED}}
        run.rows_done += len(part)
        run.seconds = seconds + time.monotonic() - began
        run.save(update_fields=["counts", "rows_done", "seconds"])
        FeedRefusal.objects.bulk_create(
            [FeedRefusal(run=run, row_number=each.row_number, reason=each.reason[:80]) for each in listed]
        )
        record(
            action="extract.part_taken", object_kind="feed_run", object_id=str(run.pk), source=source.mapping.source,
            counts={name: counts[name] for name in COUNTED if counts[name]},
        )  # fmt: skip
    return listed


def _staged(row: ExtractRow, run: FeedRun, source: _Source) -> Staged:
    told_at = row.changed_at or source.told_at
    return Staged(
        row.row_number, source.keys(row), row.event, row.occurred_on, row.received_on, row.attributes, told_at,
        run.pk, row.row_number,
    )  # fmt: skip


def _newest(rows: Iterable[Staged]) -> tuple[list[Staged], int]:
    """Of rows on one event that name the same people the newest, and how many gave way to it."""
    found: dict[uuid.UUID, Staged] = {}
    count = 0
    for row in rows:
        count += 1
        held = found.get(row.keys.kept)
        if held is None or (held.told_at, held.n) <= (row.told_at, row.n):
            found[row.keys.kept] = row
    return sorted(found.values(), key=lambda each: each.n), count - len(found)


def _lay(staged: Sequence[Staged], run: uuid.UUID | None, source: _Source) -> tuple[Laid, list[Refused], int]:
    """Lay the rows in scope; gives what it came to, the rows that wait, and how many are of people who were erased."""
    desk = source.desk
    # An erasure holds the keys as well: nobody is erased and told of at once.
    hand.lock_for_writing()
    laid = laying.place(staged)
    by_n = {row.n: row for row in staged}
    gone = of_erased([(n, by_n[n].keys) for n in laid.unplaced], desk.ring)
    waiting = [by_n[n] for n in laid.unplaced if n not in gone]
    # Of rows that take an event back the mark first: an older row of the same part is held against it.
    kept = [*waiting, *(row for row in staged if not row.event)]
    laying.keep(kept, source=source.mapping.source, until=source.until(), ring=desk.ring)
    laying.lay(laid, run=run, label=source.by.label, desk=desk, confirms=source.mapping.changed_at is not None)
    record_many(
        action="extract.event_replaced",
        object_kind="case",
        entries=[(str(f.case_id), {"fate": f.fate, "event_id": f.event_id, "former": f.said}) for f in laid.former],
    )
    record_many(
        action="case.answer_recorded",
        object_kind="case",
        entries=[(str(case), {"agreement": "no", "source": source.mapping.source}) for case in laid.declined],
    )
    told = [Refused(row.row_number, _reason(laid.unplaced[row.n])) for row in waiting]
    return laid, told, len(gone)


def _reason(crime_known: bool) -> str:
    return "waits_for_person" if crime_known else "waits_for_crime"


def _counts(staged: Sequence[Staged], laid: Laid) -> Counter[str]:
    """Rows by what became of them, and how many events of cases they changed."""
    found: Counter[str] = Counter()
    for row in staged:
        fates = laid.fates.get(row.n)
        if row.n in laid.unplaced:
            continue  # counted as waiting or erased, also where its event lay in another crime until now
        if fates and _CHANGES & set(fates):
            found["accepted"] += 1
        elif (fates is None and row.event) or (fates and "outdated" in fates):
            found["outdated"] += 1
        else:
            found["repeated"] += 1
    events = sum(laid.fates.values(), Counter())
    found.update(
        events=events["new"], corrected=events["corrected"], withdrawn=events["withdrawn"] + events["moved"],
        cases_touched=laid.cases, duties=laid.duties,
    )  # fmt: skip
    return found


def _finish(run: FeedRun, source: _Source, seconds: float) -> None:
    with acting_as(source.by), transaction.atomic():
        run.finished_at, run.seconds = timezone.now(), seconds
        run.save(update_fields=["finished_at", "seconds"])
        record(
            action="extract.finished", object_kind="feed_run", object_id=str(run.pk), source=source.mapping.source,
            rows=run.rows_done,
        )  # fmt: skip


def _take_kept(source: _Source) -> tuple[int, bool]:
    """One part of what waits; gives how many rows were laid, and whether there may be more."""
    name = source.mapping.source
    with acting_as(source.by):
        late, _ = KeptRow.objects.filter(source=name, until__lt=source.desk.today).delete()
        ids = laying.takeable(name, ROWS_IN_A_PART)
        rows = list(KeptRow.objects.filter(pk__in=ids).order_by("told_at", "row_number"))
        if not rows:
            if late:
                record(action="extract.waiting_ended", object_kind="feed_run", source=name, rows=late)
            return 0, False
        staged = [_waited(n, row, source) for n, row in enumerate(rows)]
        laid, waiting, erased = _lay(staged, None, source)
        counts = _counts(staged, laid)
        record(
            action="extract.waiting_taken", object_kind="feed_run", source=name, rows=len(rows), late=late,
            erased=erased, counts={each: counts[each] for each in COUNTED if counts[each]},
        )  # fmt: skip
    return len(rows) - len(waiting), len(rows) == ROWS_IN_A_PART and not waiting


def _waited(n: int, row: KeptRow, source: _Source) -> Staged:
    told = row.told
    crime, person, record_key = (
        bytes(each) if each is not None else None for each in (row.crime_key, row.person_key, row.record_key)
    )
    kept = kept_id(row.event_id, person, record_key, source.desk.ring)
    keys = RowKeys(crime, person, record_key, row.event_id, told["about"], kept)
    occurred, received = (told[name] and date.fromisoformat(told[name]) for name in ("occurred_on", "received_on"))
    return Staged(
        n, keys, told["event"], occurred, received, told["attributes"], row.told_at, row.run_id, row.row_number
    )  # fmt: skip

"""Invented feeds of a police force, of any size, the same for the same seed and day."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from hawl.demo.breaking import OLDER_VERSION, Breaker
from hawl.demo.caseload import Caseload, Record, outcome_of
from hawl.demo.histories import DAY

Row = dict[str, Any]
Broken = list[tuple[int, str]]
BROKEN_SHARE = 0.01
_SEVERAL_VERSIONS = 0.10
_OUT_OF_ORDER = 0.05
# crimes a day of the week, Monday first
_WEEK = (1.03, 0.98, 0.98, 0.99, 1.02, 1.04, 0.96)


def make_feed(
    people: int,
    seed: int,
    today: date,
    *,
    days: int = 365,
    form: str = "jsonl",
    broken: Broken | None = None,
    broken_share: float = BROKEN_SHARE,
) -> Iterator[Row | bytes]:
    """A feed of exactly `people` people and organisations, in the order in which rows arrive.

    People report over the last `days` days up to the day before `today`; each row carries what the
    force did up to the day before it was sent. Rows are dicts in the canonical form; rows broken as
    whole lines are bytes in `form` (jsonl or csv). `broken`, if given, is filled with the line in
    the file of each unusual row (the first line is 1, in CSV the header) and how it is unusual; of
    these `repeated` and `older_version` are sound rows. All dates are local (Europe/London), sending times UTC.
    ValueError if people or days are less than 1.
    """
    if people < 1 or days < 1:
        raise ValueError("a feed needs at least one person and one day")
    rng = Random(f"feed {seed}")
    first = today - days * DAY
    caseload = Caseload(rng, first, today - DAY)
    rows = _arrivals(caseload, rng, people, first, days, today)
    # chance of its own, so that the sound rows are the same in either form
    breaker = Breaker(Random(f"broken {seed}"), form, today, broken_share)
    return numbered(rows, breaker, broken)


def _arrivals(
    caseload: Caseload, rng: Random, people: int, first: date, days: int, today: date
) -> Iterator[tuple[Row, bool]]:
    outbox = Outbox(rng, today)
    shares = [_WEEK[(first + n * DAY).weekday()] for n in range(days)]
    for n, sum_so_far in enumerate(accumulate(shares)):
        day = first + n * DAY
        wanted = round(people * sum_so_far / sum(shares)) if n < days - 1 else people
        while caseload.people_made < wanted:
            for record in caseload.crime(day, people - caseload.people_made):
                outbox.put(record)
        yield from outbox.take_until(day)
    yield from outbox.take_until(today + DAY)


def numbered(
    rows: Iterator[tuple[Row, bool]],
    breaker: Breaker,
    broken: Broken | None,
) -> Iterator[Row | bytes]:
    """Rows in their order with spoilt ones put in between; `broken` is filled on the way."""
    noted: Broken = broken if broken is not None else []
    number = breaker.lines_before
    for row, is_older in rows:
        number += 1
        if is_older:
            noted.append((number, OLDER_VERSION))
        yield row
        if breaker.strikes():
            kind, spoilt = breaker.next(row)
            number += 1
            noted.append((number, kind))
            yield spoilt


class Outbox:
    """Holds rows until the night they arrive, and makes several versions of some of them."""

    def __init__(self, rng: Random, today: date) -> None:
        self._rng = rng
        self._today = today
        self._waiting: list[tuple[int, int, Row, bool]] = []
        self._put = 0

    def put(self, record: Record) -> None:
        """Make the messages of a record: one, or now and then up to three versions."""
        nights = self._nights(record)
        versions = [self._message(record, n + 1, night) for n, night in enumerate(nights)]
        arrivals = list(zip(nights, versions, [False] * len(nights), strict=True))
        if len(versions) > 1 and self._rng.random() < _OUT_OF_ORDER:
            # the newest overtakes: the older ones come the same night, but after it
            late = [(nights[-1], version, True) for version in versions[:-1]]
            self._rng.shuffle(late)
            arrivals = [arrivals[-1], *late]
        for night, row, is_older in arrivals:
            self._put += 1
            heapq.heappush(self._waiting, (night.toordinal(), self._put, row, is_older))

    def take_until(self, day: date) -> Iterator[tuple[Row, bool]]:
        """Rows arriving up to and with that day, each with whether a newer version went before."""
        while self._waiting and self._waiting[0][0] <= day.toordinal():
            _, _, row, is_older = heapq.heappop(self._waiting)
            yield row, is_older

    def _nights(self, record: Record) -> list[date]:
        known = [day for day, _ in record.story.known()]
        reported = record.story.reported_on
        last = min(self._today, max([reported, *known]) + DAY)
        between = sorted({day + DAY for day in [reported, *known] if day + DAY < last})
        if not between or self._rng.random() > _SEVERAL_VERSIONS:
            return [last]
        earlier = self._rng.sample(between, min(len(between), self._rng.randint(1, 2)))
        return [*sorted(earlier), last]

    def _message(self, record: Record, version: int, night: date) -> Row:
        known = record.story.known()
        events = [event for day, event in known if day < night]
        minute, second = divmod(self._rng.randrange(3000), 60)
        crime = record.row["crime"]
        if crime["outcome"] is None and night - record.story.reported_on > timedelta(days=45):
            crime = {**crime, "outcome": outcome_of(_path_seen(events))}
        return {
            "source": record.row["source"],
            "record_id": record.row["record_id"],
            "version": version,
            "sent_at": f"{night.isoformat()}T02:{minute:02d}:{second:02d}+00:00",
            "crime": crime,
            "person": record.row["person"],
            "suspect": record.row["suspect"],
            "contacts": record.row["contacts"],
            "events": events,
        }


def _path_seen(events: list[Row]) -> str | None:
    paths = {
        "investigation_declined": "declined",
        "suspect_released_without_charge": "released",
        "out_of_court_disposal_given": "disposal",
        "suspect_charged": "charged",
    }
    seen = [paths[event["event"]] for event in events if event["event"] in paths]
    return seen[-1] if seen else None

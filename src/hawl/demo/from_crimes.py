"""A victim feed on real crimes: month, place, type and outcome as published, everyone invented.

Published files give no day, no victim and no crime reference; those are made up. Each published
row becomes one crime, anti-social behaviour (offence `asb`) and offences without a victim (the
Crown in the victim's place) among them, since a force's extract has them and routing must tell them.
"""

from __future__ import annotations

import calendar
import csv
import gzip
import io
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from hawl.demo.breaking import Breaker
from hawl.demo.caseload import Caseload, Published
from hawl.demo.choosing import Weighted, data_of
from hawl.demo.feed import Broken, Outbox, Row, numbered
from hawl.demo.histories import DAY

_MONTH, _PLACE, _CODE, _NAME = "Month", "Location", "LSOA code", "LSOA name"
_TYPE, _OUTCOME = "Crime type", "Last outcome category"
_WANTED = {_MONTH, _PLACE, _CODE, _NAME, _TYPE, _OUTCOME}
_NO_LIMIT = 1 << 60


class UnusableCrimes(Exception):
    """A street file that cannot be used; the text says which, why and what to do."""


def make_feed_from_crimes(
    paths: Iterable[Path],
    seed: int,
    today: date,
    *,
    form: str = "jsonl",
    broken: Broken | None = None,
    broken_share: float = 0.0,
) -> Iterator[Row | bytes]:
    """Rows as `make_feed` gives them, for every row of the street files (CSV or gzipped CSV).

    All files are checked to their end before the first row comes, a month is held in memory at a
    time. UnusableCrimes if a file is missing, empty, of other columns, not UTF-8, cut short, or of a
    month that has not begun.
    """
    months = _by_month(paths, today)
    rng = Random(f"crimes {seed}")
    # a history may start with the oldest month; working days are tabled from there
    caseload = Caseload(rng, _first_day(min(months)), today - DAY)
    rows = _arrivals(caseload, rng, months, today)
    breaker = Breaker(Random(f"broken {seed}"), form, today, broken_share)
    return numbered(rows, breaker, broken)


def _arrivals(
    caseload: Caseload, rng: Random, months: dict[str, list[Path]], today: date
) -> Iterator[tuple[Row, bool]]:
    outbox, reader = Outbox(rng, today), _Reading()
    for month in sorted(months):
        first = _first_day(month)
        length = calendar.monthrange(first.year, first.month)[1]
        length = min(length, (today - first).days)
        by_day = defaultdict(list)
        for path in months[month]:
            for crime in _rows(path):
                if crime[_MONTH] == month:
                    by_day[rng.randrange(length)].append(crime)
        for n in range(length):
            for crime in by_day[n]:
                published = reader.published(crime, rng)
                for record in caseload.crime(first + n * DAY, _NO_LIMIT, published):
                    outbox.put(record)
            yield from outbox.take_until(first + n * DAY)
    yield from outbox.take_until(today + DAY)


def _by_month(paths: Iterable[Path], today: date) -> dict[str, list[Path]]:
    months: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        count = 0
        for row in _rows(path):
            count += 1
            if path not in months[row[_MONTH]]:
                _check_month(path, row[_MONTH], today)
                months[row[_MONTH]].append(path)
        if not count:
            raise UnusableCrimes(f"{path} has no crimes in it. Fetch it again from data.police.uk.")
    if not months:
        raise UnusableCrimes("No street file was given. Name one or more.")
    return months


def _check_month(path: Path, month: str, today: date) -> None:
    try:
        first = _first_day(month)
    except ValueError:
        raise UnusableCrimes(f"{path}: a month is not written as 2024-03.") from None
    if first >= today:
        raise UnusableCrimes(f"{path}: its month, {month}, has not begun on {today}. Check --today.")


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            source = gzip.GzipFile(fileobj=raw) if zipped else raw
            yield from _dicts(path, io.TextIOWrapper(source, "utf-8-sig", newline=""))
    except FileNotFoundError:
        raise UnusableCrimes(f"There is no file {path}.") from None
    except UnicodeDecodeError:
        raise UnusableCrimes(f"{path} is not UTF-8 text.") from None
    except (csv.Error, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnusableCrimes(f"{path} is damaged ({error}). Fetch it again.") from None
    except OSError as error:
        raise UnusableCrimes(f"{path} cannot be read ({error.strerror}).") from None


def _dicts(path: Path, text: Iterable[str]) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(text)
    missing = _WANTED - set(reader.fieldnames or ())
    if missing:
        names = ", ".join(sorted(missing))
        raise UnusableCrimes(f"{path} is not a street file of data.police.uk: no column {names}.")
    for row in reader:
        if None in row or None in row.values():
            raise UnusableCrimes(f"{path}, line {reader.line_num}: wrong number of columns.")
        yield row


class _Reading:
    """Turns a published row into what it fixes of a crime."""

    def __init__(self) -> None:
        mix = data_of("mix.yaml")
        self._types = {name: Weighted(shares) for name, shares in mix["published"].items()}
        self._outcomes = mix["outcomes"]
        councils = data_of("places.yaml")["councils"]
        self._councils = {council["name"]["en"]: council["key"] for council in councils}

    def published(self, row: dict[str, Any], rng: Random) -> Published:
        kind = self._types.get(row[_TYPE])
        name = (row[_NAME] or "").rpartition(" ")[0]
        council = self._councils.get(name, name.lower().replace(" ", "-") or None)
        outcome = row[_OUTCOME] or None
        return Published(
            offence=kind.draw(rng) if kind else "other",
            council=council,
            lsoa=row[_CODE] or None,
            place=row[_PLACE] if row[_CODE] else None,
            outcome=outcome,
            path=self._outcomes.get(outcome),
        )

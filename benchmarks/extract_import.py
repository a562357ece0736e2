"""Ten thousand events on five thousand invented cases through `hawl extract import`: first, again, corrected.

python benchmarks/extract_import.py [CASES]
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from hawl.config.throw_away import home_of_its_own
from hawl.foundations import clock
from hawl.work.intake.feed.reading import read_feed
from hawl.work.intake.feed.rows import FeedRow

CASES = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
TODAY = clock.today()
COLUMNS = ("CRIME_REF", "VICTIM_ID", "CASE_URN", "ENTRY_NO", "ENTRY_CODE", "ANSWERS_ENTRY", "EVENT_DATE",
           "RECEIVED_DATE", "LAST_UPDATED", "ENTRY_STATE", "WITNESS_KIND", "HEARING_DATE", "CUSTODY_MONTHS",
           "HOSPITAL_ORDER", "SPEC_OFFENCE")  # fmt: skip


def hawl(*arguments: str) -> str:
    """Run the command line of this checkout; its stdout."""
    command = [str(Path(sys.executable).parent / "hawl"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-400:]}")
    return done.stdout


def victims_of(feed: Path) -> list[tuple[str, str, date]]:
    """Crime, victim and day of the report of as many rows as are asked for; the demo's feed has broken ones too."""
    taken = (row for row in read_feed(feed, today=TODAY) if isinstance(row, FeedRow))
    found = {(row.crime.ref, row.person.ref): row.crime.reported_on for row in taken}
    return [(*names, day) for names, day in islice(found.items(), CASES)]


def rows_of(victims: list[tuple[str, str, date]], *, later: int) -> list[tuple[str, ...]]:
    """A hearing listed and the victim told of it, for each of the cases; `later` moves the telling by so many days."""
    found = []
    changed = (f"{TODAY - timedelta(5 - later):%d/%m/%Y} 06:00:00", "", "", "", "", "", "")
    for number, (crime, victim, reported_on) in enumerate(victims):
        listed = min(reported_on + timedelta(20), TODAY - timedelta(9))
        said = listed + timedelta(2 + later)
        for entry, code, answers, day in ((1, "LISTED", "", listed), (2, "INFORMED", "1", said)):
            text = f"{day:%d/%m/%Y}"
            found.append((crime, victim, f"U{number}", str(entry), code, answers, text, text, *changed))
    return found


def imported(folder: Path, name: str, rows: list[tuple[str, ...]]) -> dict[str, Any]:
    """Take the rows in as one file; what the command tells."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    found: dict[str, Any] = json.loads(
        hawl("extract", "import", str(path), "--from", "witness-care", "--unseen", "--json")
    )
    return found


def main() -> None:
    """Invent, prepare, import the feed, then the extract three times, print."""
    with home_of_its_own() as folder:
        feed = folder / "feed.jsonl"
        hawl("demo", "feed", "--people", str(CASES * 6 // 5), "--seed", "7", "--out", str(feed))
        hawl("prepare")
        hawl("feed", "import", str(feed), "--json")
        victims = victims_of(feed)
        first = rows_of(victims, later=0)
        print(
            json.dumps(
                {
                    "benchmark": "extract_import",
                    "first": imported(folder, "first.csv", first),
                    "again": imported(folder, "first.csv", first),
                    "corrected": imported(folder, "second.csv", rows_of(victims, later=1)),
                }
            )
        )


if __name__ == "__main__":
    main()

"""Duties a second of the one-case engine, against a pandas script on the same events in the same run.

python benchmarks/duties.py [PEOPLE]
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

from hawl.demo.feed import make_feed
from hawl.foundations.clock import england_and_wales, today
from hawl.rights.rulebook import Event, applying, evaluate

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
ROOT = Path(__file__).resolve().parent.parent
PEER = ROOT / "build" / "bench-venv" / "bin" / "python"
PEER_SCRIPT = ROOT / "benchmarks" / "peers" / "duties_pandas.py"
COLUMNS = ("case_id", "event_id", "event", "occurred_on", "received_on", "about", "attributes")


def write_events(path: Path) -> int:
    """The events of an invented caseload in the columns of the contract; only sound rows, newest version each."""
    newest: dict[str, dict[str, object]] = {}
    for row in make_feed(PEOPLE, 11, today(), broken_share=0.0):
        if isinstance(row, dict):
            newest[str(row["record_id"])] = row
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for record_id, row in newest.items():
            crime: dict[str, str] = row["crime"]  # type: ignore[assignment]
            writer.writerow([record_id, f"{record_id}-reported", "crime_reported", crime["reported_on"], "", "", "{}"])
            for event in row["events"]:  # type: ignore[attr-defined]
                attributes = json.dumps(event["attributes"])
                values = [event[name] or "" for name in COLUMNS[1:6]]
                writer.writerow([record_id, *values, attributes])
                rows += 1
    return rows


def day(text: str) -> date | None:
    """A date of the file; none where it is empty."""
    return date.fromisoformat(text) if text else None


def ours(path: Path) -> tuple[float, Counter[str]]:
    """Seconds of evaluating every case, reading left out as it is on the other side; duties by rule and state."""
    cases: dict[str, list[Event]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cases[row["case_id"]].append(
                Event(row["case_id"], row["event_id"], row["event"], day(row["occurred_on"]), day(row["received_on"]),
                      row["about"] or None, json.loads(row["attributes"]))
            )  # fmt: skip
    books, as_of, found = applying(), today(), Counter[str]()
    england_and_wales()
    began = time.perf_counter()
    for events in cases.values():
        for duty in evaluate(events, books, as_of):
            found[f"{duty.duty_id} {duty.state}"] += 1
    return time.perf_counter() - began, found


def main() -> None:
    """Both sides on one file, and where they differ."""
    if not PEER.exists():
        raise SystemExit("The analyst's environment is missing. Run: make bench")
    with tempfile.TemporaryDirectory(prefix="hawl-bench-") as folder:
        events = Path(folder) / "events.csv"
        write_events(events)
        seconds, found = ours(events)
        peer = subprocess.run(
            [str(PEER), str(PEER_SCRIPT), str(events), today().isoformat()],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    theirs = json.loads(peer.stdout)
    duties = sum(found.values())
    shared = set(theirs["found"])
    apart = sum(abs(found.get(key, 0) - theirs["found"].get(key, 0)) for key in shared | set(found))
    print(
        json.dumps(
            {
                "benchmark": "duties",
                "duties": duties,
                "engine_per_second": round(duties / seconds),
                "pandas_per_second": round(theirs["duties"] / theirs["seconds"]),
                "times_pandas": round((duties / seconds) / (theirs["duties"] / theirs["seconds"]), 2),
                "counts_apart": apart,
                "engine_does_more": "explains each duty, matches acts without `about`, declines, closings, tiers by "
                "date, missing data, one case at a time in a request",
                "pandas_does_more": "whole columns at once; no explanation, no history of tiers",
            }
        )
    )


if __name__ == "__main__":
    main()

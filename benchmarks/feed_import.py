"""A Gwent year of feed rows through `hawl feed import`, against COPY of the same bytes on the same server.

python benchmarks/feed_import.py [PEOPLE]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from hawl.config.throw_away import home_of_its_own

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 36_500


def hawl(*arguments: str) -> str:
    """Run the command line of this checkout; its stdout."""
    command = [str(Path(sys.executable).parent / "hawl"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-400:]}")
    return done.stdout


def copy_same_bytes(feed: Path) -> float:
    """Seconds of COPY of the file's lines into one text column."""
    from hawl.foundations.database import roles
    from hawl.foundations.database.connection import credential

    with roles.connect_as("jobs", credential("jobs")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE same_bytes (line bytea)")
        began = time.monotonic()
        with cursor.copy("COPY same_bytes FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["bytea"])
            with feed.open("rb") as file:
                for line in file:
                    copy.write_row((line,))
        return time.monotonic() - began


def main() -> None:
    """Invent, prepare, import, copy, print."""
    with home_of_its_own() as folder:
        feed = folder / "feed.jsonl"
        hawl("demo", "feed", "--people", str(PEOPLE), "--seed", "7", "--out", str(feed))
        hawl("prepare")
        imported = json.loads(hawl("feed", "import", str(feed), "--json"))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        copied = copy_same_bytes(feed)
        print(
            json.dumps(
                {
                    "benchmark": "feed_import",
                    "rows": imported["rows"],
                    "duties": imported["duties"],
                    "import_seconds": imported["seconds"],
                    "rows_per_second": round(imported["rows"] / imported["seconds"]),
                    "peak_mb": round(peak),
                    "copy_seconds": round(copied, 2),
                    "times_copy": round(imported["seconds"] / copied, 1),
                    "import_does_more": "checks, routes, seals, links, lays seven tables, works out duties, audits",
                }
            )
        )


if __name__ == "__main__":
    main()

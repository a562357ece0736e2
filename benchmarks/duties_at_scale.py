"""The duties of whole files, as a process, against a bare sorted copy of the file, a pandas script and OpenFisca.

python benchmarks/duties_at_scale.py [CASES]...

Each size prints a line of JSON. Every side is a process of its own, timed from start to end with all it reads and
writes. pandas and OpenFisca are asked about fewer cases, since they need the whole file in memory; their ratios are per
case, and they do less, as the line says. Files stay in build/caseload.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from caseload import write_caseload

ROOT = Path(__file__).resolve().parent.parent
HAWL = Path(sys.executable).with_name("hawl")
FOLDER = ROOT / "build" / "caseload"
PEERS = {
    "pandas": (ROOT / "build" / "bench-venv" / "bin" / "python", ROOT / "benchmarks" / "peers" / "duties_pandas.py"),
    "openfisca": (
        ROOT / "build" / "bench-openfisca" / "bin" / "python",
        ROOT / "benchmarks" / "peers" / "duties_openfisca.py",
    ),
}
PEER_CASES = 50_000
AS_OF = "2026-11-01"
_COPY = """
import duckdb
connection = duckdb.connect(config={{"memory_limit": "3GB", "temp_directory": "{folder}/copying"}})
connection.execute("COPY (SELECT * FROM read_parquet('{file}') ORDER BY case_id) TO '{out}' (FORMAT parquet)")
"""


class Took(NamedTuple):
    """Seconds of a process from start to end, those of its processors, and the most memory it had, in megabytes."""

    seconds: float
    worked: float
    megabytes: int


def timed(*command: object) -> Took:
    """Run a process to its end. Raises SystemExit where it fails."""
    began = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    told = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed: {told.decode()[-400:]}")
    return Took(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)


def ours(file: Path, ending: str) -> Took:
    """The whole command: read, check, evaluate with the whole rulebook, explain, sort, write."""
    out = FOLDER / f"duties{ending}"
    took = timed(HAWL, "duties", "evaluate", "--events", file, "--as-of", AS_OF, "--out", out)
    out.unlink()
    return took


def copied(file: Path) -> Took:
    """The least that reading, sorting by case and writing the same file can cost."""
    out = FOLDER / "copied.parquet"
    took = timed(sys.executable, "-c", _COPY.format(file=file, out=out, folder=FOLDER))
    out.unlink()
    return took


def against(name: str) -> Took | None:
    """A peer over fewer cases; None where its environment is missing."""
    python, script = PEERS[name]
    if not python.exists():
        return None
    file = FOLDER / f"{PEER_CASES}.csv"
    write_caseload(file, PEER_CASES)
    return timed(python, script, file, AS_OF)


def main() -> None:
    """All sizes that are asked for, the million by default."""
    peers = {name: against(name) for name in PEERS}
    for cases in [int(asked) for asked in sys.argv[1:]] or [1_000_000]:
        file = FOLDER / f"{cases}.parquet"
        write_caseload(file, cases)
        copy, whole = copied(file), ours(file, ".parquet")
        line = {
            "benchmark": "duties_at_scale",
            "cases": cases,
            "seconds": round(whole.seconds, 1),
            "cases_per_second": round(cases / whole.seconds),
            "megabytes": whole.megabytes,
            "copy_seconds": round(copy.seconds, 1),
            "times_the_copy": round(whole.seconds / copy.seconds, 2),
            # On a machine that others use, what the processors did says more than what the clock did.
            "times_the_copy_worked": round(whole.worked / copy.worked, 2),
        }
        for name, took in peers.items():
            if took is not None:
                line[f"times_{name}_per_case"] = round(took.seconds / PEER_CASES / (whole.seconds / cases), 1)
        line["they_do_less"] = "a dozen duties, no explanation, no second trigger answered in its turn, nothing written"
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()

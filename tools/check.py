"""Run every check on the repository and say at the end which failed. Called by `make check`.

Those that need an installation (types of models, Welsh of addresses, migrations) share one that is thrown away.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTHON = sys.executable

READING: tuple[tuple[str, list[str]], ...] = (
    ("lint", [str(BIN / "ruff"), "check", "."]),
    ("format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("walls", [str(BIN / "lint-imports"), "--no-logo"]),
    ("house", [PYTHON, "tools/check_house.py"]),
)
WITH_INSTALLATION: tuple[tuple[str, list[str]], ...] = (
    ("Welsh", [PYTHON, "tools/check_welsh.py"]),
    ("migrations", [PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"]),
    ("types", [str(BIN / "mypy")]),
)


def main() -> int:
    """Exit code 0 where all is well, else 1 with the names of the checks that failed."""
    failed = [name for name, command in READING if not _passes(name, command, dict(os.environ))]
    # Only now: reading needs nothing of the package.
    from hawl.config.throw_away import prepared

    with prepared("owner"):
        failed += [name for name, command in WITH_INSTALLATION if not _passes(name, command, dict(os.environ))]
    print(f"Checks: failed: {', '.join(failed)}." if failed else "Checks: all well.", file=sys.stderr)
    return 1 if failed else 0


def _passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    print(f"── {name}", file=sys.stderr, flush=True)
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    well = done.returncode == 0
    print(f"   {'ok' if well else 'FAILED'} in {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    return well


if __name__ == "__main__":
    raise SystemExit(main())

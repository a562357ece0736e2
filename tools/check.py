"""Run every check on the repository and say at the end which failed. Called by `make check`.

Those that need an installation (types of models, Welsh of addresses, migrations) share one that is thrown away.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
    with installation() as environment:
        failed += [name for name, command in WITH_INSTALLATION if not _passes(name, command, environment)]
    print(f"Checks: failed: {', '.join(failed)}." if failed else "Checks: all well.", file=sys.stderr)
    return 1 if failed else 0


@contextmanager
def installation() -> Iterator[dict[str, str]]:
    """The environment of an installation of its own, entered as the owner, gone at the end."""
    for name in [each for each in os.environ if each.startswith("HAWL_") or each == "DATABASE_URL"]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="hawl-check-") as folder:
        # As root the server runs as a user of its own, who must be able to pass through.
        Path(folder).chmod(0o711)
        os.environ["HAWL_HOME"] = f"{folder}/home"
        from hawl.config import prepare
        from hawl.foundations.database import embedded
        from hawl.foundations.database.home import home

        try:
            embedded.ensure_running(home(), durable=False)
            prepare.prepare(say=False)
            yield {**os.environ, "DJANGO_SETTINGS_MODULE": "hawl.config.settings", "HAWL_PROCESS": "owner"}
        finally:
            embedded.stop_if_last(home())


def _passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    print(f"── {name}", file=sys.stderr, flush=True)
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    well = done.returncode == 0
    print(f"   {'ok' if well else 'FAILED'} in {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    return well


if __name__ == "__main__":
    raise SystemExit(main())

"""Fail when something public is in English only: words, words put together, words unmarked, an address without twin.

Run: ``python tools/check_welsh.py`` (needs no database). Words for staff only that lack Welsh are counted, not refused.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import build_catalogue
import django

from hawl.foundations.languages import checks

ROOT = build_catalogue.ROOT


def main() -> int:
    """Print every fault and give exit code 1 if there is one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hawl.config.settings")
    _stand_in_for_an_installation()
    django.setup()
    found = faults()
    for fault in found:
        print(fault, file=sys.stderr)
    said, stored = build_catalogue.said(), build_catalogue.stored()
    waiting = len(checks.untranslated(said, stored, lambda file: not checks.is_public(file)))
    print(f"Welsh: {len(found)} faults in what is public; {waiting} strings for staff have no Welsh.", file=sys.stderr)
    return 1 if found else 0


def _stand_in_for_an_installation() -> None:
    """Settings want to know the database and its role; nothing here asks the database anything."""
    file = Path(tempfile.mkdtemp(prefix="hawl-welsh-")) / "role"
    file.write_text('["nobody", "nothing"]', encoding="utf-8")
    file.chmod(0o600)
    os.environ.setdefault("HAWL_CREDENTIAL_FILE", str(file))
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")


def faults(urlconf: str = "hawl.config.urls_public") -> list[str]:
    """All faults of the repository and of the public site."""
    found = checks.untranslated(build_catalogue.said(), build_catalogue.stored())
    for file in sorted((ROOT / "src/hawl").rglob("*.py")):
        if "tests" not in file.parts:
            found += checks.interpolated(file.read_text(encoding="utf-8"), str(file.relative_to(ROOT)))
    for file in sorted((ROOT / "src/hawl").glob("**/templates/**/*.html")):
        name = str(file.relative_to(ROOT))
        if checks.is_public(name):
            found += checks.unmarked(file.read_text(encoding="utf-8"), name)
    return found + checks.without_twin(urlconf)


if __name__ == "__main__":
    raise SystemExit(main())

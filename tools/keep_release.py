"""Keep a release for the tests of upgrading: a small invented caseload as this very release stores it.

Run once for each release, before its tag: `python tools/keep_release.py`. Writes tests/upgrade/releases/VERSION with
the database as compressed SQL, the key that opens it (made here, for tests only) and what the database held.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from hawl.config.throw_away import prepared

ROOT = Path(__file__).resolve().parents[1]
RELEASES = ROOT / "tests" / "upgrade" / "releases"
MOST_BYTES = 300_000


def main() -> int:
    """0 when the release was kept; 1 where it is kept and tagged already, or the dump came out too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50, help="how many people to invent (least 50)")
    people = parser.parse_args().people
    folder = RELEASES / version()
    if folder.exists() and _is_tagged(version()):
        print(f"{folder} is there and tagged: a kept release is never written again.", file=sys.stderr)
        return 1
    with prepared("owner"):
        environment = dict(os.environ)
        del environment["HAWL_PROCESS"]
        hawl = str(Path(sys.executable).parent / "hawl")
        subprocess.run([hawl, "demo", "--no-serve", "--people", str(people)], env=environment, check=True)
        kept = lzma.compress(dump(), preset=9)
        facts = {"release": version(), **facts_of()}
        key = (Path(environment["HAWL_HOME"]) / "keys" / "vault.json").read_text(encoding="utf-8")
    if len(kept) >= MOST_BYTES:
        print(f"The dump has {len(kept):,} bytes; fewer than {MOST_BYTES:,} are wanted.", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "database.sql.xz").write_bytes(kept)
    (folder / "test-key.json").write_text(key + "\n", encoding="utf-8")
    (folder / "facts.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"Kept {version()} in {folder}: {len(kept):,} bytes.", file=sys.stderr)
    return 0


def _is_tagged(release: str) -> bool:
    told = subprocess.run(["git", "-C", str(ROOT), "tag", "--list", f"v{release}"], capture_output=True, check=True)
    return bool(told.stdout.strip())


def version() -> str:
    """The version of this release: the first heading of CHANGELOG.md."""
    found = re.search(r"## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if not found:
        raise SystemExit("CHANGELOG.md names no release.")
    return found[1]


def dump() -> bytes:
    """The database as SQL that any owner role may load; no owners, no grants: `hawl prepare` lays those."""
    from hawl.foundations.database import embedded
    from hawl.foundations.database.home import home

    server = embedded.ensure_running(home())
    command = [
        str(embedded.PROGRAMS / "pg_dump"), "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres",
        "--no-owner", "--no-privileges", "--no-comments", "hawl",
    ]  # fmt: skip
    return subprocess.run(command, env={"PGPASSWORD": server.password}, check=True, capture_output=True).stdout


def facts_of() -> dict[str, Any]:
    """Rows of each table about people or of record, and one sealed name with what it says."""
    from hawl.foundations.database.connection import credential
    from hawl.foundations.database.roles import connect_as
    from hawl.foundations.vault.sealing import unseal

    with connect_as("owner", credential("owner")) as connection:
        tables = connection.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace "
            "and (relforcerowsecurity or relname in ('audit_auditentry', 'identity_user')) order by 1"
        ).fetchall()
        counts = {
            str(name): connection.execute(f'select count(*) from "{name}"').fetchone()[0]  # type: ignore[index] # noqa: S608
            for (name,) in tables
        }
        row = connection.execute(
            "select id, names from people_person where kind = 'person' order by id limit 1"
        ).fetchone()
    if row is None:
        raise SystemExit("The invented caseload has no person.")
    names = json.loads(unseal(bytes(row[1]), "people_person", str(row[0]), "names"))  # type: ignore[arg-type]
    return {"counts": counts, "person": {"id": str(row[0]), "names": names}}


if __name__ == "__main__":
    sys.exit(main())

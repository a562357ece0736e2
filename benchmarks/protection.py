"""What the controls cost: the same pages on the same data, with all of them and without.

python benchmarks/protection.py [PEOPLE] [ROUNDS]

The comparison build lives here alone: a process that speaks to a copy of the database in which every sealed value is
laid open and row security is off, and in which the policy, the scope, the vault and the audit are taken out of the code
before the first page. Pages, queries, templates, sessions and headers are the same. Requests alternate between the two.
With BENCH_PROFILE=/some/file each process writes where its time went (`.with`, `.without`; times are longer then).
"""

from __future__ import annotations

import cProfile
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 20_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2].isdigit() else 60
GOAL = 1.30
COPY = "hawl_laid_open"


def hawl(*arguments: str) -> str:
    """Run the command line of this checkout; its stdout."""
    command = [str(Path(sys.executable).parent / "hawl"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-400:]}")
    return done.stdout


# --- the comparison build -------------------------------------------------------------------------------------------


def without_controls() -> None:
    """Take the controls out of this process."""
    from contextlib import contextmanager

    from django.db import models, transaction

    from hawl.foundations.access import models as access
    from hawl.foundations.access import scope
    from hawl.foundations.access.actor import naming
    from hawl.foundations.audit import actions as audit
    from hawl.foundations.vault import fields

    @contextmanager
    def acting_as(actor: Any) -> Any:
        with naming(actor), transaction.atomic():
            yield actor

    def nothing(*_: Any, **__: Any) -> None:
        return None

    _everywhere(scope.acting_as, acting_as)
    for name in ("record", "record_list", "record_many", "refused"):
        if hasattr(audit, name):
            _everywhere(getattr(audit, name), nothing)
    access.ScopedQuerySet.visible = lambda self: self  # type: ignore[method-assign]
    access.ScopedModel.from_db = classmethod(models.Model.from_db.__func__)  # type: ignore[assignment, attr-defined]
    fields.SealedField.from_db_value = (  # type: ignore[method-assign]
        lambda self, value, *_: None if value is None else fields.Sealed(value)
    )
    fields.SealedField.open_stored = lambda self, instance, value: value  # type: ignore[method-assign]


def _everywhere(old: Any, new: Any) -> None:
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("hawl."):
            for name, value in list(vars(module).items()):
                if value is old:
                    setattr(module, name, new)


def lay_open() -> None:
    """Write every sealed value of the copy as plain bytes. Runs with the keys, as the superuser of the copy."""
    from django.db import connection

    from hawl.foundations.access.actor import Actor
    from hawl.foundations.access.scope import acting_as
    from hawl.foundations.vault.owners import sealed_fields, sealed_tables

    with acting_as(Actor(label="system:benchmark", machine=True)), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in sealed_tables():
            table, key = model._meta.db_table, model._meta.pk
            named = sealed_fields(model)
            columns = ", ".join(f"{field.column} = %s" for field in named)
            cursor.executemany(
                f"UPDATE {table} SET {columns} WHERE {key.column} = %s",
                [[*(_plain(field, row) for field in named), row.pk] for row in model._default_manager.all()],
            )
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")


def _plain(field: Any, row: Any) -> bytes | None:
    value = getattr(row, field.name)
    return None if value is None else field.to_plain(value).encode()


# --- a process that answers -----------------------------------------------------------------------------------------


def child(what: str) -> None:
    """`with` or `without`: answer each path on stdin with its status and seconds; `open`: lay the copy open."""
    import django
    from django.conf import settings

    if what != "with":
        settings.DATABASES["default"] |= {
            "NAME": COPY, "USER": "postgres", "PASSWORD": os.environ["BENCH_SUPERUSER"],
        }  # fmt: skip
    django.setup()
    if what == "open":
        lay_open()
        return
    from django.test import Client
    from django.urls import get_resolver

    from hawl.foundations.identity.models import User
    from hawl.foundations.identity.tests.signing import force_whole_sign_in

    get_resolver().url_patterns  # noqa: B018 - all pages are imported before anything is taken out
    user = User.objects.get(email="bench@example.org")
    force_whole_sign_in()
    client = Client()
    client.force_login(user)
    if what == "without":
        without_controls()
    looking = cProfile.Profile() if os.environ.get("BENCH_PROFILE") else None
    for line in sys.stdin:
        began = time.perf_counter()
        answer = looking.runcall(client.get, line.strip()) if looking else client.get(line.strip())
        content = answer.content
        print(json.dumps([answer.status_code, time.perf_counter() - began, len(content)]), flush=True)
    if looking:
        looking.dump_stats(f"{os.environ['BENCH_PROFILE']}.{what}")


class Answering:
    """One of the two processes."""

    def __init__(self, what: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, f"--{what}"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def ask(self, path: str) -> tuple[int, float, int]:
        """Status, seconds and bytes of a page."""
        to, out = self.process.stdin, self.process.stdout
        assert to is not None
        assert out is not None
        to.write(path + "\n")
        to.flush()
        status, seconds, size = json.loads(out.readline() or "[0, 0, 0]")
        return status, seconds, size

    def end(self) -> None:
        """Close its input, at which it ends."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(20)


# --- the run --------------------------------------------------------------------------------------------------------


def lay_out(folder: Path) -> tuple[dict[str, str], list[str]]:
    """An installation with a caseload, an account and the copy; the processes' environment and ids of people."""
    os.environ["HAWL_HOME"] = f"{folder}/home"
    os.environ["DJANGO_SETTINGS_MODULE"] = "hawl.config.settings"
    feed = folder / "feed.jsonl"
    hawl("demo", "feed", "--people", str(PEOPLE), "--seed", "7", "--out", str(feed))
    hawl("prepare")
    hawl("feed", "import", str(feed), "--json")
    hawl("account", "put", "bench@example.org", "--name", "Bench", "--organisation", "victim-care-unit",
         "--role", "victim_care_officer", "--vetting-until", "2099-01-01", "--training-until", "2099-01-01",
         "--json")  # fmt: skip

    from hawl.config.serving import processes
    from hawl.foundations.database import embedded
    from hawl.foundations.database.connection import address
    from hawl.foundations.database.home import home

    server = embedded.ensure_running(home())
    where = address()
    staff = next(each for each in processes(1, 2) if each.name == "staff")
    from_here = {name: os.environ[name] for name in ("PYTHONPATH", "BENCH_PROFILE") if name in os.environ}
    environment = {
        **from_here,
        **staff.environment(where),
        "BENCH_SUPERUSER": server.password,
        "HAWL_HOME": f"{folder}/home",
    }
    import psycopg

    def superuser(name: str) -> Any:
        return psycopg.connect(
            host=where.host, port=where.port, user="postgres", password=server.password, dbname=name, autocommit=True
        )

    with superuser("postgres") as admin:
        admin.execute(f'CREATE DATABASE "{COPY}" TEMPLATE "{where.name}"')
    subprocess.run([sys.executable, __file__, "--open"], env=environment, check=True)
    with superuser(where.name) as admin:
        found = admin.execute("SELECT id FROM people_person ORDER BY md5(id::text) LIMIT 200").fetchall()
    for name in (where.name, COPY):
        with superuser(name) as admin:
            admin.execute("VACUUM ANALYZE")
    return environment, [str(each[0]) for each in found]


def measure(pages: dict[str, list[str]], environment: dict[str, str]) -> dict[str, dict[str, float]]:
    """Median milliseconds of each page in both processes, asked in turn, and their ratio."""
    both = {what: Answering(what, environment) for what in ("with", "without")}
    told: dict[str, dict[str, float]] = {}
    try:
        for name, paths in pages.items():
            seconds: dict[str, list[float]] = {"with": [], "without": []}
            for number in range(ROUNDS + 5):
                path = paths[number % len(paths)]
                for what in ("with", "without") if number % 2 else ("without", "with"):
                    status, spent, _size = both[what].ask(path)
                    if status != 200:
                        raise SystemExit(f"{path} was answered {status} by the process {what} controls.")
                    if number >= 5:
                        seconds[what].append(spent)
            middle = {what: statistics.median(each) * 1000 for what, each in seconds.items()}
            told[name] = {
                "with_ms": round(middle["with"], 1),
                "without_ms": round(middle["without"], 1),
                "ratio": round(middle["with"] / middle["without"], 2),
            }
    finally:
        for each in both.values():
            each.end()
    return told


def main() -> None:
    """Lay out, ask both in turn, print."""
    with tempfile.TemporaryDirectory(prefix="hawl-bench-") as folder:
        os.chmod(folder, 0o711)  # noqa: S103 - PostgreSQL, which never runs as root, must pass through
        began = time.monotonic()
        environment, people = lay_out(Path(folder))
        pages = {
            "due": ["/due/", "/due/?window=overdue", "/due/?page=3"],
            "cases": ["/cases/", "/cases/?route=automatic", "/cases/?page=4"],
            "person": [f"/people/{each}/" for each in people],
        }
        told = measure(pages, environment)
        print(
            json.dumps(
                {
                    "benchmark": "protection",
                    "people": PEOPLE,
                    "rounds": ROUNDS,
                    "pages": told,
                    "worst": max(each["ratio"] for each in told.values()),
                    "goal": GOAL,
                    "seconds": round(time.monotonic() - began),
                    "left_out": "search",
                    "comparison_lacks": "row security, scope of queries, policy on rows, sealing, audit of reads",
                    "comparison_keeps": "sign-in, sessions, doors, headers, templates, queries",
                }
            )
        )


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].startswith("--"):
        child(sys.argv[1].removeprefix("--"))
    else:
        main()

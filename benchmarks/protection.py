"""What the controls cost: the same pages on the same data, with all of them and without.

python benchmarks/protection.py [PEOPLE] [ROUNDS]

The comparison build (`laid_open.py`) is a process that speaks to a copy of the database in which every sealed value is
laid open, row security and the guards on rows are off and plain folded names stand in an indexed column, and in which
the policy, the scope, the vault and the audit are taken out of the code before the first page. Framework, sessions,
CSRF, templates, queries and headers are the same, and so are a search's candidates, its weighing and its page.

The two answer in turn, runs of requests ABBA, and medians are compared, so that what else the machine does meets both.
A process keeps for its life what chance gave it (where its memory lies, how its sets are ordered) and is a tenth slower
or quicker by it: four pairs of processes are asked one after another and the medians are of all; `between` tells them.
Beside the time on the clock stands the time that the page's own process and its database process had of a processor.
BENCH_PROFILE=/some/file: each process writes where its time went (`.with`, `.without`; times are longer then).
BENCH_KEEP=/some/folder: the installation is laid out there once and used again.
BENCH_STATEMENTS=1: each page's statements with their milliseconds, once, on stderr.
"""

from __future__ import annotations

import cProfile
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from as_owner import superuser
from laid_open import lay_open, plain_words, without_controls

from hawl.config.throw_away import home_of_its_own

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 20_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2].isdigit() else 60
GOAL = 1.30
COPY = "hawl_laid_open"
# As a server does, each process answers a run of requests before the other has its turn; at the beginning of a run
# the machine's caches still hold the other's, which is not counted.
_RUN = 10
_COLD = 3
_PAIRS = 4

Request = tuple[str, dict[str, str] | None]


def hawl(*arguments: str) -> str:
    """Run the command line of this checkout; its stdout."""
    command = [str(Path(sys.executable).parent / "hawl"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-400:]}")
    return done.stdout


def make_account() -> None:
    """The worker who asks for the pages."""
    from hawl.foundations.access.actor import Actor, Role
    from hawl.foundations.identity.actions import put_account
    from hawl.foundations.identity.queries import organisation_id_of

    far = date(2999, 1, 1)
    put_account(
        by=Actor(label="system:benchmark", machine=True), email="bench@example.org", display_name="Bench",
        roles=frozenset({Role.VICTIM_CARE_OFFICER}), organisation_id=organisation_id_of("victim-care-unit"),
        password=os.urandom(16).hex(), vetting_until=far, training_until=far,
    )  # fmt: skip


_ALONE = {"open": lay_open, "account": make_account}


# --- a process that answers -----------------------------------------------------------------------------------------


def child(what: str) -> None:
    """`with` or `without`: answer each request on stdin with its status and seconds; the rest of `_ALONE` and end."""
    import django
    from django.conf import settings

    if what not in ("with", "account"):
        settings.DATABASES["default"] |= {
            "NAME": COPY, "USER": "postgres", "PASSWORD": os.environ["BENCH_SUPERUSER"],
        }  # fmt: skip
    if what == "without":
        settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if ".audit." not in each]
    django.setup()
    if what in _ALONE:
        _ALONE[what]()
        return
    from django.db import connection
    from django.test import Client
    from django.urls import get_resolver

    from hawl.foundations.identity.models import User
    from hawl.foundations.identity.tests.signing import force_whole_sign_in
    from hawl.registers.finding import tokens

    get_resolver().url_patterns  # noqa: B018 - all pages are imported before anything is taken out
    user = User.objects.get(email="bench@example.org")
    force_whole_sign_in()
    client = Client()
    client.force_login(user)
    if what == "without":
        without_controls()
        plain_words(tokens)
    looking = cProfile.Profile() if os.environ.get("BENCH_PROFILE") else None
    watched = Watched(connection)
    for line in sys.stdin:
        path, typed, told = json.loads(line)

        def ask(path: str = path, typed: Any = typed) -> Any:
            return client.get(path) if typed is None else client.post(path, typed)

        with watched.telling(f"{what} {path} {typed or ''}") if told else watched:
            answer = looking.runcall(ask) if looking else ask()
            content = answer.content
        print(json.dumps([answer.status_code, len(content), *watched.spent]), flush=True)
    if looking:
        looking.dump_stats(f"{os.environ['BENCH_PROFILE']}.{what}")


class Watched:
    """Seconds on the clock, and seconds of a processor of this process and of its database process."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.spent = (0.0, 0.0, 0.0)

    def _now(self) -> tuple[float, float, float]:
        backend = self.connection.connection.info.backend_pid
        ran = Path(f"/proc/{backend}/schedstat").read_text(encoding="ascii").split()[0]
        return time.perf_counter(), time.process_time(), int(ran) / 1e9

    def __enter__(self) -> None:
        self.began = self._now()

    def __exit__(self, *_: object) -> None:
        self.spent = tuple(end - start for start, end in zip(self.began, self._now(), strict=True))

    def telling(self, title: str) -> Any:
        """Also say every statement and its milliseconds on stderr."""
        from contextlib import contextmanager

        lines: list[str] = []

        def tell(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            began = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                lines.append(f"{(time.perf_counter() - began) * 1000:7.2f}  {sql}")

        @contextmanager
        def both() -> Any:
            with self.connection.execute_wrapper(tell), self:
                yield
            print(title, f"{self.spent[0] * 1000:.1f} ms", *lines, sep="\n", end="\n\n", file=sys.stderr, flush=True)

        return both()


class Answering:
    """One of the two processes."""

    def __init__(self, what: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, f"--{what}"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def ask(self, request: Request, *, told: bool = False) -> tuple[int, int, float, float, float]:
        """Status and bytes of a page; seconds on the clock, of its process and of its database process."""
        to, out = self.process.stdin, self.process.stdout
        assert to is not None
        assert out is not None
        to.write(json.dumps([*request, told]) + "\n")
        to.flush()
        status, size, clock, process, database = json.loads(out.readline() or "[0, 0, 0, 0, 0]")
        return status, size, clock, process, database

    def end(self) -> None:
        """Close its input, at which it ends."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(20)


# --- the run --------------------------------------------------------------------------------------------------------


def lay_out(folder: Path) -> tuple[dict[str, str], dict[str, list[Request]]]:
    """An installation with a caseload, an account and the copy; the processes' environment and what is asked."""
    os.environ["HAWL_HOME"] = f"{folder}/home"
    os.environ["DJANGO_SETTINGS_MODULE"] = "hawl.config.settings"
    feed, searches = folder / "feed.jsonl", folder / "searches.json"
    fresh = not (folder / "laid_out").exists()
    hawl("prepare")
    if fresh:
        hawl("demo", "feed", "--people", str(PEOPLE), "--seed", "7", "--out", str(feed))
        hawl("feed", "import", str(feed), "--json")
        # By hand it would wait for somebody else's yes, and nobody else is here.
        subprocess.run([sys.executable, __file__, "--account"], env={**os.environ, "HAWL_PROCESS": "jobs"}, check=True)

    from hawl.config.serving import processes
    from hawl.foundations.database import embedded
    from hawl.foundations.database.connection import address
    from hawl.foundations.database.home import home

    server = embedded.ensure_running(home())
    where = address()
    staff = next(each for each in processes(1, 2, 3) if each.name == "staff")
    from_here = {name: os.environ[name] for name in ("PYTHONPATH", "BENCH_PROFILE") if name in os.environ}
    environment = {
        **from_here,
        **staff.environment(where),
        "BENCH_SUPERUSER": server.password,
        "BENCH_SEARCHES": str(searches),
        "HAWL_HOME": f"{folder}/home",
    }
    if fresh:
        with superuser("postgres") as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{COPY}"')
            admin.execute(f'CREATE DATABASE "{COPY}" TEMPLATE "{where.name}"')
        subprocess.run([sys.executable, __file__, "--open"], env=environment, check=True)
        for name in (where.name, COPY):
            with superuser(name) as admin:
                admin.execute("VACUUM FULL")
                # As the server does by itself in a while: it marks the pages of which an index may answer alone.
                admin.execute("VACUUM ANALYZE")
        (folder / "laid_out").touch()
    with superuser(where.name) as admin:
        found = admin.execute("SELECT id FROM people_person ORDER BY md5(id::text) LIMIT 200").fetchall()
    return environment, _pages([str(each[0]) for each in found], json.loads(searches.read_text(encoding="utf-8")))


def _pages(people: list[str], searches: dict[str, list[dict[str, str]]]) -> dict[str, list[Request]]:
    return {
        "list, what is due": [(each, None) for each in ("/due/", "/due/?window=overdue", "/due/?page=3")],
        "list, cases": [(each, None) for each in ("/cases/", "/cases/?route=automatic", "/cases/?page=4")],
        **{name: [("/search/", each) for each in asked] for name, asked in searches.items()},
        "person": [(f"/people/{each}/", None) for each in people],
    }


_Middle = dict[str, dict[str, float]]
_Spent = dict[str, list[tuple[float, ...]]]


def measure(pages: dict[str, list[Request]], environment: dict[str, str]) -> list[dict[str, _Spent]]:
    """Of each pair of processes, by page and process (`with`, `without`), the seconds of each request: on the clock,
    of the page's process and of its database process.
    """
    return [_of_pair(pages, environment, told=not number) for number in range(_PAIRS)]


def _of_pair(pages: dict[str, list[Request]], environment: dict[str, str], *, told: bool) -> dict[str, _Spent]:
    both = {what: Answering(what, environment) for what in ("with", "without")}
    try:
        return {name: _of_page(requests, both, told=told) for name, requests in pages.items()}
    finally:
        for each in both.values():
            each.end()


def _of_page(requests: list[Request], both: dict[str, Answering], *, told: bool) -> _Spent:
    spent: _Spent = {"with": [], "without": []}
    sizes: dict[tuple[str, int], int] = {}
    runs = max(1, ROUNDS // _RUN // _PAIRS)
    for run in range(-1, runs):  # the run before the first is not counted
        for what in ("with", "without") if run % 2 else ("without", "with"):
            for place in range(_COLD + _RUN):
                number = max(run, 0) * _RUN + place
                request = requests[number % len(requests)]
                aloud = told and bool(os.environ.get("BENCH_STATEMENTS")) and run == 0 and place == _COLD
                status, size, *times = both[what].ask(request, told=aloud)
                if status != 200:
                    raise SystemExit(f"{request} was answered {status} by the process {what} controls.")
                if run >= 0 and place >= _COLD:
                    spent[what].append(tuple(times))
                sizes[what, number] = size
    for (what, number), size in sizes.items():
        if abs(size - sizes["without", number]) > 0.02 * sizes["without", number]:
            raise SystemExit(
                f"{requests[number % len(requests)]} is of {size} bytes {what} controls: not the same page."
            )
    return spent


def _middle(spent: _Spent) -> _Middle:
    return {what: dict(zip(("clock", "page", "database"), _medians(rows), strict=True)) for what, rows in spent.items()}


def _medians(rows: list[tuple[float, ...]]) -> list[float]:
    return [statistics.median(column) * 1000 for column in zip(*rows, strict=True)]


def _together(pairs: list[dict[str, _Spent]], name: str) -> _Spent:
    return {what: [row for pair in pairs for row in pair[name][what]] for what in ("with", "without")}


def _kinds(told: dict[str, _Middle]) -> dict[str, _Middle]:
    return {
        kind: _mean([each for name, each in told.items() if name.startswith(kind)])
        for kind in ("list", "search", "person")
    }


def _compared(told: _Middle) -> dict[str, float]:
    """The two sides of one page, in milliseconds, and how many times one is the other."""
    one, other = told["with"], told["without"]
    of_processor = [each["page"] + each["database"] for each in (one, other)]
    return {
        "with_ms": round(one["clock"], 1),
        "without_ms": round(other["clock"], 1),
        "ratio": round(one["clock"] / other["clock"], 2),
        "processor_ratio": round(of_processor[0] / of_processor[1], 2),
        **{f"more_{part}_ms": round(one[part] - other[part], 1) for part in ("page", "database")},
    }


def _mean(told: list[_Middle]) -> _Middle:
    """Several measurements as one page."""
    return {
        what: {part: statistics.fmean(each[what][part] for each in told) for part in ("clock", "page", "database")}
        for what in ("with", "without")
    }


def _run(folder: Path) -> None:
    began = time.monotonic()
    environment, pages = lay_out(folder)
    pairs = measure(pages, environment)
    told = {name: _middle(_together(pairs, name)) for name in pages}
    kinds = _kinds(told)
    each_pair = [_kinds({name: _middle(spent) for name, spent in pair.items()}) for pair in pairs]
    print(
        json.dumps(
            {
                "benchmark": "protection",
                "people": PEOPLE,
                "rounds": ROUNDS,
                "measured": {name: _compared(each) for name, each in told.items()},
                "pages": {kind: _compared(each) for kind, each in kinds.items()},
                "between": {kind: sorted(_compared(pair[kind])["ratio"] for pair in each_pair) for kind in kinds},
                "overall": _compared(_mean(list(kinds.values()))),
                "worst": max(_compared(each)["ratio"] for each in told.values()),
                "goal": GOAL,
                "load": round(os.getloadavg()[0], 1),
                "seconds": round(time.monotonic() - began),
                "comparison_lacks": "row security, scope of queries, policy on rows, sealing, keyed tokens, audit",
                "comparison_keeps": "sign-in, sessions, doors, headers, templates, queries, columns of scope, weighing",
            }
        )
    )


def main() -> None:
    """Lay out, ask both in turn, print."""
    kept = os.environ.get("BENCH_KEEP")
    if kept:
        Path(kept).mkdir(mode=0o711, exist_ok=True)
        _run(Path(kept))
        return
    with home_of_its_own() as folder:
        _run(folder)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].startswith("--"):
        child(sys.argv[1].removeprefix("--"))
    else:
        main()

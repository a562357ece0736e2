"""What the controls cost: the same pages on the same data, with all of them and without.

python benchmarks/protection.py [PEOPLE] [ROUNDS]

The comparison build lives here alone: a process that speaks to a copy of the database in which every sealed value is
laid open, row security and the guards on rows are off and plain folded names stand in an indexed column, and in which
the policy, the scope, the vault and the audit are taken out of the code before the first page. Framework, sessions,
CSRF, templates, queries and headers are the same, and so are a search's candidates, its weighing and its page.

The two answer in turn, runs of requests ABBA, and medians are compared, so that what else the machine does meets both.
Beside the time on the clock stands the time that the page's own process and its database process had of a processor.
BENCH_PROFILE=/some/file: each process writes where its time went (`.with`, `.without`; times are longer then).
BENCH_KEEP=/some/folder: the installation is laid out there once and used again.
BENCH_STATEMENTS=1: each page's statements with their milliseconds, once, on stderr.
"""

from __future__ import annotations

import cProfile
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from hawl.config.throw_away import home_of_its_own

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 20_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2].isdigit() else 60
GOAL = 1.30
COPY = "hawl_laid_open"
# As a server does, each process answers a run of requests before the other has its turn; at the beginning of a run
# the machine's caches still hold the other's, which is not counted.
_RUN = 10
_COLD = 3

Request = tuple[str, dict[str, str] | None]


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
    from hawl.foundations.access.actor import Actor, Role, Standing, naming
    from hawl.foundations.audit import actions as audit
    from hawl.foundations.identity import sessions
    from hawl.foundations.identity.models import User
    from hawl.foundations.vault import fields
    from hawl.registers.finding import queries as finding

    @contextmanager
    def acting_as(actor: Any) -> Any:
        with naming(actor), transaction.atomic():
            yield actor

    def nothing(*_: Any, **__: Any) -> None:
        return None

    def actor_of(user: User, _bodies: Any = None) -> Actor:
        """What any site knows of who signed in: the account's own row."""
        far = date(2999, 1, 1)
        return Actor(
            label=f"user:{user.pk}",
            user_id=user.pk,
            organisations=frozenset({user.organisation_id} if user.organisation_id else ()),
            roles=frozenset(Role(each) for each in user.roles),
            standing=Standing(active=True, vetting_until=far, training_until=far),
        )

    _everywhere(scope.acting_as, acting_as)
    for name in ("record", "record_list"):
        _everywhere(getattr(audit, name), nothing)
    User.actor = actor_of
    access.ScopedQuerySet.visible = lambda self: self
    access.ScopedModel.from_db = classmethod(models.Model.from_db.__func__)
    fields.SealedField.from_db_value = lambda self, value, *_: None if value is None else fields.Sealed(value)
    fields.SealedField.open_stored = lambda self, instance, value: value
    finding._people_with = _by_plain_names
    sessions._ALONG = {}
    finding.with_keys = lambda rows, _column: list(rows)


def _by_plain_names(wanted: list[tuple[int, set[int]]], most: int) -> Any:
    """The same candidates from an indexed column of plain words, in one statement."""
    from django.db import connection

    from hawl.registers.finding import queries as finding

    with connection.cursor() as cursor:
        parts, values = [], []
        for kind, words in wanted:
            parts.append(f"(SELECT {int(kind)}, person_id FROM bench_words WHERE word = ANY(%s) LIMIT %s)")
            values += [sorted(words), most * len(words) + 1]
        cursor.execute(finding._FEW_OF_A_KIND.format(each=" UNION ALL ".join(parts)), [most, *values])
        people: dict[int, set[Any] | None] = {kind: set() for kind, _ in wanted}
        people.update((kind, None if found is None else set(found)) for kind, found in cursor.fetchall())
    return iter(people.items())


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
        _lay_words(cursor)
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


def _lay_words(cursor: Any) -> None:
    """The plain words by which each person is found, where the product has keyed tokens; and whom to look for."""
    from hawl.registers.finding import tokens
    from hawl.registers.finding.queries import tokens_held
    from hawl.registers.people.models import Person

    _plain_words(tokens)
    cursor.execute("CREATE TABLE bench_words (word text, person_id uuid)")
    everyone = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(everyone), 500):
        held = tokens_held(everyone[start : start + 500])[1]
        # A word stands once for a person here, of however many rows of theirs it is.
        pairs = sorted({(str(word), each.person) for each in held for word in each.tokens})
        cursor.execute(
            "INSERT INTO bench_words SELECT * FROM unnest(%s::text[], %s::uuid[])",
            [list(each) for each in zip(*pairs, strict=True)],
        )
    # Only of whom the worker would find with controls too: the two answer with the same page.
    seen = "SELECT p.id FROM people_person p JOIN identity_user u ON u.organisation_id = ANY(p.visible_to)"
    cursor.execute(f"DELETE FROM bench_words WHERE person_id NOT IN ({seen} WHERE u.email = 'bench@example.org')")
    cursor.execute("ALTER TABLE bench_words ADD PRIMARY KEY (word, person_id)")
    Path(os.environ["BENCH_SEARCHES"]).write_text(json.dumps(_searches(list(Person.objects.all()[:20_000]))))


def _plain_words(tokens: Any) -> None:
    tokens._token = lambda _secret, kind, text: f"{kind}|{text}"


def _searches(people: list[Any]) -> dict[str, list[dict[str, str]]]:
    """What is typed: a common family name with first name and day of birth, one alone, and rare names."""
    known = [(each.names.get("given"), each.names.get("family"), each.born_on) for each in people if each.names]
    known = [each for each in known if all(each)]
    often = Counter(family for _, family, _ in known)
    common = [family for family, _ in often.most_common(5)]
    rare = [each for each in known if often[each[1]] == 1] or [each for each in known if often[each[1]] < 4]
    dated = [each for each in known if each[1] in common]
    chance = random.Random(7)  # noqa: S311 - the same people in each run
    return {
        "search, common name with day of birth": [
            {"name": f"{given} {family}", "born_on": f"{born:%d/%m/%Y}"}
            for given, family, born in chance.sample(dated, min(40, len(dated)))
        ],
        "search, rare name": [
            {"name": f"{given} {family}"} for given, family, _ in chance.sample(rare, min(40, len(rare)))
        ],
        "search, common name alone": [{"name": family} for family in common],
    }


def _plain(field: Any, row: Any) -> bytes | None:
    value = getattr(row, field.name)
    return None if value is None else field.to_plain(value).encode()


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
        _plain_words(tokens)
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
    staff = next(each for each in processes(1, 2) if each.name == "staff")
    from_here = {name: os.environ[name] for name in ("PYTHONPATH", "BENCH_PROFILE") if name in os.environ}
    environment = {
        **from_here,
        **staff.environment(where),
        "BENCH_SUPERUSER": server.password,
        "BENCH_SEARCHES": str(searches),
        "HAWL_HOME": f"{folder}/home",
    }
    import psycopg

    def superuser(name: str) -> Any:
        return psycopg.connect(
            host=where.host, port=where.port, user="postgres", password=server.password, dbname=name, autocommit=True
        )

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


def measure(pages: dict[str, list[Request]], environment: dict[str, str]) -> dict[str, _Middle]:
    """By page and process (`with`, `without`) the median milliseconds on the clock, of page and of database process."""
    both = {what: Answering(what, environment) for what in ("with", "without")}
    told: dict[str, _Middle] = {}
    try:
        for name, requests in pages.items():
            told[name] = _of_page(requests, both)
    finally:
        for each in both.values():
            each.end()
    return told


def _of_page(requests: list[Request], both: dict[str, Answering]) -> dict[str, dict[str, float]]:
    spent: dict[str, list[tuple[float, ...]]] = {"with": [], "without": []}
    sizes: dict[tuple[str, int], int] = {}
    for run in range(-1, max(1, ROUNDS // _RUN)):  # the run before the first is not counted
        for what in ("with", "without") if run % 2 else ("without", "with"):
            for place in range(_COLD + _RUN):
                number = max(run, 0) * _RUN + place
                request = requests[number % len(requests)]
                told = bool(os.environ.get("BENCH_STATEMENTS")) and run == 0 and place == _COLD
                status, size, *times = both[what].ask(request, told=told)
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
    return {what: dict(zip(("clock", "page", "database"), _medians(rows), strict=True)) for what, rows in spent.items()}


def _medians(rows: list[tuple[float, ...]]) -> list[float]:
    return [statistics.median(column) * 1000 for column in zip(*rows, strict=True)]


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
    told = measure(pages, environment)
    kinds = {kind: _mean([each for name, each in told.items() if name.startswith(kind)])
             for kind in ("list", "search", "person")}  # fmt: skip
    print(
        json.dumps(
            {
                "benchmark": "protection",
                "people": PEOPLE,
                "rounds": ROUNDS,
                "measured": {name: _compared(each) for name, each in told.items()},
                "pages": {kind: _compared(each) for kind, each in kinds.items()},
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

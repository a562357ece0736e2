"""Words put into every field about a person are found in no file: tables, log of changes, dump, logs, queue, leftovers.

The installation is the test run's own, with a database of this test's own; pages answer in this process and log as in
service. `make drill-canaries` runs this file alone.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from laying import BORN_ON, BY_ROW, NUMBER, canary, every_sealed_field, feed_rows, holding_a_canary
from searching import MARK, patterns, search, writings

from hawl.config.json_lines import JsonLines
from hawl.foundations.access.actor import Role
from hawl.foundations.access.scope import acting_as
from hawl.foundations.access.tests.processes import as_process
from hawl.foundations.database import embedded
from hawl.foundations.database.connection import address, given_url
from hawl.foundations.database.home import home
from hawl.foundations.design.headers import REPORTS
from hawl.registers.cases.models import Case, CaseEvent
from hawl.registers.cases.tests.makers import DESK, account
from hawl.registers.people.models import Contact
from hawl.work.intake.tests.importing import EVERYBODY, take_in

pytestmark = [
    pytest.mark.process("jobs"),
    pytest.mark.slow,
    pytest.mark.timeout(280),
    pytest.mark.skipif(bool(given_url()), reason="The files of a given server cannot be read from here."),
    pytest.mark.xdist_group("at_rest"),
]


def crashing(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A view that fails with what a person typed in its hands."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *_: Any) -> None:
        if request.headers.get("Fail"):
            note = canary("crash")
            raise ValueError(f"cannot read {note!r}")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


@dataclass
class Laid:
    """The files in which canaries could lie, and which sealed fields hold one."""

    folders: list[Path]
    covered: set[str]
    asked: int


def _superuser(database: str) -> psycopg.Connection[Any]:
    where, password = address(), embedded.ensure_running(home()).password
    return psycopg.connect(
        host=where.host, port=where.port, user="postgres", password=password, dbname=database, autocommit=True
    )


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All that any logger says, written as the processes write it."""
    folder = tmp_path_factory.mktemp("logs")
    handler = logging.FileHandler(folder / "everything.jsonl")
    handler.setFormatter(JsonLines())
    loggers = [logging.getLogger(name) for name in ("", "hawl", "hawl.web", "django", "procrastinate")]
    for each in loggers:
        each.addHandler(handler)
    yield folder
    for each in loggers:
        each.removeHandler(handler)
    handler.close()


def ask_everything(officer: Any, person: Any, case: Any, contact: Any, reported: str) -> int:
    """Every staff page that people use, with canaries in all that can be typed, well and badly; how many were asked."""
    client = Client(raise_request_exception=False)
    client.force_login(officer)
    page = f"/people/{person}/"
    day, word = "22/11/2026", canary
    asks: list[tuple[str, str, dict[str, str]]] = [
        ("get", "/due/", {"q": word("searched")}), ("get", "/cases/", {"q": word("searched"), "council": word("town")}),
        ("get", f"/{word('path')}/", {}), ("get", "/due/", {"page": word("page")}),
        ("get", page, {"case": word("case")}), ("get", page, {}), ("post", f"{page}show/", {"contact": str(contact)}),
        ("post", f"{page}show/", {"contact": word("c")}),
        ("post", f"{page}cases/{case}/act/", {"event": word("event"), "on": word("on"), "about": word("about")}),
        ("post", f"{page}cases/{case}/act/", {"event": "needs_assessed", "on": day}),
        ("get", f"{page}cases/{case}/record/", {"find": word("find"), "event": word("event")}),
        ("get", f"{page}cases/{case}/told/", {}), ("get", f"{page}cases/{case}/events/", {"event": word("event")}),
        ("get", f"{page}cases/{case}/duties/", {"duty": word("duty"), "from": word("from")}),
        ("post", f"{page}cases/{case}/duties/answer/", {"duty": "3.1", "from": reported, "event": "reason_recorded",
                                                         "on": day, "words": word("reason")}),
        ("post", f"{page}cases/{case}/duties/answer/", {"duty": "3.1", "from": reported, "event": word("event"),
                                                         "on": word("on"), "words": word("reason")}),
        ("post", f"{page}cases/{case}/events/take-back/", {"event": word("event")}),
        ("post", "/papers/keep/", {"period": word("period")}),
        ("post", f"{page}cases/{case}/answer/", {"agreed": word("agreed"), "on": word("on")}),
        ("post", f"{page}cases/{case}/answer/", {"agreed": "yes", "on": day}),
        ("post", f"{page}cases/{case}/refer/", {"on": word("on")}), ("post", f"{page}cases/{case}/take/", {}),
        ("post", "/sign-in/", {"username": f"{word('mail')}@example.org", "password": word("password")}),
        ("post", REPORTS, {"csp-report": word("report")}),
    ]  # fmt: skip
    for method, where, told in asks:
        getattr(client, method)(where, told)
        if where != REPORTS:
            getattr(client, method)(where, told, HTTP_FAIL="1")
    client.get("/", headers={"host": word("host")})
    client.post("/sign-in/", {"username": "x", "password": word("p")}, HTTP_ORIGIN=f"http://{word('origin')}.example")
    return 2 * len(asks) + 1


def lay_by_row(person: Any, case: Any, user: int, seen: list[int]) -> None:
    """One row in each table that has no page in this drill, as its own process would write it."""
    for label, make in BY_ROW.items():
        if label not in {each.rpartition(".")[0] for each in every_sealed_field()}:
            continue
        model = apps.get_model(label)
        for process in ("jobs", "staff"):
            try:
                with as_process(process), acting_as(EVERYBODY), transaction.atomic():
                    model._default_manager.create(**make(person, case, user, seen))
                break
            except Exception as refused:
                last = refused
        else:
            # Its own guards let nobody but its action write: they are for its tests. Here the bytes count.
            _write_as_superuser(model, make(person, case, user, seen), last)


def _write_as_superuser(model: Any, values: dict[str, Any], refused: Exception) -> None:
    settings, password = connection.settings_dict, embedded.ensure_running(home()).password
    before = {name: settings[name] for name in ("USER", "PASSWORD")}
    connection.close()
    settings.update(USER="postgres", PASSWORD=password)
    try:
        with acting_as(EVERYBODY), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            model._default_manager.create(**values)
    except Exception as still:
        raise AssertionError(f"{model._meta.label} cannot be laid: {refused!r}, then {still!r}") from still
    finally:
        connection.close()
        settings.update(before)


def dump(database: str, into: Path, *more: str) -> Path:
    """A plain dump of all that the database holds."""
    where, password = address(), embedded.ensure_running(home()).password
    out = into / f"{database}.sql"
    subprocess.run(
        [str(embedded.PROGRAMS / "pg_dump"), "-h", where.host, "-p", str(where.port), "-U", "postgres", "-f", str(out),
         *more, database],
        env={"PATH": os.environ["PATH"], "PGPASSWORD": password, "PGSSLMODE": "disable"}, check=True,
        capture_output=True,
    )  # fmt: skip
    return out


@pytest.fixture
def laid(
    new_database: Callable[[], str], settings: Any, log_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Laid:
    """Canaries in every field, by the feed, the pages and the rows; then all is written out to disk."""
    leftovers = tmp_path / "leftovers"
    leftovers.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(leftovers))
    name = new_database()
    taken = take_in(feed_rows())
    assert taken.run.counts["accepted"] >= 1
    with acting_as(EVERYBODY):
        case = Case.objects.select_related("person").latest("received_at")
        person, contact = case.person_id, Contact.objects.filter(person_id=case.person_id).first()
        reported = CaseEvent.objects.get(case=case, event="crime_reported").event_id
    assert contact is not None
    officer = account(Role.VICTIM_CARE_OFFICER, DESK)
    lay_by_row(person, case.pk, officer.pk, list(case.visible_to))
    from hawl.config.settings import web

    settings.MIDDLEWARE = [*web.middleware_of("staff"), f"{__name__}.crashing"]
    settings.ROOT_URLCONF = "hawl.config.urls_staff"
    with as_process("staff"):
        asked = ask_everything(officer, person, case.pk, contact.pk, reported)
    with acting_as(EVERYBODY):
        models = {apps.get_model(each.rpartition(".")[0]) for each in every_sealed_field()}
        covered = {field for model in models for field in holding_a_canary(model)}
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    dump(name, dumps)
    with _superuser(name) as admin:
        admin.execute("SELECT pg_switch_wal()")
        admin.execute("CHECKPOINT")
    return Laid([home(), dumps, log_file, leftovers], covered, asked)


def wanted() -> dict[str, bytes]:
    digits = NUMBER.replace(" ", "")
    return patterns([MARK, digits, BORN_ON, NUMBER, digits[1:]])


def test_no_canary_of_any_sealed_field_is_found_in_any_file(laid: Laid) -> None:
    """A new sealed field fails here until the feed, a page or `BY_ROW` puts a canary in."""
    assert every_sealed_field() - laid.covered == set()
    found, files, size = search(laid.folders, wanted())
    told = {"files": files, "bytes": size, "requests": laid.asked, "fields": len(laid.covered), "found": len(found)}
    sys.stderr.write(f"{json.dumps(told)}\n")
    assert found == []
    assert files > 100
    assert size > 20_000_000
    assert len(laid.covered) >= 15


def test_one_plain_column_is_caught_in_the_table_the_changes_and_the_dump(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    """The planted fault: the same word in a column that is not sealed, and in one that holds it in hex."""
    name, word = new_database(), f"{MARK}plantedhere"
    with _superuser(name) as admin:
        admin.execute("CREATE TABLE planted (plain text, packed bytea)")
        admin.execute("SET synchronous_commit = on")
        # A checkpoint may take the changes away: they are looked at before one, and planted anew where another
        # worker of the run asked for one in between.
        found: list[Any] = []
        for _ in range(5):
            admin.execute("INSERT INTO planted VALUES (%s, %s)", [word, word.encode()])
            found, _, _ = search([home() / "postgres/data/pg_wal"], patterns([word]))
            if found:
                break
        admin.execute("CHECKPOINT")
    dump(name, tmp_path, "-t", "planted")
    found = [*found, *search([home(), tmp_path], patterns([word]))[0]]
    where = {_part(each.file) for each in found}
    assert where == {"changes", "dump", "table"}
    assert {each.written.split()[-1] for each in found} >= {"utf-8", "hex"}


def _part(file: str) -> str:
    if "/pg_wal/" in file:
        return "changes"
    return "dump" if file.endswith(".sql") else "table"


@pytest.mark.parametrize("written", [*writings(MARK)])
def test_every_writing_of_a_canary_is_found(written: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x00before" + writings(MARK)[written] + b"after\x00")
    found, files, _ = search([tmp_path], patterns([MARK]))
    assert files == 1
    assert f"{MARK} {written}" in {each.written for each in found}


@pytest.mark.parametrize("before", range(3))
def test_a_canary_inside_base64_is_found_at_every_place(before: int, tmp_path: Path) -> None:
    import base64

    (tmp_path / "file").write_bytes(base64.b64encode(b"x" * before + MARK.encode() + b"and more"))
    assert search([tmp_path], patterns([MARK]))[0]

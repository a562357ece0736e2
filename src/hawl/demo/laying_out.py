"""Laying out a demo: accounts, an invented feed, the main job on it, and a summary counted from the database."""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from hawl.demo.accounts import Account, accounts, make_accounts
from hawl.demo.desk_work import work_a_little
from hawl.demo.feed import make_feed
from hawl.demo.street import write_months
from hawl.demo.writing import write_feed
from hawl.foundations.access.actor import Actor
from hawl.foundations.access.scope import acting_as
from hawl.foundations.clock import today
from hawl.foundations.commands import Progress
from hawl.foundations.database.home import home, read_private, write_private
from hawl.registers.demand.actions import import_street_files
from hawl.registers.demand.queries import held_months
from hawl.registers.places.queries import area_entry, routing
from hawl.work.intake.actions import import_feed
from hawl.work.intake.desks import desk_of_area

SEED = 2021
_FEED_NAME = "demo-feed.jsonl"
BY = Actor(label="system:demo", machine=True)

# In the order in which rows lean on each other. The audit stays: it is append-only.
_EMPTIED = (
    "duties_duty", "cases_caseevent", "cases_case", "people_contact", "people_person",
    "extracts_keptrow", "intake_feedmessage", "intake_feedrefusal", "intake_feedrun",
)  # fmt: skip


class NotADemo(Exception):
    """This installation holds a real caseload; a demo never touches it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the demo laid out, counted from the database."""

    people: int
    cases: int
    routes: dict[str, int]
    duties: dict[str, int]
    rows: int
    rows_per_second: int
    seconds: float
    password: str
    accounts: tuple[Account, ...]

    def as_dict(self) -> dict[str, Any]:
        """One line of `hawl demo --json`."""
        return {
            "people": self.people,
            "cases": self.cases,
            "routes": self.routes,
            "duties": self.duties,
            "rows_per_second": self.rows_per_second,
            "seconds": self.seconds,
        }

    def lines(self) -> list[str]:
        """The summary for a person at a terminal."""
        whole = sum(self.duties.values()) or 1
        found = [
            "",
            "An invented caseload. Nobody in it exists.",
            f"  {self.people:,} people, {self.cases:,} cases, {whole:,} duties; "
            f"{self.rows:,} feed rows taken in at {self.rows_per_second:,} a second.",
            "  Cases by route:  " + ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in self.routes.items()),
            "  Duties by state: "
            + ", ".join(f"{name.replace('_', ' ')} {n:,} ({n / whole:.0%})" for name, n in self.duties.items()),
            "",
            f"  Sign in with the password  {self.password}  as",
        ]
        found += [f"    {each.email:<24} {each.sees}" for each in self.accounts]
        found += [
            "  and then with the code that this prints (each opens once):",
            f"    hawl demo code {self.accounts[0].email}" if self.accounts else "    hawl demo code EMAIL",
        ]
        return [*found, ""]


def lay_out(*, people: int) -> Summary:
    """Bring this installation to today's demo and count it. A second call on the same day changes nothing.

    Raises `NotADemo` on an installation that holds people and was not made by the demo.
    """
    began = time.monotonic()
    wanted = {"seed": SEED, "people": people, "today": today().isoformat()}
    marker = _marker()
    empty = _people() == 0
    if not empty and (marker is None or _holds_more_than_a_demo()):
        raise NotADemo(
            "This installation holds a caseload that the demo did not make: no page may call it invented. "
            "`hawl serve` serves it; for a demo set HAWL_HOME to another folder."
        )
    area = area_entry(settings.HAWL_AREA)
    desks = routing(settings.HAWL_AREA).desks
    who = accounts(desks.receiving, desks.onward, area.local_policing_body)
    password = marker["password"] if marker else secrets.token_urlsafe(9)
    # The mark may be of another database than this one, which holds nothing yet.
    elsewhere = empty and marker is not None and marker.get("whole")
    if marker is None or elsewhere or {key: marker.get(key) for key in wanted} != wanted:
        write_private(_marker_file(), json.dumps({**wanted, "password": password, "whole": False}))
        make_accounts(who, password, BY)
        _empty()
        _take_in(people, today())
        work_a_little(who[0].email, who[2].email, today())
        write_private(_marker_file(), json.dumps({**wanted, "password": password, "whole": True}))
    elif not marker.get("whole"):
        make_accounts(who, password, BY)
        _take_in(people, today())  # goes on where a run that was cut off stopped
        work_a_little(who[0].email, who[2].email, today())
        write_private(_marker_file(), json.dumps({**wanted, "password": password, "whole": True}))
    return count(password, who, time.monotonic() - began)


def is_demo() -> bool:
    """Was this installation made by the demo."""
    return _marker_file().exists()


def _marker_file() -> Path:
    return home() / "demo.json"


def _marker() -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(read_private(_marker_file()))
    except (FileNotFoundError, ValueError):
        return None
    return found


def _people() -> int:
    with acting_as(BY), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT 1 FROM people_person LIMIT 1) AS any_person")
        return int(cursor.fetchone()[0])


def _holds_more_than_a_demo() -> bool:
    """Did anything else come in since, or is this another database than the one that the marker was left for."""
    with acting_as(BY), connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM intake_feedrun WHERE file_name <> %s AND (counts->>'accepted')::int > 0)"
            " OR EXISTS (SELECT 1 FROM people_person WHERE source_key IS NULL)",
            [_FEED_NAME],
        )
        return bool(cursor.fetchone()[0])


def _empty() -> None:
    with acting_as(BY), connection.cursor() as cursor:
        for table in _EMPTIED:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the tuple above


def _take_in(people: int, day: date) -> None:
    """The main job on an invented feed. The feed itself is kept nowhere."""
    folder = Path(tempfile.mkdtemp(prefix="hawl-demo-"))
    try:
        file = folder / _FEED_NAME
        inventing = Progress("Rows invented")
        inventing.done(write_feed(file, make_feed(people, SEED, day), after_row=inventing.at))
        desk, feed = desk_of_area()
        taking = Progress("Rows taken in")
        taken = import_feed(path=file, by=feed, desk=desk, progress=taking.at)
        taking.done(taken.run.rows_done)
        if not held_months():
            _lay_out_demand(people, day, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out_demand(people: int, day: date, folder: Path) -> None:
    """Invented months of recorded crime, where none are held yet."""
    months = folder / "months"
    months.mkdir()
    write_months(make_feed(people, SEED, day), months, SEED)
    import_street_files(paths=[months], by=BY)


def count(password: str, who: tuple[Account, ...], seconds: float) -> Summary:
    """The summary, each number from the database."""
    with acting_as(BY), connection.cursor() as cursor:

        def one(sql: str) -> Any:
            cursor.execute(sql)
            return cursor.fetchone()

        def by(sql: str, *values: Any) -> dict[str, int]:
            cursor.execute(sql, values)
            return {str(name): int(n) for name, n in cursor.fetchall()}

        rows, spent = one("SELECT coalesce(sum(rows_done), 0), coalesce(sum(seconds), 0) FROM intake_feedrun")
        return Summary(
            people=one("SELECT count(*) FROM people_person")[0],
            cases=one("SELECT count(*) FROM cases_case")[0],
            routes=by("SELECT route, count(*) FROM cases_case GROUP BY route ORDER BY count(*) DESC, route"),
            duties=by(_BY_STATE, today()),
            rows=int(rows),
            rows_per_second=round(rows / spent) if spent else 0,
            seconds=round(seconds, 2),
            password=password,
            accounts=who,
        )


_BY_STATE = """
SELECT CASE WHEN standing <> 'open' THEN standing WHEN due_on IS NULL THEN 'no_limit'
  WHEN due_on < %s THEN 'overdue' ELSE 'pending' END AS state, count(*)
FROM duties_duty GROUP BY state ORDER BY count(*) DESC, state
"""

# ruff: noqa: S608 - statements are put together from text and names of this code only
"""Laying one part into the tables: COPY into staging, then a few statements for all rows at once.

Staging tables live in the session only and hold what the tables hold: sealed values, never plain ones.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import DatabaseError, connection

from hawl.foundations.access import rescoping
from hawl.foundations.access.actor import current_actor
from hawl.foundations.audit.actions import record
from hawl.foundations.journal.actions import note_many, place_waiting
from hawl.foundations.vault import hand
from hawl.foundations.vault.resealing import reseal_cases
from hawl.registers.finding.laying import take_away
from hawl.registers.people.journal_facts import decided_facts
from hawl.rights.rulebook import Event
from hawl.work.intake import parts, standing, told
from hawl.work.intake import statements as sql
from hawl.work.intake.copy_text import lines
from hawl.work.intake.keys_of_people import keys_of
from hawl.work.intake.parts import Desk, Known, Part, Person
from hawl.work.intake.tokens import lay_tokens
from hawl.work.intake.versions import History, ToldNo
from hawl.work.protection.inheriting import inherit


def make_stages() -> None:
    """Staging tables of this session, emptied at each commit."""
    with connection.cursor() as cursor:
        # Many short statements over a few thousand rows: compiling them costs more than running them. What a part
        # touches was laid or read just now and lies in memory: at the price of a disk that seeks the planner reads
        # whole tables for a part's two thousand rows, and each part costs more than the one before.
        cursor.execute("SET jit = off; SET random_page_cost = 1.1")
        staged = {table: (table, columns) for table, columns in sql.STAGED.items()} | sql.STAGED_ALONE
        # Of an import before this one in the same session.
        cursor.execute("DROP TABLE IF EXISTS " + ", ".join(f"stage_{name}" for name in (*staged, "touched")))
        for name, (table, columns) in staged.items():
            names = _quoted(columns)
            cursor.execute(
                f'CREATE TEMP TABLE stage_{name} ON COMMIT DELETE ROWS AS SELECT {names} FROM "{table}" WITH NO DATA'
            )
        cursor.execute("ALTER TABLE stage_against ADD COLUMN person_key bytea")
        cursor.execute("CREATE TEMP TABLE stage_touched (person_id uuid) ON COMMIT DELETE ROWS")


def _history(row: Sequence[Any]) -> History:
    version, case_id, run, digests, danger, police, suspects, ways, addresses, *waiting = row
    suspected, reached, lived = ({bytes(each) for each in keys} for keys in (suspects, ways, addresses))
    held = (waiting[0], waiting[1], waiting[2])
    answers, deaths, stands = (json.loads(each) for each in waiting[3:])
    return History(
        version, case_id, run, json.loads(digests), danger, police, suspected, reached, lived, held,
        answers=answers, deaths=deaths, stands=stands,
    )  # fmt: skip


def known_of(message_keys: Sequence[bytes], person_keys: Sequence[bytes], feed: str) -> Known:
    """What the database knows of these messages and people: a few statements, whatever their number."""
    hand.lock_for_writing()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, version, case_id, first_run_id, digests::text, danger, police_suspect, suspects, ways, "
            "addresses, waits_for, stood_route, stood_reason, answers::text, deaths::text, stands::text "
            "FROM intake_feedmessage WHERE key = ANY(%s)",
            [list(message_keys)],
        )
        histories = {bytes(key): _history(row) for key, *row in cursor.fetchall()}
        cases = [history.case_id for history in histories.values() if history.case_id]
        cursor.execute(
            "SELECT source_key, id, told_at, told_by, data_key FROM people_person WHERE source_key = ANY(%s)",
            [list(person_keys)],
        )
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT c.id, p.id, p.data_key, p.source_key FROM cases_case c JOIN people_person p ON p.id = c.person_id "
            "WHERE c.id = ANY(%s)",
            [cases],
        )
        whose = cursor.fetchall() if cases else []
        data_keys = {pk: key for _, pk, _, _, key in rows} | {pk: key for _, pk, key, _ in whose}
        keys = keys_of(cursor, {pk: key for pk, key in data_keys.items() if key})
    people = {
        bytes(key): Person(pk, told_at, bytes(told_by or b""), keys.get(pk)) for key, pk, told_at, told_by, _ in rows
    }
    of_cases = {case_id: keys.get(pk) for case_id, pk, _, _ in whose}
    named = {case_id: bytes(key) for case_id, _, _, key in whose if key}
    for history in histories.values():
        history.person = named.get(history.case_id) if history.case_id else None
        history.stood = history.words()
    return Known(histories, people, _other_events(cases, feed) if cases else {}, of_cases)


def _other_events(cases: list[uuid.UUID], feed: str) -> dict[uuid.UUID, list[Event]]:
    found: dict[uuid.UUID, list[Event]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id, event_id, event, occurred_on, received_on, about, attributes::text "
            "FROM cases_caseevent WHERE case_id = ANY(%s) AND asserted_by <> %s",
            [cases, feed],
        )
        for case_id, event_id, event, occurred, received, about, attributes in cursor.fetchall():
            found.setdefault(case_id, []).append(
                Event(str(case_id), event_id, event, occurred, received, about or None, json.loads(attributes))
            )
    return found


def give_walled(desk: Desk) -> int:
    """Give what the force must not see and nobody could take over to the desk outside; gives the number of people.

    Call it in scope, with the staging tables made.
    """
    where: dict[str, Any] = {
        "outside": list(desk.outside),
        "able": list(desk.able),
        "force": desk.force,
        "desk": desk.organisation_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.WALL_HELD, where)
        walled = dict(cursor.fetchall())
        given: dict[uuid.UUID, list[int]] = {}
        if desk.outside:
            cursor.execute(sql.GIVE, where)
            given = dict(cursor.fetchall())
        if people := [*(walled | given)]:
            for statement in sql.spread("SELECT unnest(%(reached)s::uuid[])"):
                cursor.execute(statement, {"reached": people})
            record(
                action="people.sealed_given", object_kind="organisation", object_id=str(desk.organisation_id),
                people=len(given), walled=len(walled),
            )  # fmt: skip
            _carry_wall(walled | given, desk)
    return len(given)


def _carry_wall(people: Mapping[uuid.UUID, Sequence[int]], desk: Desk) -> None:
    """Whatever else is held of these people is walled too, and put back so after a restore. People with their named."""
    entries: list[tuple[str, uuid.UUID, dict[str, Any]]] = []
    for person, named in people.items():
        rescoping.deny(person_id=person, organisation_id=desk.force)
        entries.append(("denied", person, {"organisation": desk.force}))
        if named:
            rescoping.seal(person_id=person, named_users=named)
            entries.append(("sealed", person, {"named": list(named)}))
    note_many(entries=entries)


def lay(part: Part, feed: str, desk: Desk) -> tuple[int, int, int]:
    """Write the part; gives the number of events, of duties and of people now held more than before."""
    with connection.cursor() as cursor:
        if part.told_no:
            cursor.execute(sql.HOLD_TOLD_NO, [list({each.person_key for each in part.told_no})])
        events, duties = _counts(cursor, part)
        left, stood = _people_of(cursor, part.renewed_cases)
        before = {"messages": [key for key, _ in part.named], "people": [person for _, person in part.named]}
        _stage(cursor, part)
        if part.renewed_cases:
            renewed: dict[str, Any] = {"messages": part.renewed_messages, "cases": part.renewed_cases, "feed": feed}
            for statement in sql.RENEW:
                cursor.execute(statement.format(contacts=_quoted(parts.CONTACTS)), renewed)
        cursor.execute(f"INSERT INTO vault_datakey ({_names('vault_datakey')}) SELECT * FROM stage_vault_datakey")
        cursor.execute(sql.PEOPLE.format(columns=_names("people_person")))
        cursor.execute(sql.MOVED)
        moved = cursor.fetchall()
        cursor.execute(sql.PASSED_ON)
        passed_on = [row[0] for row in cursor.fetchall()]
        cursor.execute(sql.CASES.format(columns=_names("cases_case")))
        for table in ("people_contact", "cases_caseevent", "duties_duty"):
            cursor.execute(f"INSERT INTO {table} ({_names(table)}) SELECT {_names(table)} FROM stage_{table}")
        cursor.execute(sql.MESSAGES.format(columns=_names("intake_feedmessage")))
        cursor.execute(sql.TOUCH)
        cursor.execute("ANALYZE stage_touched")
        for statement in told.NAMED_BEFORE:
            cursor.execute(statement, before)
        cursor.execute(told.KNOWN_BY)
        left = list({*left, *(row[0] for row in cursor.fetchall())})
        _reroute(cursor, part.rerouted)
        for statement in (*sql.SAID_AGAINST, sql.DANGER):
            cursor.execute(statement)
        cursor.execute(told.DIED, {"left": left})
        cursor.execute(sql.POLICE_TOLD, {"told": part.police_told})
        cursor.execute(sql.STOOD, {"stood": stood})
        cursor.execute(sql.COUNTER)
        cursor.execute(sql.WALL, {"outside": list(desk.outside), "able": list(desk.able), "force": desk.force})
        walled: dict[uuid.UUID, list[int]] = dict(cursor.fetchall())
        reached = [*walled]
        reached += inherit(cursor, of_cases="SELECT case_id FROM stage_intake_feedmessage")
        cursor.execute(sql.STRICTEST, {"left": left})
        _protect(cursor, part.told_no, left)
        _recall(cursor, moved, reached, desk.today)
        for statement in sql.SPREAD:
            cursor.execute(statement, {"reached": reached})
        _carry_wall(walled, desk)
        if passed_on:
            reseal_cases(passed_on, part.keys_of)
        lay_tokens(cursor, part, renewed={*left, *part.renewed_people}, reached=reached)
        gone = _take_away_left(cursor, left)
        # What a restore could not place is put on whom this part brings again, before anybody sees them.
        cursor.execute(sql.WAITED_FOR)
        place_waiting(by=current_actor(), found=cursor.fetchall())
    return len(part.events) - events, len(part.duties) - duties, part.new_people - gone


def _take_away_left(cursor: Any, left: list[uuid.UUID]) -> int:
    """Remove, with their keys, those of whom no message tells any more; gives how many."""
    if not left:
        return 0
    cursor.execute(sql.LEFT, {"left": left})
    nobody = cursor.fetchall()
    people = [person for person, _ in nobody]
    cursor.execute(sql.LEFT_KEYS, {"keys": [key for _, key in nobody if key]})
    cursor.execute(told.NAMED_NO_MORE, {"gone": people})
    take_away(people)
    return len(people)


def _reroute(cursor: Any, rerouted: Sequence[standing.Rerouted]) -> None:
    if rerouted:
        cases, routes, reasons, agreements, calls = (list(column) for column in zip(*rerouted, strict=True))
        cursor.execute(
            told.REROUTE,
            {"cases": cases, "routes": routes, "reasons": reasons, "agreements": agreements, "calls": calls},
        )


def _protect(cursor: Any, told_no: Sequence[ToldNo], left: list[uuid.UUID]) -> None:
    """Raise protection by what came in; the safety journal has it, since a backup of yesterday does not."""
    closed = []
    if told_no:
        noes = [(each.person_key, each.value_key, use) for each in told_no for use in each.uses]
        people, ways, uses = (list(column) for column in zip(*noes, strict=True))
        cursor.execute(sql.TOLD_NO, {"people": people, "ways": ways, "uses": uses})
        closed = cursor.fetchall()
    cursor.execute(sql.PROTECT, {"left": left})
    closed += cursor.fetchall()
    if closed:
        note_many(
            entries=[
                ("contact_unsafe", person, decided_facts(bytes(key), use, "unsafe")) for person, key, use in closed
            ]
        )
        record(action="contact.closed_by_feed", object_kind="contact", ways=len(closed))


def _recall(cursor: Any, moved: list[tuple[uuid.UUID, uuid.UUID]], reached: list[uuid.UUID], today: date) -> None:
    """Take back cases that were referred on and no longer may be. `moved` are cases with whose they were till now."""
    cursor.execute(sql.RECALL, {"moved": [case for case, _ in moved], "reached": reached, "today": today})
    found = cursor.fetchall()
    if not found:
        return
    scope: dict[str, Any] = {
        "cases": [case for case, _, _ in found],
        "people": list({person for _, person, _ in found} | {person for _, person in moved}),
        "desks": list({desk for _, _, desk in found}),
    }
    for statement in sql.RECALL_WITH:
        cursor.execute(statement, scope)
    for case in scope["cases"]:
        record(action="case.recalled", object_kind="case", object_id=str(case))


def _stage(cursor: Any, part: Part) -> None:
    # In one transaction with others (as in tests) the last part's rows would still be there.
    cursor.execute("TRUNCATE " + ", ".join(f"stage_{table}" for table in (*sql.STAGED, *sql.STAGED_ALONE, "touched")))
    _copy(cursor, "vault_datakey", part.keys)
    _copy(cursor, "people_person", part.people.values())
    _copy(cursor, "people_contact", part.contacts)
    _copy(cursor, "cases_case", part.cases.values())
    _copy(cursor, "cases_caseevent", part.events)
    _copy(cursor, "duties_duty", part.duties)
    _copy(cursor, "intake_feedmessage", part.messages)
    _copy(cursor, "against", part.against, (*parts.CONTACTS, "person_key"))
    # Without counts the planner would read whole tables to find a thousand rows.
    cursor.execute("ANALYZE stage_people_person, stage_cases_case, stage_intake_feedmessage, stage_against")


def _people_of(cursor: Any, cases: list[uuid.UUID]) -> tuple[list[uuid.UUID], list[bytes]]:
    """Whose cases these were until now, and the keys of those for whom their people stood."""
    if not cases:
        return [], []
    cursor.execute("SELECT person_id, stands_for_key FROM cases_case WHERE id = ANY(%s)", [cases])
    found = cursor.fetchall()
    return [person for person, _ in found], [bytes(key) for _, key in found if key]


def _counts(cursor: Any, part: Part) -> tuple[int, int]:
    """Feed events and duties that the renewed cases held until now."""
    if not part.renewed_cases:
        return 0, 0
    cursor.execute(
        "SELECT (SELECT count(*) FROM cases_caseevent WHERE case_id = ANY(%(c)s) AND asserted_by LIKE 'feed:%%'),"
        " (SELECT count(*) FROM duties_duty WHERE case_id = ANY(%(c)s))",
        {"c": part.renewed_cases},
    )
    found = cursor.fetchone()
    return int(found[0]), int(found[1])


def _names(table: str) -> str:
    return _quoted(sql.STAGED[table])


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _copy(cursor: Any, table: str, rows: Iterable[tuple[Any, ...] | str], columns: Sequence[str] | None = None) -> None:
    names = _quoted(columns) if columns else _names(table)
    with cursor.copy(f"COPY stage_{table} ({names}) FROM STDIN") as copy:
        copy.write(lines(rows))


def routes_of(run_id: uuid.UUID) -> dict[str, int]:
    """How many of the cases that a run made took each route, as they stand now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.route, count(*) FROM intake_feedmessage m JOIN cases_case c ON c.id = m.case_id "
            "WHERE m.first_run_id = %s GROUP BY c.route ORDER BY c.route",
            [run_id],
        )
        return {str(route): int(count) for route, count in cursor.fetchall()}


def lock_feeds(*, patience: float) -> bool:
    """Take the lock of feed imports for this session; False when another import holds it for `patience` seconds.

    The database may need a moment to notice that an import was killed, and its last part may still be laid then.
    """
    until = time.monotonic() + patience
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('hawl.feed.import'))")
            if cursor.fetchone()[0]:
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.2)


def unlock_feeds() -> None:
    """Give the lock back, also from a session that an import stopped in its middle left unusable."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('hawl.feed.import'))")
    except DatabaseError:
        connection.close()  # The lock ends with its session; the import's own error goes on to the caller.

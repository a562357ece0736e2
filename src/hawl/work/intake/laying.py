"""Laying one part into the tables: COPY into staging, then a few statements for all rows at once.

Staging tables live in the session only and hold what the tables hold: sealed values, never plain ones.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from hawl.rights.rulebook import Event
from hawl.work.intake import parts
from hawl.work.intake.copy_text import lines
from hawl.work.intake.parts import Known, Part, Person

_STAGED = {
    "people_person": parts.PEOPLE,
    "people_contact": parts.CONTACTS,
    "cases_case": parts.CASES,
    "cases_caseevent": parts.EVENTS,
    "duties_duty": parts.DUTIES,
    "intake_feedmessage": parts.MESSAGES,
}
# What older versions said against a number; staged only.
_AGAINST = "CREATE TEMP TABLE stage_against ON COMMIT DELETE ROWS AS SELECT message_key, kind, value_key, ring, text, " \
    "message, write FROM people_contact WITH NO DATA"

# A person's particulars stand as last told; a seal is never lifted here.
_PEOPLE = """
INSERT INTO people_person ({columns}) SELECT {columns} FROM stage_people_person
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, names = excluded.names, born_on = excluded.born_on,
  facts = excluded.facts, language = excluded.language, deceased = excluded.deceased, told_at = excluded.told_at,
  visibility = CASE WHEN excluded.visibility = 'sealed' THEN 'sealed' ELSE people_person.visibility END,
  visible_to = CASE WHEN excluded.visibility = 'sealed' THEN excluded.visible_to ELSE people_person.visible_to END,
  named_users = CASE WHEN excluded.visibility = 'sealed' THEN excluded.named_users ELSE people_person.named_users END
WHERE people_person.told_at IS NULL OR excluded.told_at >= people_person.told_at OR excluded.visibility = 'sealed'
"""

# What a person at the desk decided (the victim's answer, and the route that followed from it) stays.
_CASES = """
INSERT INTO cases_case ({columns}) SELECT {columns} FROM stage_cases_case
ON CONFLICT (id) DO UPDATE SET reference = excluded.reference, crime_key = excluded.crime_key,
  suspect_key = excluded.suspect_key, stands_for_key = excluded.stands_for_key, location = excluded.location, note = excluded.note, role = excluded.role,
  offence = excluded.offence, flags = excluded.flags, council = excluded.council, risk = excluded.risk, rank = excluded.rank,
  repeat = excluded.repeat, 
  no_first_call = excluded.no_first_call OR (cases_case.agreement_decided_at IS NOT NULL AND cases_case.agreement = 'no'),
  enhanced_suggested = excluded.enhanced_suggested, reported_on = excluded.reported_on,
  person_id = excluded.person_id,
  agreement = CASE WHEN cases_case.agreement_decided_at IS NULL THEN excluded.agreement ELSE cases_case.agreement END,
  route = CASE WHEN cases_case.agreement_decided_at IS NULL THEN excluded.route ELSE cases_case.route END,
  route_reason = CASE WHEN cases_case.agreement_decided_at IS NULL THEN excluded.route_reason
    ELSE cases_case.route_reason END
"""

# What the version held until now said against a number stays said when a newer version names the number again.
_RENEW = (
    "INSERT INTO stage_against SELECT message_key, kind, value_key, ring, text, message, write FROM people_contact "
    "WHERE message_key = ANY(%(messages)s) AND 'unsafe' IN (ring, text, message, write)",
    "DELETE FROM people_contact WHERE message_key = ANY(%(messages)s)",
    "DELETE FROM cases_caseevent WHERE case_id = ANY(%(cases)s) AND asserted_by = %(feed)s",
    "DELETE FROM duties_duty WHERE case_id = ANY(%(cases)s)",
)

_SAID_AGAINST = """
UPDATE people_contact c SET
  ring = CASE WHEN a.ring = 'unsafe' THEN 'unsafe' ELSE c.ring END,
  text = CASE WHEN a.text = 'unsafe' THEN 'unsafe' ELSE c.text END,
  message = CASE WHEN a.message = 'unsafe' THEN 'unsafe' ELSE c.message END,
  write = CASE WHEN a.write = 'unsafe' THEN 'unsafe' ELSE c.write END
FROM (SELECT message_key, kind, value_key, min(ring) FILTER (WHERE ring = 'unsafe') AS ring,
    min(text) FILTER (WHERE text = 'unsafe') AS text, min(message) FILTER (WHERE message = 'unsafe') AS message,
    min(write) FILTER (WHERE write = 'unsafe') AS write FROM stage_against GROUP BY 1, 2, 3) a
WHERE c.message_key = a.message_key AND c.kind = a.kind AND c.value_key = a.value_key
"""

# A case that forbids a first call forbids it on every number of the person, also on one that another case gave.
_NO_FIRST_CALL = """
UPDATE people_contact SET ring = 'unknown' WHERE ring = 'first_approach' AND decided_at IS NULL
AND person_id IN (SELECT person_id FROM stage_cases_case)
AND person_id IN (SELECT person_id FROM cases_case WHERE no_first_call)
"""

# Two people accuse each other: both cases wait for a specialist and no number of either is rung meanwhile.
_COUNTER = """
WITH pairs AS (
  SELECT c1.id AS one, c2.id AS other, c1.person_id AS p1, c2.person_id AS p2
  FROM stage_cases_case s JOIN cases_case c1 ON c1.id = s.id JOIN people_person p1 ON p1.id = c1.person_id
  JOIN people_person p2 ON p2.source_key = c1.suspect_key
  JOIN cases_case c2 ON c2.person_id = p2.id AND c2.suspect_key = p1.source_key
), held AS (
  UPDATE cases_case SET counter_allegation = true,
    route = CASE WHEN route IN ('automatic', 'consent_first') AND agreement_decided_at IS NULL
      THEN 'specialist_hold' ELSE route END,
    route_reason = CASE WHEN route IN ('automatic', 'consent_first') AND agreement_decided_at IS NULL
      THEN 'counter_allegation' ELSE route_reason END
  WHERE id IN (SELECT one FROM pairs UNION SELECT other FROM pairs)
)
UPDATE people_contact SET ring = 'unknown'
WHERE ring = 'first_approach' AND decided_at IS NULL
  AND person_id IN (SELECT p1 FROM pairs UNION SELECT p2 FROM pairs)
"""

# Everything of a sealed person carries the person's seal, older cases included; a case referred on is seen
# by the desk that received it, and so is what a later version adds to it.
_SPREAD = """
UPDATE {table} t SET visible_to = p.visible_to, named_users = p.named_users
FROM people_person p {through}
WHERE p.id IN (SELECT person_id FROM stage_cases_case) AND p.id = {person}
  AND (t.visible_to, t.named_users) IS DISTINCT FROM (p.visible_to, p.named_users)
  AND (p.visibility = 'sealed' OR {referred})
"""


def make_stages() -> None:
    """Staging tables of this session, emptied at each commit."""
    with connection.cursor() as cursor:
        for table, columns in _STAGED.items():
            names = ", ".join(f'"{name}"' for name in columns)
            cursor.execute(f"DROP TABLE IF EXISTS stage_{table}")  # of an import before this one in the same session
            cursor.execute(
                f"CREATE TEMP TABLE stage_{table} ON COMMIT DELETE ROWS AS "  # noqa: S608 - names from code
                f'SELECT {names} FROM "{table}" WITH NO DATA'
            )
        cursor.execute("DROP TABLE IF EXISTS stage_against")
        cursor.execute(_AGAINST)


def known_of(message_keys: Sequence[bytes], person_keys: Sequence[bytes], feed: str) -> Known:
    """What the database knows of these messages and people: a few statements, whatever their number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, version, case_id, digest FROM intake_feedmessage WHERE key = ANY(%s)", [list(message_keys)]
        )
        messages = {
            bytes(key): (version, case_id, bytes(digest)) for key, version, case_id, digest in cursor.fetchall()
        }
        cursor.execute(
            "SELECT source_key, id, told_at, visibility = 'sealed', visible_to, named_users "
            "FROM people_person WHERE source_key = ANY(%s)",
            [list(person_keys)],
        )
        people = {
            bytes(key): Person(pk, told, sealed, tuple(orgs), tuple(users))
            for key, pk, told, sealed, orgs, users in cursor.fetchall()
        }
        cursor.execute("SELECT stands_for_key FROM cases_case WHERE stands_for_key = ANY(%s)", [list(person_keys)])
        stood_for = {bytes(key) for (key,) in cursor.fetchall()}
    cases = [case_id for _, case_id, _ in messages.values()]
    return Known(messages, people, _other_events(cases, feed) if cases else {}, stood_for)


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
                Event(str(case_id), event_id, event, occurred, received, about or None, _json(attributes))
            )
    return found


def _json(text: str) -> dict[str, Any]:
    import json

    read: dict[str, Any] = json.loads(text)
    return read


def lay(part: Part, feed: str) -> tuple[int, int]:
    """Write the part; gives the number of events and of duties now held more than before."""
    with connection.cursor() as cursor:
        before = _counts(cursor, part)
        # In one transaction with others (as in tests) the last part's rows would still be there.
        cursor.execute("TRUNCATE " + ", ".join(f"stage_{table}" for table in (*_STAGED, "against")))
        _copy(cursor, "people_person", part.people.values())
        _copy(cursor, "people_contact", part.contacts)
        _copy(cursor, "cases_case", part.cases.values())
        _copy(cursor, "cases_caseevent", part.events)
        _copy(cursor, "duties_duty", part.duties)
        _copy(cursor, "intake_feedmessage", part.messages.values())
        _copy(cursor, "against", part.against, parts.AGAINST)
        # Without counts the planner would read whole tables to find a thousand rows.
        cursor.execute("ANALYZE stage_people_person, stage_cases_case, stage_against")
        if part.renewed_cases:
            renewed = {"messages": part.renewed_messages, "cases": part.renewed_cases, "feed": feed}
            for statement in _RENEW:
                cursor.execute(statement, renewed)
        cursor.execute(_PEOPLE.format(columns=_names("people_person")))
        cursor.execute(_CASES.format(columns=_names("cases_case")))
        for table in ("people_contact", "cases_caseevent", "duties_duty"):
            cursor.execute(
                f"INSERT INTO {table} ({_names(table)}) SELECT {_names(table)} FROM stage_{table}"  # noqa: S608
            )
        cursor.execute(
            "INSERT INTO intake_feedmessage (key, version, digest, case_id, run_id) "
            "SELECT key, version, digest, case_id, run_id FROM stage_intake_feedmessage "
            "ON CONFLICT (key) DO UPDATE SET version = excluded.version, digest = excluded.digest, "
            "run_id = excluded.run_id"
        )
        cursor.execute(_SAID_AGAINST)
        cursor.execute(_NO_FIRST_CALL)
        cursor.execute(_COUNTER)
        _spread(cursor)
    return len(part.events) - before[0], len(part.duties) - before[1]


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


def _spread(cursor: Any) -> None:
    case = "JOIN cases_case c ON c.person_id = p.id"
    referred = "c.referred_on IS NOT NULL"
    for table, through, person, may in (
        ("cases_case", "", "t.person_id", "false"),
        ("people_contact", "", "t.person_id", "cardinality(p.visible_to) > 1"),
        ("cases_caseevent", case, "c.person_id AND t.case_id = c.id", referred),
        ("duties_duty", case, "c.person_id AND t.case_id = c.id", referred),
    ):
        cursor.execute(_SPREAD.format(table=table, through=through, person=person, referred=may))


def _names(table: str) -> str:
    return ", ".join(f'"{name}"' for name in _STAGED[table])


def _copy(
    cursor: Any, table: str, rows: Iterable[tuple[Any, ...]], columns: Sequence[str] | None = None
) -> None:
    names = ", ".join(columns) if columns else _names(table)
    with cursor.copy(f"COPY stage_{table} ({names}) FROM STDIN") as copy:
        copy.write(lines(rows))


def lock_feeds() -> bool:
    """Take the lock of feed imports for this session; False when another import holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('hawl.feed.import'))")
        return bool(cursor.fetchone()[0])


def unlock_feeds() -> None:
    """Give the lock back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtext('hawl.feed.import'))")


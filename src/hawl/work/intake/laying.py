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

from django.db import connection

from hawl.foundations.access import rescoping
from hawl.foundations.audit.actions import record
from hawl.foundations.journal.actions import note_many
from hawl.foundations.vault import hand
from hawl.foundations.vault.resealing import reseal_cases
from hawl.registers.finding.laying import take_away
from hawl.registers.people.journal_facts import decided_facts
from hawl.rights.rulebook import Event
from hawl.work.intake import parts
from hawl.work.intake.copy_text import lines
from hawl.work.intake.keys_of_people import keys_of
from hawl.work.intake.parts import Desk, Known, Part, Person
from hawl.work.intake.tokens import lay_tokens
from hawl.work.intake.versions import History
from hawl.work.protection.inheriting import inherit

_STAGED = {
    "vault_datakey": parts.KEYS,
    "people_person": parts.PEOPLE,
    "people_contact": parts.CONTACTS,
    "cases_case": parts.CASES,
    "cases_caseevent": parts.EVENTS,
    "duties_duty": parts.DUTIES,
    "intake_feedmessage": parts.MESSAGES,
}
# What versions that do not count any more said against a number; staged only.
_STAGED_ALONE = {"against": ("people_contact", parts.CONTACTS)}
# Whom this part touches: also those of whom it only brought an old version.
_TOUCHED = "SELECT c.person_id FROM stage_intake_feedmessage m JOIN cases_case c ON c.id = m.case_id"
# And those of whom it has no row, whom a wall or a conflict reaches through a crime that they share.
_REACHED = f"{_TOUCHED} UNION ALL SELECT unnest(%(reached)s::uuid[])"

# Only what is newer is staged. A seal is never lifted here.
_PEOPLE = """
INSERT INTO people_person ({columns}) SELECT {columns} FROM stage_people_person
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, names = excluded.names, born_on = excluded.born_on,
  facts = excluded.facts, language = excluded.language, deceased = excluded.deceased, told_at = excluded.told_at,
  told_by = excluded.told_by
"""

# What a person at the desk decided (the victim's answer, and the route that followed from it) stays. A yes answers
# whether the person wants to be referred, not whether it is safe: a hold that comes later holds all the same.
_CASES = """
INSERT INTO cases_case ({columns}) SELECT {columns} FROM stage_cases_case
ON CONFLICT (id) DO UPDATE SET reference = excluded.reference, crime_key = excluded.crime_key,
  suspect_key = excluded.suspect_key, stands_for_key = excluded.stands_for_key, location = excluded.location,
  note = excluded.note, role = excluded.role, offence = excluded.offence, flags = excluded.flags,
  council = excluded.council, risk = excluded.risk, rank = excluded.rank, repeat = excluded.repeat,
  no_first_call = excluded.no_first_call
    OR (cases_case.agreement_decided_at IS NOT NULL AND cases_case.agreement = 'no'),
  enhanced_suggested = excluded.enhanced_suggested, reported_on = excluded.reported_on,
  person_id = excluded.person_id,
  -- An answer is the answer of the person who gave it: it does not pass to another whom a version names.
  agreement_decided_at = CASE WHEN cases_case.person_id = excluded.person_id THEN cases_case.agreement_decided_at END,
  agreement = CASE WHEN cases_case.agreement_decided_at IS NULL OR cases_case.person_id <> excluded.person_id
    THEN excluded.agreement ELSE cases_case.agreement END,
  route = CASE WHEN cases_case.agreement_decided_at IS NULL OR cases_case.person_id <> excluded.person_id
      OR (excluded.route = 'specialist_hold' AND cases_case.agreement <> 'no')
    THEN excluded.route ELSE cases_case.route END,
  route_reason = CASE WHEN cases_case.agreement_decided_at IS NULL OR cases_case.person_id <> excluded.person_id
      OR (excluded.route = 'specialist_hold' AND cases_case.agreement <> 'no')
    THEN excluded.route_reason ELSE cases_case.route_reason END
"""

_MESSAGES = """
INSERT INTO intake_feedmessage ({columns}) SELECT {columns} FROM stage_intake_feedmessage
ON CONFLICT (key) DO UPDATE SET version = excluded.version, digests = excluded.digests, run_id = excluded.run_id,
  danger = excluded.danger, police_suspect = excluded.police_suspect, suspects = excluded.suspects,
  waits_for = excluded.waits_for, stood_route = excluded.stood_route, stood_reason = excluded.stood_reason
"""

# What the version held until now said against a number stays said, whether the newer one names the number or not.
_RENEW = (
    "INSERT INTO stage_against ({contacts}) SELECT {contacts} FROM people_contact "
    "WHERE message_key = ANY(%(messages)s) AND claims_no <> '{{}}'",
    "DELETE FROM people_contact WHERE message_key = ANY(%(messages)s)",
    "DELETE FROM cases_caseevent WHERE case_id = ANY(%(cases)s) AND asserted_by = %(feed)s",
    "DELETE FROM duties_duty WHERE case_id = ANY(%(cases)s)",
)

_NOES = """SELECT message_key, value_key, array_agg(DISTINCT said ORDER BY said) AS noes
  FROM stage_against, unnest(claims_no) AS said GROUP BY 1, 2"""
_SAID_AGAINST = (
    f"""
UPDATE people_contact c SET claims_no = ARRAY(SELECT DISTINCT unnest(c.claims_no || a.noes) ORDER BY 1)
FROM ({_NOES}) a WHERE c.message_key = a.message_key AND c.value_key = a.value_key AND NOT c.claims_no @> a.noes
""",
    # A number that only an older version names is kept for the no alone: it holds against other claims on it.
    f"""
INSERT INTO people_contact (id, person_id, kind, value, value_key, given_by, ring, text, message, write, message_key,
  case_id, claims_no, claims_call, visible_to, named_users)
SELECT DISTINCT ON (a.message_key, a.value_key) a.id, c.person_id, a.kind, a.value, a.value_key, '',
  'unknown', 'unknown', 'unknown', 'unknown', a.message_key, c.id, n.noes, false, c.visible_to, c.named_users
FROM stage_against a JOIN ({_NOES}) n USING (message_key, value_key)
JOIN intake_feedmessage m ON m.key = a.message_key JOIN cases_case c ON c.id = m.case_id
WHERE NOT EXISTS (SELECT 1 FROM people_contact k WHERE k.message_key = a.message_key AND k.value_key = a.value_key)
ORDER BY a.message_key, a.value_key, a.id
""",
)  # fmt: skip

# A danger that any version told stays, also when the version came late.
_DANGER = """
UPDATE cases_case c SET no_first_call = true FROM stage_intake_feedmessage m
WHERE m.danger AND c.id = m.case_id AND NOT c.no_first_call
"""

# A case that waits for somebody who stands for the person goes on when one came in, and waits again when a later
# version of that one's row says otherwise.
_STOOD = f"""
UPDATE cases_case c SET route = w.route, route_reason = w.reason FROM (
  SELECT m.case_id, CASE WHEN s.stood THEN m.stood_route ELSE 'specialist_hold' END AS route,
    CASE WHEN s.stood THEN m.stood_reason ELSE m.waits_for END AS reason
  FROM people_person p JOIN cases_case k ON k.person_id = p.id JOIN intake_feedmessage m ON m.case_id = k.id,
  LATERAL (SELECT EXISTS (SELECT 1 FROM cases_case o WHERE o.stands_for_key = p.source_key) AS stood) s
  WHERE m.waits_for <> '' AND (p.id IN ({_TOUCHED}) OR p.source_key = ANY(%(stood)s)
    OR p.source_key IN (SELECT stands_for_key FROM stage_cases_case))) w
WHERE c.id = w.case_id AND c.agreement_decided_at IS NULL AND NOT c.counter_allegation
  AND (c.route, c.route_reason) IS DISTINCT FROM (w.route, w.reason)
"""

# Two people accuse each other in any versions of their messages, or one message has had the same person on both
# sides: the cases wait for a specialist, and no number of either is rung meanwhile. No later version lifts it.
_COUNTER = """
WITH mine AS (
  SELECT c.id, c.person_id, p.source_key, unnest(m.suspects) AS suspect FROM stage_intake_feedmessage s
  JOIN intake_feedmessage m ON m.key = s.key JOIN cases_case c ON c.id = m.case_id
  JOIN people_person p ON p.id = c.person_id
), pairs AS (
  SELECT mine.id AS one, c.id AS other FROM mine JOIN people_person p ON p.source_key = mine.suspect
  JOIN cases_case c ON c.person_id = p.id JOIN intake_feedmessage m ON m.case_id = c.id
  WHERE mine.source_key = ANY(m.suspects)
), both_sides AS (
  SELECT one AS id FROM pairs UNION SELECT other FROM pairs
  UNION SELECT c.id FROM stage_intake_feedmessage s JOIN cases_case c ON c.id = s.case_id WHERE c.counter_allegation
), held AS (
  UPDATE cases_case SET counter_allegation = true,
    route = CASE WHEN route <> 'declined' THEN 'specialist_hold' ELSE route END,
    -- A word that says nothing of the other side, which who reads this row must not learn of.
    route_reason = CASE WHEN route <> 'declined' THEN 'specialist_decides' ELSE route_reason END
  WHERE id IN (SELECT id FROM both_sides) RETURNING person_id
)
UPDATE people_contact SET ring = 'unknown'
WHERE ring = 'first_approach' AND message_key IS NOT NULL AND person_id IN (SELECT person_id FROM held)
"""

# Colleagues of a suspect who works for the police must not see the record, nor that of another victim of the crime,
# which would tell of it (security.md I18). It is denied to the force and sealed to the leads of a desk outside. Whom
# people named before stay, as far as any of them can open it behind the wall.
_WALLED = """
UPDATE people_person p SET visibility = 'sealed', visible_to = '{{}}',
  denied_organisations = array_append(coalesce(p.denied_organisations, '{{}}'), %(force)s),
  named_users = CASE WHEN p.visibility = 'sealed' AND p.named_users && %(able)s::bigint[] THEN p.named_users
    ELSE %(outside)s::bigint[] END
WHERE NOT coalesce(p.denied_organisations @> ARRAY[%(force)s::int], false) AND p.id IN ({whom})
RETURNING p.id, p.named_users
"""
_WALL = _WALLED.format(
    whom="""
  SELECT o.person_id FROM cases_case o WHERE o.crime_key IN (
    SELECT c.crime_key FROM stage_intake_feedmessage s JOIN cases_case c ON c.id = s.case_id
    JOIN cases_case k ON k.crime_key = c.crime_key JOIN intake_feedmessage m ON m.case_id = k.id WHERE m.police_suspect)
  UNION SELECT c.person_id FROM stage_intake_feedmessage s JOIN intake_feedmessage m ON m.key = s.key
    JOIN cases_case c ON c.id = m.case_id WHERE m.police_suspect
"""
)

# Every claim on a number says the strictest word of all of them: one who sees a single claim must not take it for
# safer than it is. A case that forbids a first call forbids it on every number of the person, also on one that
# another case gave.
_STRICTEST = f"""
WITH touched AS MATERIALIZED (
  SELECT DISTINCT person_id FROM ({_TOUCHED} UNION ALL SELECT unnest(%(left)s::uuid[])) AS people
), forbidden AS MATERIALIZED (
  SELECT DISTINCT person_id FROM touched JOIN cases_case c USING (person_id)
  WHERE c.no_first_call OR c.counter_allegation OR c.agreement = 'no'
  UNION SELECT id FROM people_person JOIN touched ON person_id = id WHERE first_call_spent_at IS NOT NULL
), words AS (
  SELECT t.person_id, t.value_key,
    CASE WHEN bool_or('ring' = ANY(t.claims_no)) THEN 'unsafe'
      WHEN bool_and(t.claims_call AND f.person_id IS NULL) THEN 'first_approach' ELSE 'unknown' END AS ring,
    CASE WHEN bool_or('text' = ANY(t.claims_no)) THEN 'unsafe' ELSE 'unknown' END AS text,
    CASE WHEN bool_or('message' = ANY(t.claims_no)) THEN 'unsafe' ELSE 'unknown' END AS message,
    CASE WHEN bool_or('write' = ANY(t.claims_no)) THEN 'unsafe' ELSE 'unknown' END AS write
  FROM touched JOIN people_contact t USING (person_id) LEFT JOIN forbidden f USING (person_id)
  WHERE t.message_key IS NOT NULL GROUP BY t.person_id, t.value_key
)
UPDATE people_contact t SET ring = w.ring, text = w.text, message = w.message, write = w.write
FROM words w WHERE t.person_id = w.person_id AND t.value_key = w.value_key AND t.message_key IS NOT NULL
  AND (t.ring, t.text, t.message, t.write) IS DISTINCT FROM (w.ring, w.text, w.message, w.write)
"""

# A case referred on, of which a later version says what would have kept it with the desk, or that it is another
# person's, goes back. What other rows say (a hold, a seal) takes it back as well. The cases held or closed are looked
# for everywhere, since a counter-allegation touches one of whom this part has no row; there are none but new ones.
_MOVED = """
SELECT c.id, c.person_id FROM cases_case c JOIN stage_cases_case s ON s.id = c.id
WHERE c.referred_on IS NOT NULL AND c.person_id <> s.person_id
"""
_RECALL = f"""
UPDATE cases_case t SET referred_on = NULL, recalled_on = %(today)s,
  visible_to = CASE WHEN t.visible_to = '{{}}' THEN t.visible_to ELSE ARRAY[t.desk_id] END
WHERE t.referred_on IS NOT NULL AND t.id IN (
  SELECT unnest(%(moved)s::uuid[])
  UNION ALL SELECT id FROM cases_case
    WHERE referred_on IS NOT NULL AND route IN ('specialist_hold', 'out_of_scope', 'declined')
  UNION ALL SELECT c.id FROM cases_case c JOIN people_person p ON p.id = c.person_id
    WHERE c.referred_on IS NOT NULL AND p.id IN ({_REACHED})
      AND (p.visibility = 'sealed' OR (c.route = 'consent_first' AND c.agreement <> 'yes'))
) RETURNING t.id, t.person_id, t.desk_id
"""
_RECALL_WITH = (
    *(
        f"""
UPDATE {table} t SET visible_to = c.visible_to, named_users = c.named_users FROM cases_case c
WHERE c.id = t.case_id AND c.id = ANY(%(cases)s)
  AND (t.visible_to, t.named_users) IS DISTINCT FROM (c.visible_to, c.named_users)
"""
        for table in ("cases_caseevent", "duties_duty")
    ),
    # The person stays open to those to whom another case of theirs is.
    """
UPDATE people_person p SET visible_to = ARRAY(
  SELECT seen FROM unnest(p.visible_to) AS seen WHERE seen = ANY(%(desks)s)
    OR EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = p.id AND seen = ANY(c.visible_to)))
WHERE p.id = ANY(%(people)s)
""",
    """
UPDATE people_contact t SET visible_to = c.visible_to, named_users = c.named_users FROM cases_case c
WHERE c.id = t.case_id AND c.id = ANY(%(cases)s) AND t.person_id = ANY(%(people)s)
""",
    """
UPDATE people_contact t SET visible_to = p.visible_to, named_users = p.named_users FROM people_person p
WHERE p.id = t.person_id AND p.id = ANY(%(people)s) AND t.case_id IS NULL
""",
)  # fmt: skip

# Everything of a protected person carries the person's seal, names and denials, older cases included. A person denied
# to the very desk where rows arrive is seen by whom the person is open to. Claims on a number are seen where the case
# is whose message made them, and so is what a version adds to a case.
_PROTECTED = "(p.visibility <> 'open' OR p.denied_users IS NOT NULL OR p.denied_organisations IS NOT NULL)"
_SCOPE = "visible_to, named_users, denied_users, denied_organisations"
_OF_PERSON = """
UPDATE {table} t SET visible_to = s.visible_to, named_users = s.named_users, denied_users = s.denied_users,
  denied_organisations = s.denied_organisations
FROM (
  SELECT r.id, CASE WHEN p.visibility = 'sealed' OR p.denied_organisations IS NOT NULL THEN p.visible_to
      ELSE r.visible_to END AS visible_to,
    CASE WHEN p.visibility = 'open' THEN r.named_users ELSE p.named_users END AS named_users,
    p.denied_users, p.denied_organisations
  FROM {table} r JOIN people_person p ON p.id = r.person_id WHERE p.id IN ({whom}) AND {protected}
) s
WHERE t.id = s.id AND (t.visible_to, t.named_users, t.denied_users, t.denied_organisations)
  IS DISTINCT FROM (s.visible_to, s.named_users, s.denied_users, s.denied_organisations)
"""
_OF_CASE = f"""
UPDATE {{table}} t SET ({_SCOPE}) = (c.visible_to, c.named_users, c.denied_users, c.denied_organisations)
FROM cases_case c JOIN people_person p ON p.id = c.person_id
WHERE c.id = t.case_id AND p.id IN ({{whom}})
  AND ({_PROTECTED} OR c.id IN (SELECT id FROM stage_cases_case))
  -- Rows are laid as the desk's alone; most cases are just that, and their rows need no look.
  AND (c.visible_to, c.named_users, c.denied_users, c.denied_organisations)
    IS DISTINCT FROM (ARRAY[c.desk_id], '{{{{}}}}'::bigint[], NULL::bigint[], NULL::int[])
  AND (t.visible_to, t.named_users, t.denied_users, t.denied_organisations)
    IS DISTINCT FROM (c.visible_to, c.named_users, c.denied_users, c.denied_organisations)
"""
_OF_CLAIM = f"""
UPDATE people_contact t SET ({_SCOPE}) = (c.visible_to, c.named_users, c.denied_users, c.denied_organisations)
FROM cases_case c WHERE t.person_id = c.person_id AND t.case_id = c.id AND c.person_id IN ({{whom}})
  AND (t.visible_to, t.named_users, t.denied_users, t.denied_organisations)
    IS DISTINCT FROM (c.visible_to, c.named_users, c.denied_users, c.denied_organisations)
"""


def _spread(whom: str) -> tuple[str, ...]:
    return (
        *(
            _OF_PERSON.format(table=table, whom=whom, protected=_PROTECTED)
            for table in ("cases_case", "people_contact")
        ),
        _OF_CLAIM.format(whom=whom),
        *(_OF_CASE.format(table=table, whom=whom) for table in ("cases_caseevent", "duties_duty")),
    )


_SPREAD = _spread(_REACHED)

# What waits because nobody outside the force could take it over is given to those who can now. What a release before
# this one sealed to the force's own leads is walled off first.
_WALL_HELD = _WALLED.format(
    whom="""
  SELECT o.person_id FROM intake_feedmessage m JOIN cases_case c ON c.id = m.case_id
  JOIN cases_case o ON o.id = c.id OR o.crime_key = c.crime_key WHERE m.police_suspect
"""
)
_GIVE = """
UPDATE people_person p SET named_users = %(outside)s WHERE p.visibility = 'sealed' AND p.named_users = '{}'
  AND p.denied_organisations @> ARRAY[%(force)s::int]
  AND EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = p.id AND c.desk_id = %(desk)s)
RETURNING p.id, p.named_users
"""

# A version may say that the row was about somebody else: whom nothing else names is not kept.
_LEFT = """
DELETE FROM people_person p WHERE p.id = ANY(%(left)s)
AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = p.id)
AND NOT EXISTS (SELECT 1 FROM people_contact k WHERE k.person_id = p.id)
RETURNING p.id, p.data_key
"""
_LEFT_KEYS = "DELETE FROM vault_datakey WHERE id = ANY(%(keys)s) OR beside = ANY(%(keys)s)"

# Whatever the rows of this part do not write anew of a case that is another person's now.
_PASSED_ON = """
SELECT c.id FROM cases_case c JOIN stage_cases_case s ON s.id = c.id WHERE c.person_id <> s.person_id
"""


def make_stages() -> None:
    """Staging tables of this session, emptied at each commit."""
    with connection.cursor() as cursor:
        # Many short statements over a few thousand rows: compiling them costs more than running them.
        cursor.execute("SET jit = off")
        staged = {table: (table, columns) for table, columns in _STAGED.items()} | _STAGED_ALONE
        for name, (table, columns) in staged.items():
            names = _quoted(columns)
            cursor.execute(f"DROP TABLE IF EXISTS stage_{name}")  # of an import before this one in the same session
            cursor.execute(
                f'CREATE TEMP TABLE stage_{name} ON COMMIT DELETE ROWS AS SELECT {names} FROM "{table}" WITH NO DATA'
            )


def known_of(message_keys: Sequence[bytes], person_keys: Sequence[bytes], feed: str) -> Known:
    """What the database knows of these messages and people: a few statements, whatever their number."""
    hand.lock_for_writing()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, version, case_id, first_run_id, digests::text, danger, police_suspect, suspects, waits_for, "
            "stood_route, stood_reason FROM intake_feedmessage WHERE key = ANY(%s)",
            [list(message_keys)],
        )
        histories = {
            bytes(key): History(
                version, case_id, run, json.loads(digests), danger, police, set(map(bytes, suspects)), (*waiting,)
            )
            for key, version, case_id, run, digests, danger, police, suspects, *waiting in cursor.fetchall()
        }
        cases = [history.case_id for history in histories.values() if history.case_id]
        cursor.execute(
            "SELECT source_key, id, told_at, told_by, data_key FROM people_person WHERE source_key = ANY(%s)",
            [list(person_keys)],
        )
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT c.id, p.id, p.data_key FROM cases_case c JOIN people_person p ON p.id = c.person_id "
            "WHERE c.id = ANY(%s)",
            [cases],
        )
        whose = cursor.fetchall() if cases else []
        data_keys = {pk: key for _, pk, _, _, key in rows} | {pk: key for _, pk, key in whose}
        keys = keys_of(cursor, {pk: key for pk, key in data_keys.items() if key})
    people = {
        bytes(key): Person(pk, told_at, bytes(told_by or b""), keys.get(pk)) for key, pk, told_at, told_by, _ in rows
    }
    of_cases = {case_id: keys.get(pk) for case_id, pk, _ in whose}
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
    where = {"outside": list(desk.outside), "able": list(desk.able), "force": desk.force, "desk": desk.organisation_id}
    with connection.cursor() as cursor:
        cursor.execute(_WALL_HELD, where)
        walled = dict(cursor.fetchall())
        given: dict[uuid.UUID, list[int]] = {}
        if desk.outside:
            cursor.execute(_GIVE, where)
            given = dict(cursor.fetchall())
        if people := [*(walled | given)]:
            for statement in _spread("SELECT unnest(%(reached)s::uuid[])"):
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
        events, duties = _counts(cursor, part)
        left, stood = _people_of(cursor, part.renewed_cases)
        _stage(cursor, part)
        if part.renewed_cases:
            renewed: dict[str, Any] = {"messages": part.renewed_messages, "cases": part.renewed_cases, "feed": feed}
            for statement in _RENEW:
                cursor.execute(statement.format(contacts=_quoted(parts.CONTACTS)), renewed)
        cursor.execute(f"INSERT INTO vault_datakey ({_names('vault_datakey')}) SELECT * FROM stage_vault_datakey")
        cursor.execute(_PEOPLE.format(columns=_names("people_person")))
        cursor.execute(_MOVED)
        moved = cursor.fetchall()
        cursor.execute(_PASSED_ON)
        passed_on = [row[0] for row in cursor.fetchall()]
        cursor.execute(_CASES.format(columns=_names("cases_case")))
        for table in ("people_contact", "cases_caseevent", "duties_duty"):
            cursor.execute(f"INSERT INTO {table} ({_names(table)}) SELECT {_names(table)} FROM stage_{table}")
        cursor.execute(_MESSAGES.format(columns=_names("intake_feedmessage")))
        for statement in (*_SAID_AGAINST, _DANGER):
            cursor.execute(statement)
        cursor.execute(_STOOD, {"stood": stood})
        cursor.execute(_COUNTER)
        cursor.execute(_WALL, {"outside": list(desk.outside), "able": list(desk.able), "force": desk.force})
        walled: dict[uuid.UUID, list[int]] = dict(cursor.fetchall())
        reached = [*walled]
        reached += inherit(cursor, of_cases="SELECT case_id FROM stage_intake_feedmessage")
        cursor.execute(_STRICTEST, {"left": left})
        _protect(cursor)
        _recall(cursor, moved, reached, desk.today)
        for statement in _SPREAD:
            cursor.execute(statement, {"reached": reached})
        _carry_wall(walled, desk)
        if passed_on:
            reseal_cases(passed_on, part.keys_of)
        lay_tokens(cursor, part, renewed={*left, *part.renewed_people}, reached=reached)
        gone = 0
        if left:
            cursor.execute(_LEFT, {"left": left})
            nobody = cursor.fetchall()
            gone = len(nobody)
            cursor.execute(_LEFT_KEYS, {"keys": [key for _, key in nobody if key]})
            take_away([person for person, _ in nobody])
    return len(part.events) - events, len(part.duties) - duties, part.new_people - gone


# The register closes what these rows reveal: numbers shared with a suspect, decisions that a later no speaks against.
_PROTECT = f"""
SELECT DISTINCT closed_person, closed_value, unnest(closed_uses)
FROM hawl_protect_contacts(ARRAY(SELECT DISTINCT person_id FROM ({_TOUCHED}) touched))
"""


def _protect(cursor: Any) -> None:
    """Raise protection by what came in; the safety journal has it, since a backup of yesterday does not."""
    cursor.execute(_PROTECT)
    closed = cursor.fetchall()
    if closed:
        note_many(
            entries=[
                ("contact_unsafe", person, decided_facts(bytes(key), use, "unsafe")) for person, key, use in closed
            ]
        )
        record(action="contact.closed_by_feed", object_kind="contact", ways=len(closed))


def _recall(cursor: Any, moved: list[tuple[uuid.UUID, uuid.UUID]], reached: list[uuid.UUID], today: date) -> None:
    """Take back cases that were referred on and no longer may be. `moved` are cases with whose they were till now."""
    cursor.execute(_RECALL, {"moved": [case for case, _ in moved], "reached": reached, "today": today})
    found = cursor.fetchall()
    if not found:
        return
    scope: dict[str, Any] = {
        "cases": [case for case, _, _ in found],
        "people": list({person for _, person, _ in found} | {person for _, person in moved}),
        "desks": list({desk for _, _, desk in found}),
    }
    for statement in _RECALL_WITH:
        cursor.execute(statement, scope)
    for case in scope["cases"]:
        record(action="case.recalled", object_kind="case", object_id=str(case))


def _stage(cursor: Any, part: Part) -> None:
    # In one transaction with others (as in tests) the last part's rows would still be there.
    cursor.execute("TRUNCATE " + ", ".join(f"stage_{table}" for table in (*_STAGED, *_STAGED_ALONE)))
    _copy(cursor, "vault_datakey", part.keys)
    _copy(cursor, "people_person", part.people.values())
    _copy(cursor, "people_contact", part.contacts)
    _copy(cursor, "cases_case", part.cases.values())
    _copy(cursor, "cases_caseevent", part.events)
    _copy(cursor, "duties_duty", part.duties)
    _copy(cursor, "intake_feedmessage", part.messages)
    _copy(cursor, "against", part.against, parts.CONTACTS)
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
    return _quoted(_STAGED[table])


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
    """Give the lock back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtext('hawl.feed.import'))")

"""Giving numbers that an older release stored the keys that this one knows them by.

Release 0.1.0 took a number that had lost its zero for another number. Its messages hold no keys of their ways
(`FeedMessage.ways`), and thereby are known here; once they hold them nothing is left to do.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from hawl.foundations.audit.actions import record
from hawl.foundations.vault.fields import opened
from hawl.foundations.vault.keys import KeyRing
from hawl.foundations.vault.sealing import CannotOpen
from hawl.work.intake import keys

_MESSAGES_AT_ONCE = 5000
_OLD = """
SELECT m.key FROM intake_feedmessage m
WHERE m.ways = '{}' AND EXISTS (SELECT 1 FROM cases_case c JOIN people_contact k ON k.person_id = c.person_id
  AND k.message_key = m.key WHERE c.id = m.case_id)
ORDER BY m.key LIMIT %s
"""
_CLAIMS = """
SELECT k.id, k.kind, k.value, k.value_key, k.person_id, k.message_key FROM intake_feedmessage m
JOIN cases_case c ON c.id = m.case_id JOIN people_contact k ON k.person_id = c.person_id AND k.message_key = m.key
WHERE m.key = ANY(%s) ORDER BY k.id
"""
# Two spellings that one message gave become one claim, with the noes of both.
_MEND = (
    """
UPDATE people_contact k SET claims_no = ARRAY(SELECT DISTINCT unnest(k.claims_no || o.noes) ORDER BY 1) FROM (
  SELECT t.kept, array_agg(said) AS noes FROM unnest(%(twice)s::uuid[], %(kept)s::uuid[]) AS t (twice, kept)
  JOIN people_contact c ON c.id = t.twice, unnest(c.claims_no) AS said GROUP BY 1) o
WHERE k.id = o.kept
""",
    "DELETE FROM people_contact WHERE id = ANY(%(twice)s)",
    "UPDATE people_contact k SET value_key = t.held FROM unnest(%(ids)s::uuid[], %(held)s::bytea[]) AS t (id, held) "
    "WHERE k.id = t.id",
    # What one claim says against a number, all claims on it say.
    """
UPDATE people_contact k SET ring = CASE WHEN 'ring' = ANY(n.noes) THEN 'unsafe'
    WHEN k.ring = 'first_approach' AND NOT n.calls THEN 'unknown' ELSE k.ring END,
  text = CASE WHEN 'text' = ANY(n.noes) THEN 'unsafe' ELSE k.text END,
  message = CASE WHEN 'message' = ANY(n.noes) THEN 'unsafe' ELSE k.message END,
  write = CASE WHEN 'write' = ANY(n.noes) THEN 'unsafe' ELSE k.write END
FROM (
  SELECT person_id, value_key, array_agg(DISTINCT said::text) AS noes, bool_and(claims_call) AS calls
  FROM people_contact LEFT JOIN unnest(claims_no) AS said ON true
  WHERE person_id = ANY(%(people)s) AND value_key = ANY(%(now)s) AND decided_at IS NULL GROUP BY 1, 2) n
WHERE k.person_id = n.person_id AND k.value_key = n.value_key AND k.decided_at IS NULL
""",
)
_KNOWN = """
UPDATE intake_feedmessage m SET ways = f.ways, addresses = coalesce(f.addresses, '{}') FROM (
  SELECT k.message_key AS key, array_agg(DISTINCT k.value_key) AS ways,
    array_agg(DISTINCT k.value_key) FILTER (WHERE k.kind = 'address') AS addresses
  FROM intake_feedmessage o JOIN cases_case c ON c.id = o.case_id
  JOIN people_contact k ON k.person_id = c.person_id AND k.message_key = o.key WHERE o.key = ANY(%s) GROUP BY 1) f
WHERE m.key = f.key
"""


def rekey_ways(ring: KeyRing) -> int:
    """Mend the keys of what an older release stored, in scope; gives how many numbers had another key."""
    mended = 0
    with connection.cursor() as cursor:
        while messages := _old(cursor):
            with transaction.atomic():
                found = _mend(cursor, messages, ring)
                cursor.execute(_KNOWN, [messages])
                record(action="feed.ways_known", object_kind="feed", ways=found)
            mended += found
    return mended


def _old(cursor: Any) -> list[Any]:
    cursor.execute(_OLD, [_MESSAGES_AT_ONCE])
    return [row[0] for row in cursor.fetchall()]


def _mend(cursor: Any, messages: list[Any], ring: KeyRing) -> int:
    cursor.execute(_CLAIMS, [messages])
    kept: dict[tuple[Any, ...], Any] = {}
    twice: dict[Any, Any] = {}
    changed: dict[Any, bytes] = {}
    people, now = set(), set()
    for claim, kind, value, held, person, message in cursor.fetchall():
        key = _key_now(claim, kind, value, bytes(held), ring)
        first = kept.setdefault((person, kind, key, bytes(message)), claim)
        if first != claim:
            twice[claim] = first
        elif key != bytes(held):
            changed[claim] = key
        if first != claim or key != bytes(held):
            people.add(person)
            now.add(key)
    if changed or twice:
        found = {
            "twice": list(twice), "kept": list(twice.values()), "ids": list(changed), "held": list(changed.values()),
            "people": list(people), "now": list(now),
        }  # fmt: skip
        for statement in _MEND:
            cursor.execute(statement, found)
    return len(changed) + len(twice)


def _key_now(claim: Any, kind: str, value: Any, held: bytes, ring: KeyRing) -> bytes:
    if value is None or kind not in keys.TELEPHONES:
        return held
    try:
        return keys.value_key(kind, opened(bytes(value), "people_contact", str(claim), "value").decode(), ring)
    except CannotOpen:
        return held

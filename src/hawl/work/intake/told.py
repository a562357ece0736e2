# ruff: noqa: S608 - statements are put together from text and names of this code only
"""The SQL by which what a version said stays with the person of whom it said it (`laying`)."""

from __future__ import annotations

from hawl.work.intake.statements import TOUCHED

# Whom versions named that do not count any more, and what they said against a number. It is kept with them: by the
# version that counts the message is about somebody else.
_NOT_ABOUT = """JOIN intake_feedmessage m ON m.key = a.message_key JOIN cases_case c ON c.id = m.case_id
JOIN people_person p ON p.id = c.person_id WHERE p.source_key IS DISTINCT FROM a.person_key"""
_MORE = """ON CONFLICT (message_key, person_key, value_key) DO UPDATE
SET uses = ARRAY(SELECT DISTINCT unnest(b.uses || excluded.uses) ORDER BY 1)"""
NAMED_BEFORE = (
    f"""
INSERT INTO intake_namedbefore AS b (id, message_key, person_key, value_key, uses)
SELECT gen_random_uuid(), a.message_key, a.person_key, a.value_key, array_agg(DISTINCT said ORDER BY said)
FROM (SELECT message_key, person_key, value_key, unnest(claims_no) AS said FROM stage_against) a {_NOT_ABOUT}
GROUP BY 2, 3, 4 {_MORE}
""",
    f"""
INSERT INTO intake_namedbefore AS b (id, message_key, person_key, value_key, uses)
SELECT gen_random_uuid(), a.message_key, a.person_key, '', '{{}}'
FROM (SELECT DISTINCT * FROM unnest(%(messages)s::bytea[], %(people)s::bytea[]) AS t(message_key, person_key)) a
{_NOT_ABOUT} {_MORE}
""",
    """
UPDATE intake_namedbefore b SET person_id = p.id FROM people_person p
WHERE p.source_key = b.person_key AND b.person_id IS DISTINCT FROM p.id
  AND (b.person_key = ANY(%(people)s) OR b.person_key IN (SELECT source_key FROM stage_people_person))
""",
)
NAMED_NO_MORE = "UPDATE intake_namedbefore SET person_id = NULL WHERE person_id = ANY(%(gone)s)"
KNOWN_BY = """
SELECT b.person_id FROM intake_namedbefore b JOIN stage_intake_feedmessage s ON s.key = b.message_key
WHERE b.person_id IS NOT NULL
"""

# Where cases go by what an older version said that came late. What a person at the desk decided stays, as in CASES.
REROUTE = """
UPDATE cases_case c SET route = w.route, route_reason = w.reason,
  agreement = CASE WHEN c.agreement_decided_at IS NULL THEN coalesce(w.agreement, c.agreement) ELSE c.agreement END,
  no_first_call = w.no_first_call OR (c.agreement_decided_at IS NOT NULL AND c.no_first_call)
FROM unnest(%(cases)s::uuid[], %(routes)s::text[], %(reasons)s::text[], %(agreements)s::text[], %(calls)s::bool[])
  AS w(id, route, reason, agreement, no_first_call)
WHERE c.id = w.id
  AND (c.agreement_decided_at IS NULL OR (w.route = 'specialist_hold' AND c.agreement <> 'no'))
"""

# Of all messages that named a person the newest word on their death counts; of two told at one moment that they died.
# Where none says anything, what is held stays.
DIED = f"""
WITH touched AS MATERIALIZED (
  SELECT DISTINCT person_id FROM ({TOUCHED} UNION ALL SELECT unnest(%(left)s::uuid[])) AS people
), named AS (
  SELECT p.id, p.source_key, m.key, m.deaths FROM touched t JOIN people_person p ON p.id = t.person_id
  JOIN cases_case c ON c.person_id = p.id JOIN intake_feedmessage m ON m.case_id = c.id WHERE m.deaths <> '{{}}'
  UNION ALL
  SELECT p.id, p.source_key, m.key, m.deaths FROM touched t JOIN people_person p ON p.id = t.person_id
  JOIN intake_namedbefore b ON b.person_key = p.source_key AND b.value_key = ''
  JOIN intake_feedmessage m ON m.key = b.message_key
), words AS (
  SELECT id, deaths -> encode(source_key, 'hex') AS word FROM named
), newest AS (
  SELECT DISTINCT ON (id) id, (word ->> 1)::boolean AS died FROM words WHERE word IS NOT NULL
  ORDER BY id, (word ->> 2)::timestamptz DESC, (word ->> 1)::boolean DESC
)
UPDATE people_person p SET deceased = n.died FROM newest n WHERE p.id = n.id AND p.deceased <> n.died
"""

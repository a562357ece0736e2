# ruff: noqa: S608 - statements are put together from text and names of this code only
"""The SQL by which a part of a feed is laid, in the order of its use (`laying`)."""

from __future__ import annotations

from hawl.work.intake import parts

STAGED = {
    "vault_datakey": parts.KEYS,
    "people_person": parts.PEOPLE,
    "people_contact": parts.CONTACTS,
    "cases_case": parts.CASES,
    "cases_caseevent": parts.EVENTS,
    "duties_duty": parts.DUTIES,
    "intake_feedmessage": parts.MESSAGES,
}
# What versions that do not count any more said against a number; staged only.
STAGED_ALONE = {"against": ("people_contact", parts.CONTACTS)}
# Whom this part touches: also those of whom it only brought an old version.
TOUCHED = "SELECT person_id FROM stage_touched"
# Looked up once for all statements, as soon as the cases say whose they are: nothing after that changes it.
TOUCH = """
INSERT INTO stage_touched (person_id)
SELECT DISTINCT c.person_id FROM stage_intake_feedmessage m JOIN cases_case c ON c.id = m.case_id
"""
# And those of whom it has no row, whom a wall or a conflict reaches through a crime that they share.
REACHED = f"{TOUCHED} UNION ALL SELECT unnest(%(reached)s::uuid[])"

# Only what is newer is staged. A seal is never lifted here, and silence makes nobody live again (`told`).
PEOPLE = """
INSERT INTO people_person ({columns}) SELECT {columns} FROM stage_people_person
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, names = excluded.names, born_on = excluded.born_on,
  facts = excluded.facts, language = excluded.language, told_at = excluded.told_at,
  told_by = excluded.told_by
"""

# What a person at the desk decided (the victim's answer, and the route that followed from it) stays. A yes answers
# whether the person wants to be referred, not whether it is safe: a hold that comes later holds all the same.
CASES = """
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

MESSAGES = """
INSERT INTO intake_feedmessage ({columns}) SELECT {columns} FROM stage_intake_feedmessage
ON CONFLICT (key) DO UPDATE SET version = excluded.version, digests = excluded.digests, run_id = excluded.run_id,
  danger = excluded.danger, police_suspect = excluded.police_suspect, suspects = excluded.suspects,
  ways = excluded.ways, addresses = excluded.addresses, answers = excluded.answers, deaths = excluded.deaths,
  stands = excluded.stands,
  waits_for = excluded.waits_for, stood_route = excluded.stood_route, stood_reason = excluded.stood_reason
"""

# What the version held until now said against a number stays said, whether the newer one names the number or not.
RENEW = (
    "INSERT INTO stage_against ({contacts}, person_key) SELECT {contacts}, "
    "(SELECT source_key FROM people_person p WHERE p.id = people_contact.person_id) FROM people_contact "
    "WHERE message_key = ANY(%(messages)s) AND claims_no <> '{{}}'",
    "DELETE FROM people_contact WHERE message_key = ANY(%(messages)s)",
    "DELETE FROM cases_caseevent WHERE case_id = ANY(%(cases)s) AND asserted_by = %(feed)s",
    "DELETE FROM duties_duty WHERE case_id = ANY(%(cases)s)",
)

# Of each message what versions said that do not count any more, and of whom: also what was set aside (`told`) while the
# message was about somebody else.
NOES = """SELECT message_key, value_key, person_key, array_agg(DISTINCT said ORDER BY said) AS noes FROM (
    SELECT message_key, value_key, person_key, unnest(claims_no) AS said FROM stage_against
    UNION ALL SELECT b.message_key, b.value_key, b.person_key, unnest(b.uses) FROM intake_namedbefore b
    JOIN stage_intake_feedmessage s ON s.key = b.message_key) told GROUP BY 1, 2, 3"""
SAID_AGAINST = (
    f"""
UPDATE people_contact c SET claims_no = ARRAY(SELECT DISTINCT unnest(c.claims_no || a.noes) ORDER BY 1)
FROM ({NOES}) a JOIN people_person p ON p.source_key = a.person_key
WHERE c.person_id = p.id AND c.message_key = a.message_key AND c.value_key = a.value_key AND NOT c.claims_no @> a.noes
""",
    # A number that only an older version names is kept for the no alone: it holds against other claims on it.
    f"""
INSERT INTO people_contact (id, person_id, kind, value, value_key, given_by, ring, text, message, write, message_key,
  case_id, claims_no, claims_call, visible_to, named_users)
SELECT DISTINCT ON (a.message_key, a.value_key) a.id, c.person_id, a.kind, a.value, a.value_key, '',
  'unknown', 'unknown', 'unknown', 'unknown', a.message_key, c.id, n.noes, false, c.visible_to, c.named_users
FROM stage_against a JOIN ({NOES}) n USING (message_key, value_key, person_key)
JOIN intake_feedmessage m ON m.key = a.message_key JOIN cases_case c ON c.id = m.case_id
JOIN people_person p ON p.id = c.person_id AND p.source_key = a.person_key
WHERE NOT EXISTS (SELECT 1 FROM people_contact k WHERE k.message_key = a.message_key AND k.value_key = a.value_key)
ORDER BY a.message_key, a.value_key, a.id
""",
)  # fmt: skip

# A danger that any version told stays, also when the version came late.
DANGER = """
UPDATE cases_case c SET no_first_call = true FROM stage_intake_feedmessage m
WHERE m.danger AND c.id = m.case_id AND NOT c.no_first_call
"""

# When a message last told anew that a suspect works for the police: two people may end the wall that followed, and what
# was said before they did does not lay it again. A version that comes in afterwards and says so does.
POLICE_TOLD = """
UPDATE intake_feedmessage m SET police_told_at = clock_timestamp() FROM stage_intake_feedmessage s
WHERE m.key = s.key AND m.police_suspect AND (m.police_told_at IS NULL OR m.key = ANY(%(told)s))
"""

# A case that waits for somebody who stands for the person goes on when one came in, and waits again when a later
# version of that one's row says otherwise.
STOOD = f"""
UPDATE cases_case c SET route = w.route, route_reason = w.reason FROM (
  SELECT m.case_id, CASE WHEN s.stood THEN m.stood_route ELSE 'specialist_hold' END AS route,
    CASE WHEN s.stood THEN m.stood_reason ELSE m.waits_for END AS reason
  FROM people_person p JOIN cases_case k ON k.person_id = p.id JOIN intake_feedmessage m ON m.case_id = k.id,
  LATERAL (SELECT EXISTS (SELECT 1 FROM cases_case o WHERE o.stands_for_key = p.source_key) AS stood) s
  WHERE m.waits_for <> '' AND (p.id IN ({TOUCHED}) OR p.source_key = ANY(%(stood)s)
    OR p.source_key IN (SELECT stands_for_key FROM stage_cases_case))) w
WHERE c.id = w.case_id AND c.agreement_decided_at IS NULL AND NOT c.counter_allegation
  AND (c.route, c.route_reason) IS DISTINCT FROM (w.route, w.reason)
"""

# Two people accuse each other in any versions of their messages, or one message has had the same person on both
# sides: the cases wait for a specialist, and no number of either is rung meanwhile. No later version lifts it.
COUNTER = """
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
_NOT_ENDED = """NOT EXISTS (
  SELECT 1 FROM protection_conflict t WHERE t.person_id = {person} AND t.inherited_from IS NULL
  AND t.organisation_id = %(force)s AND t.ended_at > m.police_told_at)"""
WALLED = """
UPDATE people_person p SET visibility = 'sealed', visible_to = '{{}}',
  denied_organisations = array_append(coalesce(p.denied_organisations, '{{}}'), %(force)s),
  named_users = CASE WHEN p.visibility = 'sealed' AND p.named_users && %(able)s::bigint[] THEN p.named_users
    ELSE %(outside)s::bigint[] END
WHERE NOT coalesce(p.denied_organisations @> ARRAY[%(force)s::int], false) AND p.id IN ({whom})
RETURNING p.id, p.named_users
"""
WALL = WALLED.format(
    whom=f"""
  SELECT o.person_id FROM stage_intake_feedmessage s JOIN cases_case c ON c.id = s.case_id
    JOIN cases_case k ON k.crime_key = c.crime_key JOIN intake_feedmessage m ON m.case_id = k.id AND m.police_suspect
    JOIN cases_case o ON o.crime_key = k.crime_key WHERE {_NOT_ENDED.format(person="o.person_id")}
  UNION SELECT c.person_id FROM stage_intake_feedmessage s JOIN intake_feedmessage m ON m.key = s.key
    JOIN cases_case c ON c.id = m.case_id WHERE m.police_suspect AND {_NOT_ENDED.format(person="c.person_id")}
"""
)

# Every claim on a number says the strictest word of all of them: one who sees a single claim must not take it for
# safer than it is. A case that forbids a first call forbids it on every number of the person, also on one that
# another case gave.
STRICTEST = f"""
WITH touched AS MATERIALIZED (
  SELECT DISTINCT person_id FROM ({TOUCHED} UNION ALL SELECT unnest(%(left)s::uuid[])) AS people
), forbidden AS MATERIALIZED (
  SELECT DISTINCT person_id FROM touched JOIN cases_case c USING (person_id)
  WHERE c.no_first_call OR c.counter_allegation OR c.agreement = 'no'
  UNION SELECT id FROM people_person JOIN touched ON person_id = id WHERE first_call_spent_at IS NOT NULL OR deceased
  -- Whom a message named that is about somebody else by now: what it said still forbids it.
  UNION SELECT p.id FROM touched JOIN people_person p ON p.id = person_id
  JOIN intake_namedbefore b ON b.person_key = p.source_key AND b.value_key = ''
  JOIN intake_feedmessage m ON m.key = b.message_key
  WHERE m.danger OR m.answers -> encode(p.source_key, 'hex') ->> 1 = 'no'
), shared AS MATERIALIZED (
  SELECT DISTINCT person_id, value_key FROM people_sharedway JOIN touched USING (person_id)
), before AS MATERIALIZED (
  SELECT t.person_id, b.value_key, array_agg(DISTINCT said) AS noes FROM touched t
  JOIN people_person p ON p.id = t.person_id JOIN intake_namedbefore b ON b.person_key = p.source_key,
  unnest(b.uses) AS said GROUP BY 1, 2
), words AS (
  SELECT t.person_id, t.value_key,
    CASE WHEN bool_or('ring' = ANY(t.claims_no || b.noes) OR s.person_id IS NOT NULL) THEN 'unsafe'
      WHEN bool_and(t.claims_call AND f.person_id IS NULL) THEN 'first_approach' ELSE 'unknown' END AS ring,
    CASE WHEN bool_or('text' = ANY(t.claims_no || b.noes) OR s.person_id IS NOT NULL)
      THEN 'unsafe' ELSE 'unknown' END AS text,
    CASE WHEN bool_or('message' = ANY(t.claims_no || b.noes) OR s.person_id IS NOT NULL)
      THEN 'unsafe' ELSE 'unknown' END AS message,
    CASE WHEN bool_or('write' = ANY(t.claims_no || b.noes) OR s.person_id IS NOT NULL)
      THEN 'unsafe' ELSE 'unknown' END AS write
  FROM touched JOIN people_contact t USING (person_id) LEFT JOIN forbidden f USING (person_id)
    LEFT JOIN shared s ON s.person_id = t.person_id AND s.value_key = t.value_key
    LEFT JOIN before b ON b.person_id = t.person_id AND b.value_key = t.value_key
  WHERE t.message_key IS NOT NULL GROUP BY t.person_id, t.value_key
)
UPDATE people_contact t SET ring = w.ring, text = w.text, message = w.message, write = w.write
FROM words w WHERE t.person_id = w.person_id AND t.value_key = w.value_key AND t.message_key IS NOT NULL
  AND (t.ring, t.text, t.message, t.write) IS DISTINCT FROM (w.ring, w.text, w.message, w.write)
"""

# A case referred on, of which a later version says what would have kept it with the desk, or that it is another
# person's, goes back. What other rows say (a hold, a seal) takes it back as well. The cases held or closed are looked
# for everywhere, since a counter-allegation touches one of whom this part has no row; there are none but new ones.
MOVED = """
SELECT c.id, c.person_id FROM cases_case c JOIN stage_cases_case s ON s.id = c.id
WHERE c.referred_on IS NOT NULL AND c.person_id <> s.person_id
"""
RECALL = f"""
UPDATE cases_case t SET referred_on = NULL, recalled_on = %(today)s,
  visible_to = CASE WHEN t.visible_to = '{{}}' THEN t.visible_to ELSE ARRAY[t.desk_id] END
WHERE t.referred_on IS NOT NULL AND t.id IN (
  SELECT unnest(%(moved)s::uuid[])
  UNION ALL SELECT id FROM cases_case
    WHERE referred_on IS NOT NULL AND route IN ('specialist_hold', 'out_of_scope', 'declined')
  UNION ALL SELECT c.id FROM cases_case c JOIN people_person p ON p.id = c.person_id
    WHERE c.referred_on IS NOT NULL AND p.id IN ({REACHED})
      AND (p.visibility = 'sealed' OR (c.route = 'consent_first' AND c.agreement <> 'yes'))
) RETURNING t.id, t.person_id, t.desk_id
"""
RECALL_WITH = (
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
PROTECTED = "(p.visibility <> 'open' OR p.denied_users IS NOT NULL OR p.denied_organisations IS NOT NULL)"
SCOPE = "visible_to, named_users, denied_users, denied_organisations"
OF_PERSON = """
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
OF_CASE = f"""
UPDATE {{table}} t SET ({SCOPE}) = (c.visible_to, c.named_users, c.denied_users, c.denied_organisations)
FROM cases_case c JOIN people_person p ON p.id = c.person_id
WHERE c.id = t.case_id AND p.id IN ({{whom}})
  AND ({PROTECTED} OR c.id IN (SELECT id FROM stage_cases_case))
  -- Rows are laid as the desk's alone; most cases are just that, and their rows need no look.
  AND (c.visible_to, c.named_users, c.denied_users, c.denied_organisations)
    IS DISTINCT FROM (ARRAY[c.desk_id], '{{{{}}}}'::bigint[], NULL::bigint[], NULL::int[])
  AND (t.visible_to, t.named_users, t.denied_users, t.denied_organisations)
    IS DISTINCT FROM (c.visible_to, c.named_users, c.denied_users, c.denied_organisations)
"""
OF_CLAIM = f"""
UPDATE people_contact t SET ({SCOPE}) = (c.visible_to, c.named_users, c.denied_users, c.denied_organisations)
FROM cases_case c WHERE t.person_id = c.person_id AND t.case_id = c.id AND c.person_id IN ({{whom}})
  AND (t.visible_to, t.named_users, t.denied_users, t.denied_organisations)
    IS DISTINCT FROM (c.visible_to, c.named_users, c.denied_users, c.denied_organisations)
"""


def spread(whom: str) -> tuple[str, ...]:
    """Statements that bring all rows of the people whom a query names to the scope of their person."""
    return (
        *(OF_PERSON.format(table=table, whom=whom, protected=PROTECTED) for table in ("cases_case", "people_contact")),
        OF_CLAIM.format(whom=whom),
        *(OF_CASE.format(table=table, whom=whom) for table in ("cases_caseevent", "duties_duty")),
    )


SPREAD = spread(REACHED)

# What waits because nobody outside the force could take it over is given to those who can now. What a release before
# this one sealed to the force's own leads is walled off first.
WALL_HELD = WALLED.format(
    whom=f"""
  SELECT o.person_id FROM intake_feedmessage m JOIN cases_case c ON c.id = m.case_id
  JOIN cases_case o ON o.id = c.id OR o.crime_key = c.crime_key
  WHERE m.police_suspect AND {_NOT_ENDED.format(person="o.person_id")}
"""
)
GIVE = """
UPDATE people_person p SET named_users = %(outside)s WHERE p.visibility = 'sealed' AND p.named_users = '{}'
  AND p.denied_organisations @> ARRAY[%(force)s::int]
  AND EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = p.id AND c.desk_id = %(desk)s)
RETURNING p.id, p.named_users
"""

# A version may say that the row was about somebody else: whom nothing else names is not kept, save where people did
# something for them. These stay under their key, as protected as they were, for a later version may name them again.
DONE_FOR_THEM = (
    "people_contactplan", "people_contactdecision", "protection_proposal", "protection_conflict",
    "agreements_sharingagreement", "agreements_camewithoutpolice", "messages_message",
)  # fmt: skip
LEFT = f"""
DELETE FROM people_person p WHERE p.id = ANY(%(left)s)
AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.person_id = p.id)
AND NOT EXISTS (SELECT 1 FROM people_contact k WHERE k.person_id = p.id)
AND p.first_call_spent_at IS NULL AND p.denied_users IS NULL
AND (p.visibility = 'open' OR p.denied_organisations IS NOT NULL) -- a wall that a feed laid, it lays again
{"".join(f"AND NOT EXISTS (SELECT 1 FROM {table} d WHERE d.person_id = p.id)" for table in DONE_FOR_THEM)}
RETURNING p.id, p.data_key
"""
LEFT_KEYS = "DELETE FROM vault_datakey WHERE id = ANY(%(keys)s) OR beside = ANY(%(keys)s)"

# Whatever the rows of this part do not write anew of a case that is another person's now.
PASSED_ON = """
SELECT c.id FROM cases_case c JOIN stage_cases_case s ON s.id = c.id WHERE c.person_id <> s.person_id
"""

# The register closes what these rows reveal: numbers shared with a suspect, decisions that a later no speaks against.
PROTECT = f"""
SELECT DISTINCT closed_person, closed_value, unnest(closed_uses)
FROM hawl_protect_contacts(ARRAY(
  SELECT DISTINCT person_id FROM ({TOUCHED} UNION ALL SELECT unnest(%(left)s::uuid[])) touched))
"""

# A no closes what two people had opened and overtakes what was proposed, also where the same was told before they
# decided: whoever says it again may know of something new. Nobody decides about these people until the part ends.
HOLD_TOLD_NO = "SELECT id FROM people_person WHERE source_key = ANY(%s) ORDER BY id FOR UPDATE"
TOLD_NO = """
SELECT closed_person, closed_value, unnest(closed_uses)
FROM hawl_told_no(%(people)s::bytea[], %(ways)s::bytea[], %(uses)s::text[])
"""

# Entries of the safety journal that waited for people whom this part brings. Mostly there are none.
WAITED_FOR = """
SELECT j.entry, p.id FROM journal_journalleft j JOIN people_person p ON p.source_key = j.source
JOIN cases_case c ON c.person_id = p.id JOIN stage_intake_feedmessage m ON m.case_id = c.id
WHERE j.placed_at IS NULL AND j.why = 'nobody' GROUP BY 1, 2
"""

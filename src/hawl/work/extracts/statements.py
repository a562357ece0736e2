# ruff: noqa: S608 - statements are put together from text and names of this code only
"""The SQL by which a part of an extract is laid, in the order of its use (`laying`).

Staging tables live in the session only and are emptied at each commit. A staged row with an empty
`event` takes one back.
"""

from __future__ import annotations

from hawl.rights.duties.columns import COLUMNS

STAGES = (
    "DROP TABLE IF EXISTS stage_extract, stage_extract_found, stage_extract_fate, stage_extract_duty",
    """
CREATE TEMP TABLE stage_extract (n int PRIMARY KEY, crime_key bytea, person_key bytea, record_key bytea,
  event_id varchar, event varchar, occurred_on date, received_on date, about varchar, attributes jsonb,
  told_at timestamptz) ON COMMIT DELETE ROWS
""",
    "CREATE TEMP TABLE stage_extract_found (n int, case_id uuid, moved boolean) ON COMMIT DELETE ROWS",
    """
CREATE TEMP TABLE stage_extract_fate (n int, case_id uuid, event_id varchar, was uuid, fate varchar)
ON COMMIT DELETE ROWS
""",
    f"""
CREATE TEMP TABLE stage_extract_duty ON COMMIT DELETE ROWS AS
SELECT case_id, {", ".join(f'"{name}"' for name in COLUMNS)} FROM duties_duty WITH NO DATA
""",
)
# In one transaction with others (as in tests) the last part's rows would still be there.
EMPTY = "TRUNCATE stage_extract, stage_extract_found, stage_extract_fate, stage_extract_duty"
STAGED = "n, crime_key, person_key, record_key, event_id, event, occurred_on, received_on, about, attributes, told_at"
# What changes a case.
CHANGES = "('new', 'corrected', 'withdrawn', 'moved')"

# Whom a row names: nobody is every victim of the crime; a victim is also meant where somebody stands for them.
_WHOM = """(s.person_key IS NULL OR p.source_key = s.person_key OR c.stands_for_key = s.person_key)
  AND (s.record_key IS NULL OR EXISTS (
    SELECT FROM intake_feedmessage m WHERE m.case_id = c.id AND m.key = s.record_key))"""
# By the index of events of extracts, which asks for the beginning of their ids.
_HELD = "cases_caseevent e ON e.event_id = s.event_id AND e.event_id LIKE 'extract-%%'"

# The cases of each row; those of a row that takes back are wherever its event lies. An event belongs to one crime:
# where it lies in another, the row says that this was wrong.
FIND = f"""
INSERT INTO stage_extract_found (n, case_id, moved)
SELECT s.n, c.id, false FROM stage_extract s JOIN cases_case c ON c.crime_key = s.crime_key
JOIN people_person p ON p.id = c.person_id WHERE s.event <> '' AND {_WHOM}
UNION ALL
SELECT s.n, c.id, false FROM stage_extract s JOIN {_HELD}
JOIN cases_case c ON c.id = e.case_id JOIN people_person p ON p.id = c.person_id WHERE s.event = '' AND {_WHOM}
UNION ALL
SELECT s.n, c.id, true FROM stage_extract s JOIN {_HELD} JOIN cases_case c ON c.id = e.case_id
WHERE s.event <> '' AND c.crime_key IS DISTINCT FROM s.crime_key AND e.recorded_at <= s.told_at
"""
# Whoever acts in one of these cases comes before this part, or finds it.
HOLD = """
SELECT id FROM cases_case WHERE id IN (SELECT case_id FROM stage_extract_found) ORDER BY id FOR UPDATE
"""
UNPLACED = """
SELECT s.n, EXISTS (SELECT FROM cases_case c WHERE c.crime_key = s.crime_key) FROM stage_extract s
WHERE s.event <> '' AND NOT EXISTS (SELECT FROM stage_extract_found f WHERE f.n = s.n AND NOT f.moved) ORDER BY s.n
"""

# Of one event in one case the newest row counts; what was told later, or taken back later, stands against it.
FATES = """
INSERT INTO stage_extract_fate (n, case_id, event_id, was, fate)
SELECT s.n, s.case_id, s.event_id, e.id, CASE
  WHEN s.event <> '' AND NOT s.moved AND (EXISTS (
    SELECT FROM extracts_keptrow k WHERE k.event_id = s.event_id AND k.told IS NULL
      AND (k.person_key IS NULL OR k.person_key = s.named OR k.person_key = s.stood_for)
      AND (k.record_key IS NULL OR EXISTS (
        SELECT FROM intake_feedmessage m WHERE m.case_id = s.case_id AND m.key = k.record_key))
      AND (k.told_at > s.told_at OR k.told_at = s.told_at AND k.run_id = %(run)s AND k.row_number > s.n))
    OR EXISTS (SELECT FROM cases_caseevent l JOIN cases_case o ON o.id = l.case_id
      WHERE l.event_id = s.event_id AND l.event_id LIKE 'extract-%%' AND l.recorded_at > s.told_at
        AND o.crime_key IS DISTINCT FROM s.crime_key)) THEN 'outdated'
  WHEN e.id IS NULL THEN CASE WHEN s.event = '' THEN 'nothing' ELSE 'new' END
  WHEN e.recorded_at > s.told_at THEN 'outdated'
  WHEN s.moved THEN 'moved'
  WHEN s.event = '' THEN 'withdrawn'
  WHEN (e.event, e.occurred_on, e.received_on, e.about, e.attributes)
    IS NOT DISTINCT FROM (s.event, s.occurred_on, s.received_on, s.about, s.attributes) THEN 'same'
  ELSE 'corrected' END
FROM (SELECT DISTINCT ON (f.case_id, t.event_id) t.*, f.case_id, f.moved, p.source_key AS named,
    c.stands_for_key AS stood_for
  FROM stage_extract_found f JOIN stage_extract t ON t.n = f.n
  JOIN cases_case c ON c.id = f.case_id JOIN people_person p ON p.id = c.person_id
  ORDER BY f.case_id, t.event_id, t.told_at DESC, t.n DESC) s
LEFT JOIN cases_caseevent e ON e.case_id = s.case_id AND e.event_id = s.event_id
"""

# How what is laid of each row stands, for counting.
OF_ROWS = "SELECT n, fate, count(*) FROM stage_extract_fate GROUP BY n, fate"
FORMER = """
SELECT f.fate, e.case_id, e.event_id, e.event, e.occurred_on, e.received_on, e.about, e.attributes::text
FROM stage_extract_fate f JOIN cases_caseevent e ON e.id = f.was
WHERE f.fate IN ('corrected', 'withdrawn', 'moved') ORDER BY f.n, e.case_id
"""

EVENTS = (
    """
DELETE FROM cases_caseevent e USING stage_extract_fate f WHERE e.id = f.was AND f.fate IN ('withdrawn', 'moved')
""",
    """
UPDATE cases_caseevent e SET event = s.event, occurred_on = s.occurred_on, received_on = s.received_on,
  about = s.about, attributes = s.attributes, recorded_at = s.told_at
FROM stage_extract_fate f JOIN stage_extract s ON s.n = f.n WHERE e.id = f.was AND f.fate = 'corrected'
""",
    # An event is seen by whom its case is seen, never by more.
    """
INSERT INTO cases_caseevent (id, case_id, event_id, event, occurred_on, received_on, about, attributes, asserted_by,
  recorded_at, visible_to, named_users, denied_users, denied_organisations)
SELECT gen_random_uuid(), c.id, s.event_id, s.event, s.occurred_on, s.received_on, s.about, s.attributes, %(label)s,
  s.told_at, c.visible_to, c.named_users, c.denied_users, c.denied_organisations
FROM stage_extract_fate f JOIN stage_extract s ON s.n = f.n JOIN cases_case c ON c.id = f.case_id WHERE f.fate = 'new'
""",
)
# Whoever said no to being referred on is not rung unasked and gets no message, from the moment it is known; what a
# person at the desk decided stays, and an extract opens nothing (`registers.cases.set_answer`).
_SAID_NO = """SELECT f.case_id FROM stage_extract_fate f JOIN stage_extract s ON s.n = f.n
  WHERE f.fate IN ('new', 'corrected') AND s.event = %(no)s"""
# Whoever writes to the person holds this row meanwhile: they come before the no, or find it.
HOLD_PEOPLE = f"""
SELECT id FROM people_person WHERE id IN (SELECT person_id FROM cases_case WHERE id IN ({_SAID_NO})) ORDER BY id
FOR UPDATE
"""
SAID_NO = f"""
UPDATE cases_case SET no_first_call = true,
  agreement = CASE WHEN agreement_decided_at IS NULL THEN 'no' ELSE agreement END,
  route = CASE WHEN agreement_decided_at IS NULL AND route IN ('automatic', 'consent_first') THEN 'declined'
    ELSE route END,
  route_reason = CASE WHEN agreement_decided_at IS NULL AND route IN ('automatic', 'consent_first') THEN 'agreement_no'
    ELSE route_reason END
WHERE id IN ({_SAID_NO}) AND NOT (agreement = 'no' AND no_first_call) RETURNING id
"""
NO_CALLS = f"""
UPDATE people_contact SET ring = 'unknown' WHERE ring = 'first_approach' AND decided_at IS NULL
  AND person_id IN (SELECT person_id FROM cases_case WHERE id IN ({_SAID_NO}))
"""

# Where the source says when it changed a row, an older row that comes late must not replace what it confirmed since.
CONFIRM = """
UPDATE cases_caseevent e SET recorded_at = s.told_at FROM stage_extract_fate f JOIN stage_extract s ON s.n = f.n
WHERE e.id = f.was AND f.fate = 'same' AND e.recorded_at < s.told_at
"""
OF_TOUCHED = f"""
SELECT e.case_id, e.event_id, e.event, e.occurred_on, e.received_on, e.about, e.attributes::text
FROM cases_caseevent e WHERE e.case_id IN (SELECT case_id FROM stage_extract_fate WHERE fate IN {CHANGES})
ORDER BY e.case_id, e.event_id
"""

# Equality where nothing is null: only by that the database finds a row's own among thousands at once.
_ONE = ("case_id", "duty_id", "trigger_event_id")
_SAME = " AND ".join(
    [f'd."{name}" = s."{name}"' for name in _ONE]
    + [f'd."{name}" IS NOT DISTINCT FROM s."{name}"' for name in COLUMNS if name not in _ONE]
)
# Duties that stand as they should are not touched. What stands otherwise goes first: a duty of a trigger stands once.
DUTIES_GONE = f"""
DELETE FROM duties_duty d WHERE d.case_id IN (SELECT case_id FROM stage_extract_fate WHERE fate IN {CHANGES})
AND NOT EXISTS (SELECT FROM stage_extract_duty s WHERE {_SAME})
"""
DUTIES_NEW = f"""
INSERT INTO duties_duty (case_id, {", ".join(f'"{name}"' for name in COLUMNS)}, rank, visible_to, named_users,
  denied_users, denied_organisations)
SELECT s.case_id, {", ".join(f's."{name}"' for name in COLUMNS)}, c.rank, c.visible_to, c.named_users,
  c.denied_users, c.denied_organisations
FROM stage_extract_duty s JOIN cases_case c ON c.id = s.case_id
WHERE NOT EXISTS (SELECT FROM duties_duty d WHERE d.case_id = s.case_id AND d.duty_id = s.duty_id
  AND d.trigger_event_id = s.trigger_event_id)
"""

# What was kept of an event gives way to a newer row of it, whether that finds its case or is kept itself.
KEPT_GONE = """
DELETE FROM extracts_keptrow k USING stage_extract s
WHERE k.told IS NOT NULL AND k.event_id = s.event_id AND k.told_at <= s.told_at
  AND (s.person_key IS NULL OR k.person_key IS NOT DISTINCT FROM s.person_key)
  AND (s.record_key IS NULL OR k.record_key IS NOT DISTINCT FROM s.record_key)
"""
KEEP = """
INSERT INTO extracts_keptrow (id, source, event_id, crime_key, person_key, record_key, told_at, told, run_id,
  row_number, until)
SELECT k.id, %(source)s, s.event_id, s.crime_key, s.person_key, s.record_key, s.told_at, k.told, k.run_id, k.row_number,
  %(until)s
FROM unnest(%(ids)s::uuid[], %(rows)s::int[], %(told)s::bytea[], %(runs)s::uuid[], %(numbers)s::int[])
  AS k (id, n, told, run_id, row_number) JOIN stage_extract s ON s.n = k.n
ON CONFLICT (id) DO UPDATE SET crime_key = excluded.crime_key, told_at = excluded.told_at, told = excluded.told,
  run_id = excluded.run_id, row_number = excluded.row_number, until = excluded.until
WHERE extracts_keptrow.told_at <= excluded.told_at
"""

# Rows that wait and whose crime, with whom they name, is known by now.
TAKEABLE = f"""
SELECT s.id FROM extracts_keptrow s WHERE s.source = %(source)s AND s.told IS NOT NULL AND EXISTS (
  SELECT FROM cases_case c JOIN people_person p ON p.id = c.person_id WHERE c.crime_key = s.crime_key AND {_WHOM})
ORDER BY s.id LIMIT %(most)s
"""
